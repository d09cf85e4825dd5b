"""From a figure to the text behind it: the units on which coders differ, and what each of them did there."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from assistant.agreement.reading import Mark
from assistant.agreement.units import UNKNOWN, Unit, Units
from store.values import Decision, Segment, Span


@dataclass(frozen=True, slots=True)
class Side:
    """What one coder did with the code in a unit: their codings that touch it, where they gave it.

    `chance` is the machine's probability, where the side is its.
    """

    coder: str
    gave: bool
    codings: tuple[Decision, ...] = ()
    chance: float | None = None

    @property
    def memos(self) -> tuple[str, ...]:
        """What the coder noted on their codings here."""
        return tuple(coding.memo for coding in self.codings if coding.memo)


@dataclass(frozen=True, slots=True)
class Differing:
    """A unit on which coders differ; `segment` is its first one, `span` the whole unit in its interview's text."""

    segment: Segment
    span: Span
    sides: tuple[Side, ...]


def differing(
    units: Units,
    codes: Collection[int],
    segments: Sequence[Segment],
    marks: Sequence[Mark],
    chances: Mapping[int, NDArray[np.float64]] | None = None,
) -> tuple[Differing, ...]:
    """The units on which the coders differ about any of these codes (by number) taken together, in study order.

    Characters that lie beside each other in one segment and on which the sides are the same count as one stretch.
    `segments` are those that `units.row` numbers, `marks` the codings that may be told of.
    """
    rated = units.ratings[list(codes)].max(axis=0)
    split = (rated.max(axis=0) == 1) & (rated.min(axis=0) == 0)
    wanted: dict[int, list[Mark]] = {}
    for mark in marks:
        if mark.code in codes:
            wanted.setdefault(mark.decision.transcript_id, []).append(mark)
    found = []
    for at in _together(units, rated, np.flatnonzero(split).tolist()):
        segment = segments[int(units.row[at[0]])]
        span = Span(int(units.start[at[0]]), int(units.end[at[-1]]))
        here = [m for m in wanted.get(segment.transcript_id, ()) if m.decision.span.overlaps(span)]
        sides = [
            _side(units, number, int(rated[number, at[0]]), here, _likeliest(chances, codes, at[0]))
            for number in range(len(units.coders))
            if rated[number, at[0]] != UNKNOWN
        ]
        found.append(Differing(segment, span, tuple(sides)))
    return tuple(found)


def _together(units: Units, rated: NDArray[np.int8], chosen: Sequence[int]) -> list[list[int]]:
    """Each unit by itself; stretches of characters that belong together as one."""
    if units.kind is not Unit.CHARACTER:
        return [[unit] for unit in chosen]
    number = 0
    numbers = []
    for before, unit in zip([None, *chosen], chosen, strict=False):
        if before is None or not _continues(units, rated, before, unit):
            number += 1
        numbers.append((number, unit))
    return [[unit for _, unit in group] for _, group in groupby(numbers, key=lambda pair: pair[0])]


def _continues(units: Units, rated: NDArray[np.int8], before: int, unit: int) -> bool:
    same = units.row[before] == units.row[unit] and units.end[before] == units.start[unit]
    return bool(same and (rated[:, before] == rated[:, unit]).all())


def _side(units: Units, number: int, rating: int, here: Sequence[Mark], chance: float | None) -> Side:
    machine = chance is not None and number == len(units.coders) - 1
    codings = tuple(mark.decision for mark in here if mark.coder == number)
    return Side(units.coders[number], rating == 1, codings if rating == 1 else (), chance if machine else None)


def _likeliest(chances: Mapping[int, NDArray[np.float64]] | None, codes: Collection[int], unit: int) -> float | None:
    if chances is None:
        return None
    return max((float(chances[code][unit]) for code in codes if code in chances), default=None)
