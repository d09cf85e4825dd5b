"""Krippendorff's family of alphas for units that carry one of several values: codes of a theme, or themes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.agreement.continua import Continua
from assistant.agreement.counts import Floats, Whole


@dataclass(frozen=True, slots=True)
class OfValue:
    """Agreement on one value, in text that has some value from both sides; `coverage` is the share of it that has."""

    alpha: float | None
    coverage: float | None


@dataclass(frozen=True, slots=True)
class ValuedUnits:
    """The family of Krippendorff et al. (2016); None where it cannot be estimated or does not apply.

    `u` asks for the same units with the same values, `binary` (|u) for the same text marked with any value, `cu` for
    the same values where coders marked the same text, which is the share `covered` of all pairs of characters;
    `per_value` is (k)u, in the order of the values. Where a coder gave two values to the same text (`overlapping`
    units), values do not exclude each other, and only `binary` is defined.
    """

    units: int
    overlapping: int
    u: float | None
    binary: float | None
    cu: float | None
    covered: float | None
    per_value: tuple[OfValue, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    """Units of all values on one line: their coder, value from 1, first and last; and the text read on it."""

    coders: int
    values: int
    begin: Whole
    end: Whole
    coder: Whole
    value: Whole
    first: Whole
    last: Whole


@dataclass(frozen=True, slots=True)
class _Coincidences:
    """Observed coincidences (values, values), 0 being no value; length² of units by value, whole and where met."""

    observed: Floats
    squares: Floats
    met_squares: Floats


def valued_units(continua: Continua, values: Sequence[Sequence[int]]) -> ValuedUnits:
    """The u-alphas of values, each the codes (by number) that stand for it.

    With a theme's codes as values this is the family behind what ATLAS.ti calls c-α-binary and cu-α, with themes as
    values its Cu-α; how ATLAS.ti itself computes them is not published.
    Krippendorff, Mathet, Bouvry & Widlöcher (2016, Quality & Quantity 50:2347); equations as in Krippendorff (2019,
    Content Analysis, 4th ed., section 12.6, eqs. 32 to 38). Raises ValueError where codes were looked for in
    different text.
    """
    line = _line(continua, values)
    overlapping = len(line.first) - len(_apart(line))
    binary = _alpha(_coincidences(_merged(line)))
    if overlapping:
        return ValuedUnits(len(line.first), overlapping, None, binary, None, None, (OfValue(None, None),) * len(values))
    found = _coincidences(line)
    some, total = found.observed[1:, 1:].sum(), found.observed.sum()
    return ValuedUnits(
        units=len(line.first),
        overlapping=0,
        u=_alpha(found),
        binary=binary,
        cu=_given_units(found),
        covered=float(some / total) if total else None,
        per_value=tuple(_of_value(found, value) for value in range(len(values))),
    )


def _line(continua: Continua, values: Sequence[Sequence[int]]) -> _Line:
    """The units of the codes, moved from each code's part of the line onto the first one's."""
    stretches = [np.flatnonzero(continua.row // max(1, continua.interviews) == code) for v in values for code in v]
    texts = [(continua.row[s] % max(1, continua.interviews), continua.end[s] - continua.begin[s]) for s in stretches]
    if any(len(a) != len(texts[0][0]) or (a != texts[0][0]).any() or (b != texts[0][1]).any() for a, b in texts):
        msg = "the codes were looked for in different text, so that their units cannot be laid side by side"
        raise ValueError(msg)
    onto = stretches[0] if stretches else np.zeros(0, np.int64)
    parts: list[list[Whole]] = [[], [], [], []]
    for value, own in zip(np.repeat(np.arange(len(values)), [len(v) for v in values]), stretches, strict=True):
        if not len(own):
            continue
        units = (continua.stretch >= own[0]) & (continua.stretch <= own[-1])
        shift = (continua.begin[onto] - continua.begin[own])[continua.stretch[units] - own[0]]
        columns = (
            continua.coder[units],
            np.full(units.sum(), value + 1),
            *(ends[units] + shift for ends in (continua.first, continua.last)),
        )
        for part, column in zip(parts, columns, strict=True):
            part.append(column)
    joined = [np.concatenate([np.zeros(0, np.int64), *part]) for part in parts]
    order = np.lexsort((joined[3], joined[2], joined[0]))
    coder, of, first, last = (column[order] for column in joined)
    line = _Line(continua.coders, len(values), continua.begin[onto], continua.end[onto], coder, of, first, last)
    return _merged(line, by_value=True)


def _merged(line: _Line, *, by_value: bool = False) -> _Line:
    """Overlapping units of a coder as one, of each value by itself or of all values as one value."""
    value = line.value if by_value else np.ones_like(line.value)
    kind = line.coder * (line.values + 1) + value
    order = np.lexsort((line.last, line.first, kind))
    reach = int(line.last.max(initial=0)) + 1
    first, last = (ends[order] + kind[order] * reach for ends in (line.first, line.last))
    so_far = np.maximum.accumulate(last)
    at = np.flatnonzero(np.append(True, first[1:] >= so_far[:-1])[: len(first)])
    lasts = so_far[np.append(at[1:], len(first)) - 1] if len(at) else so_far
    kept = order[at]
    ends = lasts - kind[kept] * reach
    again = np.lexsort((ends, line.first[kept], line.coder[kept]))
    kept = kept[again]
    values = line.values if by_value else 1
    return _Line(
        line.coders, values, line.begin, line.end, line.coder[kept], value[kept], line.first[kept], ends[again]
    )


def _apart(line: _Line) -> NDArray[np.intp]:
    """The units that begin at or after the end of all earlier ones of their coder."""
    shift = line.coder * (int(line.last.max(initial=0)) + 1)
    so_far = np.maximum.accumulate(line.last + shift)
    return np.flatnonzero(np.append(True, (line.first + shift)[1:] >= so_far[:-1])[: len(line.first)])


def _coincidences(line: _Line) -> _Coincidences:
    """Eq. 32: lengths of intersections over pairs of coders, from the sections in which nothing changes."""
    edges = np.unique(np.concatenate([line.begin, line.end, line.first, line.last]))
    at, size = edges[:-1], np.diff(edges).astype(np.float64)
    stretch = np.searchsorted(line.begin, at, "right") - 1
    read = at < line.end[stretch] if len(line.end) else np.zeros(len(at), bool)
    at, size = at[read], size[read]
    given = np.zeros((line.coders, len(at)), np.int64)
    which = np.full((line.coders, len(at)), -1)
    for coder in range(line.coders):
        own = np.flatnonzero(line.coder == coder)
        near = np.searchsorted(line.first[own], at, "right") - 1
        inside = (near >= 0) & (at < line.last[own][near]) if len(own) else np.zeros(len(at), bool)
        which[coder, inside] = own[near[inside]]
        given[coder, inside] = line.value[which[coder, inside]]
    return _Coincidences(_crossed(given, size, line), *_squares(given, size, which, line))


def _crossed(given: Whole, size: Floats, line: _Line) -> Floats:
    k = line.values + 1
    table = np.zeros((k, k))
    for i in range(line.coders):
        for j in range(i + 1, line.coders):
            table += np.bincount(given[i] * k + given[j], size, k * k).reshape(k, k)
    found: Floats = (table + table.T) / (line.coders - 1)
    return found


def _squares(given: Whole, size: Floats, which: Whole, line: _Line) -> tuple[Floats, Floats]:
    """Self-pairing by value (eqs. 33, 37): length² of units, of text without value its length.

    Of units met by other coders' units, the length is what they add to the coincidences of valued text; for three
    coders or more this reading gives the published .724 of the book's example.
    """
    others = (given > 0).sum(axis=0) - (given > 0)
    met = np.zeros(len(line.first))
    for coder in range(line.coders):
        inside = which[coder] >= 0
        weights = (others[coder] * size)[inside] / (line.coders - 1)
        met += np.bincount(which[coder, inside], weights, len(line.first))
    length = (line.last - line.first).astype(np.float64)
    squares = np.bincount(line.value, length**2, line.values + 1)
    squares[0] = ((given == 0) * size).sum()
    return squares.astype(np.float64), np.bincount(line.value, met**2, line.values + 1).astype(np.float64)


def _expected(observed: Floats, squares: Floats) -> Floats:
    """Eqs. 33 and 37: what would coincide by chance, no unit paired with itself."""
    total = observed.sum()
    below = total - squares.sum() / total if total else 0
    if below <= 0:
        return np.zeros_like(observed)
    by_chance: Floats = (np.outer(observed.sum(axis=1), observed.sum(axis=0)) - np.diag(squares)) / below
    return by_chance


def _alpha(found: _Coincidences) -> float | None:
    """Eq. 34: 1 - observed / expected, everything off the diagonal; eq. 35 where all values are one."""
    return _beyond(found.observed, _expected(found.observed, found.squares))


def _given_units(found: _Coincidences) -> float | None:
    """Eqs. 36 and 37: text with a value from both sides only."""
    observed = found.observed[1:, 1:]
    return _beyond(observed, _expected(observed, found.met_squares[1:]))


def _of_value(found: _Coincidences, value: int) -> OfValue:
    """Eq. 38: one value against the others, in text with a value from both sides."""
    observed = found.observed[1:, 1:]
    expected = _expected(observed, found.met_squares[1:])
    given, by_chance = observed[value].sum(), expected[value].sum()
    all_of_it = found.observed[value + 1].sum()
    coverage = float(given / all_of_it) if all_of_it else None
    apart = by_chance - expected[value, value]
    if not given or apart <= 0:
        return OfValue(None, coverage)
    return OfValue(float(1 - by_chance / given * (given - observed[value, value]) / apart), coverage)


def _beyond(observed: Floats, expected: Floats) -> float | None:
    apart, by_chance = (table.sum() - np.trace(table) for table in (observed, expected))
    return None if by_chance <= 1e-12 * max(1.0, float(observed.sum())) else float(1 - apart / by_chance)
