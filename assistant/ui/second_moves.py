"""What the page of second coders keeps; each is on the disk before the page is drawn again."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec

import streamlit as st

from assistant.review import Disagreement, draw, finish, verdict_on
from store.adjudications import adjudicate
from store.coders import add_coder, set_role
from store.double_coding import DoubleCoding, call_off_double_coding
from store.errors import StudyError
from store.remarks import keep_remark
from store.study import Study
from store.values import CoderRole, RemarkKind

P = ParamSpec("P")
_STATE = "second_coder"


@dataclass(slots=True)
class Second:
    """What one tab has open on this page, and what there is to say."""

    said: str = ""
    problem: str = ""
    at: int = 0
    """Which disagreement or coding is on the screen, of those of this part."""
    part: str = ""


def current_second() -> Second:
    """This tab's."""
    second: Second | None = st.session_state.get(_STATE)
    if second is None:
        second = st.session_state[_STATE] = Second()
    return second


Act = Callable[Concatenate[Study, Second, str, P], None]


def kept(act: Act[P]) -> Act[P]:
    """Let what a callback says be shown by the page that is drawn next."""

    @wraps(act)
    def acted(study: Study, second: Second, coder: str, /, *args: P.args, **kwargs: P.kwargs) -> None:
        second.said = second.problem = ""
        try:
            act(study, second, coder, *args, **kwargs)
        except StudyError as error:
            second.problem = str(error)

    return acted


@kept
def give_role(study: Study, second: Second, coder: str, name: str, key: str) -> None:
    """Give somebody the role that the list shows."""
    role = CoderRole(st.session_state[key])
    set_role(study, name, role, by=coder)
    second.said = f"{name} is {role} now."


@kept
def make_known(study: Study, second: Second, coder: str) -> None:
    """Add a coder."""
    added = add_coder(study, st.session_state["coder_name"], by=coder)
    second.said = f"{added.name} is known."
    st.session_state["coder_name"] = ""


@kept
def draw_sample(study: Study, second: Second, coder: str) -> None:
    """Draw what the fields say, by the seed whose preview was shown."""
    state = st.session_state
    by_share = state["draw_how"] == "A share"
    drawn = draw(
        study,
        coder,
        state["draw_name"],
        state["draw_second"] or "",
        share=state["draw_share"] / 100 if by_share else None,
        interviews=state["draw_interviews"],
        seed=int(state["draw_seed"]),
    )
    second.said = f"“{drawn.name}” was drawn for {drawn.second}: {drawn.size} segments, seed {drawn.seed}."
    state["draw_name"] = ""


@kept
def end_mine(study: Study, second: Second, coder: str) -> None:
    """The second coder says that they are done."""
    finish(study, coder)
    second.said = "Your double coding is finished; a lead can adjudicate it now."


@kept
def call_off(study: Study, second: Second, coder: str, drawn: DoubleCoding) -> None:
    """End a double coding without a result."""
    call_off_double_coding(study, coder, drawn.guid)
    second.said = f"“{drawn.name}” was called off; what was coded in it stays."


@kept
def resolve(study: Study, second: Second, coder: str, drawn: DoubleCoding, one: Disagreement, *, applies: bool) -> None:
    """Say whether a code applies, and go on to the next disagreement."""
    memo = st.session_state.get("adjudication_memo", "")
    adjudicate(study, coder, [verdict_on(drawn, one, applies=applies, memo=memo)])
    st.session_state["adjudication_memo"] = ""
    second.said = f"Kept: the code {'applies' if applies else 'does not apply'}. The original decisions stay."
    if not st.session_state.get("adjudication_open", True):  # else it leaves the list, and the next one takes its place
        second.at += 1


@kept
def remark(
    study: Study, second: Second, coder: str, decision: str, kind: RemarkKind, outcome: str = "", *, onward: bool
) -> None:
    """Say something of a coding; after agreeing, the next one comes."""
    keep_remark(study, coder, decision, kind, st.session_state.get("remark_text", ""), outcome)
    st.session_state["remark_text"] = ""
    second.said = f"Kept: {outcome or kind}."
    if onward and st.session_state.get("reviewed_talk", "All") == "All":
        second.at += 1


def step(second: Second, by: int) -> None:
    """Go to the next or the one before."""
    second.at = max(0, second.at + by)
    second.said = second.problem = ""
