"""A sitting that goes on after the page was loaded again: its steps are read back from what is on the disk."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from assistant.review.sitting import Sitting, step_of
from store.newest import decisions_since
from store.segments import segments
from store.steps import Said, Turn, TurnMark, codebook_events, turn_marks
from store.study import Study
from store.values import Decision, Span

_Place = tuple[int, Span, str]
_Numbered = tuple[int, Decision]
"""A decision with the number of its event."""


def resume_sitting(study: Study, coder: str, guid: str) -> Sitting:
    """The sitting of that GUID with all that can still be undone and redone; a new one where nothing was decided in it.

    Decisions that were recorded at the same moment are one step. What an undo or a redo wrote stands right before the
    event that says so.
    """
    sitting = Sitting(coder, guid)
    made = [(event, said) for event, said in decisions_since(study, 0) if said.coder == coder.strip() and said.code]
    if any(decision.sitting == guid for _, decision in made):
        _Replay(study, sitting).run(made, turn_marks(study, coder, guid))
    return sitting


class _Replay:
    """Goes through what a coder has said, and does with the sitting what was done then."""

    def __init__(self, study: Study, sitting: Sitting) -> None:
        self._sitting = sitting
        self._homes = _Homes(study)
        self._made_with = codebook_events(study)
        self._last: dict[_Place, Decision] = {}

    def run(self, made: Sequence[_Numbered], marks: Sequence[TurnMark]) -> None:
        turned = {mark.event - back: mark for mark in marks for back in range(1, mark.decisions + 1)}
        empty = [mark for mark in marks if not mark.decisions]
        for group in _groups(made):
            while empty and empty[0].event < group[0][0]:
                self._turn(empty.pop(0), ())
            mark = turned.get(group[0][0])
            said = self._said(decision for _, decision in group)
            if mark is not None:
                self._turn(mark, said)
            elif group[0][1].sitting == self._sitting.guid:
                self._step(said, group[0])
        for mark in empty:
            self._turn(mark, ())

    def _said(self, group: Iterable[Decision]) -> tuple[Said, ...]:
        said = []
        for decision in group:
            place = _place(decision)
            said.append(Said(decision, self._last.get(place)))
            self._last[place] = decision
        return tuple(said)

    def _step(self, said: Sequence[Said], first: _Numbered) -> None:
        event, decision = first
        new_code = decision.codebook_id is not None and self._made_with.get(decision.codebook_id) == event - 1
        home = self._homes.of(decision)
        self._sitting.done.append(step_of(home, said, self._sitting.stands_for, new_code=new_code))
        self._sitting.undone.clear()

    def _turn(self, mark: TurnMark, said: Sequence[Said]) -> None:
        back = mark.turn is Turn.BACK
        here, there = (self._sitting.done, self._sitting.undone)[:: 1 if back else -1]
        step = next((step for step in reversed(here) if step.at == mark.step), None)
        if step is None:
            return  # its interview was erased
        here.remove(step)
        there.append(step)
        words = {(word.draft.transcript_id, word.draft.span, word.draft.code): word for word in step.words}
        for each in said:
            word = words.get(_place(each.decision))
            if word is not None:
                self._sitting.stands_for[each.decision.guid] = word.instead_of if back else word.guid


def _groups(made: Sequence[_Numbered]) -> Iterator[list[_Numbered]]:
    for _, group in groupby(made, key=lambda numbered: (numbered[1].sitting, numbered[1].recorded_at)):
        yield list(group)


def _place(decision: Decision) -> _Place:
    return decision.transcript_id, decision.span, decision.code or ""


class _Homes:
    """Finds the segment in which a step was done."""

    def __init__(self, study: Study) -> None:
        self._segments: dict[int, list[tuple[Span, int]]] = {}
        for segment in segments(study):
            self._segments.setdefault(segment.transcript_id, []).append((segment.span, segment.id))

    def of(self, decision: Decision) -> int:
        """The id of the segment that a decision lies in; 0 where there is none any more."""
        here = self._segments.get(decision.transcript_id, [])
        return next((key for span, key in here if span.overlaps(decision.span)), 0)
