"""A sitting: one coder at work, with undo and redo over everything decided since it began.

Nothing is ever removed: undoing writes a withdrawal, redoing writes the decision again. What was read stays read.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from assistant.suggest import show
from store.codebook import current_codebook
from store.decisions import decisions, keep_decisions, last_word, standing
from store.new_codes import NewCode, keep_new_code
from store.study import Study
from store.values import Decision, DecisionDraft, Segment, Span, SuggestionDraft, Verdict

Pair = tuple[Segment, SuggestionDraft]


@dataclass(frozen=True, slots=True)
class Step:
    """What one keystroke decided, and what stood before, so that one undo brings that back.

    `segment_id` is where it was done; the drafts may lie on many segments.
    """

    segment_id: int
    drafts: tuple[DecisionDraft, ...]
    before: tuple[DecisionDraft, ...] = ()


@dataclass(slots=True)
class Sitting:
    """The history of one coder's work at one screen; `told` says what the last undo could not take back."""

    coder: str
    guid: str = field(default_factory=lambda: str(uuid.uuid4()))
    done: list[Step] = field(default_factory=list)
    undone: list[Step] = field(default_factory=list)
    told: str = ""

    def accept(
        self, study: Study, segment: Segment, suggestion: SuggestionDraft, *, span: Span | None = None
    ) -> tuple[Decision, ...]:
        """Confirm a suggested code, on the whole segment or on the stretch where it applies."""
        return self._answer(study, segment, suggestion, Verdict.ACCEPT, span)

    def reject(self, study: Study, segment: Segment, suggestion: SuggestionDraft) -> tuple[Decision, ...]:
        """Say that a suggested code does not fit."""
        return self._answer(study, segment, suggestion, Verdict.REJECT, None)

    def reject_all(self, study: Study, pairs: Sequence[Pair]) -> tuple[Decision, ...]:
        """Reject many suggestions as one step; those that this coder has answered meanwhile are left out."""
        words = {key[1:] for key in standing(decisions(study, coder=self.coder))}
        left = [
            (segment, draft)
            for segment, draft in pairs
            if (segment.transcript_id, segment.span, draft.code) not in words
        ]
        if not left:
            return ()
        shown = show(study, [draft for _, draft in left])
        codebook = _codebook_id(study)
        drafts = tuple(
            replace(self._draft(segment, Verdict.REJECT, draft.code, codebook), suggestion_id=suggestion.id)
            for (segment, draft), suggestion in zip(left, shown, strict=True)
        )
        return self._do(study, Step(left[0][0].id, drafts), before=())

    def replace(self, study: Study, segment: Segment, suggestion: SuggestionDraft, code: str) -> tuple[Decision, ...]:
        """Reject a suggested code and add another one instead, as one step."""
        codebook = _codebook_id(study)
        rejected = self._draft(segment, Verdict.REJECT, suggestion.code, codebook)
        rejected = replace(rejected, suggestion_id=_shown(study, suggestion))
        added = self._draft(segment, Verdict.ADD, code, codebook)
        return self._do(study, Step(segment.id, (rejected, added)))

    def add(
        self, study: Study, segment: Segment, codes: Iterable[str], *, span: Span | None = None, memo: str = ""
    ) -> tuple[Decision, ...]:
        """Add codes that nobody suggested, as one step, on the whole segment or on a stretch of its interview."""
        codebook = _codebook_id(study)
        drafts = tuple(
            replace(self._draft(segment, Verdict.ADD, code, codebook, span), memo=memo) for code in dict.fromkeys(codes)
        )
        return self._do(study, Step(segment.id, drafts))

    def withdraw(self, study: Study, segment: Segment, decision: Decision) -> tuple[Decision, ...]:
        """Take back a coding or an answer that stands."""
        draft = replace(self._again(decision), verdict=Verdict.WITHDRAW, suggestion_id=None, memo="", replaces=None)
        return self._do(study, Step(segment.id, (draft,)))

    def respan(self, study: Study, segment: Segment, decision: Decision, span: Span) -> tuple[Decision, ...]:
        """Put a coding on another stretch, as one step; the new decision says which one it replaces."""
        old = replace(self._again(decision), verdict=Verdict.WITHDRAW, suggestion_id=None, memo="", replaces=None)
        new = replace(self._again(decision), span=span, codebook_id=_codebook_id(study), replaces=decision.guid)
        return self._do(study, Step(segment.id, (old, new)))

    def new_code(
        self,
        study: Study,
        segment: Segment,
        name: str,
        *,
        definition: str = "",
        theme: str | None = None,
        span: Span | None = None,
    ) -> tuple[Decision, ...]:
        """Make a code and put it on the passage, both or neither; undoing takes the coding back, the code stays."""
        draft = self._draft(segment, Verdict.ADD, None, None, span)
        kept = keep_new_code(study, self.coder, NewCode(name, definition, theme), draft)
        step = Step(segment.id, (replace(draft, code=kept.code, codebook_id=kept.codebook_id),))
        self._remember(step)
        return (kept.decision,)

    def read(self, study: Study, segment: Segment) -> tuple[Decision, ...]:
        """Note that a segment was read; what was read and left uncoded is known not to carry the code."""
        draft = self._draft(segment, Verdict.READ, None, _codebook_id(study))
        return keep_decisions(study, self.coder, [draft])

    def undo(self, study: Study) -> Step | None:
        """Take the last step back; None where there is none.

        What the same coder has said anew elsewhere since then stays, and `told` says so.
        """
        self.told = ""
        if not self.done:
            return None
        step = self.done[-1]
        own = [draft for draft in reversed(step.drafts) if self._is_mine(study, draft)]
        back = [replace(d, verdict=Verdict.WITHDRAW, suggestion_id=None, replaces=None) for d in own]
        back = [d for d, was in zip(back, own, strict=True) if was.verdict is not Verdict.WITHDRAW]
        undoable = {_place(draft) for draft in own}
        before = [draft for draft in step.before if _place(draft) in undoable]
        keep_decisions(study, self.coder, [*back, *before])
        self.undone.append(self.done.pop())
        if len(own) < len(step.drafts):
            self.told = "What you have decided anew in another window stays as it is; the rest was taken back."
        return step

    def redo(self, study: Study) -> Step | None:
        """Do the step again that was taken back last; None where there is none."""
        self.told = ""
        if not self.undone:
            return None
        step = self.undone[-1]
        keep_decisions(study, self.coder, step.drafts)
        self.done.append(self.undone.pop())
        return step

    def _is_mine(self, study: Study, draft: DecisionDraft) -> bool:
        """Whether the last word on this stretch and code is what this sitting said: it may be undone then."""
        if draft.code is None:
            return True
        word = last_word(study, self.coder, draft.transcript_id, draft.span, draft.code)
        if draft.verdict is Verdict.WITHDRAW:
            return word is None
        return word is not None and word.sitting == self.guid and word.verdict is draft.verdict

    def _answer(
        self, study: Study, segment: Segment, suggestion: SuggestionDraft, verdict: Verdict, span: Span | None
    ) -> tuple[Decision, ...]:
        draft = self._draft(segment, verdict, suggestion.code, _codebook_id(study), span)
        return self._do(study, Step(segment.id, (replace(draft, suggestion_id=_shown(study, suggestion)),)))

    def _do(self, study: Study, step: Step, before: tuple[DecisionDraft, ...] | None = None) -> tuple[Decision, ...]:
        step = replace(step, before=self._standing(study, step) if before is None else before)
        kept = keep_decisions(study, self.coder, step.drafts)
        self._remember(step)
        return kept

    def _remember(self, step: Step) -> None:
        self.done.append(step)
        self.undone.clear()
        self.told = ""

    def _standing(self, study: Study, step: Step) -> tuple[DecisionDraft, ...]:
        words = (
            last_word(study, self.coder, d.transcript_id, d.span, d.code) for d in step.drafts if d.code is not None
        )
        return tuple(self._again(word) for word in words if word is not None)

    def _again(self, word: Decision) -> DecisionDraft:
        return DecisionDraft(
            transcript_id=word.transcript_id,
            span=word.span,
            verdict=word.verdict,
            code=word.code,
            suggestion_id=word.suggestion_id,
            codebook_id=word.codebook_id,
            memo=word.memo,
            sitting=self.guid,
            replaces=word.replaces,
        )

    def _draft(
        self, segment: Segment, verdict: Verdict, code: str | None, codebook: int | None, span: Span | None = None
    ) -> DecisionDraft:
        return DecisionDraft(
            transcript_id=segment.transcript_id,
            span=span or segment.span,
            verdict=verdict,
            code=code,
            codebook_id=codebook,
            sitting=self.guid,
        )


def _place(draft: DecisionDraft) -> tuple[int, Span, str | None]:
    return draft.transcript_id, draft.span, draft.code


def _codebook_id(study: Study) -> int | None:
    codebook = current_codebook(study)
    return None if codebook is None else codebook.id


def _shown(study: Study, suggestion: SuggestionDraft) -> int:
    return show(study, [suggestion])[0].id
