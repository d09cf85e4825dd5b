"""Attributes of interviews from a table: one row for each interview, one column for each attribute."""

from pathlib import Path

from assistant.ingest.tables import read_table
from store.errors import InvalidInputError

_LABEL_COLUMNS = ("interview", "label", "case")


def read_attributes(path: Path) -> dict[str, dict[str, str]]:
    """Interview label → attributes; the label stands in a column named for it, or else in the first.

    Empty cells set nothing. Raises InvalidInputError where a row has no label or two rows have the same.
    """
    table = read_table(path, _LABEL_COLUMNS)
    named = {column.casefold(): column for column in table.columns}
    label_column = next((named[name] for name in _LABEL_COLUMNS if name in named), table.columns[0])
    found: dict[str, dict[str, str]] = {}
    for row in table.rows:
        label = row.cells[label_column]
        if not label or label in found:
            problem = f"names {label} a second time" if label else "names no interview"
            msg = f"{path.name} {problem} at line {row.line}; give each interview one row."
            raise InvalidInputError(msg)
        found[label] = {column: cell for column, cell in row.cells.items() if cell and column != label_column}
    if not found:
        msg = f"{path.name} holds column names but no interview; add a row for each."
        raise InvalidInputError(msg)
    return found
