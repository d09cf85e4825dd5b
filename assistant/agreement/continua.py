"""Text as coders marked it: spans of codes laid on one line of characters, and counted without spelling them out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assistant.agreement.counts import Counts, Whole, weighted_counts

Unit = tuple[int, int, int]
"""Start, length and code (its number) of a span in an interview's text, in code points."""


@dataclass(frozen=True, slots=True)
class Continua:
    """For every code the text that all coders read with the code in view, and the units they marked in it.

    A stretch is a part of an interview's text that was read in one go; stretches lie on one line, apart from each
    other, so that no unit and no gap reaches from one into the next. `row` (stretches,) is code * interviews +
    interview; `begin` and `end` are places on the line, end exclusive. A unit lies in `stretch`, was marked by `coder`
    and goes from `first` to `last`, exclusive. A coder's units of a code do not overlap: overlapping ones were merged,
    units that merely touch stay apart.
    """

    coders: int
    codes: int
    interviews: int
    row: Whole
    begin: Whole
    end: Whole
    coder: Whole
    stretch: Whole
    first: Whole
    last: Whole

    @property
    def lengths(self) -> NDArray[np.float64]:
        """Characters read, (codes, interviews)."""
        return self.by_row(self.row, self.end - self.begin)

    @property
    def unit_row(self) -> Whole:
        """The row of each unit."""
        return self.row[self.stretch]

    def by_row(self, rows: Whole, values: NDArray[np.generic]) -> NDArray[np.float64]:
        """Values summed by row: (codes, interviews)."""
        summed = np.bincount(rows, values.astype(np.float64), self.codes * self.interviews)
        return summed.astype(np.float64).reshape(self.codes, self.interviews)


def continua_of(marked: Sequence[Mapping[str, Sequence[Unit]]], lengths: Sequence[int], codes: int) -> Continua:
    """Continua of interviews that all coders read in full: per interview coder → units, and its length in code points.

    Coders are those named anywhere; one not named in an interview marked nothing there.
    """
    names = sorted({name for interview in marked for name in interview})
    rows = [
        (number, names.index(name), code, start, start + length)
        for number, interview in enumerate(marked)
        for name, units in interview.items()
        for start, length, code in units
    ]
    columns = np.asarray(rows, np.int64).reshape(-1, 5).T
    read = [(number, 0, length) for number, length in enumerate(lengths)]
    return continua_from(*columns, read=np.asarray(read, np.int64).reshape(-1, 3).T, coders=len(names), codes=codes)


def continua_from(
    interview: ArrayLike,
    coder: ArrayLike,
    code: ArrayLike,
    start: ArrayLike,
    end: ArrayLike,
    *,
    read: ArrayLike,
    coders: int,
    codes: int,
    interviews: int | None = None,
) -> Continua:
    """Continua from columns of units, all numbered from 0, and columns of what all coders read.

    `read` is (interview, start, end), for every code alike, or (interview, start, end, code) where codes were in view
    in different parts; stretches of one code and interview may not overlap (ValueError). What was marked outside of
    them is left out.
    """
    spans = _stretches(np.asarray(read, np.int64), codes)
    number = int(spans[0].max(initial=-1)) + 1 if interviews is None else interviews
    row = spans[3] * number + spans[0]
    order = np.lexsort((spans[1], row))
    row, begin, finish = row[order], spans[1][order], spans[2][order]
    if ((row[1:] == row[:-1]) & (begin[1:] < finish[:-1])).any():
        msg = "the stretches that were read overlap"
        raise ValueError(msg)
    at = np.cumsum(finish - begin + 1) - (finish - begin + 1)
    columns = [np.asarray(column, np.int64) for column in (interview, code, start, end, coder)]
    pieces = _clipped(columns, number, row, begin, finish)
    shifted = at[pieces[1]] - begin[pieces[1]]
    units = _merged(pieces[0], pieces[1], pieces[2] + shifted, pieces[3] + shifted)
    return Continua(coders, codes, number, row, at, at + finish - begin, *units)


def character_counts(continua: Continua) -> Counts:
    """Every character a unit of comparison: counts per code and interview, from the spans alone.

    All statistics of nominal agreement follow from them, as they do from counted segments.
    """
    digit = 3 ** np.arange(continua.coders)
    place = np.concatenate([continua.first, continua.last])
    change = np.tile(digit[continua.coder], 2) * np.repeat([1, -1], len(continua.first))
    rows = np.tile(continua.unit_row, 2)
    order = np.argsort(place, kind="stable")
    place, marked, rows = place[order], np.cumsum(change[order]), rows[order]
    size = np.diff(place, append=place[-1:])
    inside = (marked > 0) & (size > 0)
    rows, size, marked = rows[inside], size[inside], marked[inside]
    cells = continua.codes * continua.interviews
    rest = continua.lengths.ravel() - np.bincount(rows, size, cells)
    nobody = int(digit.sum())
    patterns = np.concatenate([marked, np.zeros(cells, np.int64)]) + nobody
    weights = np.concatenate([size, rest]).astype(np.float64)
    where = np.concatenate([rows, np.arange(cells)])
    return weighted_counts(patterns, weights, where, (continua.codes, continua.interviews), continua.coders)


def _stretches(read: Whole, codes: int) -> Whole:
    """Columns interview, start, end, code of what was read, empty stretches left out."""
    if len(read) == 3:  # noqa: PLR2004
        numbers = np.repeat(np.arange(codes), read.shape[1])
        read = np.vstack([np.tile(read, codes), numbers])
    return read[:, read[2] > read[1]]


def _clipped(
    columns: Sequence[Whole], interviews: int, row: Whole, begin: Whole, finish: Whole
) -> tuple[Whole, Whole, Whole, Whole]:
    """Coder, stretch, start and end of the parts of units that lie in a stretch."""
    interview, code, start, end, coder = columns
    span = max(int(finish.max(initial=0)), int(end.max(initial=0))) + 1
    base = (code * interviews + interview) * span
    low = np.searchsorted(row * span + finish, base + start, "right")
    high = np.maximum(np.searchsorted(row * span + begin, base + end, "left"), low)
    unit = np.repeat(np.arange(len(start)), high - low)
    stretch = np.arange(len(unit)) - np.repeat(np.cumsum(high - low) - high, high - low)
    first, last = np.maximum(start[unit], begin[stretch]), np.minimum(end[unit], finish[stretch])
    kept = first < last
    return coder[unit][kept], stretch[kept], first[kept], last[kept]


def _merged(coder: Whole, stretch: Whole, first: Whole, last: Whole) -> tuple[Whole, Whole, Whole, Whole]:
    """Units in order, overlapping ones of one coder merged; the line already keeps codes and interviews apart."""
    shift = coder * (int(last.max(initial=0)) + 1)
    order = np.lexsort((last, first, coder))
    so_far = np.maximum.accumulate((last + shift)[order])
    opens = np.append(True, (first + shift)[order][1:] >= so_far[:-1])[: len(order)]
    at = np.flatnonzero(opens)
    lasts = so_far[np.append(at[1:], len(order)) - 1] if len(at) else so_far
    kept = order[at]
    return coder[kept], stretch[kept], first[kept], lasts - shift[kept]
