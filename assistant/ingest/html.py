"""HTML files (`.html`): pages that noScribe, meeting programs and word processors save."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

from lxml import etree
from lxml import html as lxml_html

from assistant.ingest import stamps
from assistant.ingest.decoding import check_file, read_decoded
from assistant.ingest.documents import Document, Paragraph
from assistant.ingest.html_look import is_bold, is_hidden, keeps_breaks
from assistant.ingest.labels import heading
from assistant.ingest.lines import Line
from assistant.ingest.mapping import Mapping
from assistant.ingest.pieces import ReadTranscript
from store.errors import InvalidInputError

NOSCRIBE = "noScribe"
_LARGEST = 20_000_000
_DEEPEST = 200
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([a-zA-Z0-9_.:-]{2,40})", re.IGNORECASE)
_DECLARED = re.compile(r"\s*<\?xml[^>]*\?>")
_ANCHOR = re.compile(r"ts_(\d{1,10})_(\d{1,10})_(.*)", re.DOTALL)
_SPACES = re.compile(r"[ \t\r\n\f]+")
_SPACES_IN_LINE = re.compile(r"[ \t\f]+")
_TIME = re.compile(rf"\s*(?:{stamps.LEADING.pattern})\s*\Z")
_LONGEST_NAME = 60
_BLOCKS_TEXT = """
address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure footer form
h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol p pre section summary ul caption
"""
_BLOCKS = frozenset(_BLOCKS_TEXT.split())
_NO_TEXT = frozenset(("script", "style", "template", "noscript", "meta", "link", "svg", "canvas", "iframe", "object"))
_LEFT_OUT = {
    "title": "the title of the page",
    "del": "deleted text",
    "button": "buttons and menus",
    "select": "buttons and menus",
    "textarea": "form fields",
    "rt": "reading aids above words",
    "rp": "reading aids above words",
}


def read_html(path: Path, mapping: Mapping = Mapping()) -> ReadTranscript:  # noqa: B008 - frozen
    """The turns of an `.html` file; roles are not guessed yet, nothing is loaded that the page refers to."""
    check_file(path, _LARGEST, "a page")
    decoded = read_decoded(path, mapping.encoding or _stated_charset(path))
    walk = _Walk(path.name, _root(decoded.text, path.name), noscribe=mapping.layout in {None, NOSCRIBE})
    read = walk.document.read(path.name, replace(mapping, layout=None) if mapping.layout == NOSCRIBE else mapping)
    layout = NOSCRIBE if walk.anchored else read.mapping.layout
    taken = replace(read.mapping, encoding=decoded.encoding, layout=layout)
    return replace(read, report=(*decoded.report, *read.report), mapping=taken)


def _stated_charset(path: Path) -> str | None:
    """The encoding that the page itself states, where the file is in it; a byte order mark goes before it."""
    data = path.read_bytes()
    found = _CHARSET.search(data[:4096])
    if found is None or data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return None
    encoding = found[1].decode("ascii")
    encoding = "cp1252" if encoding.casefold() in {"iso-8859-1", "latin1", "us-ascii", "ascii"} else encoding
    try:
        return encoding if data.decode(encoding) else None
    except (LookupError, ValueError):
        return None


def _root(text: str, name: str) -> etree._Element:
    parser = lxml_html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        root = lxml_html.document_fromstring(_DECLARED.sub("", text, count=1), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        msg = f"{name} holds no page that can be read ({error}); save it again, or copy its text into a .txt file."
        raise InvalidInputError(msg) from error
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > _DEEPEST:
            msg = f"{name} has elements nested more than {_DEEPEST} deep, which no transcript has; it was not read."
            raise InvalidInputError(msg)
    return root


@dataclass(frozen=True, slots=True)
class _Look:
    """How the text of an element is shown."""

    bold: bool = False
    breaks: bool = False


class _Walk:
    """A way through the page that gathers lines and tables."""

    def __init__(self, name: str, root: etree._Element, *, noscribe: bool) -> None:
        self.document = Document()
        self.anchored = False
        """Whether noScribe's links with times were found and used."""
        self._name, self._noscribe = name, noscribe
        self._paragraph = Paragraph()
        self._times: list[tuple[int, int]] = []
        self._into: list[Line] | None = None
        self._element(root, _Look())
        self._end()

    def _element(self, element: etree._Element, look: _Look) -> None:
        kind = str(element.tag).casefold()
        if kind in _NO_TEXT:
            return
        why = "hidden text" if is_hidden(element) else _LEFT_OUT.get(kind)
        if why:
            self.document.leavings.add(_all_text(element), why)
            return
        look = _Look(is_bold(element, look.bold), keeps_breaks(element, look.breaks))
        if kind == "br":
            self._paragraph.add("\n", bold=look.bold)
        elif kind == "img":
            self.document.leavings.add(element.get("alt") or "", "descriptions of pictures")
        elif kind == "table":
            self._table(element, look)
        elif kind in _BLOCKS:
            self._end()
            self._inside(element, look)
            self._end(closes=kind in {"p", "h1", "h2", "h3", "h4", "h5", "h6", "li"})
        else:
            self._inline(element, kind, look)

    def _inline(self, element: etree._Element, kind: str, look: _Look) -> None:
        if kind == "a" and self._noscribe and (found := _ANCHOR.fullmatch(element.get("name") or "")):
            self.anchored = True
            if not found[3].startswith("//"):
                self._times.append((int(found[1]), int(found[2])))
        apart = self._paragraph.text[-1:].strip() and _TIME.match(_all_text(element))
        self._paragraph.add("   " if apart else "")
        self._inside(element, look)

    def _inside(self, element: etree._Element, look: _Look) -> None:
        self._text(element.text, look)
        for inner in element:
            self._element(inner, look)
            self._text(inner.tail, look)

    def _text(self, text: str | None, look: _Look) -> None:
        folded = _SPACES_IN_LINE.sub(" ", text or "") if look.breaks else _SPACES.sub(" ", text or "")
        if folded.strip() or self._paragraph.runs:
            self._paragraph.add(folded.lstrip(" ") if not self._paragraph.runs else folded, bold=look.bold)

    def _end(self, *, closes: bool = False) -> None:
        """A paragraph ends, one that `closes` also where it has no text."""
        lines, self._paragraph = self._paragraph.lines(), Paragraph()
        times, self._times = self._times, []
        if not any(line.text.strip() for line in lines):
            lines = [Line("")] if closes else []
        elif times:
            lines = _with_times(lines, times)
        if self._into is not None:
            self._into.extend(lines)
        elif lines:
            self._join_time(lines)
            self.document.add_lines(lines)

    def _join_time(self, lines: list[Line]) -> None:
        """A time alone in its block belongs to the name in the block before it."""
        before = self.document.lines[-1] if self.document.lines else None
        if before is None or len(lines) > 1 or not _TIME.match(lines[0].text):
            return
        if 0 < len(before.text.strip()) <= _LONGEST_NAME and not stamps.TRAILING.search(before.text.strip()):
            lines[0] = replace(before, text=f"{before.text.strip()}   {lines[0].text.strip()}")
            self.document.lines.pop()
            self.document.outside.pop()

    def _table(self, table: etree._Element, look: _Look) -> None:
        if self._into is not None:
            self._end()
            self._inside(table, look)
            self._end()
            return
        self._end()
        rows: list[list[list[Line]]] = []
        for row in table.iter("tr"):
            if any(parent is not table for parent in row.iterancestors("table") if table in parent.iterancestors()):
                continue
            rows.append([self._cell(cell, look) for cell in row if cell.tag in {"td", "th"}])
        for caption in table.iterchildren("caption"):
            self.document.leavings.add(_all_text(caption), "captions of tables")
        self.document.add_table(rows)

    def _cell(self, cell: etree._Element, look: _Look) -> list[Line]:
        lines: list[Line] = []
        self._into = lines
        self._inside(cell, _Look(is_bold(cell, look.bold), look.breaks))
        self._end()
        self._into = None
        return lines


def _with_times(lines: list[Line], times: list[tuple[int, int]]) -> list[Line]:
    """The lines of a noScribe paragraph, with the label that is written there and the times of its links."""
    first = heading(lines[0].text)
    start, end = times[0][0], max(max(end, start) for start, end in times)
    if first.label is None:
        return [replace(lines[0], start_ms=start, end_ms=end), *lines[1:]]
    return [Line(first.rest, speaker=first.label, start_ms=start, end_ms=end), *lines[1:]]


def _all_text(element: etree._Element) -> str:
    return " ".join(str(text) for text in element.itertext())
