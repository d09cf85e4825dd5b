"""From codings to ratings: for each unit of text that all compared coders read, who gave it which code.

A segment or turn has a code where a coding of it touches the unit, as in adjudication. Characters are kept as
stretches in which nothing changes, each with its length, so that their number does not depend on the text's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from assistant.agreement.reading import Mark, Read
from store.values import Span

Ratings = NDArray[np.int8]
Rows = NDArray[np.intp]

UNKNOWN = -1
"""The rating of a code that a coder did not look for, for it was not in the codebook when they read."""


class Unit(StrEnum):
    """What is compared: each segment, each turn, or each character."""

    SEGMENT = "segment"
    TURN = "turn"
    CHARACTER = "character"


@dataclass(frozen=True, slots=True)
class Units:
    """The units that all compared coders read, in study order.

    `ratings` is int8 (codes, coders, units): 1 for given, 0 for read and left out, -1 where a coder did not look for
    the code. `size` is the number of characters of a unit where characters are compared, else 1. `row` numbers the
    (first) segment of a unit, `interview` its interview in `interviews`; `start` and `end` are offsets in the text.
    `passed` counts the segments that some of the coders read, but not all; `torn` the turns of which they all read a
    part only.
    """

    kind: Unit
    coders: tuple[str, ...]
    codes: tuple[str, ...]
    interviews: tuple[str, ...]
    interview: Rows
    size: NDArray[np.int64]
    ratings: Ratings
    row: Rows
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    passed: int = 0
    torn: int = 0

    def __len__(self) -> int:
        """How many units: segments, turns or characters."""
        return int(self.size.sum())

    def span(self, unit: int) -> Span:
        """Where a unit lies in its interview's text."""
        return Span(int(self.start[unit]), int(self.end[unit]))


def units_of(read: Read, kind: Unit) -> Units:
    """The units of a kind that all coders read, with what each of them gave."""
    everybody = read.read.all(axis=0)
    kept = np.flatnonzero(everybody)
    makers = {Unit.SEGMENT: _segments, Unit.TURN: _turns, Unit.CHARACTER: _characters}
    ratings, row, start, end, torn = makers[kind](read, kept)
    labels = tuple(dict.fromkeys(segment.interview for segment in read.segments))
    number = {label: at for at, label in enumerate(labels)}
    interview = np.array([number[read.segments[at].interview] for at in row.tolist()], np.intp)
    there = np.unique(interview)
    return Units(
        kind=kind,
        coders=read.coders,
        codes=read.codes,
        interviews=tuple(labels[at] for at in there.tolist()),
        interview=np.searchsorted(there, interview),
        size=end - start if kind is Unit.CHARACTER else np.ones(len(row), np.int64),
        ratings=ratings,
        row=row,
        start=start,
        end=end,
        passed=int((read.read.any(axis=0) & ~everybody).sum()),
        torn=torn,
    )


_Made = tuple[Ratings, Rows, NDArray[np.int64], NDArray[np.int64], int]


def _segments(read: Read, kept: Rows) -> _Made:
    return _of_segments(read)[:, :, kept], kept, *_bounds(read, kept), 0


def _of_segments(read: Read) -> Ratings:
    ratings = np.where(read.looked, 0, UNKNOWN).astype(np.int8)
    for mark in read.marks:
        rows = read.places.touched(mark.decision.transcript_id, mark.decision.span)
        ratings[mark.code, mark.coder, list(rows)] = 1
    return ratings


def _bounds(read: Read, rows: Rows) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    spans = [read.segments[row].span for row in rows.tolist()]
    return np.array([s.start for s in spans], np.int64), np.array([s.end for s in spans], np.int64)


def _turns(read: Read, kept: Rows) -> _Made:
    """Turns of which every coder read every segment; a turn has a code where any of its segments has."""
    ratings = _of_segments(read)
    start, end = _bounds(read, np.arange(len(read.segments)))
    firsts = _first_rows(read)
    sizes = np.diff([*firsts.tolist(), len(read.segments)])
    everybody = np.isin(np.arange(len(read.segments)), kept)
    count = np.add.reduceat(everybody.astype(np.intp), firsts) if len(firsts) else np.zeros(0, np.intp)
    whole = count == sizes
    if not len(firsts):
        return ratings, firsts, start, end, 0
    most = np.maximum.reduceat(ratings, firsts, axis=2)
    least = np.minimum.reduceat(ratings, firsts, axis=2)
    turns = np.where(most == 1, most, least)[:, :, whole]
    chosen = firsts[whole]
    return turns, chosen, start[chosen], end[chosen + sizes[whole] - 1], int(((count > 0) & ~whole).sum())


def _first_rows(read: Read) -> Rows:
    """The row of each turn's first segment."""
    turn = [(segment.transcript_id, segment.turn_index) for segment in read.segments]
    return np.array([row for row, key in enumerate(turn) if row == 0 or turn[row - 1] != key], np.intp)


def _characters(read: Read, kept: Rows) -> _Made:
    """The stretches of read segments between which nothing begins or ends."""
    by_transcript: dict[int, list[Mark]] = {}
    for mark in read.marks:
        by_transcript.setdefault(mark.decision.transcript_id, []).append(mark)
    rows_of = _by_transcript(read, kept)
    pieces = [_cells(read, rows, by_transcript.get(at, ())) for at, rows in rows_of.items()]
    if not pieces:
        empty = np.zeros((len(read.codes), len(read.coders), 0), np.int8)
        return empty, np.zeros(0, np.intp), np.zeros(0, np.int64), np.zeros(0, np.int64), 0
    ratings = np.concatenate([piece[0] for piece in pieces], axis=2)
    row, start, end = (np.concatenate([piece[part] for piece in pieces]) for part in (1, 2, 3))
    return ratings, row, start, end, 0


def _by_transcript(read: Read, kept: Rows) -> dict[int, Rows]:
    grouped: dict[int, list[int]] = {}
    for row in kept.tolist():
        grouped.setdefault(read.segments[row].transcript_id, []).append(row)
    return {at: np.array(rows, np.intp) for at, rows in grouped.items()}


def _cells(read: Read, rows: Rows, marks: Sequence[Mark]) -> tuple[Ratings, Rows, NDArray[np.int64], NDArray[np.int64]]:
    """The stretches of one transcript, of shape (codes, coders, stretches), with their segments and bounds."""
    start, end = _bounds(read, rows)
    of_marks = [edge for mark in marks for edge in (mark.decision.span.start, mark.decision.span.end)]
    edges = np.unique(np.concatenate([start, end, np.array(of_marks, np.int64)]))
    first, last = edges[:-1], edges[1:]
    place = np.searchsorted(start, first, side="right") - 1
    inside = (place >= 0) & (first < end[np.maximum(place, 0)])
    ratings = np.where(read.looked[:, :, rows[place]], 0, UNKNOWN).astype(np.int8)
    for mark in marks:
        a, b = np.searchsorted(edges, (mark.decision.span.start, mark.decision.span.end))
        ratings[mark.code, mark.coder, a:b] = 1
    return ratings[:, :, inside], rows[place[inside]], first[inside], last[inside]
