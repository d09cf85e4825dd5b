"""The transcripts page: an interview to read, hear and code, with what everybody coded beside it."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

import streamlit as st

from assistant.review import blindness
from assistant.ui.markup import element, heading, notice
from assistant.ui.recording import recording
from assistant.ui.review_desk import carry_codes, codes_key
from assistant.ui.scripts import script
from assistant.ui.session import Visit, current_study, current_visit, keep_learning, study_settings, told
from assistant.ui.transcript_acts import Reading, current_reading, perform
from assistant.ui.transcript_corrections import history, hits
from assistant.ui.transcript_looks import looks
from assistant.ui.transcript_marks import Wanted, marks
from assistant.ui.transcript_view import PARTS, STYLES, carry_text, text_payload
from store.codebook import current_codebook
from store.interviews import interviews
from store.study import Study
from store.values import Codebook, Interview

_KEY = "transcript_reader"
_OWN = ("sound", "edit_field", "drawers", "drawer_parts", "correcting", "toolbar", "reader_cards")
_SHARED = ("dom", "outbox", "picker", "forms", "cards", "keys", "playing")
_EMPTY = Codebook(0, 0, "", (), datetime(1970, 1, 1, tzinfo=UTC), "", "")


def transcripts_page() -> None:
    """Draw the page of the study that is open."""
    study, visit, reading = current_study(), current_visit(), current_reading()
    ready = {i.label: i for i in interviews(study) if i.transcribed}
    if not ready:
        heading("Transcripts")
        notice("There is no transcript yet; add one on the page Add interviews, or transcribe a recording.")
        return
    _go_to_address(reading, ready)
    label, wanted = _draw_head(study, ready)
    hidden = blindness(study, visit.sitting.coder)
    if label in hidden.interviews:
        notice(hidden.sentence)
    elif wanted.suggestions and study_settings(study).blind_share:
        note = "Segments of the blind sample that you have not read keep their suggestions to themselves."
        st.html(element("p", note, "page-note"))
    text = text_payload(study, label)
    carry_text(text)
    carry_codes(current_codebook(study) or _EMPTY)
    _draw(study, visit, reading, label, text["key"], wanted)


def _go_to_address(reading: Reading, ready: Mapping[str, Interview]) -> None:
    """A link leads to `?interview=I1&at=120`; it counts once, for afterwards one reads on from there."""
    label, at = st.query_params.get("interview", ""), st.query_params.get("at", "")
    if label not in ready:
        return
    st.session_state["transcript_interview"] = label
    reading.place = (label, int(at)) if at.isdecimal() else None
    del st.query_params["interview"]
    if "at" in st.query_params:
        del st.query_params["at"]


def _draw_head(study: Study, ready: Mapping[str, Interview]) -> tuple[str, Wanted]:
    with st.container(horizontal=True, key="transcript_head", vertical_alignment="center", gap="small"):
        heading("Transcripts")
        label = st.selectbox(
            "Interview",
            list(ready),
            key="transcript_interview",
            format_func=lambda name: f"Interview {name}",
            label_visibility="collapsed",
            width=170,
        )
        wanted = Wanted(
            mine=st.toggle("My codings", value=True, key="transcript_mine"),
            others=st.toggle("Others’ codings", value=True, key="transcript_others"),
            rejected=st.toggle("Rejections", key="transcript_rejected"),
            suggestions=st.toggle("Suggestions", key="transcript_suggestions"),
        )
        media = ready[label].media
        if media is not None and (study.folder / media).is_file():
            with st.container(key="recording", width="stretch"):
                st.audio(recording(study, media), alt=f"Recording of {label}")
    return label, wanted


@st.fragment
@told
def _draw(study: Study, visit: Visit, reading: Reading, label: str, drawn_with: str, wanted: Wanted) -> None:
    text, codebook = text_payload(study, label), current_codebook(study) or _EMPTY
    coder = visit.sitting.coder
    settings = study_settings(study)
    state = {
        "heard": reading.heard,
        "text": text["key"],
        "codes": codes_key(codebook),
        "interview": label,
        "coder": coder,
        "marks": marks(study, coder, label, text["transcript"], codebook, wanted),
        "at": reading.place[1] if reading.place is not None and reading.place[0] == label else None,
        "said": reading.said,
        "history": history(study, label, text["transcript"]),
        "found": hits(study, reading, label),
        "looks": looks(study, coder, label, text["transcript"]) if text["revision"] > 1 else [],
        "unsure_below": settings.unsure_below,
        "pause_ms": round(1_000 * settings.pause_seconds),
        "problem": reading.problem,
    }
    draw_reader(state, lambda acts: perform(study, visit, reading, label, acts))
    if text["key"] != drawn_with:
        # The transcript was corrected; its text stands outside this fragment. The reader is drawn first: what a run
        # leaves out is taken from the page, and a reader that is put in anew begins at the top.
        st.rerun()
    keep_learning(study)


def draw_reader(state: Mapping[str, Any], heard: Callable[[object], None]) -> None:
    """Draw the reader; `heard` gets what was done in it, before anything is drawn again."""
    _reader()(key=_KEY, data=dict(state), on_acts_change=lambda: heard(st.session_state[_KEY].get("acts")))


@cache
def _reader() -> Any:
    names = [f"review_desk/{part}.js" for part in _SHARED]
    styles = script(*STYLES, "review_desk/review_desk.css", "transcript_parts/transcripts.css")
    own = [f"transcript_parts/{part}.js" for part in _OWN]
    js = script(*PARTS, *names, *own, "transcript_parts/transcripts_entry.js")
    return st.components.v2.component("transcript_reader", js=js, css=styles, isolate_styles=False)
