"""What the app holds: the open study for everybody, and for each browser tab who codes and where."""

import contextlib
import getpass
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import ParamSpec

import streamlit as st

from assistant.review import Sitting
from assistant.segment import local_embedder, segment_new
from assistant.settings import load_settings
from assistant.suggest import Proposals, propose
from assistant.ui.markup import notice
from store.errors import NotAStudyError, StudyError
from store.index import refresh_index
from store.runs import scores_stamp
from store.segments import segments
from store.study import DATABASE, Study, open_study
from store.values import Segment

P = ParamSpec("P")
Stamp = tuple[int, ...]


@dataclass(slots=True)
class Visit:
    """One browser tab: its sitting, and the segment it stands at."""

    sitting: Sitting
    interview: str | None = None
    segment: int | None = None
    read: set[int] = field(default_factory=set)
    labels: dict[int, str] = field(default_factory=dict)
    """Segment id → interview of everything decided on in this sitting, so that undo leads back there."""
    problem: str = ""


def told(draw: Callable[P, None]) -> Callable[P, None]:
    """Show a StudyError of a page or fragment as its one sentence."""

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            draw(*args, **kwargs)
        except StudyError as error:
            notice(str(error), "problem")

    return drawn


def study_folder() -> Path:
    """The study named on the command line after `--`, or in INTERVIEW_STUDY; raises NotAStudyError."""
    named = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("INTERVIEW_STUDY", "")
    if not named:
        msg = "No study was named; start the app with `interview review STUDY`."
        raise NotAStudyError(msg)
    return Path(named).expanduser().resolve()


def current_study() -> Study:
    """The study of this app; another file in its place is noticed."""
    folder = study_folder()
    database = folder / DATABASE
    return _opened(str(folder), database.stat().st_ino if database.is_file() else 0)


@st.cache_resource(max_entries=4, show_spinner=False)
def _opened(folder: str, file: int) -> Study:
    del file  # part of the key only
    study = open_study(Path(folder))
    segment_new(study)
    _repair_index(study)
    return study


def _repair_index(study: Study) -> None:
    """Make a missing or damaged index again; without an embedding model on this machine there is none to make."""
    with contextlib.suppress(StudyError):
        refresh_index(study, local_embedder(load_settings(study.settings())).name)


def current_proposals(study: Study) -> Proposals:
    """What the machine proposes now, worked out again only when something that decides it has changed."""
    return _proposals(study, str(study.folder), study.guid, scores_stamp(study))


@st.cache_resource(max_entries=4, show_spinner="Reading the scores …")
def _proposals(_study: Study, folder: str, guid: str, stamp: Stamp) -> Proposals:
    del folder, guid, stamp  # parts of the key only
    return propose(_study)


def interview_segments(study: Study, label: str) -> tuple[Segment, ...]:
    """All segments of an interview, the interviewer's too."""
    return _segments(study, str(study.folder), study.guid, label, scores_stamp(study))


@st.cache_resource(max_entries=8, show_spinner=False)
def _segments(_study: Study, folder: str, guid: str, label: str, stamp: Stamp) -> tuple[Segment, ...]:
    del folder, guid, stamp  # parts of the key only
    return segments(_study, label)


def login_name() -> str:
    """The name under which the person is logged in, where the system knows one."""
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):
        return ""


def current_visit() -> Visit:
    """This tab's memory; a change of coder begins a new sitting."""
    coder = str(st.session_state.get("coder", "")).strip()
    visit: Visit | None = st.session_state.get("visit")
    if visit is None or visit.sitting.coder != coder:
        visit = st.session_state["visit"] = Visit(Sitting(coder))
    return visit
