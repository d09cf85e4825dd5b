"""The review page: one segment at a time, decided on the keyboard or with the mouse."""

import streamlit as st

from assistant.review import Card, queue
from assistant.suggest import show
from assistant.ui.held import held_card
from assistant.ui.markup import heading, notice
from assistant.ui.passage import around, passage
from assistant.ui.review_cards import draw_blind, draw_cards
from assistant.ui.review_keys import listen
from assistant.ui.review_moves import draw_moves
from assistant.ui.review_order import draw_order, next_in_order
from assistant.ui.session import (
    Visit,
    current_learning,
    current_learnt,
    current_study,
    current_visit,
    interview_segments,
    keep_learning,
    spoken_segments,
    study_settings,
    told,
)
from store.interviews import interviews
from store.study import Study
from store.values import Interview, Span


def review_page() -> None:
    """Draw the page of the study that is open."""
    study, visit = current_study(), current_visit()
    if not visit.sitting.coder:
        heading("Review")
        notice("Write your name into the field “Coder” at the left first; every decision is kept under a name.")
    elif visit.interview is None and not _begin(study, visit):
        heading("Review")
        notice("There is nothing to review yet; add or transcribe interviews first.")
    else:
        _draw(study, visit, _draw_head(study, visit).label)


def _begin(study: Study, visit: Visit) -> bool:
    """Stand at the first segment that is open for this coder; False where there is no segment at all."""
    spoken = spoken_segments(study)
    if spoken:
        segment = next_in_order(study, visit) or spoken[0]
        visit.interview, visit.segment = segment.interview, segment.id
    return bool(spoken)


def _draw_head(study: Study, visit: Visit) -> Interview:
    ready = {i.label: i for i in interviews(study) if i.transcribed}
    if visit.interview not in ready:
        visit.interview, visit.segment = next(iter(ready)), None
    st.session_state["review_interview"] = visit.interview
    title, left, middle, right = st.columns([2, 3, 4, 6], vertical_alignment="center")
    with title:
        heading("Review")
    left.selectbox(
        "Interview",
        list(ready),
        key="review_interview",
        format_func=lambda label: f"Interview {label}",
        label_visibility="collapsed",
        on_change=_chosen,
        args=(visit,),
    )
    with middle:
        draw_order(study, visit)
    chosen = ready[str(visit.interview)]
    if chosen.media is not None and (study.folder / chosen.media).is_file():
        with right, st.container(key="recording"):
            st.audio(study.folder / chosen.media, alt=f"Recording of {chosen.label}")
    return chosen


def _chosen(visit: Visit) -> None:
    visit.interview, visit.segment, visit.held = st.session_state["review_interview"], None, None


@st.fragment
@told
def _draw(study: Study, visit: Visit, label: str) -> None:
    if visit.interview != label:
        st.rerun()  # a move or an undo led to another interview, whose recording stands outside this fragment
    for problem in (visit.problem, current_learning(study).problem):
        if problem:
            notice(problem, "problem")
    learnt, share = current_learnt(study), study_settings(study).blind_share
    coder = visit.sitting.coder
    found = queue(study, coder, interview=label, proposals=learnt.proposals, blind_share=share)
    if not found.cards:
        notice(f"Nobody but the interviewer speaks in {label}, so there is nothing to code.")
        return
    at = next((i for i, c in enumerate(found.cards) if c.segment.id == visit.segment), found.first_open() or 0)
    card = held_card(study, visit, found.cards[at], found.codebook, learnt)
    show(study, [option.draft for option in card.options])
    draw_moves(study, visit, found, at)
    left, right = st.columns([1, 1], gap="medium")
    with left:
        before, after = around(interview_segments(study, label), card.segment)
        st.html(passage(card.segment, before, after, _marks(card)))
    with right:
        if card.blind:
            draw_blind(study, visit, card, share)
        draw_cards(study, visit, card, found.codebook)
    listen(card.segment, visit.sitting, visit.order)
    keep_learning(study)


def _marks(card: Card) -> list[tuple[Span, str]]:
    """The sentences that carry a suggestion; where the whole segment does, there is nothing to point at."""
    numbered = enumerate(card.options, start=1)
    return [(s, str(n)) for n, option in numbered for s in option.draft.evidence if s != card.segment.span]
