"""Times of turns and words ⇄ the sync points of a transcript.

A sync point is a place of the text and a time. What ours stand for can be told from their GUIDs, so that the times of
turns and words come back exactly; the edges of codings get points of their own where no word begins or ends.
"""

import uuid
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha1
from itertools import combinations

from assistant.exchange.refi.layout import LaidOut, TakenApart
from assistant.exchange.refi.project import SyncPoint
from store.turns import laid_out as in_interview
from store.values import TURN_SEPARATOR, NewTurn, Span, Word

TURN_START, TURN_END, WORD_START, WORD_END = "turn start", "turn end", "word start", "word end"
_KINDS = (WORD_START, WORD_END, TURN_START, TURN_END)
_MIXED = [both for size in range(1, len(_KINDS) + 1) for both in combinations(_KINDS, size)]
SURE = 1.0
"""How sure the words of another program are: it does not say."""


@dataclass(frozen=True, slots=True)
class Edges:
    """The points of a transcript in order of place, and by place those at which a selection starts and ends."""

    points: tuple[SyncPoint, ...]
    starts: Mapping[int, SyncPoint]
    ends: Mapping[int, SyncPoint]


def sync_points(transcript: str, turns: Sequence[NewTurn], laid: LaidOut, selected: Iterable[Span]) -> Edges:
    """A point for each time that is known and for each edge of a selection; `transcript` is the GUID it belongs to.

    `selected` are spans of the laid out text. The time of an edge between two points is in proportion to its place.
    """
    made: dict[tuple[int, int], tuple[str, ...]] = {}
    at = 0
    for turn in turns:
        for kind, position, time_ms in _times(turn, laid.place(at)):
            made[position, time_ms] = (*made.get((position, time_ms), ()), kind)
        at += len(turn.text) + len(TURN_SEPARATOR)
    points: list[SyncPoint] = []
    starts: dict[int, SyncPoint] = {}
    ends: dict[int, SyncPoint] = {}
    for (position, time_ms), kinds in sorted(made.items()):
        points.append(SyncPoint(_guid(transcript, position, kinds), position, time_ms))
        for found, of_word, of_turn in ((starts, WORD_START, TURN_START), (ends, WORD_END, TURN_END)):
            if of_word in kinds or (of_turn in kinds and position not in found):
                found[position] = points[-1]
    return _with_edges(transcript, points, starts, ends, selected)


def _times(turn: NewTurn, first: int) -> Iterator[tuple[str, int, int]]:
    """What a turn that begins at `first` has times for: kind, place, milliseconds."""
    if turn.start_ms is not None:
        yield TURN_START, first, turn.start_ms
    for word in turn.words:
        yield WORD_START, first + word.start, word.start_ms
        yield WORD_END, first + word.end, word.end_ms
    if turn.end_ms is not None:
        yield TURN_END, first + len(turn.text), turn.end_ms


def _guid(transcript: str, position: int, kinds: Sequence[str]) -> str:
    """A GUID (version 5, name-based) that tells of a point what it stands for; an hour of speech has 20,000 of them."""
    said = kinds[0] if len(kinds) == 1 else " and ".join(kind for kind in _KINDS if kind in kinds) or "edge"
    digest = sha1(f"{transcript} {said} {position}".encode(), usedforsecurity=False).digest()
    return str(uuid.UUID(bytes=digest[:16], version=5))


def _with_edges(
    transcript: str,
    points: list[SyncPoint],
    starts: dict[int, SyncPoint],
    ends: dict[int, SyncPoint],
    selected: Iterable[Span],
) -> Edges:
    spans = list(selected)
    bare = {s.start for s in spans} - set(starts) | {s.end for s in spans} - set(ends)
    places = [point.position or 0 for point in points]
    edges: dict[int, SyncPoint] = {}
    for position in sorted(bare):
        there = points[bisect_left(places, position) : bisect_right(places, position)]
        edges[position] = there[0] if there else _between(transcript, points, places, position)
    own = [point for position, point in edges.items() if not _has(places, position)]
    every = sorted([*points, *own], key=lambda point: (point.position or 0, point.time_ms or 0))
    return Edges(tuple(every), {**edges, **starts}, {**edges, **ends})


def _has(places: Sequence[int], position: int) -> bool:
    at = bisect_left(places, position)
    return at < len(places) and places[at] == position


def _between(transcript: str, points: Sequence[SyncPoint], places: Sequence[int], position: int) -> SyncPoint:
    at = bisect_left(places, position)
    near = [*points[max(0, at - 1) : at], *points[at : at + 1]]
    return SyncPoint(_guid(transcript, position, ()), position, _time(near, position))


def _time(near: Sequence[SyncPoint], position: int) -> int | None:
    """The time at a place between two points, or that of the only one; None where there is none."""
    if not near:
        return None
    before, after = near[0], near[-1]
    if before.position is None or after.position is None or before.time_ms is None or after.time_ms is None:
        return None
    if before.position == after.position:
        return before.time_ms
    share = (position - before.position) / (after.position - before.position)
    return before.time_ms + round(share * (after.time_ms - before.time_ms))


def spoken_at(taken: TakenApart, transcript: str, points: Sequence[SyncPoint]) -> tuple[NewTurn, ...] | None:
    """The turns with the times of turns and words that our own points tell; None where the points are not ours.

    `points` have their places in the text of the file that was taken apart.
    """
    told = _told(transcript, points, taken)
    if not any(told.values()):
        return None
    starts, ends = sorted(told[WORD_START]), sorted(told[WORD_END])
    return tuple(
        replace(
            turn,
            start_ms=told[TURN_START].get(placed.span.start),
            end_ms=told[TURN_END].get(placed.span.end),
            words=_words(told, starts, ends, placed.span),
        )
        for turn, placed in zip(taken.turns, in_interview(taken.turns), strict=True)
    )


def _told(transcript: str, points: Iterable[SyncPoint], taken: TakenApart) -> dict[str, dict[int, int]]:
    """By kind and place in the interview's text, the times of our own points."""
    told: dict[str, dict[int, int]] = {kind: {} for kind in _KINDS}
    for point in points:
        if point.position is None or point.time_ms is None:
            continue
        kinds = next((kinds for kinds in _MIXED if _guid(transcript, point.position, kinds) == point.guid), ())
        for kind in kinds:
            place = _place(taken, point.position, starts=kind in (WORD_START, TURN_START))
            if place is not None:
                told[kind][place] = point.time_ms
    return told


def _place(taken: TakenApart, position: int, *, starts: bool) -> int | None:
    if starts:
        span = taken.span(Span(position, position + 1))
        return None if span is None else span.start
    span = taken.span(Span(position - 1, position)) if position > 0 else None
    return None if span is None else span.end


def _words(
    told: Mapping[str, Mapping[int, int]], starts: Sequence[int], ends: Sequence[int], turn: Span
) -> tuple[Word, ...]:
    """The words of a turn, each from where one starts to where the next ends; offsets count from the turn's start."""
    found = []
    for start in starts[bisect_left(starts, turn.start) : bisect_left(starts, turn.end)]:
        at = bisect_right(ends, start)
        if at < len(ends) and ends[at] <= turn.end:
            end, start_ms, end_ms = ends[at], told[WORD_START][start], told[WORD_END][ends[at]]
            found.append(Word(start - turn.start, end - turn.start, start_ms, end_ms, SURE))
    return tuple(found)
