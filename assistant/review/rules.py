"""Rules for many suggestions at once: what a rule would do is shown before, and one undo takes it back.

There is deliberately no rule that accepts: a person confirms every code.
"""

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from assistant.review.ledger import Ledger
from assistant.review.queue import is_blind
from assistant.review.sitting import Pair
from assistant.suggest import Proposals
from store.values import Segment


@dataclass(frozen=True, slots=True)
class Rule:
    """Reject suggestions of less than `below`: of one code (its GUID) or of all, in these interviews or in all."""

    code: str | None
    below: float
    interviews: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class RulePreview:
    """Exactly the suggestions that a rule would reject, the likeliest first."""

    pairs: tuple[Pair, ...]

    @property
    def by_interview(self) -> Mapping[str, int]:
        """How many there are in each interview, in study order."""
        return Counter(segment.interview for segment, _ in sorted(self.pairs, key=lambda pair: pair[0].id))


def preview(
    rule: Rule,
    spoken: Sequence[Segment],
    proposals: Proposals,
    *,
    ledger: Ledger,
    coder: str,
    read: Container[Segment],
    blind_share: float,
    silent: frozenset[str] = frozenset(),
) -> RulePreview:
    """What the rule would reject of the suggestions that the coder is shown and has not answered.

    Left out are suggestions of the blind sample that are still hidden, and those of `silent` interviews, where a
    second coder sees none.
    """
    answered = _Answered(ledger, coder)
    pairs = [
        (segment, draft)
        for segment in spoken
        if (rule.interviews is None or segment.interview in rule.interviews) and segment.interview not in silent
        for draft in proposals.by_segment.get(segment.id, ())
        if draft.probability < rule.below
        and rule.code in (None, draft.code)
        and not answered.has(segment, draft.code)
        and (segment in read or not is_blind(segment, proposals, blind_share))
    ]
    pairs.sort(key=lambda pair: -pair[1].probability)
    return RulePreview(tuple(pairs))


class _Answered:
    """What a coder has said already of codes on segments."""

    def __init__(self, ledger: Ledger, coder: str) -> None:
        self._ledger = ledger
        self._coder = coder
        self._words: dict[int, list[tuple[int, int, str | None]]] = {}

    def has(self, segment: Segment, code: str) -> bool:
        key = segment.transcript_id
        if key not in self._words:
            words = self._ledger.words(key, self._coder)
            self._words[key] = [(word.span.start, word.span.end, word.code) for word in words]
        start, end = segment.span.start, segment.span.end
        return any(said == code and s < end and start < e for s, e, said in self._words[key])
