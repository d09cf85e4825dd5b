"""Milestones on the study page: freeze a state under a name, and compare it with another one or with now."""

import streamlit as st

from assistant.review import blindness
from assistant.review.milestones import Comparison, compare_states
from assistant.ui.codebook_versions import diff_table
from assistant.ui.markup import element, moment, notice, table
from assistant.ui.role_here import Act, act_button
from assistant.ui.session import current_visit
from store.errors import StudyError
from store.milestones import Milestone, keep_milestone, milestones
from store.study import Study

_NOW = "Now"
_TOLD = "milestone_told"


def draw_milestones(study: Study) -> None:
    """The section of the study page."""
    st.html("<h2>Milestones</h2>")
    found = milestones(study)
    for kind, said in st.session_state.pop(_TOLD, ()):
        notice(said, kind)
    if found:
        rows = [(m.name, m.coder, moment(m.at), m.codebook or "", m.through, m.note) for m in reversed(found)]
        heads = ("Name", "By", "When (UTC)", "Codebook", "Event", "Note")
        table(heads, rows, numbers=(3, 4), key="milestones")
    with st.expander("Freeze the state of now under a name"):
        st.text_input("Name", key="milestone_name", max_chars=200, placeholder="Such as: synthesis after I10")
        st.text_input("Note", key="milestone_note", max_chars=2000)
        act_button("Freeze", act=Act.SHAPE, key="milestone_keep", on_click=_keep, args=(study,))
    hidden = blindness(study, current_visit().sitting.coder)
    if found and hidden.sentence:
        notice(hidden.sentence)
    elif found:
        _draw_comparison(study, {m.guid: m for m in found})


def _keep(study: Study) -> None:
    state, coder = st.session_state, current_visit().sitting.coder
    if not coder:
        state[_TOLD] = [("problem", "Write your name into the field “Coder” at the left first.")]
        return
    try:
        made = keep_milestone(study, coder, state["milestone_name"], state["milestone_note"])
    except StudyError as error:
        state[_TOLD] = [("problem", str(error))]
    else:
        state[_TOLD] = [("good", f"“{made.name}” holds everything up to event {made.through}.")]
        state["milestone_name"] = state["milestone_note"] = ""


def _draw_comparison(study: Study, found: dict[str, Milestone]) -> None:
    left, right = st.columns(2)
    names = {guid: each.name for guid, each in found.items()}
    before = left.selectbox("Compare", list(names)[::-1], format_func=names.__getitem__, key="milestone_before")
    later = {_NOW: _NOW, **names}
    after = right.selectbox("with", list(later), format_func=later.__getitem__, key="milestone_after")
    end = None if after == _NOW else found[after].through
    draw_differences(compare_states(study, found[before].through, end))


def draw_differences(compared: Comparison) -> None:
    """Two states beside each other."""
    rows = [(what, was, now, _signed(now - was)) for what, was, now in compared.counts]
    table(("What", "Then", "After", "Change"), rows, numbers=(1, 2, 3), key="state_counts")
    changed = [(use.name, use.before, use.after, _signed(use.after - use.before)) for use in compared.codes]
    moved = [row for row in changed if row[1] != row[2]]
    if moved:
        table(("Code", "Codings then", "After", "Change"), moved, numbers=(1, 2, 3), key="state_codes")
    else:
        st.html(element("p", "No code gained or lost a coding.", "page-note"))
    if compared.codebook:
        st.html(diff_table(compared.codebook))


def _signed(change: int) -> str:
    return f"+{change}" if change > 0 else str(change).replace("-", "−")
