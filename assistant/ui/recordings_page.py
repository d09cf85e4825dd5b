"""The recordings page: what waits to be transcribed, how far it is, and the words that the recogniser should expect."""

from collections.abc import Sequence

import streamlit as st

from assistant.models import choose, models_in
from assistant.segment import segment_new
from assistant.transcribe.languages import LANGUAGES
from assistant.transcribe.queue import Queue, Queued, current_queue
from assistant.transcribe.recogniser import MIXED
from assistant.ui import recordings_moves as moves
from assistant.ui.markup import element, heading, notice
from assistant.ui.recordings_moves import GLOSSARY, LANGUAGE, MODEL, SEEN, SPEAKERS, RecordingsDesk, current_recordings
from assistant.ui.recordings_rows import Row, about_time, draw_row, finished_list
from assistant.ui.role_here import Act, act_button
from assistant.ui.session import current_study, current_visit, study_settings, told
from store.errors import NotFoundError
from store.glossary import glossary
from store.interviews import interviews
from store.job_values import AUTO, JobState
from store.segments import unsegmented
from store.study import Study

_EVERY_SECONDS = 2.0
_IDLE_SECONDS = 10.0
_MOST_SPEAKERS = 6
_PARTS = ("Being transcribed", "In the queue", "Failed", "Not in the queue")
_STANDS = {JobState.RUNNING: 0, JobState.WAITING: 1, JobState.PAUSED: 1, JobState.FAILED: 2, JobState.CANCELLED: 3}


def recordings_page() -> None:
    """Draw the page of the study that is open."""
    study, desk = current_study(), current_recordings()
    heading("Recordings", "Speech becomes text on this machine. It goes on when you leave this page or close the app.")
    if all(each.kind != "recording" for each in interviews(study)):
        notice("There is no recording yet; bring some on the page “Add interviews”.")
    else:
        usable = _draw_wishes(study)
        every = _every(current_queue(study))
        st.fragment(_draw_queue, run_every=every)(study, desk, every, usable)
    _draw_glossary(study, desk)


def _draw_wishes(study: Study) -> bool:
    """The three fields that say how; False where no model is installed."""
    settings = study_settings(study)
    names = [model.name for model in models_in(settings) if model.role == "whisper" and not model.damaged]
    try:
        best = choose("whisper", settings.whisper, settings).name
    except NotFoundError as error:
        notice(str(error), "problem")
        return False
    models = {AUTO: f"{best}, as the study says" if settings.whisper != AUTO else f"{best}, the best one here"}
    models |= {name: name for name in names}
    languages = {AUTO: "As it is spoken", MIXED: "Several in one recording", **LANGUAGES}
    numbers = {str(number): f"{number}" for number in range(1, _MOST_SPEAKERS + 1)}
    speakers = {AUTO: "Find out how many", "none": "Do not tell apart", **numbers}
    with st.container(key="recording_wishes"):
        fields = ((MODEL, "Model", models), (LANGUAGE, "Language", languages), (SPEAKERS, "Speakers", speakers))
        for column, (key, label, choices) in zip(st.columns(3, gap="small"), fields, strict=True):
            column.selectbox(label, list(choices), key=key, format_func=choices.__getitem__, persist_state="session")
    return True


def _every(queue: Queue) -> float | None:
    """How often the queue is drawn again: often while something runs, now and then where a worker may come."""
    if not queue.waits:
        return None
    return _EVERY_SECONDS if queue.works else _IDLE_SECONDS


@told
def _draw_queue(study: Study, desk: RecordingsDesk, drawn_every: float | None, usable: bool) -> None:
    queue = current_queue(study)
    if unsegmented(study):
        segment_new(study)
    done = [each for each in interviews(study) if each.kind == "recording" and each.transcribed]
    desk.look(frozenset(each.label for each in done))
    if _every(queue) != drawn_every:
        st.rerun()  # how often this fragment is drawn again is decided outside it
    if desk.problem:
        notice(desk.problem, "problem")
    elif desk.said:
        notice(desk.said, "good")
    rows = _rows(study, queue)
    _draw_whole(study, desk, queue, rows, usable)
    for part, title in enumerate(_PARTS):
        here = [row for row in rows if _part(row) == part]
        if not here:
            continue
        with st.container(key=f"recording_part_{part}", gap="xsmall"):
            st.html(element("h2", title))
            for row in here:
                draw_row(study, desk, row, works=queue.works, usable=usable)
    if done:
        st.html(element("h2", "With a transcript") + finished_list(done))


def _rows(study: Study, queue: Queue) -> list[Row]:
    """Every recording without a transcript; those with a place in the queue first, in its order."""
    queued = {each.job.interview: each for each in queue.jobs}
    place = {label: number for number, label in enumerate(queued)}
    found = [Row(i, queued.get(i.label)) for i in interviews(study) if i.kind == "recording" and not i.transcribed]
    return sorted(found, key=lambda row: place.get(row.interview.label, len(place)))


def _part(row: Row) -> int:
    return 3 if row.queued is None else _STANDS.get(row.queued.job.state, 3)


def _draw_whole(study: Study, desk: RecordingsDesk, queue: Queue, rows: Sequence[Row], usable: bool) -> None:
    """How much is left, and the buttons that are for all."""
    open_ones = [each for each in queue.jobs if each.job.state in (JobState.RUNNING, JobState.WAITING)]
    idle = [row for row in rows if _part(row) > 1 and row.interview.media]
    if open_ones and not queue.works:
        notice("Nobody works the queue off: it was interrupted, or there was no room on the disk. Nothing is lost.")
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="recording_all"):
        if open_ones and not queue.works:
            act_button(
                "Go on", act=Act.SHAPE, key="recording_go_on", type="primary", on_click=moves.go_on, args=(study, desk)
            )
        if idle:
            what = f"Transcribe all {len(idle)}" if len(idle) > 1 else "Transcribe it"
            arguments = (study, desk, *(row.interview.label for row in idle))
            act_button(
                what, act=Act.SHAPE, key="recording_all_in", on_click=moves.queue, args=arguments, disabled=not usable
            )
        st.html(element("p", _left(queue, open_ones), "page-note"))


def _left(queue: Queue, open_ones: Sequence[Queued]) -> str:
    if not open_ones:
        return "Nothing waits."
    many = f"{len(open_ones)} recording{'' if len(open_ones) == 1 else 's'} to go"
    if queue.left_s is None or not queue.works:
        return f"{many}."
    return f"{many}, {about_time(queue.left_s)} in all."


def _draw_glossary(study: Study, desk: RecordingsDesk) -> None:
    if GLOSSARY not in st.session_state:
        st.session_state[SEEN] = glossary(study)
        st.session_state[GLOSSARY] = "\n".join(st.session_state[SEEN])
    with st.expander("Words to expect"):
        note = "Names, projects, jargon and abbreviations, one a line, as they are to be written."
        st.html(element("p", note, "page-note"))
        st.text_area("Glossary of the study", key=GLOSSARY, height=150, persist_state="session")
        coder = current_visit().sitting.coder
        act_button(
            "Keep",
            act=Act.SHAPE,
            key="recording_glossary_keep",
            on_click=moves.keep_glossary,
            args=(study, desk, coder),
        )
