"""Codes through one interview: where each coding begins and ends, by time or by share of the text, and who spoke."""

import itertools
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from assistant.relations.rows import Level, Rows, rows_of
from assistant.review import Ground
from store.errors import NotFoundError
from store.values import Coding, Role, Span, Transcript, Turn

By = Literal["time", "text"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a coding in which speakers of one role spoke; `first` and `last` are its place in the interview.

    They are milliseconds where `by` is time, else shares of the text (0..1). `whole` is the coding's own span.
    """

    row: int
    span: Span
    whole: Span
    role: Role
    coders: tuple[str, ...]
    first: float
    last: float


@dataclass(frozen=True, slots=True)
class Talk:
    """A stretch in which speakers of one role spoke."""

    role: Role
    first: float
    last: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """The marks of an interview in the order of the text; `unplaced` codings have no place in it any more."""

    interview: str
    by: By
    rows: Rows
    marks: tuple[Mark, ...]
    talk: tuple[Talk, ...]
    unplaced: int
    sentence: str


def timeline(on: Ground, text: Transcript, *, level: Level = "code") -> Timeline:
    """The codes or themes through an interview that the basis counts; raises NotFoundError for another one."""
    if text.interview not in {interview.label for interview in on.counted.interviews}:
        msg = f"{text.interview} is not among the interviews that are counted; choose one of them."
        raise NotFoundError(msg)
    rows = rows_of(on.counted, level)
    found = [c for c in on.counted.codings if c.interview == text.interview and c.code in rows.of]
    placed = [c for c in found if c.transcript_id == text.id]
    places = _Places(text)
    marks = [mark for key, coders in _merged(placed, rows).items() for mark in places.marks(*key, coders)]
    return Timeline(
        interview=text.interview,
        by=places.by,
        rows=rows,
        marks=tuple(sorted(marks, key=lambda mark: (mark.span, mark.row))),
        talk=tuple(Talk(role, places.at(span.start), places.at(span.end, end=True)) for role, span in places.spoken),
        unplaced=len(found) - len(placed),
        sentence=on.counted.sentence,
    )


def _merged(placed: Sequence[Coding], rows: Rows) -> dict[tuple[int, Span], tuple[str, ...]]:
    """What several coders, or codes of one theme, put on the very same stretch is one."""
    coders: dict[tuple[int, Span], tuple[str, ...]] = {}
    for coding in placed:
        key = (rows.of[coding.code], coding.span)
        coders[key] = tuple(dict.fromkeys((*coders.get(key, ()), coding.coder)))
    return coders


class _Places:
    """Where offsets of a transcript lie in time, if all of its turns have times, else in the text."""

    def __init__(self, text: Transcript) -> None:
        self._turns = text.turns
        self._length = max(len(text.text), 1)
        self._stops = [turn.span.end for turn in text.turns]
        self._ends = _ends(text.turns)
        self.by: By = "time" if all(turn.start_ms is not None for turn in text.turns) else "text"
        self.spoken = tuple(_spoken(text.turns))

    def at(self, offset: int, *, end: bool = False) -> float:
        """Milliseconds or share; with `end`, of the end of the character before."""
        if self.by == "text":
            return offset / self._length
        inside = offset - 1 if end else offset
        place = min(bisect_right(self._stops, inside), len(self._turns) - 1)
        turn = self._turns[place]
        word = next((w for w in turn.words if w.start <= inside < w.end), None)
        if word is not None:
            return float(word.end_ms if end else word.start_ms)
        begins, ends = float(turn.start_ms or 0), float(self._ends[place] or 0)
        share = (offset - turn.span.start) / (turn.span.end - turn.span.start)
        return begins + min(max(share, 0.0), 1.0) * max(ends - begins, 0.0)

    def marks(self, row: int, whole: Span, coders: tuple[str, ...]) -> Iterator[Mark]:
        """The coding, cut where the role of who speaks changes."""
        for role, spoken in self.spoken:
            if spoken.overlaps(whole):
                span = Span(max(spoken.start, whole.start), min(spoken.end, whole.end))
                yield Mark(row, span, whole, role, coders, self.at(span.start), self.at(span.end, end=True))


def _ends(turns: Sequence[Turn]) -> list[int | None]:
    """When each turn ends or, where that is not known, the next one begins; a last one without an end takes no time."""
    following = [turn.start_ms for turn in (*turns[1:], *turns[-1:])]
    return [turn.end_ms if turn.end_ms is not None else after for turn, after in zip(turns, following, strict=True)]


def _spoken(turns: Sequence[Turn]) -> Iterator[tuple[Role, Span]]:
    for role, group in itertools.groupby(turns, key=lambda turn: turn.role):
        these = list(group)
        yield role, Span(these[0].span.start, these[-1].span.end)


def timeline_record(found: Timeline) -> dict[str, Any]:
    """The timeline as JSON values."""
    return {
        "kind": "timeline",
        "level": found.rows.level,
        "basis": found.sentence,
        "interview": found.interview,
        "by": found.by,
        "unplaced": found.unplaced,
        "marks": [
            {
                "code": found.rows.names[mark.row],
                "theme": found.rows.themes[mark.row] or None,
                "start": mark.span.start,
                "end": mark.span.end,
                "role": str(mark.role),
                "coders": list(mark.coders),
                "from": mark.first,
                "to": mark.last,
            }
            for mark in found.marks
        ],
        "talk": [{"role": str(each.role), "from": each.first, "to": each.last} for each in found.talk],
    }
