"""The way through a study: which segments are read, and which one is best read next in an order chosen by the coder."""

from bisect import bisect_right
from collections.abc import Container, Iterable, Mapping, Sequence
from itertools import accumulate
from math import inf

from assistant.review.queue import is_blind
from assistant.suggest import Order, Proposals
from store.decisions import readings
from store.study import Study
from store.values import Segment, Span


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
    left = (segment for segment in way if segment not in read)
    if order is Order.CHRONOLOGICAL:
        return next(left, None)
    if order is Order.CODE:
        rank = {code: place for place, code in enumerate(codes)}
        return max(left, key=lambda segment: _turn(segment, proposals, share, rank), default=None)
    return max(left, key=lambda segment: _worth(order, segment, proposals, share), default=None)


def _turn(segment: Segment, proposals: Proposals, share: float, rank: Mapping[str, int]) -> tuple[float, float]:
    """How early a segment comes code by code, the highest first."""
    drafts = [draft for draft in proposals.by_segment.get(segment.id, ()) if draft.code in rank]
    if not drafts or is_blind(segment, proposals, share):
        return (-inf, 0.0)
    first = min(drafts, key=lambda draft: rank[draft.code])
    return (-rank[first.code], first.probability)


def _worth(order: Order, segment: Segment, proposals: Proposals, share: float) -> float:
    if order is Order.BLIND:
        return float(is_blind(segment, proposals, share))
    worth = proposals.informative if order is Order.INFORMATIVE else proposals.best
    return worth.get(segment.id, -inf)  # not scored yet: nothing is known of it, so it comes last
