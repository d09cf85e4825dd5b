"""The parts of a report that list what was coded: the codebook as a tree, quotes by theme, and the matrix."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from assistant.exchange.basis_quotes import line_of, stretches_of
from assistant.exchange.outgoing import Outgoing
from assistant.exchange.quote_lines import QuoteLine
from assistant.exchange.study_tables import matrix_table
from store.values import Code, Coding

_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}\Z")
_SHADES = 5


@dataclass(frozen=True, slots=True)
class CodeInTree:
    """A code with what it says, how often it was given in how many interviews, and the codes below it.

    `whole` is the number of codings of it and of everything below it.
    """

    code: Code
    colour: str
    codings: int
    interviews: int
    whole: int
    below: tuple["CodeInTree", ...]


@dataclass(frozen=True, slots=True)
class QuotesOfCode:
    """The quotes of one code, each with a number of its own in the report."""

    guid: str
    name: str
    quotes: tuple[tuple[int, QuoteLine], ...]


@dataclass(frozen=True, slots=True)
class QuotesOfTheme:
    """A theme, or a code without one, with the quotes of its codes; `count` stretches, each counted once."""

    guid: str
    name: str
    count: int
    codes: tuple[QuotesOfCode, ...]


@dataclass(frozen=True, slots=True)
class Shaded:
    """A cell of the matrix: what stands in it, and how dark it is, from 0 to 5."""

    text: str
    shade: int


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A code with its cells in the order of the interviews."""

    name: str
    theme: str
    cells: tuple[Shaded, ...]
    codings: int
    interviews: int


def code_tree(out: Outgoing) -> tuple[CodeInTree, ...]:
    """The codebook as it is nested, every code with its own codings."""
    codings = Counter(coding.code for coding in out.codings)
    spread = Counter(code for code, _ in {(coding.code, coding.interview) for coding in out.codings})

    def nested(parent: str | None) -> tuple[CodeInTree, ...]:
        return tuple(
            CodeInTree(
                code,
                code.colour if _COLOUR.match(code.colour) else "",
                codings[code.guid],
                spread[code.guid],
                sum(codings[guid] for guid in out.codebook.family(code.guid)),
                nested(code.guid),
            )
            for code in out.codebook.codes
            if code.parent == parent
        )

    return nested(None)


def themes(out: Outgoing) -> tuple[QuotesOfTheme, ...]:
    """The themes at the top with the quotes of everything below them, code by code; empty ones are left out."""
    stretches, numbers = stretches_of(out), count(1)
    lines = [line_of(out, here) for here in stretches]
    by_code, tops = _by_code(stretches), out.codebook.tops
    order = dict.fromkeys((*tops, *by_code))
    found: dict[str, list[QuotesOfCode]] = {}
    counted: dict[str, set[int]] = {}
    for guid in order:
        rows = by_code.get(guid, ())
        if rows:
            top, quotes = tops.get(guid, guid), tuple((next(numbers), lines[row]) for row in rows)
            found.setdefault(top, []).append(QuotesOfCode(guid, out.names.get(guid, guid), quotes))
            counted.setdefault(top, set()).update(rows)
    return tuple(
        QuotesOfTheme(top, out.names.get(top, top), len(counted[top]), tuple(codes)) for top, codes in found.items()
    )


def _by_code(stretches: Sequence[Sequence[Coding]]) -> Mapping[str, Sequence[int]]:
    """By code, the rows of the stretches that have it."""
    found: dict[str, list[int]] = {}
    for row, here in enumerate(stretches):
        for code in dict.fromkeys(coding.code for coding in here):
            found.setdefault(code, []).append(row)
    return found


def matrix(out: Outgoing) -> tuple[MatrixRow, ...]:
    """The codes that count with their numbers in each interview, shaded by size."""
    table = matrix_table(out)
    rows = table.rows
    counts = [cell for row in rows for cell in row[2:-2] if isinstance(cell, int)]
    most = max(counts, default=0)
    return tuple(
        MatrixRow(
            str(row[0]),
            str(row[1]),
            tuple(_shaded(cell, most) for cell in row[2:-2]),
            int(str(row[-2])),
            int(str(row[-1])),
        )
        for row in rows
    )


def _shaded(cell: object, most: int) -> Shaded:
    if not isinstance(cell, int):
        return Shaded("", 0)
    return Shaded(str(cell), -(-cell * _SHADES // most) if most else 0)
