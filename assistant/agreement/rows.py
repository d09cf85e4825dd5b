"""One row of figures for each code, each theme, and all of them pooled."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.agreement.counts import Counts, counts_of
from assistant.agreement.nominal import Nominal, agreement_from
from assistant.agreement.units import UNKNOWN, Ratings, Units
from store.values import Codebook

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Line:
    """What a row of figures is about: a code, or a theme with all codes (by number) that count for it."""

    guid: str
    name: str
    codes: tuple[int, ...]


def lines_of_codes(codebook: Codebook, units: Units) -> tuple[Line, ...]:
    """A line for each code; a theme has one of its own only where somebody coded with the theme itself."""
    themes = {theme.guid for theme in codebook.themes}
    given = (units.ratings == 1).any(axis=(1, 2))
    return tuple(
        Line(code.guid, code.name, (number,))
        for number, code in enumerate(codebook.codes)
        if code.guid not in themes or given[number]
    )


def lines_of_themes(codebook: Codebook) -> tuple[Line, ...]:
    """A line for the top of every branch, as in saturation: a theme has what any code below it has."""
    names = {code.guid: code.name for code in codebook.codes}
    tops = codebook.tops
    members: dict[str, list[int]] = {}
    for number, code in enumerate(codebook.codes):
        members.setdefault(tops[code.guid], []).append(number)
    return tuple(Line(guid, names[guid], tuple(numbers)) for guid, numbers in members.items())


def looked_for_by_all(units: Units) -> Ratings:
    """The ratings (codes, coders, units) of codes that every coder could have used on a unit; -1 for all of them else.

    So that a code which only one of them had in view is neither agreement nor disagreement, of a theme either.
    """
    unknown = (units.ratings == UNKNOWN).any(axis=1, keepdims=True)
    return np.where(unknown, UNKNOWN, units.ratings).astype(np.int8)


def ratings_of(complete: Ratings, lines: Sequence[Line]) -> Ratings:
    """Ratings (lines, coders, units): given where any of the line's codes is, unknown where none was looked for."""
    if not lines:
        return complete[:0]
    if all(len(line.codes) == 1 for line in lines):
        return complete[[line.codes[0] for line in lines]]
    return np.stack([complete[list(line.codes)].max(axis=0) for line in lines])


def counts(units: Units, ratings: Ratings, only: Mask | None = None) -> Counts:
    """Their sums by interview; with `only` (units,), of these units alone."""
    if only is None:
        return counts_of(ratings, units.interview, sizes=units.size)
    return counts_of(ratings[:, :, only], units.interview[only], sizes=units.size[only])


def coded_by_anybody(ratings: Ratings) -> Mask:
    """The units (units,) that at least one coder gave any of the codes."""
    return np.asarray((ratings == 1).any(axis=(0, 1)), np.bool_)


def pairs(units: Units, ratings: Ratings) -> list[tuple[tuple[str, str], Nominal]]:
    """For each pair of coders, their agreement over all lines pooled."""
    found = []
    for one in range(len(units.coders)):
        for other in range(one + 1, len(units.coders)):
            (nominal,) = agreement_from(counts(units, ratings[:, [one, other]]).pooled())
            found.append(((units.coders[one], units.coders[other]), nominal))
    return found
