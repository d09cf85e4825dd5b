"""The text that all compared coders read as one line of characters, with what each of them marked in it."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.agreement.continua import Continua, continua_from
from assistant.agreement.reading import Read
from assistant.agreement.rows import Line

Whole = NDArray[np.int64]


def marked_text(read: Read, lines: Sequence[Line], interviews: Sequence[str], *, together: bool = False) -> Continua:
    """The continua of some lines, one code of the continua for each, with interviews numbered as in `interviews`.

    An interview is one continuum: what all coders read with the line's codes in view, put end to end without what
    interviewers said and what was not read by all, for nobody could have marked anything there. With `together`, only
    text where all lines were in view, so that they lie beside each other.
    """
    number = {label: at for at, label in enumerate(interviews)}
    places = [(number.get(s.interview, -1), s.span.start, s.span.end) for s in read.segments]
    place = np.array(places, np.int64).reshape(-1, 3)
    looked = read.looked.all(axis=1) & read.read.all(axis=0) & (place[:, 0] >= 0)
    if together:
        looked &= looked[[code for line in lines for code in line.codes]].all(axis=0)
    columns = _marks(read, number, lines)
    spans, stretches = [np.zeros((2, 0), np.int64)], [np.zeros((4, 0), np.int64)]
    for at, line in enumerate(lines):
        seen = place[looked[list(line.codes)].any(axis=0)]
        own = columns[:, columns[2] == at]
        spans.append(np.stack([_placed(seen, own[0], own[3]), _placed(seen, own[0], own[4])]))
        length = np.bincount(seen[:, 0], seen[:, 2] - seen[:, 1], len(interviews)).astype(np.int64)
        whole = np.arange(len(interviews))
        stretches.append(np.stack([whole, np.zeros_like(whole), length, np.full_like(whole, at)]))
    starts, ends = np.concatenate(spans, axis=1)
    return continua_from(
        columns[0],
        columns[1],
        columns[2],
        starts,
        ends,
        read=np.concatenate(stretches, axis=1),
        coders=len(read.coders),
        codes=len(lines),
        interviews=len(interviews),
    )


def _marks(read: Read, number: Mapping[str, int], lines: Sequence[Line]) -> Whole:
    """Interview, coder, line, start and end in the interview's text of every coding, as columns sorted by line."""
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
    return columns[:, np.argsort(columns[2], kind="stable")]


def _placed(seen: Whole, interview: Whole, offset: Whole) -> Whole:
    """Where offsets of interviews' texts lie on the continua; `seen` are the segments (interview, start, end) on them.

    An offset between two of them is the place where they meet.
    """
    if not len(seen):
        return np.zeros_like(offset)
    length = seen[:, 2] - seen[:, 1]
    first = np.searchsorted(seen[:, 0], seen[:, 0])
    before = np.cumsum(length) - length
    before = before - before[first]
    far = int(max(seen[:, 2].max(), offset.max(initial=0))) + 1
    at = np.searchsorted(seen[:, 0] * far + seen[:, 1], interview * far + offset, "right") - 1
    here = (at >= 0) & (seen[at, 0] == interview)
    return np.where(here, before[at] + np.clip(offset - seen[at, 1], 0, length[at]), 0)
