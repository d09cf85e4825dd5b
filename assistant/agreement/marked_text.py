"""The text that all compared coders read as one line of characters, with what each of them marked in it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.agreement.continua import Continua, continua_from
from assistant.agreement.reading import Read
from assistant.agreement.rows import Line

Whole = NDArray[np.int64]


def marked_text(read: Read, lines: Sequence[Line], interviews: Sequence[str]) -> Continua:
    """The continua of some lines, one code of the continua for each, with interviews numbered as in `interviews`.

    A stretch is what all coders read in one go with the line's codes in view: segments that follow each other, up to
    where somebody else speaks or one of the coders did not read on.
    """
    number = {label: at for at, label in enumerate(interviews)}
    of_segment = np.array([number.get(segment.interview, -1) for segment in read.segments], np.int64)
    places = [(s.transcript_id, s.index, s.span.start, s.span.end) for s in read.segments]
    place = np.array(places, np.int64).reshape(-1, 4)
    looked = read.looked.all(axis=1) & read.read.all(axis=0) & (of_segment >= 0)
    rows = [np.flatnonzero(looked[list(line.codes)].any(axis=0)) for line in lines]
    stretches = [_stretches(place, seen, of_segment, at) for at, seen in enumerate(rows)]
    lines_of: dict[int, list[int]] = {}
    for at, line in enumerate(lines):
        for code in line.codes:
            lines_of.setdefault(code, []).append(at)
    units = [
        (number[mark.decision.interview], mark.coder, at, mark.decision.span.start, mark.decision.span.end)
        for mark in read.marks
        if mark.decision.interview in number
        for at in lines_of.get(mark.code, ())
    ]
    columns = np.array(units, np.int64).reshape(-1, 5).T
    seen = np.concatenate(stretches, axis=1) if stretches else np.zeros((4, 0), np.int64)
    return continua_from(*columns, read=seen, coders=len(read.coders), codes=len(lines), interviews=len(interviews))


def _stretches(place: Whole, rows: NDArray[np.intp], of_segment: Whole, line: int) -> Whole:
    """Interview, start, end and line of what was read in one go, as columns."""
    if not len(rows):
        return np.zeros((4, 0), np.int64)
    here = place[rows]
    goes_on = (np.diff(here[:, 0]) == 0) & (np.diff(here[:, 1]) == 1)
    first, last = np.append(True, ~goes_on), np.append(~goes_on, True)
    starts, ends = here[first, 2], here[last, 3]
    return np.stack([of_segment[rows[first]], starts, ends, np.full(len(starts), line)]).astype(np.int64)
