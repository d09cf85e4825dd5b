"""The way through the study on the review page: which segments, in which order, and how far the coder is."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence

import streamlit as st

from assistant.review import ReadSegments, assignment, blindness, matching, next_segment
from assistant.suggest import Order
from assistant.ui.kept import kept
from assistant.ui.session import (
    Spoken,
    Visit,
    current_learnt,
    current_ledger,
    current_proposals,
    spoken_segments,
    study_settings,
)
from store.codebook import current_codebook
from store.interviews import interviews
from store.study import Study
from store.values import Segment

NAMES = {
    Order.CHRONOLOGICAL: "As they come",
    Order.CODE: "By code",
    Order.INFORMATIVE: "Most informative first",
    Order.LIKELY: "Most likely first",
    Order.BLIND: "Blind sample first",
}
_WHY = (
    "“As they come” goes through one interview after the other, “by code” through all passages where one code is"
    " suggested, then the next code. “Most informative” asks first where the machine learns most, rare codes included;"
    " “most likely” where codings are to be expected; “blind sample” measures the machine soonest. All but the first"
    " run over all interviews."
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
        on_change=_order_chosen,
        args=(study, visit),
        width=190,
    )


@kept
def _order_chosen(study: Study, visit: Visit) -> None:
    visit.order = st.session_state["review_order"]
    visit.trail.clear()
    if visit.order is not Order.CHRONOLOGICAL:
        begin_again(study, visit)


def draw_assigned(study: Study, visit: Visit) -> None:
    """For a second coder with a blind double coding before them: only its segments, or all."""
    mine = assignment(study, visit.sitting.coder)
    if mine is None:
        visit.assigned = False
        return
    st.session_state["review_assigned"] = visit.assigned
    st.toggle("Double coding", key="review_assigned", on_change=_assigned_chosen, args=(study, visit))


@kept
def _assigned_chosen(study: Study, visit: Visit) -> None:
    visit.assigned = st.session_state["review_assigned"]
    visit.trail.clear()
    begin_again(study, visit)


def begin_again(study: Study, visit: Visit) -> None:
    """Stand where the way that was chosen begins; stay where it holds nothing."""
    found = first_segment(study, visit)
    if found is None:
        visit.problem = "Nothing is left with these filters; change them, or take them away."
    else:
        go_to(visit, found)


def go_to(visit: Visit, segment: Segment) -> None:
    """Put a segment on the screen."""
    if segment.id != visit.segment:
        visit.held = None
        visit.asked.clear()
    visit.arrivals += segment.interview != visit.interview
    visit.interview, visit.segment = segment.interview, segment.id


def read_segments(study: Study, visit: Visit) -> ReadSegments:
    """What this coder has read in the whole study."""
    return current_ledger(study).read(visit.sitting.coder, spoken_segments(study).segments)


def walk(study: Study, visit: Visit) -> Sequence[Segment]:
    """The segments that the coder goes through, in study order: all, those of a filter, or those assigned."""
    spoken = spoken_segments(study)
    found: Sequence[Segment] = spoken.segments
    if visit.assigned and (mine := assignment(study, visit.sitting.coder)) is not None:
        found = mine.segments
    if not visit.filters:
        return found
    codebook = current_codebook(study)
    if codebook is None:
        return found
    return matching(
        found,
        visit.filters,
        proposals=current_proposals(study),
        codebook=codebook,
        attributes=_attributes(study),
        read=read_segments(study, visit),
        ledger=current_ledger(study),
        coder=visit.sitting.coder,
        blind_share=study_settings(study).blind_share,
        silent=blindness(study, visit.sitting.coder).interviews,
    )


def _attributes(study: Study) -> Mapping[str, Mapping[str, str]]:
    return {interview.label: interview.attributes for interview in interviews(study)}


def following(study: Study, visit: Visit, segment: Segment) -> Segment | None:
    """The segment that is best read after this one; None where nothing is left."""
    way = walk(study, visit)
    if visit.order is not Order.CHRONOLOGICAL:
        return best_unread(study, visit, way)
    place = spoken_segments(study).place
    at = bisect_right(way, place[segment.id], key=lambda s: place[s.id])
    after = way[at] if at < len(way) else None
    if after is None and visit.filters.open_only:
        return next((s for s in way if s.id != segment.id), None)
    return after


def preceding(study: Study, visit: Visit, segment: Segment) -> Segment | None:
    """The segment one came from, or the one before it in the text."""
    spoken = spoken_segments(study)
    if visit.trail:
        return spoken.by_id.get(visit.trail.pop())
    return before_in_text(spoken, walk(study, visit), segment)


def before_in_text(spoken: Spoken, way: Sequence[Segment], segment: Segment) -> Segment | None:
    """The last segment of the way that stands before this one."""
    place = spoken.place
    at = bisect_left(way, place[segment.id], key=lambda s: place[s.id])
    return way[at - 1] if at else None


def same_interview(spoken: Spoken, way: Sequence[Segment], segment: Segment) -> Sequence[Segment]:
    """The segments of the way that are of the same interview; it is in study order, so they stand together."""
    place = spoken.place
    first = last = bisect_left(way, place[segment.id], key=lambda s: place[s.id])
    while first and way[first - 1].interview == segment.interview:
        first -= 1
    while last < len(way) and way[last].interview == segment.interview:
        last += 1
    return way[first:last]


def best_unread(study: Study, visit: Visit, way: Sequence[Segment]) -> Segment | None:
    """The unread segment of the way that is best read next, by the newest proposals; None where all are read."""
    return next_segment(
        visit.order,
        way,
        current_learnt(study).proposals,
        read_segments(study, visit),
        share=study_settings(study).blind_share,
        codes=[code.guid for code in codebook.active] if (codebook := current_codebook(study)) is not None else [],
    )


def first_segment(study: Study, visit: Visit) -> Segment | None:
    """Where the coder begins: the first that is unread, or the first of all; None where there is nothing."""
    way = walk(study, visit)
    if not way:
        return None
    return best_unread(study, visit, way) or way[0]
