"""A sitting: one coder at work, with undo and redo over everything decided since it began.

Nothing is ever removed: undoing writes a withdrawal, or what stood before; redoing writes the decision again. What was
read stays read. Neither ever touches what the same coder has said meanwhile in another window.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from store.codebook import current_codebook
from store.decisions import keep_decisions
from store.new_codes import NewCode, keep_new_code
from store.steps import Again, Answer, Said, Turn, keep_step, turn_step
from store.study import Study
from store.values import Decision, DecisionDraft, Segment, Span, SuggestionDraft, Verdict

Pair = tuple[Segment, SuggestionDraft]


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a step: what it says, its GUID when it was first said, and what stood there before.

    `before` is None where nothing stood; `instead_of` is the GUID of the decision before it, a withdrawal too, or of
    the one that this only brought back.
    """

    draft: DecisionDraft
    guid: str
    before: DecisionDraft | None
    instead_of: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """What one act decided, so that one undo takes all of it back.

    `segment_id` is where it was done; the words may lie on many segments. `at` is when it was first recorded, by which
    the log knows it. `new_code` tells that the code was made in the same act.
    """

    segment_id: int
    words: tuple[Word, ...]
    at: datetime
    new_code: bool = False

    @property
    def drafts(self) -> tuple[DecisionDraft, ...]:
        """What was decided."""
        return tuple(word.draft for word in self.words)


@dataclass(slots=True)
class Sitting:
    """The history of one coder's work at one screen.

    `told` says what the last act could not do, or left standing; empty where there is nothing to say.
    """

    coder: str
    guid: str = field(default_factory=lambda: str(uuid.uuid4()))
    done: list[Step] = field(default_factory=list)
    undone: list[Step] = field(default_factory=list)
    told: str = ""
    stands_for: dict[str, str | None] = field(default_factory=dict, repr=False)
    """Which decision an undo or redo only brought back, by its own GUID; None where it brought back that nothing is."""

    def accept(
        self, study: Study, segment: Segment, suggestion: SuggestionDraft, *, span: Span | None = None, memo: str = ""
    ) -> tuple[Decision, ...]:
        """Confirm a suggested code, on the whole segment or on the stretch where it applies."""
        return self._answer(study, segment, suggestion, Verdict.ACCEPT, span, memo)

    def reject(
        self, study: Study, segment: Segment, suggestion: SuggestionDraft, *, memo: str = ""
    ) -> tuple[Decision, ...]:
        """Say that a suggested code does not fit."""
        return self._answer(study, segment, suggestion, Verdict.REJECT, None, memo)

    def reject_all(self, study: Study, pairs: Sequence[Pair]) -> tuple[Decision, ...]:
        """Reject many suggestions as one step, in one transaction with the suggestions as they are shown.

        Those on which this coder has a word by now are left out, and `told` says how many.
        """
        codebook = _codebook_id(study)
        answers = [(self._draft(s, Verdict.REJECT, draft.code, codebook), draft) for s, draft in pairs]
        home = {(s.transcript_id, s.span): s.id for s, _ in reversed(pairs)}
        said = keep_step(study, self.coder, answers, by_rule=True)
        if said:
            first = said[0].decision
            self._remember(home[first.transcript_id, first.span], said)
        if left := len(pairs) - len(said):
            self.told = f"{_suggestions(left)} had been answered in the meantime and stayed as they were."
        return tuple(each.decision for each in said)

    def replace(self, study: Study, segment: Segment, suggestion: SuggestionDraft, code: str) -> tuple[Decision, ...]:
        """Reject a suggested code and add another one instead, as one step."""
        codebook = _codebook_id(study)
        rejected = self._draft(segment, Verdict.REJECT, suggestion.code, codebook)
        added = self._draft(segment, Verdict.ADD, code, codebook)
        return self._do(study, segment, [(rejected, suggestion), (added, None)])

    def add(
        self, study: Study, segment: Segment, codes: Iterable[str], *, span: Span | None = None, memo: str = ""
    ) -> tuple[Decision, ...]:
        """Add codes that nobody suggested, as one step, on the whole segment or on a stretch of its interview."""
        codebook = _codebook_id(study)
        drafts = (self._draft(segment, Verdict.ADD, code, codebook, span) for code in dict.fromkeys(codes))
        return self._do(study, segment, [(replace(draft, memo=memo), None) for draft in drafts])

    def withdraw(self, study: Study, segment: Segment, decision: Decision) -> tuple[Decision, ...]:
        """Take back a coding or an answer that stands; raises ConflictError where it stands no more."""
        return self._do(study, segment, [(_withdrawn(self._again(decision)), None)], instead_of=decision)

    def respan(self, study: Study, segment: Segment, decision: Decision, span: Span) -> tuple[Decision, ...]:
        """Put a coding on another stretch, as one step; the new decision says which one it replaces.

        Raises ConflictError where the coding stands no more; the same stretch again changes nothing. One that was made
        before its transcript was corrected comes to the text of now, and answers no suggestion there.
        """
        is_corrected = decision.transcript_id != segment.transcript_id
        if span == decision.span and not is_corrected:
            return ()
        old = self._again(decision)
        new = replace(old, span=span, codebook_id=_codebook_id(study), replaces=decision.guid)
        if is_corrected:
            new = replace(new, transcript_id=segment.transcript_id, verdict=Verdict.ADD, suggestion_id=None)
        return self._do(study, segment, [(_withdrawn(old), None), (new, None)], instead_of=decision)

    def new_code(
        self,
        study: Study,
        segment: Segment,
        name: str,
        *,
        definition: str = "",
        theme: str | None = None,
        span: Span | None = None,
        memo: str = "",
    ) -> tuple[Decision, ...]:
        """Make a code and put it on the passage, both or neither; undoing takes the coding back, the code stays."""
        draft = replace(self._draft(segment, Verdict.ADD, None, None, span), memo=memo)
        kept = keep_new_code(study, self.coder, NewCode(name, definition, theme), draft)
        self._remember(segment.id, [Said(kept.decision, None)], new_code=True)
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
        words = step.words[::-1]
        some = [Again(self._said_now(word.before) or _withdrawn(word.draft), word.guid) for word in words]
        left = self._turn(study, step, Turn.BACK, some, [word.instead_of for word in words])
        self.undone.append(self.done.pop())
        self.told = _left_sentence(left, len(words), "taken back")
        if step.new_code and left < len(words):
            self.told = f"The coding was taken back; the code {_name(study, step)} stays in the codebook."
        return step

    def redo(self, study: Study) -> Step | None:
        """Do the step again that was taken back last; None where there is none."""
        self.told = ""
        if not self.undone:
            return None
        step = self.undone[-1]
        some = [Again(word.draft, word.instead_of) for word in step.words]
        left = self._turn(study, step, Turn.FORTH, some, [word.guid for word in step.words])
        self.done.append(self.undone.pop())
        self.told = _left_sentence(left, len(step.words), "done again")
        return step

    def _turn(
        self, study: Study, step: Step, turn: Turn, some: Sequence[Again], brings_back: Sequence[str | None]
    ) -> int:
        """Write what brings a step back, or does it again; returns how many words had to be left."""
        made = turn_step(study, self.coder, some, turn, sitting=self.guid, step=step.at, stands_for=self.stands_for)
        for decision, earlier in zip(made, brings_back, strict=True):
            if decision is not None:
                self.stands_for[decision.guid] = earlier
        return sum(decision is None for decision in made)

    def _said_now(self, draft: DecisionDraft | None) -> DecisionDraft | None:
        return None if draft is None else replace(draft, sitting=self.guid)

    def _answer(
        self,
        study: Study,
        segment: Segment,
        suggestion: SuggestionDraft,
        verdict: Verdict,
        span: Span | None,
        memo: str,
    ) -> tuple[Decision, ...]:
        draft = self._draft(segment, verdict, suggestion.code, _codebook_id(study), span)
        return self._do(study, segment, [(replace(draft, memo=memo), suggestion)])

    def _do(
        self, study: Study, segment: Segment, answers: Sequence[Answer], instead_of: Decision | None = None
    ) -> tuple[Decision, ...]:
        said = keep_step(study, self.coder, answers, instead_of=instead_of)
        if said:
            self._remember(segment.id, said)
        return tuple(each.decision for each in said)

    def _remember(self, segment_id: int, said: Sequence[Said], *, new_code: bool = False) -> None:
        self.done.append(step_of(segment_id, said, self.stands_for, new_code=new_code))
        self.undone.clear()
        self.told = ""

    def _again(self, word: Decision) -> DecisionDraft:
        return replace(draft_of(word), sitting=self.guid)

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


def step_of(
    segment_id: int, said: Sequence[Said], stands_for: dict[str, str | None], *, new_code: bool = False
) -> Step:
    """The step that these decisions are; `stands_for` as in a sitting."""
    return Step(segment_id, tuple(_word(each, stands_for) for each in said), said[0].decision.recorded_at, new_code)


def _word(said: Said, stands_for: dict[str, str | None]) -> Word:
    before = said.before
    stood = before is not None and before.verdict is not Verdict.WITHDRAW
    return Word(
        draft=draft_of(said.decision),
        guid=said.decision.guid,
        before=draft_of(before) if before is not None and stood else None,
        instead_of=None if before is None else stands_for.get(before.guid, before.guid),
    )


def draft_of(decision: Decision) -> DecisionDraft:
    """The same decision, to be said once more now."""
    return DecisionDraft(
        transcript_id=decision.transcript_id,
        span=decision.span,
        verdict=decision.verdict,
        code=decision.code,
        suggestion_id=decision.suggestion_id,
        codebook_id=decision.codebook_id,
        memo=decision.memo,
        sitting=decision.sitting,
        replaces=decision.replaces,
    )


def _withdrawn(draft: DecisionDraft) -> DecisionDraft:
    return replace(draft, verdict=Verdict.WITHDRAW, suggestion_id=None, memo="", replaces=None)


def _codebook_id(study: Study) -> int | None:
    codebook = current_codebook(study)
    return None if codebook is None else codebook.id


def _name(study: Study, step: Step) -> str:
    codebook = current_codebook(study)
    code = codebook.find(step.drafts[0].code or "") if codebook is not None else None
    return "that was made with it" if code is None else f"“{code.name}”"


def _suggestions(number: int) -> str:
    return "One suggestion" if number == 1 else f"{number} suggestions"


def _left_sentence(left: int, of: int, done: str) -> str:
    """Why not all of a step was turned; empty where it was."""
    if not left:
        return ""
    why = "decided anew in another window, or their interview was erased"
    if left == of:
        return f"Nothing was {done}: this was {why.replace('their', 'its')}."
    return f"{left} of {of} decisions stay as they are, because they were {why}; the rest was {done}."
