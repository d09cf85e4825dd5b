"""When the turns and words of a transcript were said, from its sync points."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from assistant.exchange.refi.layout import TakenApart
from assistant.exchange.refi.project import SyncPoint
from assistant.exchange.refi.sync import SURE
from store.turns import laid_out
from store.values import NewTurn, Span, Word

_WORDS = re.compile(r"\S+")


@dataclass
class _Place:
    """Where a turn stands in the file's text, and its words with times."""

    start: int | None = None
    end: int | None = None
    words: list[Word] = field(default_factory=list)


def timed(text: str, sync: Sequence[SyncPoint], apart: TakenApart) -> tuple[NewTurn, ...]:
    """The turns of another program's text with the times that its sync points give them.

    A word has times where there is a sync point at each of its edges. A turn begins at the first one between the turn
    before and its own first word, else where the turn before ends; it ends at the first one between its last word and
    the turn that follows. Times that the text itself states count where no sync point tells.
    """
    turns = apart.turns
    times = _times(sync)
    if not times:
        return turns
    positions = sorted(times)
    places = _places(text, turns, apart, times)
    found, before = [], -1
    for number, (turn, place) in enumerate(zip(turns, places, strict=True)):
        if place.start is None or place.end is None:
            found.append(turn)
            continue
        following = next((p.start for p in places[number + 1 :] if p.start is not None), len(text))
        start = _first(times, positions, before + 1, place.start)
        if start is None:
            start = times.get(before)
        end = _first(times, positions, place.end, following)
        start, end = _in_order(start, end) if start is not None else (turn.start_ms, end)
        found.append(replace(turn, start_ms=start, end_ms=end, words=tuple(place.words)))
        before = place.end
    return tuple(found)


def _times(sync: Sequence[SyncPoint]) -> dict[int, int]:
    """Milliseconds by position; the first of several at one place counts."""
    found: dict[int, int] = {}
    for point in sync:
        if point.position is not None and point.time_ms is not None and point.time_ms >= 0:
            found.setdefault(point.position, point.time_ms)
    return found


def _first(times: Mapping[int, int], positions: Sequence[int], start: int, last: int) -> int | None:
    """The time of the first sync point from `start` to `last`, both inclusive."""
    at = bisect_left(positions, start)
    return times[positions[at]] if at < len(positions) and positions[at] <= last else None


def _in_order(start: int, end: int | None) -> tuple[int, int | None]:
    return start, end if end is not None and end >= start else None


def _places(text: str, turns: Sequence[NewTurn], apart: TakenApart, times: Mapping[int, int]) -> list[_Place]:
    spans = [turn.span for turn in laid_out(turns)]
    starts = [span.start for span in spans]
    places = [_Place() for _ in turns]
    for match in _WORDS.finditer(text):
        start, end = match.span()
        moved = apart.span(Span(start, end))
        if moved is None:
            continue
        number = bisect_right(starts, moved.start) - 1
        place, length = places[number], moved.end - moved.start
        place.start = end - length if place.start is None else place.start
        place.end = end
        if length == end - start and start in times and times[start] <= times.get(end, -1):
            at = moved.start - starts[number]
            place.words.append(Word(at, at + length, times[start], times[end], SURE))
    return places
