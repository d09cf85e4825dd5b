"""The queue: one card per segment, in the order of the interviews, with what a coder needs to decide on it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant.suggest import Proposals, propose
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
    """A segment with its suggestions, the codings that stand on it, and whether the coder has read it."""

    segment: Segment
    options: tuple[Option, ...]
    codings: tuple[Decision, ...]
    read: bool

    @property
    def open(self) -> bool:
        """Whether something is left to do: an unanswered suggestion, or text that was not read yet."""
        return not self.read or any(option.answer is None for option in self.options)


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


def queue(study: Study, coder: str, *, interview: str | None = None, proposals: Proposals | None = None) -> Queue:
    """The cards of the participants' segments, in study order.

    `proposals` spares working them out again when they were at hand. Raises InvalidInputError without a codebook.
    """
    codebook = current_codebook(study)
    if codebook is None:
        msg = "This study has no codebook yet; bring one with `interview codebook import`."
        raise InvalidInputError(msg)
    proposals = propose(study) if proposals is None else proposals
    made = decisions(study, interview=interview, coder=coder)
    words = _by_transcript(standing(made).values())
    read = _by_transcript(d for d in made if d.verdict is Verdict.READ)
    cards = [
        _card(segment, proposals, codebook, words.get(segment.transcript_id, []), read.get(segment.transcript_id, []))
        for segment in segments(study, interview)
        if segment.role is not Role.INTERVIEWER
    ]
    return Queue(tuple(cards), codebook, proposals)


def _by_transcript(made: Iterable[Decision]) -> dict[int, list[Decision]]:
    grouped: dict[int, list[Decision]] = {}
    for decision in made:
        grouped.setdefault(decision.transcript_id, []).append(decision)
    return grouped


def _card(
    segment: Segment,
    proposals: Proposals,
    codebook: Codebook,
    words: Sequence[Decision],
    read: Sequence[Decision],
) -> Card:
    here = [d for d in words if d.span.overlaps(segment.span)]
    codes: Mapping[str, Code] = {code.guid: code for code in codebook.codes}
    options = tuple(
        Option(draft, codes[draft.code], next((d for d in reversed(here) if d.code == draft.code), None))
        for draft in proposals.by_segment.get(segment.id, ())
        if draft.code in codes
    )
    codings = tuple(d for d in here if d.verdict in (Verdict.ACCEPT, Verdict.ADD) and d.code in codes)
    return Card(segment, options, codings, _covered(segment.span, read))


def _covered(span: Span, read: Sequence[Decision]) -> bool:
    return any(d.span.start <= span.start and span.end <= d.span.end for d in read)
