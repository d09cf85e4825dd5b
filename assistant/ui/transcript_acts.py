"""What is done on the transcripts page; each act is on the disk before the page is drawn again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import streamlit as st
from pydantic import Field

from assistant.correction import Sought
from assistant.ui.review_acts import Act, parsed_as
from assistant.ui.session import Visit, interview_segments
from store.decisions import decision_of, last_word
from store.errors import InvalidInputError, StudyError
from store.memos import MemoDraft, MemoTarget, keep_memo
from store.study import Study
from store.values import Decision, Segment, Span, Verdict

_STATE = "transcript_reading"
_LONGEST = 2_000_000


class ReaderAct(Act):
    """One act of the reader; offsets are into the interview's text of `revision`.

    `old` and `new` are names, or what is replaced and by what; `without` are hits that stay: turn and place in it.
    """

    text: str = Field(default="", max_length=_LONGEST)
    revision: int = 0
    turn: int = -1
    place: int = -1
    old: str = Field(default="", max_length=10_000)
    new: str = Field(default="", max_length=10_000)
    whole_words: bool = False
    match_case: bool = False
    without: tuple[tuple[int, int], ...] = Field(default=(), max_length=100_000)


@dataclass(slots=True)
class Reading:
    """What one tab has done on this page: up to which act, what there is to say, and where it was asked to go.

    `place` is an interview's label and an offset into its text; `sought` is what was looked for, in which interview
    and revision.
    """

    heard: int = 0
    said: str = ""
    problem: str = ""
    place: tuple[str, int] | None = None
    sought: tuple[str, int, Sought] | None = None


Doing = Callable[[Study, Visit, Reading, str, ReaderAct], str]
"""Does one act; returns what there is to say of it."""


def current_reading() -> Reading:
    """This tab's."""
    reading: Reading | None = st.session_state.get(_STATE)
    if reading is None:
        reading = st.session_state[_STATE] = Reading()
    return reading


def perform(study: Study, visit: Visit, reading: Reading, label: str, sent: object) -> None:
    """Do the acts that are new, each once; the first that fails is told and drops those after it."""
    reading.place = None
    try:
        new = [act for act in parsed_as(ReaderAct, sent) if act.id > reading.heard]
        if not new:
            return
        reading.said = reading.problem = ""
        reading.heard = max(act.id for act in new)
        for act in sorted(new, key=lambda act: act.id):
            reading.said = _perform(study, visit, reading, label, act)
    except StudyError as error:
        reading.problem = str(error)


def _perform(study: Study, visit: Visit, reading: Reading, label: str, act: ReaderAct) -> str:
    from assistant.ui.transcript_corrections import CORRECTIONS, FIND

    doing = _DOINGS.get(act.kind) or CORRECTIONS.get(act.kind)
    if doing is None:
        msg = f"The page sent an unknown act “{act.kind[:40]}”; load it again."
        raise InvalidInputError(msg)
    if not visit.sitting.coder and act.kind != FIND:
        what = "coding" if act.kind in _DOINGS else "correction"
        msg = f"Write your name into the field “Coder” at the left first; every {what} is kept under a name."
        raise InvalidInputError(msg)
    return doing(study, visit, reading, label, act)


def stretch(act: Act) -> Span:
    """What was selected; raises InvalidInputError where nothing was."""
    if act.span is None:
        msg = "Nothing was selected; select the words first."
        raise InvalidInputError(msg)
    return Span(*act.span)


def _add(study: Study, visit: Visit, _reading: Reading, label: str, act: ReaderAct) -> str:
    span = stretch(act)
    segment = _segment(study, label, span)
    new = [code for code in dict.fromkeys(act.codes) if not _stands(study, visit, segment, span, code)]
    if not new:
        return "You have coded exactly that already."
    visit.sitting.add(study, segment, new, span=span)
    return "Coded."


def _stands(study: Study, visit: Visit, segment: Segment, span: Span, code: str) -> bool:
    word = last_word(study, visit.sitting.coder, segment.transcript_id, span, code)
    return word is not None and word.verdict in (Verdict.ACCEPT, Verdict.ADD)


def _withdraw(study: Study, visit: Visit, _reading: Reading, label: str, act: ReaderAct) -> str:
    decision = _mine(study, visit, act.decision)
    home = next((s for s in interview_segments(study, label) if decision.span.overlaps(s.span)), None)
    visit.sitting.withdraw(study, home or interview_segments(study, label)[0], decision)
    return "Withdrawn."


def _respan(study: Study, visit: Visit, _reading: Reading, label: str, act: ReaderAct) -> str:
    span = stretch(act)
    visit.sitting.respan(study, _segment(study, label, span), _mine(study, visit, act.decision), span)
    return "It is on its new stretch."


def _fits(study: Study, visit: Visit, _reading: Reading, label: str, act: ReaderAct) -> str:
    """Somebody has looked: a coding whose words were corrected stands where it is now."""
    span = stretch(act)
    visit.sitting.respan(study, _segment(study, label, span), _mine(study, visit, act.decision), span)
    return "The coding is confirmed on the corrected words."


def _memo(study: Study, visit: Visit, _reading: Reading, label: str, act: ReaderAct) -> str:
    span = stretch(act)
    target = MemoTarget(label, _segment(study, label, span).transcript_id, span)
    keep_memo(study, visit.sitting.coder, MemoDraft(target, act.text, act.title))
    return "The memo is kept."


def _segment(study: Study, label: str, span: Span) -> Segment:
    """The segment in which a stretch begins."""
    found = next((s for s in interview_segments(study, label) if span.overlaps(s.span)), None)
    if found is None:
        msg = f"{label} has no such stretch any more; load the page again. Nothing was kept."
        raise InvalidInputError(msg)
    return found


def _mine(study: Study, visit: Visit, guid: str) -> Decision:
    decision = decision_of(study, guid)
    word = last_word(study, decision.coder, decision.transcript_id, decision.span, decision.code or "")
    if decision.coder != visit.sitting.coder or word is None or word.guid != guid:
        msg = "That coding is not yours, or does not stand any more. Nothing was changed."
        raise InvalidInputError(msg)
    return decision


_DOINGS: Mapping[str, Doing] = {
    "add": _add,
    "withdraw": _withdraw,
    "respan": _respan,
    "fits": _fits,
    "memo": _memo,
}
