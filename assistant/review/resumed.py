"""A sitting that goes on after the page was loaded again: its steps are read back from the decisions on the disk."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from assistant.review.sitting import Sitting, Step
from store.decisions import decisions
from store.segments import segments
from store.study import Study
from store.values import Decision, DecisionDraft, Span, Verdict

_Place = tuple[int, Span, str]


def resume_sitting(study: Study, coder: str, guid: str) -> Sitting:
    """The sitting of that GUID with all that can still be undone and redone; a new one where nothing was decided in it.

    Decisions that were recorded at the same moment are one step; a step that takes back exactly the one before it was
    an undo.
    """
    sitting = Sitting(coder, guid)
    made = decisions(study, coder=coder)
    if any(decision.sitting == guid for decision in made):
        homes = _Homes(study)
        for step in _steps(made, guid, homes):
            _replay(sitting, step)
    return sitting


def _steps(made: Sequence[Decision], guid: str, homes: "_Homes") -> Iterator[Step]:
    words: dict[_Place, Decision] = {}
    for _, group in groupby(made, key=lambda decision: (decision.sitting, decision.recorded_at)):
        said = [decision for decision in group if decision.code is not None]
        places = [(decision.transcript_id, decision.span, decision.code or "") for decision in said]
        before = tuple(_draft(words[place], guid) for place in places if place in words)
        for place, decision in zip(places, said, strict=True):
            words.pop(place, None)
            if decision.verdict is not Verdict.WITHDRAW:
                words[place] = decision
        if said and said[0].sitting == guid:
            drafts = tuple(_draft(decision, guid) for decision in said)
            yield Step(homes.of(drafts[0]), drafts, before)


def _replay(sitting: Sitting, step: Step) -> None:
    if sitting.done and _same(step.drafts, _undoing(sitting.done[-1])):
        sitting.undone.append(sitting.done.pop())
    elif sitting.undone and _same(step.drafts, sitting.undone[-1].drafts):
        sitting.done.append(sitting.undone.pop())
    else:
        sitting.done.append(step)
        sitting.undone.clear()


def _undoing(step: Step) -> tuple[DecisionDraft, ...]:
    back = [replace(d, verdict=Verdict.WITHDRAW) for d in reversed(step.drafts) if d.verdict is not Verdict.WITHDRAW]
    return (*back, *step.before)


def _same(some: Sequence[DecisionDraft], others: Sequence[DecisionDraft]) -> bool:
    return [(d.transcript_id, d.span, d.code, d.verdict) for d in some] == [
        (d.transcript_id, d.span, d.code, d.verdict) for d in others
    ]


def _draft(decision: Decision, guid: str) -> DecisionDraft:
    return DecisionDraft(
        transcript_id=decision.transcript_id,
        span=decision.span,
        verdict=decision.verdict,
        code=decision.code,
        suggestion_id=decision.suggestion_id,
        codebook_id=decision.codebook_id,
        memo=decision.memo,
        sitting=guid,
        replaces=decision.replaces,
    )


class _Homes:
    """Finds the segment in which a step was done."""

    def __init__(self, study: Study) -> None:
        self._segments: dict[int, list[tuple[Span, int]]] = {}
        for segment in segments(study):
            self._segments.setdefault(segment.transcript_id, []).append((segment.span, segment.id))

    def of(self, draft: DecisionDraft) -> int:
        """The id of the segment that a draft lies in; 0 where there is none any more."""
        here = self._segments.get(draft.transcript_id, [])
        return next((key for span, key in here if span.overlaps(draft.span)), 0)
