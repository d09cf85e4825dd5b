"""Tables in csv files, whatever separates their cells."""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.ingest.decoding import read_text
from store.errors import InvalidInputError

_DELIMITERS = (",", ";", "\t")
_STATED = re.compile(r"sep=([,;\t])\s*[\r\n]", re.IGNORECASE)
"""The line by which a spreadsheet may say what separates the cells."""
_LONGEST_CELL = 1_000_000


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the number of the line on which it ends, and its cells by column, stripped."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class CsvTable:
    """The columns as they are headed, the rows that hold anything, and what had to be guessed."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    report: tuple[str, ...]


def read_table(path: Path, expected: Sequence[str] = ()) -> CsvTable:
    """Read a csv file; `expected` column names help to tell what separates the cells.

    Raises InvalidInputError where the file is no table, or a row has more cells than there are columns.
    """
    text, report = read_text(path)
    stated = _STATED.match(text)
    delimiter = stated[1] if stated else _delimiter(text, expected)
    # The line stays as an empty one, so that the lines after it keep their numbers.
    records = _records("\n" + text[stated.end() :] if stated else text, delimiter, path)
    return table_of(records, path, report)


def table_of(records: Sequence[tuple[int, list[str]]], path: Path, report: Sequence[str] = ()) -> CsvTable:
    """The table in numbered rows of stripped cells, the first filled one of which names the columns.

    Raises InvalidInputError where there is none, or a row has more cells than there are columns.
    """
    filled = [(line, cells) for line, cells in records if any(cells)]
    if not filled:
        msg = f"{path.name} holds no table; its first row must name the columns."
        raise InvalidInputError(msg)
    columns = _columns(filled[0][1], path)
    width = len(filled[0][1])
    rows = tuple(Row(line, _by_column(cells, columns, width, line, path)) for line, cells in filled[1:])
    return CsvTable(tuple(column for column in columns if column), rows, tuple(report))


def _records(text: str, delimiter: str, path: Path) -> list[tuple[int, list[str]]]:
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    except csv.Error as error:
        msg = f"{path.name} cannot be read as csv at line {reader.line_num} ({error}); look at its quotation marks."
        raise InvalidInputError(msg) from error


def _delimiter(text: str, expected: Sequence[str]) -> str:
    """The separator that finds most of the expected columns in the first line, or else most columns."""
    head = text.lstrip().splitlines()[0] if text.strip() else ""
    wanted = {name.casefold() for name in expected}

    def found(delimiter: str) -> tuple[int, int]:
        cells = next(csv.reader([head], delimiter=delimiter), [])
        return sum(cell.strip().casefold() in wanted for cell in cells), len(cells)

    return max(_DELIMITERS, key=found)


def _columns(cells: Sequence[str], path: Path) -> list[str]:
    columns = list(cells)
    while columns and not columns[-1]:
        columns.pop()
    folded = Counter(column.casefold() for column in columns if column)
    if double := [column for column in columns if folded[column.casefold()] > 1]:
        msg = f"{path.name} has two columns named “{double[0]}”; rename one of them."
        raise InvalidInputError(msg)
    return columns


def _by_column(cells: Sequence[str], columns: Sequence[str], width: int, line: int, path: Path) -> dict[str, str]:
    unheaded = any(cells[len(columns) :]) or any(c for c, column in zip(cells, columns, strict=False) if not column)
    if unheaded or len(cells) > width:
        msg = (
            f"{path.name} has more cells at line {line} than columns in its first row; "
            "put text that holds the separator in quotation marks."
        )
        raise InvalidInputError(msg)
    padded = [*cells, *[""] * (len(columns) - len(cells))]
    return {column: cell for column, cell in zip(columns, padded, strict=False) if column}
