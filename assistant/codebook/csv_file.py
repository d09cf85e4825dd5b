r"""Codebooks as csv, one row for each code.

Examples share a cell, divided by ` | ` or by line ends. Where an example itself holds one of `\`, `|` or a line end,
a `\` stands before it. A cell that a spreadsheet would take for a formula is written with a `'` before it, and read
without.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from assistant.codebook.drafts import COLUMNS, DraftCode, ReadCodebook, draft, plain, with_themes
from assistant.ingest import read_table
from store.errors import InvalidInputError

_SPECIAL = re.compile(r"[\\|\n]")
_ESCAPED = re.compile(r"\\([\\|\n])")
_SEPARATOR = re.compile(r"(?<=\s)\|(?=\s)|\n")
_FORMULA = re.compile(r"'*[=+\-@]")
_GUARDED = re.compile(r"'+[=+\-@]")
_SPELLINGS = {"color": "colour"}


def read_csv(path: Path) -> ReadCodebook:
    """The codes of a csv file; raises InvalidInputError with a sentence where it is no codebook."""
    table = read_table(path, COLUMNS)
    columns = {_column(heading): heading for heading in table.columns}
    if "name" not in columns:
        found = ", ".join(table.columns)
        msg = f"{path.name} has no column “name”; its columns are: {found}. Name the column that holds the codes so."
        raise InvalidInputError(msg)
    report = list(table.report)
    if unknown := [heading for column, heading in columns.items() if column not in COLUMNS]:
        report.append(f"Not read: the columns {', '.join(unknown)}.")
    given = [column for column in columns if column in COLUMNS]
    codes = []
    for row in table.rows:
        values = {column: _unguarded(row.cells[columns[column]]) for column in given}
        where = f"{path.name}, line {row.line},"
        codes.append(draft(values, split_examples(values.get("examples", "")), where=where, given=given, report=report))
    if not codes:
        msg = f"{path.name} names columns but holds no code; add a row for each code."
        raise InvalidInputError(msg)
    return with_themes(codes, path.name, report)


def csv_text(codes: Iterable[DraftCode]) -> str:
    """A codebook as csv, to be read back by `read_csv` without loss."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for code in codes:
        cells = [code.name, code.parent or "", code.definition, code.include, code.exclude]
        writer.writerow([_guarded(cell) for cell in [*cells, join_examples(code.examples), code.colour]])
    return out.getvalue()


def join_examples(examples: Sequence[str]) -> str:
    """Examples as one cell."""
    return " | ".join(_SPECIAL.sub(r"\\\g<0>", example) for example in examples)


def split_examples(cell: str) -> list[str]:
    """The examples of one cell."""
    hidden: list[str] = []

    def hide(found: re.Match[str]) -> str:
        hidden.append(found[1])
        return "\0"

    masked = _ESCAPED.sub(hide, plain(cell).replace("\0", " "))
    parts = _SEPARATOR.split(f" {masked} ")
    back = iter(hidden)
    return [re.sub("\0", lambda _: next(back), part).strip() for part in parts]


def _column(heading: str) -> str:
    folded = heading.strip().casefold()
    return _SPELLINGS.get(folded, folded)


def _guarded(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if _GUARDED.match(cell) else cell
