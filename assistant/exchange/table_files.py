"""Tables → Excel, csv and Markdown: no text is a formula, numbers stay numbers, times are times (UTC)."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from unicodedata import east_asian_width

from assistant.exchange.markdown_text import in_cell
from assistant.exchange.quote_lines import defused, legal
from assistant.exchange.sheets_in_memory import begin_in_memory, saved_in_memory

Cell = str | int | float | datetime | None
"""A time has a zone; None is an empty cell."""
About = Sequence[tuple[str, str]]
"""What is said of a file: where its tables are from, as names and values."""

_LONGEST_CELL = 32_767
"""What a cell of Excel holds, in UTF-16 units."""
_MOST_ROWS = 1_048_576
_PLAIN_WIDTH, _ABOUT_WIDTHS = 16, (24, 100)
_WRAPPED = 24
"""From this width on, text is broken into lines within its cell."""
_A4 = 9
_LINE_HEIGHT, _HIGHEST_ROW = 15.0, 409.0
"""Points: of a line, and of the highest row that Excel shows."""
_MOMENT = "yyyy-mm-dd hh:mm"


@dataclass(frozen=True, slots=True)
class MadeFile:
    """The content of a file, and what it could not hold, in sentences."""

    content: bytes
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """The name of a column, and its width in characters where a spreadsheet shows it."""

    name: str
    width: int = _PLAIN_WIDTH


@dataclass(frozen=True, slots=True)
class Table:
    """A named table; a row is a `noun`, and the first `frozen` columns stay in sight."""

    name: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Cell]]
    noun: str = "row"
    frozen: int = 1


def as_csv(table: Table, about: About = ()) -> bytes:
    """UTF-8 with the mark by which Excel knows it and line ends as it writes them; what is said stands at the end."""
    held = io.StringIO()
    writer = csv.writer(held, lineterminator="\r\n")
    writer.writerow([defused(column.name) for column in table.columns])
    writer.writerows([_in_csv(cell) for cell in row] for row in table.rows)
    writer.writerows([defused(name), defused(value)] for name, value in about)
    return held.getvalue().encode("utf-8-sig")


def _in_csv(cell: Cell) -> Cell:
    if isinstance(cell, str):
        return defused(cell)
    if isinstance(cell, datetime):
        return f"{cell.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    return cell


def as_markdown(table: Table) -> str:
    """The table in the Markdown of GitHub and Pandoc."""
    names = [in_cell(column.name) for column in table.columns]
    rows = [[_in_markdown(cell) for cell in row] for row in table.rows]
    kinds = ["---:" if _is_number(table, at) else "---" for at in range(len(names))]
    return "\n".join(f"| {' | '.join(row)} |" for row in [names, kinds, *rows])


def _is_number(table: Table, at: int) -> bool:
    found = [row[at] for row in table.rows if row[at] is not None]
    return bool(found) and all(isinstance(cell, int | float) for cell in found)


def _in_markdown(cell: Cell) -> str:
    if isinstance(cell, str):
        return in_cell(cell)
    if isinstance(cell, datetime):
        return f"{cell.astimezone(UTC):%Y-%m-%d %H:%M}"
    return "" if cell is None else str(cell)


def as_xlsx(tables: Iterable[Table], about: About = (), about_name: str = "About") -> MadeFile:
    """A workbook with a sheet for each table, and what is said of them on the last one."""
    from openpyxl import Workbook

    book, notes = Workbook(write_only=True), list[str]()
    for table in tables:
        notes += _sheet(book.create_sheet(table.name), table)
    last = book.create_sheet(about_name)
    for letter, width in zip("AB", _ABOUT_WIDTHS, strict=True):
        last.column_dimensions[letter].width = width
    styles = _Styles(last)
    _lay_out(last)
    begin_in_memory(last)
    for number, (name, value) in enumerate(about, start=1):
        _set_height(last, number, [(value, _ABOUT_WIDTHS[1])])
        last.append([styles.cell(name, bold=True), styles.cell(value, wrapped=True)])
    return MadeFile(saved_in_memory(book), tuple(notes))


def _sheet(sheet: Any, table: Table) -> list[str]:
    """Fill a sheet; what it could not hold is returned in sentences."""
    from openpyxl.utils import get_column_letter

    for number, column in enumerate(table.columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    sheet.freeze_panes = f"{get_column_letter(table.frozen + 1)}2"
    kept = table.rows[: _MOST_ROWS - 1]
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.columns))}{len(kept) + 1}"
    _lay_out(sheet)
    sheet.print_title_rows = "1:1"
    styles = _Styles(sheet)
    begin_in_memory(sheet)
    _set_height(sheet, 1, [(column.name, column.width) for column in table.columns])
    sheet.append([styles.cell(column.name, bold=True, wrapped=True) for column in table.columns])
    widths = [column.width if column.width >= _WRAPPED else 0 for column in table.columns]
    for number, row in enumerate(kept, start=2):
        _set_height(sheet, number, zip(row, widths, strict=True))
        sheet.append([styles.cell(cell, wrapped=width > 0) for cell, width in zip(row, widths, strict=True)])
    return _cut(table, len(kept))


def _lay_out(sheet: Any) -> None:
    """Printed across the page, all columns on it side by side."""
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", _A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _set_height(sheet: Any, number: int, cells: Iterable[tuple[Cell, int]]) -> None:
    """As high as the lines of its text need, for LibreOffice shows one line of it else; a width of 0 breaks none."""
    lines = max((_lines(cell, width) for cell, width in cells if width and isinstance(cell, str)), default=1)
    if lines > 1:
        sheet.row_dimensions[number].height = min(lines * _LINE_HEIGHT, _HIGHEST_ROW)


def _lines(text: str, width: int) -> int:
    """How many lines of that many letters a text takes; a letter of East Asian scripts is as wide as two."""
    return sum(max(1, -(-_wide(line) // width)) for line in text.split("\n"))


def _wide(line: str) -> int:
    return len(line) if line.isascii() else sum(1 + (east_asian_width(letter) in "WF") for letter in line)


class _Styles:
    """Cells of a sheet; each look is worked out once, for to do so for every cell takes ten times as long."""

    def __init__(self, sheet: Any) -> None:
        from openpyxl.cell import WriteOnlyCell

        self._sheet = sheet
        self._made: Any = WriteOnlyCell
        self._looks: dict[tuple[bool, bool, bool], Any] = {}

    def cell(self, value: Cell, *, bold: bool = False, wrapped: bool = False) -> Any:
        """A cell of its kind; text alone is never a formula or an error, and no longer than a cell may be."""
        moment = isinstance(value, datetime)
        if isinstance(value, str):
            cell = self._made(self._sheet, fitting(defused(legal(value))))
            cell.data_type = "s"
        elif isinstance(value, datetime):
            cell = self._made(self._sheet, value.astimezone(UTC).replace(tzinfo=None))
        else:
            cell = self._made(self._sheet, value)
        cell._style = self._look(moment, bold, wrapped)  # noqa: SLF001 - openpyxl has no other door to a shared style
        return cell

    def _look(self, moment: bool, bold: bool, wrapped: bool) -> Any:
        key = (moment, bold, wrapped)
        if key not in self._looks:
            from openpyxl.styles import Alignment, Font

            model = self._made(self._sheet)
            model.alignment = Alignment(wrap_text=wrapped, vertical="top")
            if moment:
                model.number_format = _MOMENT
            if bold:
                model.font = Font(bold=True)
            self._looks[key] = model._style  # noqa: SLF001 - as above
        return self._looks[key]


def fitting(text: str) -> str:
    """As much of a text as a cell of Excel holds, which counts a letter beyond the first 65,536 as two."""
    if 2 * len(text) <= _LONGEST_CELL:
        return text
    return text.encode("utf-16-le")[: 2 * _LONGEST_CELL].decode("utf-16-le", "ignore")


def _cut(table: Table, kept: int) -> list[str]:
    """What is said of cells that are too long, and of rows that are too many."""
    notes = []
    long = sum(any(isinstance(cell, str) and _is_long(cell) for cell in row) for row in table.rows)
    if long:
        told = f"{long} {table.noun} is" if long == 1 else f"{long} {table.noun}s are"
        notes.append(
            f"{told} cut in the Excel file, whose cells hold {_LONGEST_CELL} characters; the other formats hold all."
        )
    if kept < len(table.rows):
        notes.append(
            f"The sheet {table.name} holds the first {kept} of {len(table.rows)} rows, for Excel has no more; the csv"
            " file holds all."
        )
    return notes


def _is_long(cell: str) -> bool:
    text = defused(legal(cell))
    return len(fitting(text)) < len(text)
