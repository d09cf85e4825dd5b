"""The appendix as a Word document: each number has a small one beside it that leads to its query at the end."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.table import Table as WordTable
from docx.table import _Cell
from docx.text.paragraph import Paragraph as WordParagraph

from assistant.exchange.methods.document import Appendix, Block, Checklist, Paragraph, Pieces
from assistant.exchange.methods.notes import EXPLAINED, Note, Notes
from assistant.exchange.methods.number import Number
from assistant.exchange.methods.written import CHECKLIST_HEADS, LEFT_OPEN, QUERIES, QUERY, count_of, shares
from assistant.exchange.quote_lines import legal

_SMALL = Pt(8)
_LONGEST = 255
_LINE_CM = 16.6
_MARGIN_TWIPS = "50"
_WIDTHS = (1.2, 4.6, 2.0, 6.2, 2.6)


def as_docx(of: Appendix) -> bytes:
    """The document as the bytes of a `.docx` file."""
    document = Document()
    _set_up(document, of)
    notes, marks = Notes(), _Marks()
    document.add_heading(legal(of.title), 0)
    document.add_paragraph(f"Written on {of.on}.")
    for section in of.sections:
        marks.begin(document.add_heading(legal(section.title), 1), f"section_{section.key}")
        for block in section.blocks:
            _add(document, notes, block)
    for checklist in of.checklists:
        _add_checklist(document, of, notes, checklist)
    document.add_heading(QUERIES, 1)
    document.add_paragraph(EXPLAINED)
    for note in notes.made:
        _add_query(document, marks, note)
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


def _set_up(document: WordDocument, of: Appendix) -> None:
    properties = document.core_properties
    properties.title = legal(of.title)[:_LONGEST]
    properties.author = ""
    properties.created = properties.modified = datetime.now(UTC).replace(tzinfo=None)
    page = document.sections[0]
    page.orientation, page.page_width, page.page_height = WD_ORIENT.PORTRAIT, Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.2)
    document.styles["Normal"].font.size = Pt(10.5)


class _Marks:
    """Bookmarks that links lead to, each with an id of its own."""

    def __init__(self) -> None:
        self._made = 0

    def begin(self, paragraph: WordParagraph, name: str) -> None:
        """Mark a paragraph."""
        self._made += 1
        start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
        for element in (start, end):
            element.set(qn("w:id"), str(self._made))
        start.set(qn("w:name"), name)
        paragraph._p.insert(1 if paragraph._p.pPr is not None else 0, start)  # noqa: SLF001 - as python-docx advises
        paragraph._p.append(end)  # noqa: SLF001


def _add(document: WordDocument, notes: Notes, block: Block) -> None:
    if isinstance(block, Paragraph):
        _write(document.add_paragraph(), notes, block.pieces)
        return
    caption = document.add_paragraph(style="Caption")
    caption.add_run(legal(block.caption))
    caption.paragraph_format.keep_with_next = True
    texts = [[piece if isinstance(piece, str) else piece.text for piece in row] for row in block.rows]
    parts = shares([(*block.headers, QUERY), *([*row, ""] for row in texts)])
    widths = [_LINE_CM * part for part in parts]
    table = _table(document, (*block.headers, QUERY), widths)
    for row, told in zip(block.rows, texts, strict=True):
        cells = _row(table, widths)
        for cell, text in zip(cells, told, strict=False):
            _small(cell.paragraphs[0], text)
        for place, number in enumerate(notes.cite_row(row)):
            if place:
                _small(cells[-1].paragraphs[0], ", ")
            _link(cells[-1].paragraphs[0], str(number), f"query_{number}")
    document.add_paragraph().paragraph_format.space_after = Pt(2)


def _write(paragraph: WordParagraph, notes: Notes, pieces: Pieces, size: Pt | None = None) -> None:
    for piece in pieces:
        run = paragraph.add_run(legal(piece if isinstance(piece, str) else piece.text))
        run.font.size = size
        if isinstance(piece, Number):
            number = notes.cite(piece)
            _link(paragraph, f"[{number}]", f"query_{number}", raised=True)


def _small(paragraph: WordParagraph, text: str) -> None:
    run = paragraph.add_run(legal(text))
    run.font.size = _SMALL
    paragraph.paragraph_format.space_after = Pt(0)


def _link(paragraph: WordParagraph, text: str, mark: str, *, raised: bool = False) -> None:
    """A run that leads to a mark in the same document."""
    run = paragraph.add_run(text)
    run.font.superscript, run.font.size = raised or None, None if raised else _SMALL
    link: Any = OxmlElement("w:hyperlink")
    link.set(qn("w:anchor"), mark)
    link.set(qn("w:history"), "1")
    paragraph._p.replace(run._r, link)  # noqa: SLF001 - python-docx makes no links within a document
    link.append(run._r)  # noqa: SLF001


def _table(document: WordDocument, heads: Sequence[str], widths: Sequence[float]) -> WordTable:
    """A table whose head is repeated on every page; `widths` are in centimetres."""
    table: WordTable = document.add_table(rows=1, cols=len(heads), style="Light List Accent 1")
    table.autofit = False
    _narrow_margins(table)
    head = table.rows[0]
    repeated = OxmlElement("w:tblHeader")
    repeated.set(qn("w:val"), "true")
    head._tr.get_or_add_trPr().append(repeated)  # noqa: SLF001
    for cell, column, text, width in zip(head.cells, table.columns, heads, widths, strict=True):
        _small(cell.paragraphs[0], text)
        cell.width = column.width = Cm(width)
    return table


def _narrow_margins(table: WordTable) -> None:
    margins = OxmlElement("w:tblCellMar")
    for side in ("w:left", "w:right"):
        margin = OxmlElement(side)
        margin.set(qn("w:w"), _MARGIN_TWIPS)
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    properties: Any = table._tbl.tblPr  # noqa: SLF001
    look = properties.find(qn("w:tblLook"))
    properties.insert(len(properties) if look is None else properties.index(look), margins)


def _row(table: WordTable, widths: Sequence[float]) -> Sequence[_Cell]:
    """The cells of a new row, which stays on one page."""
    row: Any = table.add_row()  # type: ignore[no-untyped-call]
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001
    cells: Sequence[_Cell] = row.cells
    for cell, width in zip(cells, widths, strict=True):
        cell.width = Cm(width)
    return cells


def _add_checklist(document: WordDocument, of: Appendix, notes: Notes, each: Checklist) -> None:
    document.add_heading(f"{each.name} checklist", 1)
    document.add_paragraph(legal(f"{each.source}."))
    document.add_paragraph(count_of(each))
    table = _table(document, CHECKLIST_HEADS, _WIDTHS)
    for item in each.items:
        cells = _row(table, _WIDTHS)
        for cell, text in zip(cells, (str(item.number), f"{item.domain}: {item.title}", item.state), strict=False):
            _small(cell.paragraphs[0], text)
        if item.answer is None:
            _small(cells[3].paragraphs[0], LEFT_OPEN)
        else:
            _write(cells[3].paragraphs[0], notes, item.answer.pieces, _SMALL)
            cells[3].paragraphs[0].paragraph_format.space_after = Pt(0)
            for place, key in enumerate(item.answer.sections):
                if place:
                    _small(cells[4].paragraphs[0], ", ")
                _link(cells[4].paragraphs[0], legal(of.section(key).title), f"section_{key}")


def _add_query(document: WordDocument, marks: _Marks, note: Note) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.left_indent, paragraph.paragraph_format.first_line_indent = Cm(1), Cm(-1)
    paragraph.paragraph_format.space_after = Pt(3)
    run = paragraph.add_run(f"{note.number}\t")
    command = paragraph.add_run(legal(f"{note.command} | jq '{note.filter}'"))
    run.font.size = command.font.size = _SMALL
    command.font.name = "DejaVu Sans Mono"
    marks.begin(paragraph, f"query_{note.number}")
