"""Tables as they stand in files, before anybody knows which column is which."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from store.errors import InvalidInputError

_DELIMITERS = (",", ";", "\t", "|")
_STATED = re.compile(r"sep=([,;\t|])\s*[\r\n]", re.IGNORECASE)
"""The line by which a spreadsheet may say what separates the cells."""
_LONGEST_CELL = 1_000_000
_MOST_ROWS = 200_000
_MOST_COLUMNS = 200
_SEEN_FIRST = 50
_EVEN = 0.5
_NEVER = "\x1f"
"""Separates nothing: the file is one column."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell shows, and the milliseconds it means where its kind says that it is a time."""

    text: str
    ms: int | None = None


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row that holds anything, and its number in the file."""

    number: int
    cells: tuple[Cell, ...]

    def at(self, column: int | None) -> Cell:
        """The cell in a column; an empty one where the row is shorter."""
        return self.cells[column] if column is not None and column < len(self.cells) else _EMPTY


@dataclass(frozen=True, slots=True)
class Grid:
    """The filled rows of one table."""

    rows: tuple[GridRow, ...]

    @property
    def width(self) -> int:
        """How many columns the widest row has."""
        return max((len(row.cells) for row in self.rows), default=0)


_EMPTY = Cell("")


def csv_grid(text: str, name: str, *, tabs: bool = False) -> Grid:
    """The rows of a csv text, whatever separates its cells; with `tabs`, of a tsv text.

    Raises InvalidInputError where quotation marks are broken or there are too many rows.
    """
    stated = _STATED.match(text)
    if stated:
        text = "\n" + text[stated.end() :]
    delimiter = "\t" if tabs else stated[1] if stated else _delimiter(text)
    try:
        records = _records(text, delimiter, csv.QUOTE_MINIMAL, name)
    except InvalidInputError:
        if delimiter != "\t":
            raise
        records = _records(text, delimiter, csv.QUOTE_NONE, name)
    return grid_of(((number, [Cell(cell.strip()) for cell in cells]) for number, cells in records), name)


def grid_of(rows: Iterable[tuple[int, list[Cell]]], name: str) -> Grid:
    """The rows that hold anything, without empty cells at their ends."""
    kept: list[GridRow] = []
    for number, cells in rows:
        while cells and not cells[-1].text:
            cells.pop()
        if not cells:
            continue
        if len(cells) > _MOST_COLUMNS:
            msg = f"{name} has {len(cells):,} columns at row {number}, too many for a transcript; keep those you need."
            raise InvalidInputError(msg)
        if len(kept) == _MOST_ROWS:
            msg = f"{name} has more than {_MOST_ROWS:,} filled rows, too many for a transcript; split it."
            raise InvalidInputError(msg)
        kept.append(GridRow(number, tuple(cells)))
    return Grid(tuple(kept))


def _records(text: str, delimiter: str, quoting: Literal[0, 3], name: str) -> list[tuple[int, list[str]]]:
    csv.field_size_limit(_LONGEST_CELL)
    strict = quoting != csv.QUOTE_NONE
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict, quoting=quoting)
    try:
        return [(reader.line_num, cells) for cells in reader]
    except csv.Error as error:
        msg = f"{name} cannot be read as a table at line {reader.line_num} ({error}); look at its quotation marks."
        raise InvalidInputError(msg) from error


def _delimiter(text: str) -> str:
    """The separator by which most of the first rows have the same number of cells, more than one."""

    def evenness(delimiter: str) -> tuple[float, int]:
        reader = csv.reader(io.StringIO(text[: _LONGEST_CELL // 10], newline=""), delimiter=delimiter)
        widths: Sequence[int] = []
        try:
            widths = [len(cells) for _, cells in zip(range(_SEEN_FIRST), reader, strict=False) if any(cells)]
        except csv.Error:
            return 0, 0
        if not widths:
            return 0, 0
        width, often = Counter(widths).most_common(1)[0]
        return (often / len(widths), width) if width > 1 else (0, 0)

    best = max(_DELIMITERS, key=evenness)
    return best if evenness(best)[0] >= _EVEN else _NEVER
