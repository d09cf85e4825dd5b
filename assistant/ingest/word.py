"""Word files (`.docx`): paragraphs, tables and tracked changes, without comments, notes and margins."""

import re
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from assistant.ingest.documents import Document, Paragraph
from assistant.ingest.lines import Line
from assistant.ingest.mapping import Mapping
from assistant.ingest.packages import Package, attribute, local, opened
from assistant.ingest.pieces import ReadTranscript, count
from assistant.ingest.word_styles import bold_styles, is_on
from store.errors import InvalidInputError

_MAIN = "word/document.xml"
_APART = (
    (re.compile(r"word/comments\.xml\Z"), "comments"),
    (re.compile(r"word/footnotes\.xml\Z"), "footnotes"),
    (re.compile(r"word/endnotes\.xml\Z"), "endnotes"),
    (re.compile(r"word/(?:header|footer)\d*\.xml\Z"), "page headers and footers"),
)
_GONE = {"del": "deleted text of tracked changes", "moveFrom": "text that was moved elsewhere, at its old place"}
_WITHIN = frozenset(
    ("ins", "moveTo", "hyperlink", "smartTag", "sdt", "sdtContent", "customXml", "fldSimple", "dir", "bdo", "ruby")
)
_WITHIN_TOO = frozenset(("rubyBase", "Choice"))
_CHARACTERS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011"}


def read_docx(path: Path, mapping: Mapping = Mapping()) -> ReadTranscript:  # noqa: B008 - frozen
    """The turns of a `.docx` file; roles are not guessed yet."""
    with opened(path, "Word file") as package:
        body = next((e for e in package.needed(_MAIN) if local(e) == "body"), None)
        if body is None:
            msg = f"{path.name} has no text in it; choose another file."
            raise InvalidInputError(msg)
        document = Document()
        walk = _Walk(document, bold_styles(package.xml("word/styles.xml")))
        walk.blocks(body)
        walk.finish()
        _leave_parts(package, document)
    return document.read(path.name, mapping)


def _leave_parts(package: Package, document: Document) -> None:
    for pattern, why in _APART:
        for name in filter(pattern.match, package.names):
            root = package.xml(name)
            for text in () if root is None else (e for e in root.iter() if local(e) == "p"):
                document.leavings.add("".join(str(e.text or "") for e in text.iter() if local(e) == "t"), why)


@dataclass(frozen=True, slots=True)
class _Look:
    """Whether text is bold, by the paragraph's style."""

    bold: bool = False


class _Walk:
    """A way through the body that gathers lines and tables."""

    def __init__(self, document: Document, bold: frozenset[str]) -> None:
        self._document, self._bold = document, bold
        self._inserted = 0
        self._open: Paragraph | None = None
        """A paragraph whose end mark was deleted: the next one goes on with it."""

    def finish(self) -> None:
        """Close what is open and say what tracked changes were kept."""
        if self._open is not None:
            self._document.add_lines(self._open.lines())
        if self._inserted:
            self._document.said.append(f"Kept: {count(self._inserted, 'tracked insertion')}.")

    def blocks(self, parent: etree._Element) -> None:
        """Everything in the body, in order."""
        for element in parent:
            kind = local(element)
            if kind == "p":
                self._paragraph(element)
            elif kind == "tbl":
                self._document.add_table(self._rows(element))
            elif kind in _WITHIN or kind in _WITHIN_TOO:
                self.blocks(element)
            elif kind == "AlternateContent":
                self.blocks(_one_choice(element))
            elif kind in _GONE:
                self._leave(element, _GONE[kind])

    def _paragraph(self, element: etree._Element) -> None:
        paragraph = self._open or Paragraph()
        self._fill(paragraph, element)
        self._open = paragraph if _mark_deleted(element) else None
        if self._open is None:
            self._document.add_lines(paragraph.lines())

    def _fill(self, paragraph: Paragraph, element: etree._Element) -> None:
        properties = _child(element, "pPr")
        style = _child(properties, "pStyle")
        bold = style is not None and (attribute(style, "val") or "") in self._bold
        self._inline(element, paragraph, _Look(bold))

    def _rows(self, table: etree._Element) -> list[list[list[Line]]]:
        return [
            [self._cell(cell) for cell in _inside(row, "tc")]
            for row in _inside(table, "tr")
            if not _row_deleted(row) or self._leave(row, _GONE["del"])
        ]

    def _cell(self, cell: etree._Element) -> list[Line]:
        """The lines of a cell; a table within it is running text."""
        inner = Document(leavings=self._document.leavings)
        walk = _Walk(inner, self._bold)
        walk.blocks(cell)
        if walk._open is not None:
            inner.add_lines(walk._open.lines())
        self._inserted += walk._inserted
        self._document.boxed.extend(inner.boxed)
        return inner.lines

    def _inline(self, parent: etree._Element, paragraph: Paragraph, look: _Look) -> None:
        for element in parent:
            kind = local(element)
            if kind == "r":
                self._run(element, paragraph, look)
            elif kind in _GONE:
                self._leave(element, _GONE[kind])
            elif kind == "AlternateContent":
                self._inline(_one_choice(element), paragraph, look)
            elif kind in _WITHIN or kind in _WITHIN_TOO:
                self._inserted += kind == "ins" and any(local(e) == "t" for e in element.iter())
                self._inline(element, paragraph, look)

    def _run(self, run: etree._Element, paragraph: Paragraph, look: _Look) -> None:
        properties = _child(run, "rPr")
        if is_on(_child(properties, "vanish")):
            self._leave(run, "hidden text")
            return
        style = _child(properties, "rStyle")
        styled = look.bold or (style is not None and (attribute(style, "val") or "") in self._bold)
        own = _child(properties, "b")
        bold = styled if own is None else is_on(own)
        for element in run:
            kind = local(element)
            if kind == "t":
                paragraph.add(str(element.text or ""), bold=bold)
            elif kind in _CHARACTERS:
                paragraph.add(_CHARACTERS[kind], bold=bold)
            elif kind == "sym":
                paragraph.add(_symbol(element), bold=bold)
            elif kind in {"drawing", "pict", "object"}:
                self._picture(element)
            elif kind == "AlternateContent":
                self._picture(_one_choice(element))
            elif kind == "delText":
                self._document.leavings.add(str(element.text or ""), _GONE["del"])
            elif kind == "ruby":
                self._inline(element, paragraph, look)

    def _picture(self, element: etree._Element) -> None:
        """What is written in text boxes, and what is said of pictures."""
        for inner in element.iter():
            if local(inner) == "txbxContent" and not _within_another_box(inner, element):
                box = Document(leavings=self._document.leavings)
                walk = _Walk(box, self._bold)
                walk.blocks(inner)
                walk.finish()
                self._document.boxed.extend((*box.lines, *box.boxed))
            elif local(inner) == "docPr":
                self._document.leavings.add(attribute(inner, "descr") or "", "descriptions of pictures")

    def _leave(self, element: etree._Element, why: str) -> bool:
        """Leave out all text of an element; False, for that it has none left."""
        text = "".join(str(e.text or "") for e in element.iter() if local(e) in {"t", "delText"})
        self._document.leavings.add(text, why)
        return False


def _child(element: etree._Element | None, name: str) -> etree._Element | None:
    return None if element is None else next((e for e in element if local(e) == name), None)


def _inside(parent: etree._Element, name: str) -> list[etree._Element]:
    """The children of a name, also those in content controls."""
    found: list[etree._Element] = []
    for element in parent:
        if local(element) == name:
            found.append(element)
        elif local(element) in _WITHIN:
            found.extend(_inside(element, name))
    return found


def _one_choice(element: etree._Element) -> etree._Element:
    """Of the same content written twice, for new and old programs, the new one."""
    return next((e for e in element if local(e) == "Choice"), next((e for e in element), element))


def _mark_deleted(paragraph: etree._Element) -> bool:
    mark = _child(_child(paragraph, "pPr"), "rPr")
    return _child(mark, "del") is not None or _child(mark, "moveFrom") is not None


def _row_deleted(row: etree._Element) -> bool:
    return _child(_child(row, "trPr"), "del") is not None


def _within_another_box(element: etree._Element, top: etree._Element) -> bool:
    parent = element.getparent()
    while parent is not None and parent is not top:
        if local(parent) == "txbxContent":
            return True
        parent = parent.getparent()
    return False


def _symbol(element: etree._Element) -> str:
    """A character of a symbol font; those in the private area have no meaning without the font."""
    try:
        code = int(attribute(element, "char") or "", 16)
    except ValueError:
        return ""
    return chr(code) if 0x20 <= code < 0xD800 else "\ufffd"  # noqa: PLR2004 - Unicode up to the surrogates
