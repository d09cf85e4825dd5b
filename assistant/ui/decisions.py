"""What the keys and buttons of the review page do; each is on disk before the page is drawn again.

Every callback is given exactly what its button was drawn for, and does nothing where that stands already: a key
pressed twice before the page came back decides once, and never on a segment that was not on the screen.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

import streamlit as st

from assistant.review import Card
from assistant.ui.session import Visit
from store.decisions import last_word
from store.errors import StudyError
from store.study import Study
from store.values import Decision, Segment, SuggestionDraft, Verdict

P = ParamSpec("P")


def kept(act: Callable[Concatenate[Study, Visit, P], None]) -> Callable[Concatenate[Study, Visit, P], None]:
    """Let a StudyError of a callback be shown by the page that is drawn next."""

    @wraps(act)
    def acted(study: Study, visit: Visit, /, *args: P.args, **kwargs: P.kwargs) -> None:
        visit.problem = ""
        try:
            act(study, visit, *args, **kwargs)
        except StudyError as error:
            visit.problem = str(error)

    return acted


def _stands(study: Study, visit: Visit, segment: Segment, code: str) -> Verdict | None:
    word = last_word(study, visit.sitting.coder, segment.transcript_id, segment.span, code)
    return None if word is None else word.verdict


@kept
def accept(study: Study, visit: Visit, segment: Segment, draft: SuggestionDraft) -> None:
    """Confirm a suggested code."""
    if _stands(study, visit, segment, draft.code) not in (Verdict.ACCEPT, Verdict.ADD):
        visit.sitting.accept(study, segment, draft)
        visit.labels[segment.id] = segment.interview


@kept
def reject(study: Study, visit: Visit, segment: Segment, draft: SuggestionDraft) -> None:
    """Say that a suggested code does not fit."""
    if _stands(study, visit, segment, draft.code) is not Verdict.REJECT:
        visit.sitting.reject(study, segment, draft)
        visit.labels[segment.id] = segment.interview


@kept
def replace(study: Study, visit: Visit, segment: Segment, draft: SuggestionDraft, widget: str) -> None:
    """Put the code chosen in `widget` in the place of a suggested one."""
    code = st.session_state.get(widget)
    if code is not None and code != draft.code and _stands(study, visit, segment, draft.code) is not Verdict.REJECT:
        visit.sitting.replace(study, segment, draft, code)
        visit.labels[segment.id] = segment.interview


@kept
def add(study: Study, visit: Visit, segment: Segment, widget: str) -> None:
    """Add the code chosen in `widget`."""
    code = st.session_state.get(widget)
    if code is not None and _stands(study, visit, segment, code) not in (Verdict.ACCEPT, Verdict.ADD):
        visit.sitting.add(study, segment, code)
        visit.labels[segment.id] = segment.interview
    st.session_state[widget] = None


@kept
def withdraw(study: Study, visit: Visit, segment: Segment, decision: Decision) -> None:
    """Take back a coding, or the answer to a suggestion."""
    if decision.code is None:
        return
    word = last_word(study, visit.sitting.coder, decision.transcript_id, decision.span, decision.code)
    if word is not None and word.id == decision.id:
        visit.sitting.withdraw(study, segment, decision)
        visit.labels[segment.id] = segment.interview


@kept
def undo(study: Study, visit: Visit, steps: int) -> None:
    """Take the last step back, if it is still the one that was last when the button was drawn."""
    if len(visit.sitting.done) == steps and (step := visit.sitting.undo(study)) is not None:
        _go(visit, visit.labels[step.segment_id], step.segment_id)


@kept
def redo(study: Study, visit: Visit, steps: int) -> None:
    """Do the step again that was taken back last."""
    if len(visit.sitting.done) == steps and (step := visit.sitting.redo(study)) is not None:
        _go(visit, visit.labels[step.segment_id], step.segment_id)


@kept
def move_on(study: Study, visit: Visit, card: Card, interview: str, segment: int | None) -> None:
    """Note that a segment was read, and go on to another one."""
    _read(study, visit, card)
    _go(visit, interview, segment)


@kept
def move_along(study: Study, visit: Visit, card: Card, choose: Callable[[Study, Visit], Segment | None]) -> None:
    """Note that a segment was read, and go on to the one that is best read next by now; stay where none is left."""
    if visit.segment == card.segment.id:
        _read(study, visit, card)
        leave_for(visit, choose(study, visit))


@kept
def reveal(study: Study, visit: Visit, card: Card) -> None:
    """Note that a segment of the blind sample was read; from now on its suggestions are shown."""
    _read(study, visit, card)


@kept
def go_back(_study: Study, visit: Visit, interview: str, segment: int | None) -> None:
    """Show another segment; going back says nothing about what was read."""
    _go(visit, interview, segment)


@kept
def go_back_along(_study: Study, visit: Visit, from_segment: int) -> None:
    """Show the segment that one came from."""
    if visit.trail and visit.segment == from_segment:
        _go(visit, *visit.trail.pop())


def leave_for(visit: Visit, segment: Segment | None) -> None:
    """Go to a segment and remember where one came from; stay where there is none."""
    if segment is not None and segment.id != visit.segment:
        if visit.interview is not None and visit.segment is not None:
            visit.trail.append((visit.interview, visit.segment))
        _go(visit, segment.interview, segment.id)


def _read(study: Study, visit: Visit, card: Card) -> None:
    if not card.read and card.segment.id not in visit.read:
        visit.sitting.read(study, card.segment)
        visit.read.add(card.segment.id)


def _go(visit: Visit, interview: str, segment: int | None) -> None:
    if segment is None or segment != visit.segment:
        visit.held = None
    visit.interview, visit.segment = interview, segment
