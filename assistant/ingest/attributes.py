"""Case tables: one row for each interview, which it names by label or file, and one column for each attribute."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.ingest.tables import CsvTable, Row, read_table, table_of
from assistant.ingest.xlsx_cells import xlsx_rows
from store.errors import InvalidInputError

TABLES = (".csv", ".tsv", ".xlsx", ".xlsm")
"""The endings of files that can be case tables."""

_LABEL_COLUMNS = ("interview", "label", "case")
_FILE_COLUMNS = ("file", "filename", "file name", "file_name", "datei", "dateiname", "fichier", "archivo")


@dataclass(frozen=True, slots=True)
class Case:
    """One row: its line, the label or file that names the interview, and its attributes; empty cells set nothing.

    `names` are what the interview may be found by; `label` is what it is to be called where the row also names a file.
    """

    line: int
    names: tuple[str, ...]
    attributes: dict[str, str]
    label: str = ""


@dataclass(frozen=True, slots=True)
class CaseTable:
    """The cases of a file, its attributes' names, and what had to be guessed to read it.

    `headed` says whether a column is headed as the one that names interviews; else it was the first.
    """

    name: str
    cases: tuple[Case, ...]
    attributes: tuple[str, ...]
    headed: bool
    report: tuple[str, ...] = ()


def read_case_table(path: Path, *, lenient: bool = False) -> CaseTable:
    """The case table in a csv, tsv or xlsx file.

    The label stands in a column named for it, the file in one named for it, or either in the first. Raises
    InvalidInputError where a row names no interview or two rows name the same; `lenient` passes over such rows.
    """
    table = _table(path)
    label, file = _column(table, _LABEL_COLUMNS), _column(table, _FILE_COLUMNS)
    keys = [column for column in (label, file) if column is not None] or [table.columns[0]]
    seen: dict[tuple[str, str], int] = {}
    rows = [(row, _problem(row, keys, seen, path.name)) for row in table.rows]
    if not lenient and (problem := next((said for _, said in rows if said), None)):
        raise InvalidInputError(problem)
    cases = tuple(_case(row, keys, label if file else None) for row, said in rows if not said)
    if not cases:
        msg = f"{path.name} holds column names but no interview; add a row for each."
        raise InvalidInputError(msg)
    attributes = tuple(column for column in table.columns if column not in keys)
    return CaseTable(path.name, cases, attributes, (label or file) is not None, table.report)


def read_attributes(path: Path) -> dict[str, dict[str, str]]:
    """What a case table calls each interview → its attributes."""
    return {case.names[0]: case.attributes for case in read_case_table(path).cases}


def _table(path: Path) -> CsvTable:
    ending = path.suffix.lower()
    if ending == ".xls":
        msg = f"{path.name} is an old Excel file; save it as xlsx or csv."
        raise InvalidInputError(msg)
    if ending in (".xlsx", ".xlsm"):
        return table_of(xlsx_rows(path), path)
    return read_table(path, (*_LABEL_COLUMNS, *_FILE_COLUMNS))


def _column(table: CsvTable, names: Sequence[str]) -> str | None:
    """The column that has one of these names, the earlier name first."""
    headed = {column.casefold(): column for column in table.columns}
    return next((headed[name] for name in names if name in headed), None)


def _problem(row: Row, keys: Sequence[str], seen: dict[tuple[str, str], int], where: str) -> str | None:
    given = {column: row.cells[column] for column in keys if row.cells[column]}
    if not given:
        return f"{where} names no interview at line {row.line}; give each interview one row."
    for column, cell in given.items():
        if seen.setdefault((column, cell.casefold()), row.line) != row.line:
            return f"{where} names {cell} a second time at line {row.line}; give each interview one row."
    return None


def _case(row: Row, keys: Sequence[str], label: str | None) -> Case:
    names = tuple(row.cells[column] for column in keys if row.cells[column])
    attributes = {column: cell for column, cell in row.cells.items() if cell and column not in keys}
    return Case(row.line, names, attributes, row.cells[label] if label else "")
