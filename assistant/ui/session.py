"""What the app holds: the open study for everybody, and for each browser tab who codes and where."""

import atexit
import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any, ParamSpec

import streamlit as st

from assistant.review import Filters, Ledger, NearQuote, Sitting, resume_sitting
from assistant.review.adjudication import ledger_of
from assistant.segment import local_embedder, segment_new
from assistant.settings import Settings, load_settings
from assistant.suggest import Order, Proposals
from assistant.ui.learning import Learning, Learnt
from assistant.ui.login_here import is_served, signed_in
from assistant.ui.markup import notice
from assistant.ui.seat import current_coder, current_seat
from store.backup_keeper import BackupKeeper
from store.backups import plan_of
from store.double_coding import DoubleCoding
from store.errors import DamagedError, NotAStudyError, StudyError
from store.index import refresh_index
from store.newest import decisions_stamp, texts_stamp
from store.runs import scores_stamp
from store.segments import segments
from store.study import DATABASE, Study, open_study
from store.values import Role, Segment, SuggestionDraft

P = ParamSpec("P")
Stamp = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """The suggestions of a segment, held as they are while it is on the screen, whatever is learnt meanwhile.

    `assured` is the code that comes with a guarantee, `near` holds each code's nearest confirmed quotes.
    """

    segment: int
    drafts: tuple[SuggestionDraft, ...]
    assured: str | None
    near: Mapping[str, tuple[NearQuote, ...]]


@dataclass(slots=True)
class Visit:
    """One browser tab: its sitting, the segment it stands at with its suggestions, and the way that led there.

    `heard` is the number of the last act of the desk that was done, `assigned` whether only the segments of the
    coder's blind double coding are walked through, `asked` what the model wrote or saw (heading and text, by code and
    kind), `arrivals` how often one came to another interview.
    """

    sitting: Sitting
    interview: str | None = None
    segment: int | None = None
    held: Held | None = None
    order: Order = Order.CHRONOLOGICAL
    filters: Filters = field(default_factory=Filters)
    assigned: bool = False
    trail: list[int] = field(default_factory=list)
    read: set[int] = field(default_factory=set)
    heard: int = 0
    arrivals: int = 0
    asked: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    said: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Spoken:
    """The participants' segments of all interviews in study order, found by id, and where each stands."""

    segments: tuple[Segment, ...]
    by_id: Mapping[int, Segment]
    place: Mapping[int, int]


def told(draw: Callable[P, None]) -> Callable[P, None]:
    """Show a StudyError of a page or fragment as its one sentence."""

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            draw(*args, **kwargs)
        except StudyError as error:
            notice(str(error), "problem")
            if isinstance(error, DamagedError):  # opened anew, it is read through, and the page for that case comes
                st.button("Check the database", key=f"check_after_{draw.__name__}", on_click=close_study)

    return drawn


def study_folder() -> Path:
    """The study named on the command line after `--`, or in INTERVIEW_STUDY; raises NotAStudyError."""
    named = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("INTERVIEW_STUDY", "")
    if not named:
        msg = "No study was named; start the app with `interview review STUDY`."
        raise NotAStudyError(msg)
    return Path(named).expanduser().resolve()


def current_study() -> Study:
    """The study of this app, as whoever is signed in may use it; another file in its place is noticed.

    Raises NotSignedInError in an app that is served, where the session has ended.
    """
    study = opened_study()
    return study.acting_as(signed_in().member) if is_served() else study


def opened_study() -> Study:
    """The study of this app as the program itself uses it, for what is done for everybody."""
    folder = study_folder()
    database = folder / DATABASE
    return _opened(str(folder), database.stat().st_ino if database.is_file() else 0)


@st.cache_resource(max_entries=4, show_spinner=False)
def _opened(folder: str, file: int) -> Study:
    del file  # part of the key only
    study = open_study(Path(folder))
    segment_new(study)
    _repair_index(study)
    _keepers[folder] = BackupKeeper(study, lambda: plan_of(study_settings(study).model_dump()))
    atexit.register(_end, study, _keepers[folder])
    return study


def _end(study: Study, keeper: BackupKeeper) -> None:
    keeper.end()
    study.close()


_keepers: dict[str, BackupKeeper] = {}


def backup_problem(study: Study) -> str:
    """Why the last copy of the database that was due could not be made; empty where all is well."""
    keeper = _keepers.get(str(study.folder))
    return "" if keeper is None else keeper.problem


_index_problems: dict[str, str] = {}


def index_problem(study: Study) -> str:
    """Why the server with the study's vectors could not be asked, once; queries answer exactly without it."""
    return _index_problems.pop(str(study.folder), "")


def close_study() -> None:
    """Let go of the study, for all tabs; the next page opens it anew."""
    with contextlib.suppress(StudyError):
        opened_study().close()
    _opened.clear()


def _repair_index(study: Study) -> None:
    """Make a missing or damaged index again; without an embedding model on this machine there is none to make."""
    with contextlib.suppress(StudyError):
        model = local_embedder(load_settings(study.settings())).name
        try:
            repair = refresh_index(study, model)
            _index_problems[str(study.folder)] = "" if repair is None else repair.problem
        except StudyError as error:
            _index_problems[str(study.folder)] = str(error)


def study_settings(study: Study) -> Settings:
    """The settings as they are now, for they can be changed while the app runs."""
    return _settings(json.dumps(study.settings(), default=str), tuple(sorted(_own_environment())))


@lru_cache(maxsize=16)
def _settings(kept: str, _environment: tuple[tuple[str, str], ...]) -> Settings:
    """Made once for what they are made of: a page asks for them at every turn."""
    found: dict[str, Any] = json.loads(kept)
    return load_settings(found)


def _own_environment() -> Iterator[tuple[str, str]]:
    return ((name, value) for name, value in os.environ.items() if name.upper().startswith("INTERVIEW_"))


def current_learning(study: Study) -> Learning:
    """What learns from the decisions on this study, the same for every tab."""
    return _learning(study, str(study.folder), study.guid)


@st.cache_resource(max_entries=4, show_spinner=False)
def _learning(_study: Study, folder: str, guid: str) -> Learning:
    del folder, guid  # parts of the key only
    return Learning(_study)


def current_learnt(study: Study) -> Learnt:
    """What the machine makes of the study: the newest that is ready, waited for where there is nothing yet."""
    learning, precision = current_learning(study), study_settings(study).expected_precision
    if learning.is_ready(precision):
        return learning.newest(precision)
    with st.spinner("Reading the scores …"):
        return learning.newest(precision)


def current_proposals(study: Study) -> Proposals:
    """What the machine proposes, from decisions up to the last few."""
    return current_learnt(study).proposals


def keep_learning(study: Study) -> None:
    """Let the machine learn from what was decided, beside the person's work."""
    current_learning(study).catch_up(study_settings(study).expected_precision)


def spoken_segments(study: Study) -> Spoken:
    """What participants said in the whole study."""
    return _spoken(study, str(study.folder), study.guid, texts_stamp(study))


@st.cache_resource(max_entries=4, show_spinner=False)
def _spoken(_study: Study, folder: str, guid: str, stamp: Stamp) -> Spoken:
    del folder, guid, stamp  # parts of the key only
    found = tuple(segment for segment in segments(_study) if segment.role is not Role.INTERVIEWER)
    return Spoken(found, {s.id: s for s in found}, {s.id: place for place, s in enumerate(found)})


def current_ledger(study: Study) -> Ledger:
    """All decisions as they stand now, the same for every tab."""
    ledger = _ledger(study, str(study.folder), study.guid)
    ledger.refresh()
    return ledger


@st.cache_resource(max_entries=4, show_spinner=False)
def _ledger(_study: Study, folder: str, guid: str) -> Ledger:
    del folder, guid  # parts of the key only
    return Ledger(_study)


def frozen_ledger(study: Study, drawn: DoubleCoding) -> Ledger:
    """All decisions as they stood when a double coding ended; made again where an interview was erased or corrected."""
    _, count, transcript = decisions_stamp(study)
    return _frozen(study, drawn, str(study.folder), drawn.guid, (count, transcript))


@st.cache_resource(max_entries=2, show_spinner=False)
def _frozen(_study: Study, _drawn: DoubleCoding, folder: str, guid: str, stamp: Stamp) -> Ledger:
    del folder, guid, stamp  # parts of the key only
    return ledger_of(_study, _drawn)


def interview_segments(study: Study, label: str) -> tuple[Segment, ...]:
    """All segments of an interview, the interviewer's too."""
    return _segments(study, str(study.folder), study.guid, label, scores_stamp(study))


@st.cache_resource(max_entries=8, show_spinner=False)
def _segments(_study: Study, folder: str, guid: str, label: str, stamp: Stamp) -> tuple[Segment, ...]:
    del folder, guid, stamp  # parts of the key only
    return segments(_study, label)


def current_visit() -> Visit:
    """This tab's memory; a change of coder begins a new sitting.

    The seat remembers the sitting, so that a page that is loaded again can still undo what was done in it.
    """
    seat, coder = current_seat(), current_coder()
    visit: Visit | None = st.session_state.get("visit")
    if visit is None or visit.sitting.coder != coder:
        visit = st.session_state["visit"] = Visit(_sitting(coder, "" if seat is None else seat.sitting))
    if seat is not None:
        seat.sitting = visit.sitting.guid
    return visit


def _sitting(coder: str, before: str) -> Sitting:
    resumed = resume_sitting(current_study(), coder, before) if before and coder else None
    return Sitting(coder) if resumed is None else resumed
