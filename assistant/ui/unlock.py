"""What stands on every page of an encrypted study until its passphrase was given: the question for it."""

import contextlib

import streamlit as st

from assistant.ui.markup import element, heading, notice
from assistant.ui.session import study_folder
from store.errors import StudyError
from store.keys import is_locked, unlock

_FIELD = "study_passphrase"
_SAID = "unlock_said"


def is_study_locked() -> bool:
    """Whether this app's study waits for its passphrase; what else may be wrong with it is told elsewhere."""
    with contextlib.suppress(StudyError):
        return is_locked(study_folder())
    return False


def draw_unlock() -> None:
    """Ask for the passphrase; it is kept nowhere, and the key only in the memory of this app."""
    heading("This study is encrypted")
    st.html(
        element(
            "p",
            f"It lies in {study_folder()}. The passphrase opens it until the app ends, and is kept nowhere.",
            "page-note",
        )
    )
    with st.form("unlock", width=460):
        st.text_input("Passphrase", type="password", key=_FIELD, autocomplete="current-password")
        st.form_submit_button("Open the study", type="primary", on_click=_unlock)
    said = st.session_state.get(_SAID)
    if said:
        notice(said, "problem")


def _unlock() -> None:
    st.session_state[_SAID] = ""
    try:
        unlock(study_folder(), st.session_state.get(_FIELD, ""))
    except StudyError as error:
        st.session_state[_SAID] = str(error)
    st.session_state[_FIELD] = ""
