"""A sitting: one coder at work, with undo and redo over everything decided since it began.

Nothing is ever removed: undoing writes a withdrawal, redoing writes the decision again. What was read stays read.
"""

import uuid
from dataclasses import dataclass, field, replace

from assistant.suggest import show
from store.codebook import current_codebook
from store.decisions import keep_decisions, last_word
from store.study import Study
from store.values import Decision, DecisionDraft, Segment, SuggestionDraft, Verdict


@dataclass(frozen=True, slots=True)
class Step:
    """What one keystroke decided, and what stood before, so that one undo brings that back."""

    segment_id: int
    drafts: tuple[DecisionDraft, ...]
    before: tuple[DecisionDraft, ...] = ()


@dataclass(slots=True)
class Sitting:
    """The history of one coder's work at one screen."""

    coder: str
    guid: str = field(default_factory=lambda: str(uuid.uuid4()))
    done: list[Step] = field(default_factory=list)
    undone: list[Step] = field(default_factory=list)

    def accept(self, study: Study, segment: Segment, suggestion: SuggestionDraft) -> tuple[Decision, ...]:
        """Confirm a suggested code."""
        return self._answer(study, segment, suggestion, Verdict.ACCEPT)

    def reject(self, study: Study, segment: Segment, suggestion: SuggestionDraft) -> tuple[Decision, ...]:
        """Say that a suggested code does not fit."""
        return self._answer(study, segment, suggestion, Verdict.REJECT)

    def replace(self, study: Study, segment: Segment, suggestion: SuggestionDraft, code: str) -> tuple[Decision, ...]:
        """Reject a suggested code and add another one instead, as one step."""
        rejected = self._draft(study, segment, Verdict.REJECT, suggestion.code)
        rejected = replace(rejected, suggestion_id=_shown(study, suggestion))
        added = self._draft(study, segment, Verdict.ADD, code)
        return self._do(study, Step(segment.id, (rejected, added)))

    def add(self, study: Study, segment: Segment, code: str, memo: str = "") -> tuple[Decision, ...]:
        """Add a code that nobody suggested."""
        draft = replace(self._draft(study, segment, Verdict.ADD, code), memo=memo)
        return self._do(study, Step(segment.id, (draft,)))

    def withdraw(self, study: Study, segment: Segment, decision: Decision) -> tuple[Decision, ...]:
        """Take back a coding or an answer that stands."""
        draft = replace(self._again(decision), verdict=Verdict.WITHDRAW, suggestion_id=None, memo="")
        return self._do(study, Step(segment.id, (draft,)))

    def read(self, study: Study, segment: Segment) -> tuple[Decision, ...]:
        """Note that a segment was read; what was read and left uncoded is known not to carry the code."""
        return keep_decisions(study, self.coder, [self._draft(study, segment, Verdict.READ, None)])

    def undo(self, study: Study) -> Step | None:
        """Take the last step back; None where there is none."""
        if not self.done:
            return None
        step = self.done[-1]
        back = [replace(d, verdict=Verdict.WITHDRAW, suggestion_id=None) for d in reversed(step.drafts)]
        keep_decisions(study, self.coder, [*back, *step.before])
        self.undone.append(self.done.pop())
        return step

    def redo(self, study: Study) -> Step | None:
        """Do the step again that was taken back last; None where there is none."""
        if not self.undone:
            return None
        step = self.undone[-1]
        keep_decisions(study, self.coder, step.drafts)
        self.done.append(self.undone.pop())
        return step

    def _answer(
        self, study: Study, segment: Segment, suggestion: SuggestionDraft, verdict: Verdict
    ) -> tuple[Decision, ...]:
        draft = self._draft(study, segment, verdict, suggestion.code)
        return self._do(study, Step(segment.id, (replace(draft, suggestion_id=_shown(study, suggestion)),)))

    def _do(self, study: Study, step: Step) -> tuple[Decision, ...]:
        step = replace(step, before=self._standing(study, step))
        kept = keep_decisions(study, self.coder, step.drafts)
        self.done.append(step)
        self.undone.clear()
        return kept

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
        )

    def _draft(self, study: Study, segment: Segment, verdict: Verdict, code: str | None) -> DecisionDraft:
        return DecisionDraft(
            transcript_id=segment.transcript_id,
            span=segment.span,
            verdict=verdict,
            code=code,
            codebook_id=_codebook_id(study),
            sitting=self.guid,
        )


def _codebook_id(study: Study) -> int | None:
    codebook = current_codebook(study)
    return None if codebook is None else codebook.id


def _shown(study: Study, suggestion: SuggestionDraft) -> int:
    return show(study, [suggestion])[0].id
