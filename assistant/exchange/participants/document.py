"""A pack as a Word document: a table for each passage, with fields to write in and boxes to tick.

Every row says in its first cell what it is for, so that comments are found again whatever program the file went
through; the fields of Word are only easier to fill.
"""

import io
from collections.abc import Iterable, Sequence

from docx import Document
from docx.document import Document as WordDocument
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from lxml import etree

from assistant.exchange.participants.pack import Meaning, Pack, Theme
from assistant.exchange.participants.passages import Line, Passage, Who
from assistant.exchange.participants.questions import (
    ALL,
    ANSWERS,
    OFF,
    ON,
    PLACEHOLDER,
    SAID_BY_A_MODEL,
    TITLE,
    comment_label,
    elsewhere,
    passage_key,
    passage_label,
    passages,
    quoting_label,
    theme_heading,
    theme_key,
)
from assistant.exchange.quote_lines import legal

_GREY = RGBColor(0x50, 0x50, 0x50)
_LEFT, _RIGHT = Cm(3.9), Cm(12.1)
_ROOM = Cm(2.0)
"""For a comment by hand, at least."""
_W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_BOX_FONT = "MS Gothic"


def pack_as_docx(pack: Pack) -> bytes:
    """The document as the bytes of a `.docx` file, whose properties name nobody."""
    document = Document()
    _make_neutral(document)
    document.add_heading(TITLE, 1)
    for part in pack.greeting:
        document.add_paragraph(legal(part))
    _add_overview(document, pack.themes)
    for theme in pack.themes:
        _add_theme(document, theme)
    document.add_heading("Before you send this back", 2)
    table = _table(document)
    _add_comment(table, ALL)
    _add_answers(table, ALL)
    document.add_paragraph()
    code = document.add_paragraph()
    _grey(code.add_run(f"Please leave this line as it is, it tells us which file came back: {pack.token}"))
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


def _make_neutral(document: WordDocument) -> None:
    properties = document.core_properties
    properties.title, properties.author, properties.comments = TITLE, "", ""
    properties.last_modified_by = properties.keywords = properties.subject = properties.category = ""
    section = document.sections[0]
    section.left_margin = section.right_margin = Cm(2.4)
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)


def _add_overview(document: WordDocument, themes: Sequence[Theme]) -> None:
    document.add_heading("What you speak of", 2)
    for theme in themes:
        document.add_paragraph(
            legal(f"{theme_heading(theme.number, theme.meaning.name)} – {passages(theme.count)}"), style="List Bullet"
        )


def _add_theme(document: WordDocument, theme: Theme) -> None:
    document.add_heading(legal(theme_heading(theme.number, theme.meaning.name)), 2)
    if theme.meaning.definition:
        document.add_paragraph(legal(theme.meaning.definition))
    for meaning in theme.codes:
        _add_meaning(document, meaning)
    for passage in theme.passages:
        _add_passage(document, passage)
    if theme.also:
        document.add_paragraph(elsewhere(theme.also))
    if theme.said:
        document.add_paragraph(SAID_BY_A_MODEL).paragraph_format.keep_with_next = True
        for sentence in theme.said:
            document.add_paragraph(legal(sentence), style="List Bullet")
    _add_comment(_table(document), theme_key(theme.number))
    document.add_paragraph()


def _add_meaning(document: WordDocument, meaning: Meaning) -> None:
    paragraph = document.add_paragraph(style="List Bullet")
    paragraph.add_run(legal(meaning.name)).bold = True
    if meaning.definition:
        paragraph.add_run(legal(f": {meaning.definition}"))


def _add_passage(document: WordDocument, passage: Passage) -> None:
    table = _table(document)
    key = passage_key(passage.number)
    if passage.before:
        _add_lines(table, "Said before", passage.before, grey=True)
    _add_lines(table, passage_label(passage.number), passage.lines, grey=False)
    if passage.after:
        _add_lines(table, "Said after", passage.after, grey=True)
    _row(table, "We read it as")[1].paragraphs[0].add_run(legal(", ".join(passage.codes)))
    _add_comment(table, key)
    _add_answers(table, key)
    _hold_together(table)
    document.add_paragraph()


def _table(document: WordDocument) -> Table:
    table: Table = document.add_table(rows=0, cols=2, style="Table Grid")
    table.autofit = False
    for column, width in zip(table.columns, (_LEFT, _RIGHT), strict=True):
        column.width = width
    return table


def _row(table: Table, label: str) -> tuple[_Cell, _Cell]:
    row = table.add_row()  # type: ignore[no-untyped-call]
    cells = row.cells[0], row.cells[1]
    for cell, width in zip(cells, (_LEFT, _RIGHT), strict=True):
        cell.width = width
    _grey(cells[0].paragraphs[0].add_run(label))
    properties = row._tr.get_or_add_trPr()  # noqa: SLF001 - python-docx has no word for a row that is not broken
    properties.append(OxmlElement("w:cantSplit"))
    for paragraph in (cells[0].paragraphs[0], cells[1].paragraphs[0]):
        paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(3)
    return cells


def _hold_together(table: Table) -> None:
    """Keep the rows of a passage on one page, where they fit on one."""
    for row in table.rows[:-1]:
        row.cells[0].paragraphs[0].paragraph_format.keep_with_next = True


def _add_lines(table: Table, label: str, lines: Sequence[Line], *, grey: bool) -> None:
    _, cell = _row(table, label)
    for line, paragraph in zip(lines, _paragraphs(cell), strict=False):
        named = grey or len(lines) > 1
        run = paragraph.add_run(legal(f"{line.who}: {line.text}" if named else line.text))
        if grey:
            _grey(run)
        else:
            run.bold = line.who is Who.SELF


def _paragraphs(cell: _Cell) -> Iterable[Paragraph]:
    """The cell's own paragraph, then as many new ones as are asked for."""
    yield cell.paragraphs[0]
    while True:
        paragraph = cell.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(2)
        yield paragraph


def _grey(run: object) -> None:
    run.font.size, run.font.color.rgb = Pt(9.5), _GREY  # type: ignore[attr-defined]


def _add_comment(table: Table, key: str) -> None:
    label = comment_label(key)
    _, cell = _row(table, label)
    table.rows[-1].height = _ROOM
    cell.paragraphs[0]._p.addprevious(_field(label, f"comment-{key}"))  # noqa: SLF001 - fields are XML to python-docx


def _add_answers(table: Table, key: str) -> None:
    label = quoting_label(key)
    _, cell = _row(table, label)
    for (name, text), paragraph in zip(ANSWERS.items(), _paragraphs(cell), strict=False):
        paragraph._p.append(_box(f"{label} {text}", f"quote-{key}-{name}"))  # noqa: SLF001 - as above
        paragraph.add_run(f" {text}")


def _field(label: str, tag: str) -> etree._Element:
    """A field for paragraphs of text that shows what to do until something is written."""
    return _element(
        f"<w:sdt><w:sdtPr><w:alias/><w:tag/><w:showingPlcHdr/></w:sdtPr><w:sdtContent><w:p><w:r>"
        f"<w:rPr><w:color w:val='606060'/></w:rPr><w:t>{PLACEHOLDER}</w:t></w:r></w:p></w:sdtContent></w:sdt>",
        label,
        tag,
    )


def _box(label: str, tag: str) -> etree._Element:
    """A box that is ticked by a click."""
    font = f"w:ascii='{_BOX_FONT}' w:eastAsia='{_BOX_FONT}' w:hAnsi='{_BOX_FONT}' w:hint='eastAsia'"
    states = "".join(
        f"<w14:{name} w14:val='{ord(sign):04X}' w14:font='{_BOX_FONT}'/>"
        for name, sign in (("checkedState", ON), ("uncheckedState", OFF))
    )
    return _element(
        f"<w:sdt><w:sdtPr><w:alias/><w:tag/><w14:checkbox><w14:checked w14:val='0'/>{states}</w14:checkbox></w:sdtPr>"
        f"<w:sdtContent><w:r><w:rPr><w:rFonts {font}/></w:rPr><w:t>{OFF}</w:t></w:r></w:sdtContent></w:sdt>",
        label,
        tag,
    )


def _element(xml: str, label: str, tag: str) -> etree._Element:
    declared = xml.replace("<w:sdt>", f"<w:sdt xmlns:w='{_W}' xmlns:w14='{_W14}'>", 1)
    element: etree._Element = parse_xml(declared)
    properties = element[0]
    properties[0].set(qn("w:val"), label)
    properties[1].set(qn("w:val"), tag)
    return element
