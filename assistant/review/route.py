"""The way through a study: which segments are read, and which one is best read next in an order chosen by the coder."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
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

    def __contains__(self, segment: Segment) -> bool:
        """Whether one reading covers the whole segment."""
        before = bisect_right(self._starts.get(segment.transcript_id, ()), segment.span.start)
        return before > 0 and self._reach[segment.transcript_id][before - 1] >= segment.span.end


def read_by(study: Study, coder: str) -> Read:
    """What this coder has read in the whole study."""
    return Read(readings(study, coder))


def next_segment(
    order: Order, spoken: Sequence[Segment], proposals: Proposals, read: Read, *, share: float
) -> Segment | None:
    """The best unread one of the participants' segments, given in study order; equals keep that order.

    In the order `BLIND`, those of the blind sample with that `share` come first. None where all are read.
    """
    left = [segment for segment in spoken if segment not in read]
    if order is Order.CHRONOLOGICAL or not left:
        return left[0] if left else None
    return max(left, key=lambda segment: _worth(order, segment, proposals, share))


def _worth(order: Order, segment: Segment, proposals: Proposals, share: float) -> float:
    if order is Order.BLIND:
        return float(is_blind(segment, proposals, share))
    worth = proposals.informative if order is Order.INFORMATIVE else proposals.best
    return worth.get(segment.id, -inf)  # not scored yet: nothing is known of it, so it comes last
