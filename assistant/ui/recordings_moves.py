"""What is done on the recordings page: each is in the queue before the page is drawn again."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, Literal, ParamSpec

import streamlit as st

from assistant.transcribe.queue import enqueue, lacks_room, start_worker
from assistant.ui.session import study_settings
from store.errors import StudyError
from store.glossary import change_glossary
from store.job_values import AUTO, Wanted
from store.jobs import cancel_job, move_job, pause_job, resume_job, retry_job
from store.study import Study

MODEL, LANGUAGE, SPEAKERS, GLOSSARY = (
    "recording_model",
    "recording_language",
    "recording_speakers",
    "recording_glossary",
)
SEEN = "recording_glossary_seen"
"""The glossary as it was when the field was filled: what is missing from it later was taken out by this person."""
P = ParamSpec("P")
_STATE = "recordings_desk"


@dataclass(slots=True)
class RecordingsDesk:
    """What one tab has to say, and which recordings had a transcript when it was drawn last."""

    said: str = ""
    problem: str = ""
    finished: frozenset[str] | None = None

    def look(self, finished: frozenset[str]) -> None:
        """Say what got its transcript since."""
        new = sorted(finished - self.finished) if self.finished is not None else []
        if new:
            self.said = f"{', '.join(new)} {'has its transcript' if len(new) == 1 else 'have their transcripts'}."
        self.finished = finished


def current_recordings() -> RecordingsDesk:
    """This tab's."""
    desk: RecordingsDesk | None = st.session_state.get(_STATE)
    if desk is None:
        desk = st.session_state[_STATE] = RecordingsDesk()
    return desk


Act = Callable[Concatenate[Study, RecordingsDesk, P], None]


def kept(act: Act[P]) -> Act[P]:
    """Let what a callback says be shown by the page that is drawn next."""

    @wraps(act)
    def acted(study: Study, desk: RecordingsDesk, /, *args: P.args, **kwargs: P.kwargs) -> None:
        desk.said = desk.problem = ""
        try:
            act(study, desk, *args, **kwargs)
        except StudyError as error:
            desk.problem = str(error)

    return acted


@kept
def queue(study: Study, desk: RecordingsDesk, *labels: str) -> None:
    """Queue these recordings, or all that can be, as the three fields say, and have the queue worked off."""
    state = st.session_state
    wanted = Wanted(*(str(state.get(key) or AUTO) for key in (MODEL, LANGUAGE, SPEAKERS)))
    made = enqueue(study, study_settings(study), labels or None, wanted)
    desk.said = f"Queued: {', '.join(job.interview for job in made)}."
    _go_on(study, desk)


@kept
def pause(study: Study, desk: RecordingsDesk, label: str) -> None:
    """Let it rest."""
    pause_job(study, label)
    desk.said = f"{label} is paused; what was heard of it is kept."


@kept
def resume(study: Study, desk: RecordingsDesk, label: str) -> None:
    """Let it wait again."""
    resume_job(study, label)
    desk.said = f"{label} waits again, and goes on where it was."
    _go_on(study, desk)


@kept
def retry(study: Study, desk: RecordingsDesk, label: str) -> None:
    """Try it again as it was wanted."""
    retry_job(study, label)
    desk.said = f"{label} waits again."
    _go_on(study, desk)


@kept
def cancel(study: Study, desk: RecordingsDesk, label: str) -> None:
    """Take it out of the queue."""
    cancel_job(study, label)
    desk.said = f"{label} is not in the queue any more; what was heard of it is kept for another time."


@kept
def move(study: Study, desk: RecordingsDesk, label: str, where: Literal["up", "down", "first"]) -> None:
    """Change the order."""
    move_job(study, label, where)
    desk.said = f"{label} was moved."


@kept
def go_on(study: Study, desk: RecordingsDesk) -> None:
    """Start a worker where there is none."""
    _go_on(study, desk)
    desk.said = "" if desk.problem else "The queue goes on."


@kept
def keep_glossary(study: Study, desk: RecordingsDesk, coder: str) -> None:
    """Keep the words of the field."""
    typed = [" ".join(line.split()) for line in str(st.session_state[GLOSSARY]).splitlines() if line.strip()]
    seen = st.session_state.get(SEEN, ())
    terms = change_glossary(study, add=typed, remove=[term for term in seen if term not in typed], coder=coder)
    st.session_state[SEEN] = terms
    st.session_state[GLOSSARY] = "\n".join(terms)
    desk.said = f"The glossary is kept; it has {len(terms)} {'entry' if len(terms) == 1 else 'entries'}."


def _go_on(study: Study, desk: RecordingsDesk) -> None:
    desk.problem = lacks_room(study)
    if not desk.problem:
        start_worker(study)
