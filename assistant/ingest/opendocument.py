"""OpenDocument texts (`.odt`): paragraphs, tables and tracked changes, without comments, notes and margins."""

import re
from pathlib import Path

from lxml import etree

from assistant.ingest.documents import Document, Paragraph
from assistant.ingest.lines import Line
from assistant.ingest.mapping import Mapping
from assistant.ingest.opendocument_styles import Family, bold_styles
from assistant.ingest.packages import Package, attribute, local, opened
from assistant.ingest.pieces import ReadTranscript
from store.errors import InvalidInputError

_SPACES = re.compile(r"[ \t\r\n]+")
_MOST_SPACES = 1_000
_DIGITS = 9
"""Of a number in the file that are read; thousands of them would be no number at all."""
_BLOCKS = frozenset(("list", "list-item", "list-header", "section", "numbered-paragraph"))
_TABLE_PARTS = frozenset(("table-header-rows", "table-rows", "table-row-group"))
_INDEXES = frozenset(
    (
        "table-of-content",
        "illustration-index",
        "table-index",
        "object-index",
        "user-index",
        "alphabetical-index",
        "bibliography",
    )
)
_NOT_TEXT = frozenset(
    ("sequence-decls", "variable-decls", "user-field-decls", "forms", "note-citation", "creator", "date", "date-string")
)
_MARGINS = frozenset(("header", "header-left", "header-first", "footer", "footer-left", "footer-first"))


def read_odt(path: Path, mapping: Mapping = Mapping()) -> ReadTranscript:  # noqa: B008 - frozen
    """The turns of an `.odt` file; roles are not guessed yet."""
    with opened(path, "OpenDocument text") as package:
        _refuse_encrypted(package, path)
        content = package.needed("content.xml")
        styles = package.xml("styles.xml")
        body = next((text for e in _children(content, "body") for text in _children(e, "text")), None)
        if body is None:
            msg = f"{path.name} is no OpenDocument text, but another kind of document; save it as .odt."
            raise InvalidInputError(msg)
        document = Document()
        _Walk(document, bold_styles([root for root in (styles, content) if root is not None])).blocks(body)
        for element in () if styles is None else (e for e in styles.iter() if local(e) in _MARGINS):
            document.leavings.add(_text(element), "page headers and footers")
    return document.read(path.name, mapping)


def _children(element: etree._Element, name: str) -> list[etree._Element]:
    return [inner for inner in element if local(inner) == name]


def _refuse_encrypted(package: Package, path: Path) -> None:
    manifest = package.xml("META-INF/manifest.xml")
    if manifest is not None and any(local(e) == "encryption-data" for e in manifest.iter()):
        msg = f"{path.name} is protected by a password; save it without one, and add that."
        raise InvalidInputError(msg)


class _Walk:
    """A way through the text that gathers lines and tables."""

    def __init__(self, document: Document, bold: frozenset[tuple[Family, str]]) -> None:
        self._document, self._bold = document, bold

    def blocks(self, parent: etree._Element) -> None:
        """Everything in the body, in order."""
        for element in parent:
            kind = local(element)
            if kind in {"p", "h"}:
                self._document.add_lines(self._paragraph(element))
            elif kind == "table":
                self._document.add_table(self._rows(element))
            elif kind in _BLOCKS:
                self.blocks(element)
            elif kind == "tracked-changes":
                self._tracked(element)
            elif kind in _INDEXES:
                self._document.leavings.add(_text(element), "tables of contents")
            elif kind in {"frame", "custom-shape", "g", "text-box"}:
                self._frame(element)

    def _paragraph(self, element: etree._Element) -> list[Line]:
        paragraph = Paragraph()
        self._inline(element, paragraph, bold=self._is_bold("paragraph", element, before=False))
        return paragraph.lines()

    def _rows(self, table: etree._Element) -> list[list[list[Line]]]:
        rows: list[list[list[Line]]] = []
        for element in table:
            if local(element) in _TABLE_PARTS:
                rows.extend(self._rows(element))
            elif local(element) == "table-row":
                rows.append(
                    [self._cell(cell) for cell in element if local(cell) in {"table-cell", "covered-table-cell"}]
                )
        return rows

    def _cell(self, cell: etree._Element) -> list[Line]:
        """The lines of a cell; a table within it is running text."""
        inner = Document(leavings=self._document.leavings)
        _Walk(inner, self._bold).blocks(cell)
        self._document.boxed.extend(inner.boxed)
        return inner.lines

    def _inline(self, element: etree._Element, paragraph: Paragraph, *, bold: bool) -> None:
        paragraph.add(_folded(element.text), bold=bold)
        for inner in element:
            self._one(inner, paragraph, bold=bold)
            paragraph.add(_folded(inner.tail), bold=bold)

    def _one(self, element: etree._Element, paragraph: Paragraph, *, bold: bool) -> None:
        kind = local(element)
        if kind == "s":
            paragraph.add(" " * _number(attribute(element, "c")), bold=bold)
        elif kind == "tab":
            paragraph.add("\t", bold=bold)
        elif kind == "line-break":
            paragraph.add("\n", bold=bold)
        elif kind == "note":
            foot = attribute(element, "note-class") != "endnote"
            self._document.leavings.add(_text(element), "footnotes" if foot else "endnotes")
        elif kind == "annotation":
            self._document.leavings.add(_text(element), "comments")
        elif kind in {"frame", "custom-shape", "g"}:
            self._frame(element)
        elif kind == "ruby-text":
            self._document.leavings.add(_text(element), "reading aids above words")
        elif kind == "hidden-text":
            self._document.leavings.add(_text(element), "hidden text")
        elif kind and kind not in _NOT_TEXT:
            self._inline(element, paragraph, bold=self._is_bold("text", element, before=bold))

    def _is_bold(self, family: Family, element: etree._Element, *, before: bool) -> bool:
        """Whether text in this element is bold; a style that says nothing of it leaves it as it was before."""
        name = attribute(element, "style-name") or ""
        if (family, name) in self._bold:
            return True
        return before

    def _frame(self, element: etree._Element) -> None:
        """What is written in text boxes, and what is said of pictures."""
        for inner in element:
            kind = local(inner)
            if kind in {"title", "desc"}:
                self._document.leavings.add(_text(inner), "descriptions of pictures")
            elif kind in {"frame", "custom-shape", "g"}:
                self._frame(inner)
            elif kind == "text-box":
                box = Document(leavings=self._document.leavings)
                _Walk(box, self._bold).blocks(inner)
                self._document.boxed.extend((*box.lines, *box.boxed))
            elif kind in {"p", "h"}:
                self._document.boxed.extend(self._paragraph(inner))

    def _tracked(self, element: etree._Element) -> None:
        for deletion in (e for e in element.iter() if local(e) == "deletion"):
            self._document.leavings.add(_text(deletion), "deleted text of tracked changes")


def _folded(text: str | None) -> str:
    """Text as OpenDocument means it: white space in the file is one space."""
    return _SPACES.sub(" ", text or "")


def _number(text: str | None) -> int:
    if not (text and text.isascii() and text.isdigit()):
        return 1
    return min(int(text[:_DIGITS]), _MOST_SPACES)


def _text(element: etree._Element) -> str:
    """All text of an element that a person wrote."""
    parts = [element.text or ""]
    for inner in element:
        if local(inner) in {"p", "h", "line-break", "tab", "s"}:
            parts.append(" ")
        if local(inner) and local(inner) not in _NOT_TEXT:
            parts.append(_text(inner))
        parts.append(inner.tail or "")
    return "".join(parts)
