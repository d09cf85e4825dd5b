"""The transcripts page: an interview to read, hear and code, with what everybody coded beside it."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

import streamlit as st

from assistant.review import Blindness, blindness, is_blind, read_by
from assistant.suggest import show
from assistant.ui.markup import element, heading, notice
from assistant.ui.review_desk import carry_codes, codes_key
from assistant.ui.scripts import script
from assistant.ui.session import (
    Visit,
    current_ledger,
    current_proposals,
    current_study,
    current_visit,
    interview_segments,
    study_settings,
    told,
)
from assistant.ui.transcript_acts import Reading, current_reading, perform
from assistant.ui.transcript_view import PARTS, STYLES, carry_text, text_key, text_payload
from store.codebook import current_codebook
from store.interviews import interviews
from store.study import Study
from store.transcripts import transcript
from store.values import Codebook, Decision, Verdict

_KEY = "transcript_reader"
_SHARED = ("dom", "outbox", "picker", "forms", "cards", "keys", "playing")
_EMPTY = Codebook(0, 0, "", (), datetime(1970, 1, 1, tzinfo=UTC), "", "")


def transcripts_page() -> None:
    """Draw the page of the study that is open."""
    heading("Transcripts")
    study, visit = current_study(), current_visit()
    ready = {i.label: i for i in interviews(study) if i.transcribed}
    if not ready:
        notice("There is no transcript yet; add one with `interview add`, or transcribe a recording.")
        return
    reading = current_reading()
    _go_to_address(reading, set(ready))
    left, middle, right = st.columns([2, 4, 5], vertical_alignment="bottom")
    label = left.selectbox("Interview", list(ready), key="transcript_interview")
    with middle, st.container(horizontal=True, key="transcript_toggles"):
        others = st.toggle("Others’ codings", value=True, key="transcript_others")
        with_suggestions = st.toggle("Show suggestions", key="transcript_suggestions")
    media = ready[label].media
    if media is not None and (study.folder / media).is_file():
        with right, st.container(key="recording"):
            st.audio(study.folder / media, alt=f"Recording of {label}")
    hidden = blindness(study, visit.sitting.coder)
    if label in hidden.interviews:
        notice(hidden.sentence)
    if with_suggestions and study_settings(study).blind_share:
        note = "Segments of the blind sample that you have not read keep their suggestions to themselves."
        st.html(element("p", note, "page-note"))
    codebook = current_codebook(study) or _EMPTY
    carry_text(text_payload(study, label))
    carry_codes(codebook)
    _draw(study, visit, reading, label, others=others, with_suggestions=with_suggestions)


def _go_to_address(reading: Reading, labels: set[str]) -> None:
    """A link leads to `?interview=I1&at=120`, once."""
    label, at = st.query_params.get("interview", ""), st.query_params.get("at", "")
    if label not in labels:
        return
    st.session_state["transcript_interview"] = label
    reading.at = int(at) if at.isdigit() else None
    del st.query_params["interview"]
    if "at" in st.query_params:
        del st.query_params["at"]


@st.fragment
@told
def _draw(study: Study, visit: Visit, reading: Reading, label: str, *, others: bool, with_suggestions: bool) -> None:
    text = transcript(study, label)
    hidden = blindness(study, visit.sitting.coder)
    codebook = current_codebook(study) or _EMPTY
    words = current_ledger(study).words(text.id)
    events = current_ledger(study).events
    marks = [_mark(word, visit, events.get(word.guid)) for word in words if _shown(word, visit, hidden, others=others)]
    if with_suggestions and label not in hidden.interviews:
        marks += _suggestions(study, visit, label, words)
    state = {
        "heard": reading.heard,
        "text": text_key(label, text.revision),
        "codes": codes_key(codebook),
        "interview": label,
        "coder": visit.sitting.coder,
        "marks": marks,
        "at": reading.at,
        "said": reading.said,
        "problem": reading.problem,
    }
    draw_reader(state, lambda acts: perform(study, visit, reading, label, acts))


def draw_reader(state: dict[str, Any], heard: Any) -> None:
    """Draw the reader; `heard` gets what was done in it."""
    _reader()(key=_KEY, data=state, on_acts_change=lambda: heard(st.session_state[_KEY].get("acts")))


def _shown(word: Decision, visit: Visit, hidden: Blindness, *, others: bool) -> bool:
    mine = word.coder == visit.sitting.coder
    return mine or (others and word.verdict is not Verdict.REJECT and not hidden.hides(word.interview, word.coder))


def _mark(word: Decision, visit: Visit, event: int | None) -> dict[str, Any]:
    mine = word.coder == visit.sitting.coder
    kind = "rejected" if word.verdict is Verdict.REJECT else "human" if mine else "other"
    return {
        "id": word.guid,
        "start": word.span.start,
        "end": word.span.end,
        "code": word.code,
        "coder": word.coder,
        "kind": kind,
        "memo": word.memo,
        "event": event,
    }


def _suggestions(study: Study, visit: Visit, label: str, words: list[Decision]) -> list[dict[str, Any]]:
    """Suggestions that nobody has answered; from now on they count as shown.

    Those of the blind sample stay hidden from a coder who has not read them yet.
    """
    proposals, share = current_proposals(study), study_settings(study).blind_share
    read = read_by(study, visit.sitting.coder)
    found = [
        (segment, draft)
        for segment in interview_segments(study, label)
        if segment in read or not is_blind(segment, proposals, share)
        for draft in proposals.by_segment.get(segment.id, ())
        if not any(word.code == draft.code and word.span.overlaps(segment.span) for word in words)
    ]
    show(study, [draft for _, draft in found])
    return [
        {
            "id": f"machine {segment.id} {draft.code}",
            "start": segment.span.start,
            "end": segment.span.end,
            "code": draft.code,
            "coder": "",
            "kind": "machine",
            "p": draft.probability,
        }
        for segment, draft in found
    ]


@cache
def _reader() -> Any:
    names = [f"review_desk/{part}.js" for part in _SHARED]
    styles = script(*STYLES, "review_desk/review_desk.css")
    js = script(*PARTS, *names, "transcript_parts/transcripts_entry.js")
    return st.components.v2.component("transcript_reader", js=js, css=styles, isolate_styles=False)
