"""Rules for many suggestions at once: what a rule would do is shown before, and one undo takes it back.

There is deliberately no rule that accepts: a person confirms every code. Saying no to what is unlikely makes no coding;
saying yes would make codings that nobody looked at.

The machine learns nothing from what a rule rejects: it would only hear its own guesses again, and take unlikely codes
for even less likely than they are.
"""

from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from assistant.privacy.instructions import reads_like_instruction
from assistant.review.ledger import Ledger
from assistant.review.queue import is_blind
from assistant.review.sitting import Pair
from assistant.suggest import Proposals
from store.errors import InvalidInputError
from store.values import Segment

MOST_AT_ONCE = 5_000
"""Each is written down with its suggestion; so many take a few seconds."""
_TOO_MANY = (
    f"This rule reaches more than {MOST_AT_ONCE:,} suggestions, which is more than can be rejected at once: choose one"
    " code, one interview, or a lower limit."
)


@dataclass(frozen=True, slots=True)
class Rule:
    """Reject suggestions of less than `below`: of one code (its GUID) or of all, in these interviews or in all.

    Every segment that was scored has a probability for every code. With `displayed_only`, the rule reaches those that
    are displayed alone; else also those on which the machine keeps silent because it is not sure enough of them.
    """

    code: str | None
    below: float
    interviews: frozenset[str] | None = None
    displayed_only: bool = False


@dataclass(frozen=True, slots=True)
class RulePreview:
    """Exactly the suggestions that a rule would reject, the likeliest first.

    `by_interview` counts them in study order; `displayed` counts those among them that are displayed now. Where there
    are too many to be rejected at once there is nothing but the `problem`, a sentence.
    """

    pairs: tuple[Pair, ...]
    by_interview: Mapping[str, int] = field(default_factory=dict)
    displayed: int = 0
    problem: str = ""

    @property
    def count(self) -> int:
        """How many suggestions the rule reaches."""
        return len(self.pairs)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What will happen, in words."""
        if self.problem or not self.count:
            return (self.problem or "No suggestion that you have not answered yet is below that.",)
        where = "1 interview" if len(self.by_interview) == 1 else f"{len(self.by_interview)} interviews"
        what = "1 suggestion" if self.count == 1 else f"{self.count} suggestions"
        silent = self.count - self.displayed
        most = f"{100 * self.pairs[0][1].probability:.1f} %"
        said = [f"{what} in {where} would be rejected; the likeliest has {most}, and one undo takes all of it back."]
        if silent:
            said.append(f"{silent} of them are not displayed now, because the machine is not sure enough.")
        said.append(
            "Left alone: what you have answered, what you have not read of the blind sample, and unread passages that"
            " read like an instruction to a machine."
        )
        return tuple(said)


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
    """What the rule would reject of the suggestions that the coder has not answered; `spoken` is in study order.

    Left out are suggestions of the blind sample that are still hidden, those of `silent` interviews, where a second
    coder sees none, codes that are retired, and passages that read like an instruction to a machine as long as the
    coder has not read them: what the machine thinks of those may be what they told it to think. Raises
    InvalidInputError for a limit that is no probability.
    """
    if not 0 < rule.below <= 1:
        msg = "A rule needs a limit above 0 % and up to 100 %; choose another one."
        raise InvalidInputError(msg)
    answered = Answered(ledger, coder)
    open_to_it = (
        (segment, code)
        for segment, code in _reached(rule, spoken, proposals)
        if segment.interview not in silent
        and not answered.has(segment, code)
        and (segment in read or not (is_blind(segment, proposals, blind_share) or reads_like_instruction(segment.text)))
    )
    found = list(islice(open_to_it, MOST_AT_ONCE + 1))
    if len(found) > MOST_AT_ONCE:
        return RulePreview((), problem=_TOO_MANY)
    by_interview = Counter(segment.interview for segment, _ in found)
    displayed = {(d.segment_id, d.code) for drafts in proposals.by_segment.values() for d in drafts}
    pairs = sorted(_drafted(found, proposals), key=lambda pair: -pair[1].probability)
    shown = sum((draft.segment_id, draft.code) in displayed for _, draft in pairs)
    return RulePreview(tuple(pairs), by_interview, shown)


def _reached(rule: Rule, spoken: Sequence[Segment], proposals: Proposals) -> Iterator[tuple[Segment, str]]:
    """Segments and codes below the rule's limit, whatever was decided."""
    if rule.displayed_only or proposals.chances is None:
        below: Mapping[int, Sequence[str]] = {
            key: [draft.code for draft in drafts if draft.probability < rule.below and rule.code in (None, draft.code)]
            for key, drafts in proposals.by_segment.items()
        }
    else:
        below = proposals.chances.below(rule.below, None if rule.code is None else (rule.code,))
    for segment in spoken:
        if rule.interviews is None or segment.interview in rule.interviews:
            for code in below.get(segment.id, ()):
                yield segment, code


def _drafted(found: Sequence[tuple[Segment, str]], proposals: Proposals) -> list[Pair]:
    """With the suggestions that there are, or would be."""
    displayed = {(d.segment_id, d.code): d for drafts in proposals.by_segment.values() for d in drafts}
    if proposals.chances is not None:
        missing = [(segment.id, code) for segment, code in found if (segment.id, code) not in displayed]
        displayed |= dict(zip(missing, proposals.chances.drafts(missing), strict=True))
    return [(segment, displayed[segment.id, code]) for segment, code in found]


class Answered:
    """What a coder has said already of codes on segments."""

    def __init__(self, ledger: Ledger, coder: str) -> None:
        self._ledger = ledger
        self._coder = coder
        self._words: dict[int, dict[str | None, list[tuple[int, int]]]] = {}

    def has(self, segment: Segment, code: str) -> bool:
        """Whether there is a word on this code that shares some of the segment."""
        key = segment.transcript_id
        if key not in self._words:
            words = self._words[key] = {}
            for word in self._ledger.words(key, self._coder):
                words.setdefault(word.code, []).append((word.span.start, word.span.end))
        start, end = segment.span.start, segment.span.end
        return any(s < end and start < e for s, e in self._words[key].get(code, ()))
