"""A Word file that came back: its cells, boxes and comments in the margin, through whatever program it went.

Rows are known by the field or box in them, or else by what their first cell says.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from lxml import etree

from assistant.exchange.participants.questions import (
    ALL,
    ANSWERS,
    PLACEHOLDER,
    answer_of,
    commented,
    passage_of,
    quoting,
    ticked,
    tokens_in,
)
from assistant.exchange.participants.returned import Remark, Returned, shortened
from assistant.ingest.packages import Package, attribute, local, opened
from store.errors import InvalidInputError

_KIND = "Word document"
_TAG = re.compile(r"(comment|quote)-(all|passage-\d{1,6}|theme-\d{1,6})(?:-[a-z]+)?")
_BREAKS = {"br": "\n", "cr": "\n", "tab": "\t"}
_LONGEST_WORDS = 300


def returned_docx(path: Path) -> Returned:
    """What a participant wrote, ticked and changed; raises InvalidInputError for a file that is no Word document."""
    with opened(path, _KIND) as package:
        body = package.needed("word/document.xml").find("./{*}body")
        if body is None:
            msg = f"{path.name} is a Word document without any text; get the file again from where it came."
            raise InvalidInputError(msg)
        reading = _Reading()
        for row in body.iter("{*}tr"):
            reading.row(row)
        remarks = tuple(_remarks(package, body, reading.notes))
        text = "\n".join(map(_text, body.iter("{*}p")))
    return Returned(tokens_in(text), reading.comments, reading.answers, remarks, reading.passages, tuple(reading.notes))


class _Reading:
    """Reads rows, and remembers what was found in them."""

    def __init__(self) -> None:
        self.comments: dict[str, str] = {}
        self.answers: dict[str, str] = {}
        self.passages: dict[str, tuple[str, ...]] = {}
        self.notes: list[str] = []

    def row(self, row: etree._Element) -> None:
        """One row of any table; what is none of ours is passed over."""
        cells = [child for child in row.iter("{*}tc") if _row_of(child) is row]
        if len(cells) < 2:  # noqa: PLR2004 - what it is for, and what was written
            return
        kind, key = _kind_of(row, cells[0])
        if key is None:
            return
        if kind == "comment":
            self._comment(key, _paragraphs(cells[1]))
        elif kind == "quote":
            self._answer(key, cells[1])
        else:
            self.passages[key] = tuple(line for line in _paragraphs(cells[1]) if line.strip())

    def _comment(self, key: str, lines: Iterable[str]) -> None:
        text = "\n".join(lines).replace(PLACEHOLDER, "").strip()
        if text:
            said = shortened(text, key.replace("-", " "), self.notes)
            self.comments[key] = f"{self.comments[key]}\n{said}" if key in self.comments else said

    def _answer(self, key: str, cell: etree._Element) -> None:
        chosen, other = set(), []
        for paragraph in cell.iter("{*}p"):
            line = _text(paragraph)
            name = answer_of(line)
            if name is None and line.strip():
                other.append(line.strip())
            elif name is not None and (ticked(line) or _checked(paragraph)):
                chosen.add(name)
        if chosen:
            self.answers[key] = [name for name in ANSWERS if name in chosen][-1]
        if len(chosen) > 1:
            self.notes.append(f"More than one answer is ticked for {key.replace('-', ' ')}; the strictest one counts.")
        if other:
            self._comment(key, [f"Beside the question whether it may be quoted: {' '.join(other)}"])


def _row_of(cell: etree._Element) -> etree._Element | None:
    return next(cell.iterancestors("{*}tr"), None)


def _kind_of(row: etree._Element, first: etree._Element) -> tuple[str, str | None]:
    for tag in row.iter("{*}tag"):
        found = _TAG.fullmatch(attribute(tag, "val") or "")
        if found is not None:
            return found[1], found[2]
    label = " ".join(_paragraphs(first))
    for kind, read in (("comment", commented), ("quote", quoting), ("passage", passage_of)):
        key = read(label)
        if key is not None:
            return kind, key
    return "", None


def _paragraphs(cell: etree._Element) -> list[str]:
    return [_text(paragraph) for paragraph in cell.iter("{*}p")]


def _text(element: etree._Element) -> str:
    """The text as it reads when all changes are accepted, without what a field shows before it is filled."""
    return "".join(_pieces(element))


def _pieces(element: etree._Element) -> Iterator[str]:
    """Deleted text is called otherwise in the file (`delText`), so that it is left out by itself."""
    for node in element.iter():
        name = local(node)
        if name == "t" and not _is_out(node, element):
            yield node.text or ""
        elif name in _BREAKS and local(_parent(node)) == "r":
            yield _BREAKS[name]


def _parent(node: etree._Element) -> etree._Element:
    found = node.getparent()
    return node if found is None else found


def _is_out(node: etree._Element, within: etree._Element) -> bool:
    """Whether a text is a field's own prompt, or stands where something was moved away from."""
    for above in node.iterancestors("{*}sdt", "{*}moveFrom"):
        if local(above) == "moveFrom" or above.find("./{*}sdtPr/{*}showingPlcHdr") is not None:
            return True
        if above is within:
            break
    return False


def _checked(paragraph: etree._Element) -> bool:
    return any((attribute(each, "val") or "") in {"1", "true"} for each in paragraph.iter("{*}checked"))


def _remarks(package: Package, body: etree._Element, notes: list[str]) -> Iterator[Remark]:
    """The comments of Word, each with the place that it was put to and the words that it marks."""
    part = package.xml("word/comments.xml")
    said = {} if part is None else {attribute(each, "id"): "\n".join(_paragraphs(each)).strip() for each in part}
    places, words = _marked(body)
    for number, text in said.items():
        if text:
            key = places.get(number, ALL)
            yield Remark(key, words.get(number, ""), shortened(text, key.replace("-", " "), notes))


def _marked(body: etree._Element) -> tuple[dict[str | None, str], dict[str | None, str]]:
    """By the number of each comment: the key of the place it begins in, and the words between its two ends."""
    places: dict[str | None, str] = {}
    words: dict[str | None, list[str]] = {}
    running: set[str | None] = set()
    for node in body.iter():
        name = local(node)
        if name == "commentRangeStart":
            running.add(attribute(node, "id"))
        elif name == "commentRangeEnd":
            running.discard(attribute(node, "id"))
        if name in {"commentRangeStart", "commentReference"}:
            places.setdefault(attribute(node, "id"), _key_at(node))
        elif name == "t":
            for number in running:
                words.setdefault(number, []).append(node.text or "")
    return places, {number: _brief("".join(parts)) for number, parts in words.items()}


def _key_at(node: etree._Element) -> str:
    """The passage or theme of the table that a node stands in."""
    table = next(node.iterancestors("{*}tbl"), None)
    for row in () if table is None else table.iter("{*}tr"):
        first = next(row.iter("{*}tc"), None)
        key = None if first is None else _kind_of(row, first)[1]
        if key is not None:
            return key
    return ALL


def _brief(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _LONGEST_WORDS else f"{plain[:_LONGEST_WORDS]} …"
