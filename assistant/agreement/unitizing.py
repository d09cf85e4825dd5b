"""Krippendorff's alpha for unitizing: do coders mark the same spans, with the same beginnings and ends?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.agreement.continua import Continua
from assistant.agreement.counts import Floats, Whole

FEWER = 4  # so many times fewer interviews than draws make a form over pairs of interviews the shorter way


@dataclass(frozen=True, slots=True)
class Unitizing:
    """Alpha for unitizing of one code or of several taken together; None where nothing could have differed."""

    units: int
    alpha_u: float | None
    observed: float | None
    expected: float | None


@dataclass(frozen=True, slots=True)
class Short:
    """The units of a code, and the gaps that are shorter than its longest unit.

    `sizes` are the lengths of units, rising. Unit i lies in interview `unit_at[i]` and has the length
    `sizes[unit_size[i]]`; gap j lies in `gap_at[j]`, is `gap[j]` long and can hold the first `holds[j]` sizes.
    """

    sizes: Floats
    unit_at: Whole
    unit_size: Whole
    gap_at: Whole
    holds: Whole
    gap: Floats

    def together(self, drawn: Floats) -> Floats:
        """Σ l² (g - l + 1) over units and the gaps here that can hold them, for weights (interviews, draws)."""
        with_gaps, with_units = np.unique(self.gap_at), np.unique(self.unit_at)
        if len(with_gaps) * FEWER > drawn.shape[1]:
            return np.asarray((self._of_units(drawn) * self._of_gaps(drawn)).sum(axis=0))
        each = np.eye(len(drawn))
        form = self._of_gaps(each[:, with_gaps]).T @ self._of_units(each[:, with_units])
        return np.asarray(((form @ drawn[with_units]) * drawn[with_gaps]).sum(axis=0))

    def _of_units(self, drawn: Floats) -> Floats:
        """Σ l² over units of each size, (sizes, draws)."""
        return self._summed(self.sizes[self.unit_size] ** 2, self.unit_size, self.unit_at, drawn)

    def _of_gaps(self, drawn: Floats) -> Floats:
        """Σ (g - l + 1) over gaps that can hold each size l, (sizes, draws)."""
        number = self._summed(np.ones_like(self.gap), self.holds - 1, self.gap_at, drawn)
        room = self._summed(self.gap + 1, self.holds - 1, self.gap_at, drawn)
        for part in (number, room):
            np.cumsum(part[::-1], axis=0, out=part[::-1])
        return room - number * self.sizes[:, None]

    def _summed(self, values: Floats, place: Whole, at: Whole, drawn: Floats) -> Floats:
        from scipy import sparse

        return np.asarray(sparse.csr_matrix((values, (place, at)), shape=(len(self.sizes), len(drawn))) @ drawn)


@dataclass(frozen=True, slots=True)
class Parts:
    """What alpha for unitizing is computed from; all arrays are (codes, interviews) and add up over interviews.

    `differing` sums the distances of all pairs of coders; `length` is the text read; over units, `units` counts them,
    and `squares` l², `cubes` l³, `spread` 2l³ - 3l² + l, `inner` l(l - 1) sum their lengths; over gaps that can hold
    every unit of the code, `gaps` counts them and `room` sums g + 1. Only `short` does not add up: it is kept as
    units and gaps.
    """

    coders: int
    differing: Floats
    length: Floats
    units: Floats
    squares: Floats
    cubes: Floats
    spread: Floats
    inner: Floats
    gaps: Floats
    room: Floats
    short: tuple[Short, ...]


def alpha_u(continua: Continua) -> tuple[Unitizing, ...]:
    """Alpha for unitizing of each code (Krippendorff 1995; 2004, ch. 11), 1 - observed / expected disagreement.

    Of two units that overlap, the distance is (difference of their beginnings)² + (difference of their ends)²; of a
    unit that lies in a gap of the other coder, its length²; else 0. Expected is what units of these lengths would
    differ by if they lay anywhere. Gaps end where an interview ends, and overlapping units of one coder count as one.

    The example of dkpro-statistics, a continuum of 300 characters:

    >>> from assistant.agreement.continua import continua_of
    >>> marked = {"A": [(75, 70, 0), (220, 30, 0)], "B": [(70, 80, 0), (205, 20, 0), (250, 20, 0)]}
    >>> found, = alpha_u(continua_of([marked], [300], codes=1))
    >>> round(found.alpha_u, 4), round(found.observed, 4), round(found.expected, 4)
    (0.7286, 0.0144, 0.0532)
    """
    return unitizing_of(unitizing_parts(continua), [[code] for code in range(continua.codes)])


def alpha_u_pooled(continua: Continua, codes: Sequence[int] | None = None) -> Unitizing:
    """Alpha for unitizing of several codes, all without a list: 1 - Σ observed / Σ expected (Krippendorff 1995)."""
    return unitizing_of(unitizing_parts(continua), [range(continua.codes) if codes is None else codes])[0]


def unitizing_of(parts: Parts, pools: Sequence[Sequence[int]]) -> tuple[Unitizing, ...]:
    """Alpha for unitizing of each pool of codes, a pool of one being the code's own."""
    observed, expected = disagreements(parts, np.ones((1, parts.length.shape[1])))
    units = parts.units.sum(axis=1)
    return tuple(_found(units[list(codes)], observed[:, list(codes)], expected[:, list(codes)]) for codes in pools)


def unitizing_parts(continua: Continua) -> Parts:
    """All that alpha for unitizing needs, from units and gaps, never from characters."""
    rows, length = continua.unit_row, (continua.last - continua.first).astype(np.float64)
    gap_row, gap = _gaps(continua)
    longest = np.zeros(continua.codes)
    np.maximum.at(longest, rows // max(continua.interviews, 1), length)
    holds_all = gap >= longest[gap_row // max(continua.interviews, 1)]
    room = gap[holds_all] + 1

    def summed(values: Floats) -> Floats:
        return continua.by_row(rows, values)

    return Parts(
        coders=continua.coders,
        differing=_differing(continua),
        length=continua.lengths,
        units=summed(np.ones_like(length)),
        squares=summed(length**2),
        cubes=summed(length**3),
        spread=summed(2 * length**3 - 3 * length**2 + length),
        inner=summed(length * (length - 1)),
        gaps=continua.by_row(gap_row[holds_all], np.ones_like(room)),
        room=continua.by_row(gap_row[holds_all], room),
        short=_short(continua, rows, length, gap_row[~holds_all], gap[~holds_all]),
    )


def disagreements(parts: Parts, weights: NDArray[np.number]) -> tuple[Floats, Floats]:
    """Observed and expected disagreement, (draws, codes), of samples that hold interview i so many times.

    `weights` is (draws, interviews). NaN where no text was read or no unit marked.
    """
    w, m = np.asarray(weights, np.float64), parts.coders
    drawn = np.ascontiguousarray(w.T)
    length, units = w @ parts.length.T, w @ parts.units.T
    together = (w @ parts.squares.T) * (w @ parts.room.T) - (w @ parts.cubes.T) * (w @ parts.gaps.T)
    for code, short in enumerate(parts.short):
        if short.gap.size:
            together[:, code] += short.together(drawn)
    above = (units - 1) / 3 * (w @ parts.spread.T) + together
    below = m * length * (m * length - 1) - w @ parts.inner.T
    some = (units > 0) & (below > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        observed = 2 * (w @ parts.differing.T) / (m * (m - 1) * length**2)
        expected = 2 / length * above / below
    return np.where(some, observed, np.nan), np.where(some, expected, np.nan)


def alpha_from(observed: Floats, expected: Floats) -> Floats:
    """1 - Σ observed / Σ expected over the last axis; a code without units adds nothing to either."""
    below = np.nansum(expected, axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = np.where(below > 0, 1 - np.nansum(observed, axis=-1) / below, np.nan)
    return found


def _found(units: Floats, observed: Floats, expected: Floats) -> Unitizing:
    value, number = float(alpha_from(observed, expected)[0]), round(float(units.sum()))
    if np.isnan(value):
        return Unitizing(number, None, None, None)
    return Unitizing(number, value, float(np.nansum(observed)), float(np.nansum(expected)))


def _gaps(continua: Continua) -> tuple[Whole, Floats]:
    """Row and length of every gap that a coder left in a stretch, at its ends and between units."""
    rows, lengths = [np.zeros(0, np.int64)], [np.zeros(0)]
    for coder in range(continua.coders):
        own = continua.coder == coder
        opens = np.concatenate([continua.begin, continua.last[own]])
        closes = np.concatenate([continua.first[own], continua.end])
        row = np.concatenate([continua.row, continua.unit_row[own]])
        order = np.argsort(opens, kind="stable")
        length = np.sort(closes) - opens[order]
        rows.append(row[order][length > 0])
        lengths.append(length[length > 0].astype(np.float64))
    return np.concatenate(rows), np.concatenate(lengths)


def _differing(continua: Continua) -> Floats:
    """Distances between the units of every two coders, summed by code and interview."""
    total = np.zeros((continua.codes, continua.interviews))
    own = [np.flatnonzero(continua.coder == coder) for coder in range(continua.coders)]
    for i in range(continua.coders):
        for j in range(i + 1, continua.coders):
            mine, theirs, alone = _meeting(continua, own[i], own[j])
            lonely = np.concatenate([alone, _meeting(continua, own[j], own[i])[2]])
            apart = (continua.first[mine] - continua.first[theirs]).astype(np.float64) ** 2
            apart += (continua.last[mine] - continua.last[theirs]).astype(np.float64) ** 2
            missed = (continua.last[lonely] - continua.first[lonely]).astype(np.float64) ** 2
            total += continua.by_row(continua.unit_row[mine], apart)
            total += continua.by_row(continua.unit_row[lonely], missed)
    return total


def _meeting(continua: Continua, mine: Whole, theirs: Whole) -> tuple[Whole, Whole, Whole]:
    """Pairs of units that overlap (numbers of either side), and the units of `mine` that meet none."""
    low = np.searchsorted(continua.last[theirs], continua.first[mine], "right")
    high = np.searchsorted(continua.first[theirs], continua.last[mine], "left")
    met = np.maximum(high - low, 0)
    other = np.arange(met.sum()) - np.repeat(np.cumsum(met) - met - low, met)
    return np.repeat(mine, met), theirs[other], mine[met == 0]


def _short(continua: Continua, rows: Whole, length: Floats, gap_row: Whole, gap: Floats) -> tuple[Short, ...]:
    firsts = np.arange(continua.codes + 1) * continua.interviews
    by_row, gaps_by_row = np.argsort(rows, kind="stable"), np.argsort(gap_row, kind="stable")
    ends, gap_ends = np.searchsorted(rows[by_row], firsts), np.searchsorted(gap_row[gaps_by_row], firsts)
    found = []
    for code in range(continua.codes):
        units, gaps = by_row[ends[code] : ends[code + 1]], gaps_by_row[gap_ends[code] : gap_ends[code + 1]]
        found.append(_of_code(rows[units] - firsts[code], length[units], gap_row[gaps] - firsts[code], gap[gaps]))
    return tuple(found)


def _of_code(at: Whole, length: Floats, gap_at: Whole, gap: Floats) -> Short:
    sizes, which = np.unique(length, return_inverse=True)
    holds = np.searchsorted(sizes, gap, "right")
    some = holds > 0
    return Short(sizes, at, which, gap_at[some], holds[some], gap[some])
