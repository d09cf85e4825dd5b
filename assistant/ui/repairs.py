"""What opening the study mended, said once; and the page that stands for all others while its database is damaged."""

import json
import os

import streamlit as st

from assistant.ui.login_here import is_served
from assistant.ui.markup import element, heading, moment, notice, table
from assistant.ui.seat import login_name
from assistant.ui.session import close_study, current_study, study_folder
from store.backups import NEWEST, copies
from store.errors import ConflictError, DamagedError, StudyError
from store.opening import REPAIRS
from store.replacing import restore_in_place
from store.study import DATABASE, Study

_SAID = "restored_said"
_SHOWN = 8


def study_damage() -> DamagedError | None:
    """What is wrong with the database of this app's study; what else may be wrong is told elsewhere."""
    stamp = _stamp()
    if stamp not in _found:  # it is read through once, not at every click
        try:
            current_study()
        except DamagedError as error:
            _found.clear()
            _found[stamp] = error
        except StudyError:
            return None
    return _found.get(stamp)


_found: dict[tuple[str, int, int], DamagedError] = {}


def _stamp() -> tuple[str, int, int]:
    folder = study_folder()
    try:
        there = (folder / DATABASE).stat()
    except OSError:
        return str(folder), 0, 0
    return str(folder), there.st_ino, there.st_mtime_ns


def draw_damage(error: DamagedError) -> None:
    """Say what is damaged and what copies there are, and offer to put the newest good one in its place."""
    heading("The database of this study is damaged")
    notice(str(error), "problem")
    if is_served():  # whose role allows it stands in the database that cannot be read
        notice("Whoever runs this server puts a good copy in its place with `interview restore`.")
        return
    if st.session_state.get(_SAID):
        notice(st.session_state[_SAID], "problem")
    st.html(
        element(
            "p",
            "Restoring takes over whatever can still be read and proved by the log. The damaged file is kept.",
            "page-note",
        )
    )
    st.button("Restore the newest good copy", key="restore_copy", type="primary", on_click=_restore)
    found = [copy for copy, _ in zip(copies(study_folder()), range(_SHOWN), strict=False)]
    if found:
        st.html("<h2>Copies in the folder “backups”</h2>")
        rows = [(moment(c.made_at), c.head.count, f"{c.size / 1e6:,.1f} MB", c.fault or "good") for c in found]
        table(("Made (UTC)", "Events", "Size", "State"), rows, numbers=(1, 2), key="copies")


def draw_repairs(study: Study) -> None:
    """What was mended, until somebody has seen it; then in no tab any more."""
    said = _unseen(study)
    if st.session_state.get(_SAID):
        notice(st.session_state[_SAID], "good")
    for sentence in said:
        notice(sentence)
    if said or st.session_state.get(_SAID):
        st.button("I have read this", key="repairs_seen", on_click=_seen, args=(said,))


def _unseen(study: Study) -> list[str]:
    return _sentences(str(study.folder), study.guid, id(study.engine), _study=study)


@st.cache_resource(max_entries=4, show_spinner=False)
def _sentences(folder: str, guid: str, opening: int, *, _study: Study) -> list[str]:
    """One list for each opening, shared by all tabs; whoever has read it empties it."""
    del folder, guid, opening  # parts of the key only
    said = list(dict.fromkeys([*_handed_on(), *_study.repairs]))
    if _study.migrated_from is not None:
        said.insert(0, f"The study was brought up to date; its state before is kept as {_study.migrated_from}.")
    return said


def _handed_on() -> list[str]:
    try:
        said = json.loads(os.environ.pop(REPAIRS, "[]"))
    except ValueError:
        return []
    return [str(sentence) for sentence in said] if isinstance(said, list) else []


def _seen(said: list[str]) -> None:
    said.clear()
    st.session_state[_SAID] = ""


def _restore() -> None:
    if is_served():
        return
    close_study()
    try:
        done = restore_in_place(study_folder(), NEWEST, coder=login_name())
    except ConflictError:
        st.session_state[_SAID] = "The study is open in another program; close it there, then restore again."
    except StudyError as error:
        st.session_state[_SAID] = str(error)
    else:
        aside = f" The database as it was is kept in {done.set_aside}." if done.set_aside is not None else ""
        st.session_state[_SAID] = " ".join((done.sentence() + aside, *done.faults))
