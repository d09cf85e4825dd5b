"""The page of new codes: what nothing explains, in groups that a person accepts, merges or dismisses."""

import streamlit as st

from assistant.llm.endpoint_place import uses_endpoint
from assistant.models import models_in
from assistant.review import blindness
from assistant.settings import load_settings
from assistant.suggest.candidates import Candidate
from assistant.ui.candidate_cards import Places, draw_candidate, unmarked
from assistant.ui.candidate_moves import Found, bring_back, current_found, find, show_more
from assistant.ui.markup import element, heading, moment, notice
from assistant.ui.role_here import Act, act_button
from assistant.ui.session import current_study, current_visit
from store.acting import require
from store.candidates import CandidateAnswer, candidate_answers, candidate_names
from store.codebook import current_codebook
from store.interviews import interviews
from store.segments import segments
from store.study import Study
from store.values import CandidateVerdict, Span


def candidates_page() -> None:
    """Draw the page of the study that is open."""
    heading("New codes", "What participants said that no code explains, in groups. Nothing is coded by itself.")
    study, coder, found = current_study(), current_visit().sitting.coder, current_found()
    if not coder:
        notice("Write your name into the field “Coder” at the left first; every answer is kept under a name.")
        return
    if why := blindness(study, coder).sentence:
        notice(why)  # what is explained already is known from what others coded
        return
    _draw_finding(study, found)
    with st.empty():
        if found.problem and not found.at:
            notice(found.problem, "problem")
    if found.done:
        st.toast(unmarked(found.done))
        found.done = ""
    if found.candidates is not None:
        _draw_found(study, found, coder)
    _draw_dismissed(study, found, coder)


def _draw_finding(study: Study, found: Found) -> None:
    """The button that looks for groups, and whether a model shall name them."""
    settings = load_settings(study.settings())
    local = any(model.role == "llm" and not model.damaged for model in models_in(settings))
    installed = local or uses_endpoint(settings)
    with st.container(horizontal=True, vertical_alignment="center", key="finding"):
        pressed = act_button("Find new codes", Act.SHAPE, key="find", type="primary")
        naming = st.checkbox(
            "Let the language model draft names (some seconds each)",
            value=installed,
            key="naming",
            disabled=not installed,
            help=None if installed else "No language model is installed; get one with `interview models pull`.",
        )
    place = st.empty()  # also when nothing is looked for: what stands below keeps its place, and what is typed there
    if pressed:
        require(study, "candidate.named", "look for new codes")
        find(study, found, naming=naming, report=place.progress)
        place.empty()


def _draw_found(study: Study, found: Found, coder: str) -> None:
    if not found.candidates:
        notice("Nothing more that nobody explains and that three passages or more share.")
        return
    codebook = current_codebook(study)
    labels = {interview.guid: interview.label for interview in interviews(study)}
    for number, candidate in enumerate(found.candidates[: found.most], start=1):
        draw_candidate(study, found, coder, number, candidate, codebook, _pointed(candidate, labels))
    more = len(found.candidates) - found.most
    if more > 0:
        st.button(f"Show more ({more} are left)", key="more", on_click=show_more, args=(found,))


def _pointed(candidate: Candidate, labels: dict[str, str]) -> Places:
    places: dict[tuple[str, int], list[Span]] = {}
    for place in () if candidate.name is None else candidate.name.quotes:
        places.setdefault((labels.get(place.interview, ""), place.revision), []).append(place.span)
    return places


def _draw_dismissed(study: Study, found: Found, coder: str) -> None:
    dismissed = [answer for answer in candidate_answers(study) if answer.verdict is CandidateVerdict.DISMISS]
    if not dismissed:
        return
    with st.expander(f"Dismissed ({len(dismissed)})"):
        names = {candidate: name.name for candidate, name in candidate_names(study).items()}
        said = {segment.text_sha256: segment.text for segment in segments(study)}
        for answer in reversed(dismissed):
            with st.container(horizontal=True, vertical_alignment="center", key=f"dismissed_{answer.act}"):
                st.html(element("p", _told(answer, names, said), "said"))
                back = (study, found, coder, answer.act)
                st.button("Take back", key=f"back_{answer.act}", on_click=bring_back, args=back)


def _told(answer: CandidateAnswer, names: dict[str, str], said: dict[str, str]) -> str:
    first = next((said[member] for member in sorted(answer.members) if member in said), "")
    what = names.get(answer.candidate) or f"“{first[:80]}…”"
    return f"{what} · {len(answer.members)} passages · {answer.coder}, {moment(answer.at)}"
