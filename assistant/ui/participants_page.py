"""The participants page: what one participant said goes out to them, and their comments come back as memos."""

from collections.abc import Sequence

import streamlit as st

from assistant.exchange.participants import (
    DEFAULT_GREETING,
    MOST_TURNS,
    Participant,
    Wishes,
    one_person,
    participant_of,
    speakers_of,
)
from assistant.review import Blindness, blindness
from assistant.ui.consent_box import draw_consent
from assistant.ui.markup import element, heading, notice
from assistant.ui.pack_preview import draw_pack
from assistant.ui.participants_desk import ParticipantsDesk, current_participants
from assistant.ui.participants_returned import draw_comments, draw_taking
from assistant.ui.session import current_study, current_visit
from store.errors import StudyError
from store.interviews import interviews
from store.study import Study
from store.values import Interview

_NOTE = (
    "Member checking: each participant gets their own passages and what the study says about them, with room for"
    " comments and nothing of anybody else. What they write comes back as memos. Their consent stands here, too."
)


def participants_page() -> None:
    """Draw the page of the study that is open."""
    study, coder, desk = current_study(), current_visit().sitting.coder, current_participants()
    heading("Participants", _NOTE)
    for problem in desk.problems:
        notice(problem, "problem")
    for said in (desk.said, *desk.returned):
        if said:
            notice(said, "good")
    hidden = blindness(study, coder)
    if hidden.sentence:
        notice(hidden.sentence)
    draw_consent(study, coder)
    there = [interview for interview in interviews(study) if interview.transcribed]
    if not there:
        notice("There is no transcript in this study yet; add interviews first.")
        return
    st.html(element("h2", "Give out"))
    _draw_giving(study, desk, coder, hidden, there)
    st.html(element("h2", "What came back"))
    draw_taking(study, desk, coder)
    draw_comments(study, hidden)


def _draw_giving(
    study: Study, desk: ParticipantsDesk, coder: str, hidden: Blindness, there: Sequence[Interview]
) -> None:
    left, right = st.columns(2)
    label = left.selectbox(
        "Interview with the participant", [each.label for each in there], key="participant_interview"
    )
    chosen = next(each for each in there if each.label == label)
    others = [each.label for each in there if each is not chosen and one_person([chosen, each])]
    together = right.multiselect(
        "Other interviews with the same person",
        others,
        default=others,
        key=f"participant_others_{chosen.guid}",
        disabled=not others,
        placeholder="None is known by the attribute “participant” or “case”" if not others else "None",
    )
    labels = [label, *together]
    voices = dict.fromkeys(name for each in labels for name in speakers_of(study, each) if name is not None)
    speakers: list[str] = []
    if len(voices) > 1:
        speakers = st.multiselect(
            "The participant’s name in the transcript",
            list(voices),
            key=f"speakers_{chosen.guid}",
            placeholder="Choose who of them is the participant",
        )
    wishes = _draw_wishes()
    try:
        person: Participant = participant_of(study, labels, speakers=speakers)
        prepared = desk.prepared(study, person, wishes, hidden)
    except StudyError as error:
        notice(str(error))
    else:
        draw_pack(study, desk, coder, prepared)


def _draw_wishes() -> Wishes:
    with st.expander("Change what the file holds"):
        greeting = st.text_area(
            "Text at the beginning", DEFAULT_GREETING, height=220, key="participant_greeting", persist_state="session"
        )
        left, _ = st.columns(2)
        turns = left.number_input("Turns around each passage", 0, MOST_TURNS, 1, key="participant_turns")
        summaries = st.checkbox(
            "Sentences of theme summaries that rest on this participant’s passages alone",
            value=True,
            key="participant_summaries",
        )
    return Wishes(greeting, int(turns), summaries)
