"""The page of second coders: who may do what, blind double coding, adjudication, and open second review."""

import streamlit as st

from assistant.review import blindness
from assistant.ui.adjudication_page import PART, draw_adjudication, go_to_address
from assistant.ui.double_coding_page import draw_coders, draw_double_coding
from assistant.ui.markup import heading, notice
from assistant.ui.second_moves import current_second
from assistant.ui.second_review_page import draw_second_review
from assistant.ui.session import current_study, current_visit

_PARTS = {
    "Coders": draw_coders,
    "Blind double coding": draw_double_coding,
    PART: draw_adjudication,
    "Open second review": draw_second_review,
}


def second_coder_page() -> None:
    """Draw the page of the study that is open."""
    study, coder, second = current_study(), current_visit().sitting.coder, current_second()
    heading("Second coder", "Code blind and compare, or look at each other’s codings openly: two things kept apart.")
    if not coder:
        notice("Write your name into the field “Coder” at the left first; everything here is kept under a name.")
        return
    _go_to_part()
    go_to_address(study, second, coder)
    st.session_state.setdefault("second_part", "Coders")
    part = st.segmented_control("Part", list(_PARTS), key="second_part", label_visibility="collapsed")
    if second.part != part:
        second.part, second.at = str(part), 0
    if second.problem:
        notice(second.problem, "problem")
    elif second.said:
        notice(second.said, "good")
    if (why := blindness(study, coder).sentence) and part != "Coders":
        notice(why)
    _PARTS[part or "Coders"](study, second, coder)


def _go_to_part() -> None:
    """A link leads to `?part=…`; it counts once, for afterwards one goes on from there."""
    if (part := str(st.query_params.get("part", ""))) in _PARTS:
        st.session_state["second_part"] = part
    if part:
        del st.query_params["part"]
