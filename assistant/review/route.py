"""The way through a study: which segments are read, and which one is best read next in an order chosen by the coder."""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Container, Hashable, Iterable, Mapping, Sequence
from itertools import accumulate
from math import inf
from threading import Lock
from typing import Any

from assistant.review.queue import is_blind
from assistant.suggest import Order, Proposals
from store.decisions import readings
from store.study import Study
from store.values import Segment, Span

_KEPT = 3
"""Ways and rankings; another one takes the place of the oldest."""


class Read:
    """What one coder has read."""

    def __init__(self, found: Iterable[tuple[int, Span]]) -> None:
        grouped: dict[int, list[Span]] = {}
        for transcript_id, span in found:
            grouped.setdefault(transcript_id, []).append(span)
        self._starts: dict[int, list[int]] = {}
        self._reach: dict[int, list[int]] = {}
        for transcript_id, spans in grouped.items():
            spans.sort(key=lambda span: span.start)
            self._starts[transcript_id] = [span.start for span in spans]
            self._reach[transcript_id] = list(accumulate((span.end for span in spans), max))

    def __contains__(self, segment: object) -> bool:
        """Whether one reading covers the whole segment."""
        if not isinstance(segment, Segment):
            return False
        before = bisect_right(self._starts.get(segment.transcript_id, ()), segment.span.start)
        return before > 0 and self._reach[segment.transcript_id][before - 1] >= segment.span.end


def read_by(study: Study, coder: str) -> Read:
    """What this coder has read in the whole study."""
    return Read(readings(study, coder))


def next_segment(
    order: Order,
    way: Sequence[Segment],
    proposals: Proposals,
    read: Container[Segment],
    *,
    share: float,
    codes: Sequence[str] = (),
) -> Segment | None:
    """The best unread one of the segments, given in study order; equals keep that order. None where all are read.

    In the order `CODE`, those come first for which the first of `codes` is suggested, the likeliest before the others;
    in the order `BLIND`, those of the blind sample with that `share`. What is hidden tells nothing: an unread segment
    of the blind sample has its place in these orders as if nothing were suggested.
    """
    if order is Order.CHRONOLOGICAL:
        return next((segment for segment in way if segment not in read), None)
    first = next(
        (segment for segment in _ranked(order, way, proposals, share, tuple(codes)) if segment not in read), None
    )
    return first or next((segment for segment in way if segment not in read), None)


class _Ways:
    """What was worked out of ways through a study and of proposals for them, as long as these are asked for."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._places: OrderedDict[int, tuple[Sequence[Segment], dict[int, int]]] = OrderedDict()
        self._ranks: OrderedDict[tuple[Hashable, ...], tuple[object, list[Segment]]] = OrderedDict()

    def places(self, way: Sequence[Segment]) -> dict[int, int]:
        """Where each segment stands, by its id."""
        with self._lock:
            found = self._places.get(id(way))
            if found is None:
                found = self._places[id(way)] = (way, {segment.id: place for place, segment in enumerate(way)})
                _drop_old(self._places)
            return found[1]

    def ranked(
        self, key: tuple[Hashable, ...], way: Sequence[Segment], proposals: Proposals, made: Callable[[], list[Segment]]
    ) -> list[Segment]:
        """A ranking of the way by these proposals, or the one that was made before."""
        whole = (*key, id(way), id(proposals))
        with self._lock:
            found = self._ranks.get(whole)
        if found is None:
            found = ((way, proposals), made())
            with self._lock:
                self._ranks[whole] = found
                _drop_old(self._ranks)
        return found[1]


def _drop_old(kept: OrderedDict[Any, Any]) -> None:
    while len(kept) > _KEPT:
        kept.popitem(last=False)


_ways = _Ways()


def _ranked(
    order: Order, way: Sequence[Segment], proposals: Proposals, share: float, codes: tuple[str, ...]
) -> list[Segment]:
    """The segments that are better than those of which nothing is known, best first, equals in study order."""

    def made() -> list[Segment]:
        places, rank = _ways.places(way), {code: place for place, code in enumerate(codes)}
        if order is Order.BLIND:
            return [segment for segment in way if is_blind(segment, proposals, share)]
        known: Iterable[int] = proposals.best
        if order is Order.CODE:
            known = proposals.by_segment
        elif order is Order.INFORMATIVE:
            known = proposals.informative
        here = [way[place] for place in sorted(places[key] for key in known if key in places)]
        if order is Order.CODE:
            turns = {segment.id: _turn(segment, proposals, share, rank) for segment in here}
            told = [segment for segment in here if turns[segment.id][0] > -inf]
            return sorted(told, key=lambda segment: turns[segment.id], reverse=True)
        worth = proposals.informative if order is Order.INFORMATIVE else proposals.best
        return sorted(here, key=lambda segment: worth[segment.id], reverse=True)

    return _ways.ranked((order, share, codes), way, proposals, made)


def _turn(segment: Segment, proposals: Proposals, share: float, rank: Mapping[str, int]) -> tuple[float, float]:
    """How early a segment comes code by code, the highest first."""
    drafts = [draft for draft in proposals.by_segment.get(segment.id, ()) if draft.code in rank]
    if not drafts or is_blind(segment, proposals, share):
        return (-inf, 0.0)
    first = min(drafts, key=lambda draft: rank[draft.code])
    return (-rank[first.code], first.probability)
