"""The queue: one card per segment, in the order of the interviews, with what a coder needs to decide on it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from assistant.suggest import Proposals, in_blind_sample, propose
from store.codebook import current_codebook
from store.decisions import decisions, standing
from store.errors import InvalidInputError
from store.segments import segments
from store.study import Study
from store.values import Code, Codebook, Decision, Role, Segment, Span, State, SuggestionDraft, Verdict


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


@dataclass(frozen=True, slots=True)
class Queue:
    """All cards of one coder, and the codebook and proposals they were made from."""

    cards: tuple[Card, ...]
    codebook: Codebook
    proposals: Proposals

    def first_open(self, after: int = -1) -> int | None:
        """The index of the first open card after that one, or before it where none comes after."""
        order = [*range(after + 1, len(self.cards)), *range(max(0, after + 1))]
        return next((i for i in order if self.cards[i].open), None)


def queue(
    study: Study,
    coder: str,
    *,
    interview: str | None = None,
    proposals: Proposals | None = None,
    blind_share: float = 0.0,
) -> Queue:
    """The cards of the participants' segments, in study order.

    `proposals` spares working them out again when they were at hand; of `blind_share` of the segments they are hidden
    until the coder has read them. Raises InvalidInputError without a codebook.
    """
    codebook = current_codebook(study)
    if codebook is None:
        msg = "This study has no codebook yet; bring one with `interview codebook import`."
        raise InvalidInputError(msg)
    proposals = propose(study) if proposals is None else proposals
    made = decisions(study, interview=interview, coder=coder)
    words = _by_transcript(standing(made).values())
    read = _by_transcript(d for d in made if d.verdict is Verdict.READ)
    maker = _Cards(codebook, proposals, blind_share)
    cards = [
        maker.card(segment, words.get(segment.transcript_id, []), read.get(segment.transcript_id, []))
        for segment in segments(study, interview)
        if segment.role is not Role.INTERVIEWER
    ]
    return Queue(tuple(cards), codebook, proposals)


def is_blind(segment: Segment, proposals: Proposals, share: float) -> bool:
    """Whether chance drew the segment for the blind sample; without a run there is nothing to be blind to."""
    if proposals.run is None or not share:
        return False
    seed = proposals.run.settings.get("seed", 0)
    return in_blind_sample(segment, seed if isinstance(seed, int) else 0, share)


def _by_transcript(made: Iterable[Decision]) -> dict[int, list[Decision]]:
    grouped: dict[int, list[Decision]] = {}
    for decision in made:
        grouped.setdefault(decision.transcript_id, []).append(decision)
    return grouped


class _Cards:
    """Makes cards from what is the same for all of them."""

    def __init__(self, codebook: Codebook, proposals: Proposals, blind_share: float) -> None:
        self._codes = {code.guid: code for code in codebook.codes}
        self._proposals = proposals
        self._blind_share = blind_share

    def card(self, segment: Segment, words: Sequence[Decision], read: Sequence[Decision]) -> Card:
        here = tuple(d for d in words if d.span.overlaps(segment.span))
        done = _covered(segment.span, read)
        blind = not done and is_blind(segment, self._proposals, self._blind_share)
        drafts = () if blind else self._proposals.by_segment.get(segment.id, ())
        codings = tuple(d for d in here if d.verdict in (Verdict.ACCEPT, Verdict.ADD) and d.code in self._codes)
        return Card(segment, _options(drafts, self._codes, here), codings, done, blind, here)


def _options(
    drafts: Sequence[SuggestionDraft], codes: Mapping[str, Code], words: Sequence[Decision]
) -> tuple[Option, ...]:
    return tuple(
        Option(draft, codes[draft.code], next((d for d in reversed(words) if d.code == draft.code), None))
        for draft in drafts
        if draft.code in codes
    )


def _covered(span: Span, read: Sequence[Decision]) -> bool:
    return any(d.span.start <= span.start and span.end <= d.span.end for d in read)
