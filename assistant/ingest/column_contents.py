"""What the cells of a column have in common."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from assistant.ingest.grids import Cell, GridRow
from assistant.ingest.labels import is_known
from assistant.ingest.table_times import clock, number

_LONGEST_NAME = 40
_MOST_NAME_WORDS = 4


def share(cells: Sequence[Cell], holds: Callable[[Cell], bool]) -> float:
    """Of how many of the cells something holds, between 0 and 1."""
    return sum(map(holds, cells)) / len(cells) if cells else 0.0


def mean_length(rows: Sequence[GridRow], at: int) -> float:
    """Characters in a cell of the column, empty ones counted."""
    return sum(len(row.at(at).text) for row in rows) / max(1, len(rows))


def is_time(cell: Cell) -> bool:
    """Whether a cell is written as a time."""
    return cell.ms is not None or clock(cell.text) is not None


def is_number(cell: Cell) -> bool:
    """Whether a cell may be a time, written as a number."""
    return cell.ms is None and number(cell.text) is not None


def is_words(cell: Cell) -> bool:
    """Whether a cell may be speech."""
    return not is_time(cell) and any(map(str.isalpha, cell.text))


def is_name(text: str) -> bool:
    """Whether a text may be a speaker's name."""
    words = text.split()
    written = len(text) <= _LONGEST_NAME and len(words) <= _MOST_NAME_WORDS and not words[0][0].islower()
    return written or is_known(text)


def only_counts(cells: Sequence[Cell]) -> bool:
    """Whether a column only numbers the rows."""
    values = [number(cell.text) for cell in cells]
    return len(values) > 1 and all(a is not None and b == a + 1 for a, b in pairwise(values))


def time_of(cell: Cell) -> float | None:
    """A number that grows with the time in a cell; only cells of one column can be compared."""
    if cell.ms is not None:
        return cell.ms
    found = clock(cell.text)
    return found[0] if found else number(cell.text)
