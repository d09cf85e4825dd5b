"""One card per segment: what a coder needs to decide on it, and what stands there already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from assistant.review.ledger import Ledger
from assistant.suggest import Proposals, in_blind_sample
from store.values import Code, Codebook, Decision, Segment, State, SuggestionDraft, Verdict


@dataclass(frozen=True, slots=True)
class Option:
    """A suggested code on a card, and the coder's standing answer to it, if there is one."""

    draft: SuggestionDraft
    code: Code
    answer: Decision | None

    @property
    def state(self) -> State:
        """Where this suggestion stands."""
        if self.answer is None:
            return State.SUGGESTED
        return State.REJECTED if self.answer.verdict is Verdict.REJECT else State.CONFIRMED


@dataclass(frozen=True, slots=True)
class Card:
    """A segment with its suggestions, what stands on it from its coder, and whether the coder has read it.

    `blind`: chance drew it, and until it is read its suggestions stay hidden; `options` are empty then. `words` are the
    coder's standing answers and codings here, `codings` those among them that carry a code of the codebook.
    """

    segment: Segment
    options: tuple[Option, ...]
    codings: tuple[Decision, ...]
    read: bool
    blind: bool = False
    words: tuple[Decision, ...] = field(default=(), repr=False)

    @property
    def open(self) -> bool:
        """Whether it is left to read; a suggestion that was passed over while reading does not apply."""
        return not self.read

    def with_options(self, drafts: Sequence[SuggestionDraft], codebook: Codebook) -> "Card":
        """The same with other suggestions on it."""
        codes = {code.guid: code for code in codebook.codes}
        return replace(self, options=_options(drafts, codes, self.words))


def is_blind(segment: Segment, proposals: Proposals, share: float) -> bool:
    """Whether chance drew the segment for the blind sample; without a run there is nothing to be blind to."""
    if proposals.run is None or not share:
        return False
    seed = proposals.run.settings.get("seed", 0)
    return in_blind_sample(segment, seed if isinstance(seed, int) else 0, share)


class Cards:
    """Makes the cards of one coder; what is the same for all of them is looked up once.

    Of `blind_share` of the segments the suggestions are hidden until the coder has read them; in the interviews of
    `without_suggestions` there are none at all.
    """

    def __init__(
        self,
        codebook: Codebook,
        proposals: Proposals,
        ledger: Ledger,
        coder: str,
        *,
        blind_share: float = 0.0,
        without_suggestions: frozenset[str] = frozenset(),
    ) -> None:
        self._codes = {code.guid: code for code in codebook.codes}
        self._codebook = codebook
        self._proposals = proposals
        self._ledger = ledger
        self._coder = coder
        self._blind_share = blind_share
        self._without = without_suggestions

    def card(self, segment: Segment, *, read: bool) -> Card:
        """The card of a segment, which this coder has `read` or not."""
        words = (self._present(word) for word in self._ledger.words(segment.transcript_id, self._coder))
        here = tuple(word for word in words if word.span.overlaps(segment.span))
        silent = segment.interview in self._without
        blind = not read and not silent and is_blind(segment, self._proposals, self._blind_share)
        drafts = () if blind or silent else self._proposals.of(segment)
        codings = tuple(d for d in here if d.verdict in (Verdict.ACCEPT, Verdict.ADD) and d.code in self._codes)
        return Card(segment, _options(drafts, self._codes, here), codings, read, blind, here)

    def _present(self, word: Decision) -> Decision:
        """The word on the code that counts for it now: a code that was merged counts as the one it went into."""
        if word.code is None or word.code in self._codes:
            return word
        code = self._codebook.present(word.code)
        return word if code is None else replace(word, code=code)


def _options(
    drafts: Sequence[SuggestionDraft], codes: Mapping[str, Code], words: Sequence[Decision]
) -> tuple[Option, ...]:
    """A retired code is on a card only where it was answered before."""
    answers = ((draft, next((d for d in reversed(words) if d.code == draft.code), None)) for draft in drafts)
    return tuple(
        Option(draft, codes[draft.code], answer)
        for draft, answer in answers
        if draft.code in codes and (answer is not None or not codes[draft.code].retired)
    )
