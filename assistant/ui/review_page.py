"""The review page: what is chosen above, and the desk below, where one passage after the other is decided."""

import streamlit as st

from assistant.suggest import show
from assistant.ui.kept import kept
from assistant.ui.markup import heading, notice
from assistant.ui.recording import recording
from assistant.ui.review_acts import perform
from assistant.ui.review_desk import carry_codes, draw_desk
from assistant.ui.review_filters import draw_filters, filters_from_address
from assistant.ui.review_order import draw_assigned, draw_order, first_segment, go_to
from assistant.ui.review_rules import draw_rules_button
from assistant.ui.review_state import codebook_in_use, desk_card, desk_state
from assistant.ui.role_here import may_judge
from assistant.ui.session import (
    Spoken,
    Visit,
    current_study,
    current_visit,
    keep_learning,
    spoken_segments,
    told,
)
from assistant.ui.suggestion_quality import draw_quality_button
from assistant.ui.transcript_view import carry_text, text_payload
from store.interviews import interviews
from store.study import Study
from store.values import Codebook, Interview


def review_page() -> None:
    """Draw the page of the study that is open."""
    study, visit = current_study(), current_visit()
    spoken = spoken_segments(study)
    if not visit.sitting.coder:
        heading("Review")
        notice("Write your name into the field “Coder” at the left first; every decision is kept under a name.")
    elif not spoken.segments:
        heading("Review")
        notice("There is nothing to review yet; add or transcribe interviews first.")
    else:
        filters_from_address(visit)
        _stand_somewhere(study, visit, spoken)
        interview, codebook = _draw_head(study, visit), codebook_in_use(study)
        carry_text(text_payload(study, interview.label))
        carry_codes(codebook)
        _draw(study, visit, interview.label, codebook)


def _stand_somewhere(study: Study, visit: Visit, spoken: Spoken) -> None:
    """At the place that the address names, or where one was, or at the first segment that is open for this coder."""
    _go_to_address(study, visit, spoken)
    if visit.segment in spoken.by_id:
        return
    here = [s for s in spoken.segments if s.interview == visit.interview]
    found = first_segment(study, visit) if not here else here[0]
    go_to(visit, found or spoken.segments[0])


def _go_to_address(study: Study, visit: Visit, spoken: Spoken) -> None:
    """A link leads to `?interview=I1&at=120`; it counts once, for afterwards one goes on from there."""
    del study
    label, at = st.query_params.get("interview", ""), st.query_params.get("at", "")
    if not label or not at.isdigit():
        return
    del st.query_params["interview"], st.query_params["at"]
    here = [s for s in spoken.segments if s.interview == label]
    found = next((s for s in here if s.span.end > int(at)), None)
    if found is not None:
        go_to(visit, found)


def _draw_head(study: Study, visit: Visit) -> Interview:
    ready = {i.label: i for i in interviews(study) if i.transcribed}
    chosen = ready[str(visit.interview)]
    with st.container(horizontal=True, key="review_head", vertical_alignment="center", gap="small"):
        heading("Review")
        with st.container(key="review_interview", width=170):
            st.selectbox(
                "Interview",
                list(ready),
                list(ready).index(chosen.label),
                key=_list_key(visit.arrivals),
                format_func=lambda label: f"Interview {label}",
                label_visibility="collapsed",
                on_change=_chosen,
                args=(study, visit, visit.arrivals),
            )
        draw_order(study, visit)
        draw_assigned(study, visit)
        draw_filters(study, visit)
        draw_quality_button(study, visit)
        draw_rules_button(study, visit)
        if chosen.media is not None and (study.folder / chosen.media).is_file():
            with st.container(key="recording", width="stretch"):
                st.audio(recording(study, chosen.media), alt=f"Recording of {chosen.label}")
    return chosen


def _list_key(arrival: int) -> str:
    """A new list for each interview that one comes to, by keys too."""
    return f"review_interview_{arrival}"


@kept
def _chosen(study: Study, visit: Visit, arrival: int) -> None:
    """Another interview begins with its first unread segment.

    What a browser that has not heard yet that one went on says of the list it still shows is no choice.
    """
    if arrival != visit.arrivals:
        return
    label = st.session_state[_list_key(arrival)]
    here = [s for s in spoken_segments(study).segments if s.interview == label]
    if here:
        unread = (s for s in here if s.id not in visit.read)
        visit.trail.clear()
        go_to(visit, next(unread, here[0]))
    else:
        visit.arrivals += 1  # the list says again where one is
        visit.problem = f"Nobody but the interviewer speaks in {label}, so there is nothing to code."


@st.fragment
@told
def _draw(study: Study, visit: Visit, label: str, drawn_with: Codebook) -> None:
    codebook = codebook_in_use(study)
    segment = spoken_segments(study).by_id.get(visit.segment or 0)
    if segment is None or segment.interview != label or codebook.id != drawn_with.id:
        st.rerun()  # what stands outside this fragment is of another interview or another codebook
    card = desk_card(study, visit, segment, codebook)
    if may_judge():  # what was shown to somebody who cannot decide is no part of the record
        show(study, [option.draft for option in card.options])
    draw_desk(desk_state(study, visit, card, codebook), lambda acts: _hear(study, visit, acts))
    keep_learning(study)


@kept
def _hear(study: Study, visit: Visit, acts: object) -> None:
    perform(study, visit, acts)
