"""In which order the segments of a study are reviewed, and how far the coder is."""

import streamlit as st

from assistant.review import next_segment, read_by
from assistant.suggest import Order
from assistant.ui import decisions
from assistant.ui.session import Visit, current_learnt, spoken_segments, study_settings
from store.study import Study
from store.values import Segment

NAMES = {
    Order.CHRONOLOGICAL: "As they come",
    Order.INFORMATIVE: "Most informative first",
    Order.LIKELY: "Most likely first",
    Order.BLIND: "Blind sample first",
}
_WHY = (
    "“Most informative” asks first where the machine learns most, rare codes included; “most likely” where codings are"
    " to be expected; “blind sample” measures the machine soonest. These three run over all interviews."
)


def draw_order(study: Study, visit: Visit) -> None:
    """The list of orders; another one begins with its own first segment."""
    st.session_state["review_order"] = visit.order
    st.selectbox(
        "Order",
        list(NAMES),
        key="review_order",
        format_func=NAMES.__getitem__,
        label_visibility="collapsed",
        help=_WHY,
        on_change=_chosen,
        args=(study, visit),
    )


@decisions.kept
def _chosen(study: Study, visit: Visit) -> None:
    visit.order = st.session_state["review_order"]
    visit.trail.clear()
    if visit.order is not Order.CHRONOLOGICAL:
        decisions.leave_for(visit, next_in_order(study, visit))


def next_in_order(study: Study, visit: Visit) -> Segment | None:
    """The segment that is best read next, by the newest proposals; None where all are read."""
    return next_segment(
        visit.order,
        spoken_segments(study),
        current_learnt(study).proposals,
        read_by(study, visit.sitting.coder),
        share=study_settings(study).blind_share,
    )


def read_so_far(study: Study, visit: Visit) -> tuple[int, int]:
    """How many of the study's segments this coder has read, of how many."""
    spoken, read = spoken_segments(study), read_by(study, visit.sitting.coder)
    return sum(segment in read for segment in spoken), len(spoken)
