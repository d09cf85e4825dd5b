"""Code by code: all segments where one code is suggested, the likeliest first, then those of the next code.

A segment comes once for each code that is suggested on it. `next_segment` in the order `CODE` is the short way, which
comes by each segment once.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass

from assistant.review.ledger import Ledger
from assistant.review.queue import is_blind
from assistant.review.rules import Answered
from assistant.suggest import Proposals
from store.values import Code, Codebook, Segment


@dataclass(frozen=True, slots=True)
class Stop:
    """A segment to be looked at for one code, and how likely the code is there."""

    segment: Segment
    code: str
    probability: float

    @property
    def key(self) -> tuple[int, str]:
        """What tells it from others whatever is learnt meanwhile."""
        return self.segment.id, self.code


def stops_by_code(
    way: Sequence[Segment],
    proposals: Proposals,
    codebook: Codebook,
    *,
    ledger: Ledger,
    coder: str,
    read_before: Container[Segment],
    blind_share: float,
    silent: frozenset[str] = frozenset(),
) -> tuple[Stop, ...]:
    """Everything of `way` on which the coder has not decided yet, by code in the order of the codebook's tree.

    `read_before` is what the coder had read when the walk began: what they passed over then does not apply. What is
    hidden from them, of the blind sample or in `silent` interviews, is no stop.
    """
    place = {code.guid: number for number, code in enumerate(tree_order(codebook)) if not code.retired}
    answered = Answered(ledger, coder)
    stops = [
        Stop(segment, draft.code, draft.probability)
        for segment in way
        if segment.interview not in silent
        and segment.id in proposals.by_segment
        and segment not in read_before
        and not is_blind(segment, proposals, blind_share)
        for draft in proposals.by_segment[segment.id]
        if draft.code in place and not answered.has(segment, draft.code)
    ]
    return tuple(sorted(stops, key=lambda stop: (place[stop.code], -stop.probability)))


def next_by_code(
    stops: Sequence[Stop], codebook: Codebook, code: str | None, seen: Container[tuple[int, str]]
) -> Stop | None:
    """The next stop that was not `seen` in this walk (`Stop.key`): of this code, or of those after it.

    After the last code come those before this one, where something new was suggested meanwhile. None at the end.
    """
    codes = [each.guid for each in tree_order(codebook)]
    start = codes.index(code) if code in codes else 0
    turn = {each: (number - start) % len(codes) for number, each in enumerate(codes)}
    left = (stop for stop in stops if stop.key not in seen)
    return min(left, key=lambda stop: turn[stop.code], default=None)


def tree_order(codebook: Codebook) -> list[Code]:
    """All codes, each theme right before what stands below it."""
    waiting = [code for code in reversed(codebook.codes) if code.parent is None]
    found = []
    while waiting:
        code = waiting.pop()
        found.append(code)
        waiting += reversed(codebook.children(code.guid))
    return found
