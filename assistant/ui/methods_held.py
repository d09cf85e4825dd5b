"""The appendix as long as nothing in the study changes, and the record of its files."""

from hashlib import sha256

import streamlit as st

from assistant.exchange.methods import Appendix, As, appendix, methods_file
from assistant.settings import Settings
from assistant.ui.session import study_settings
from store.event_log import last_event
from store.exports import record_file, require_export
from store.study import Study


def held_appendix(study: Study, asked: As) -> Appendix:
    """The appendix of that state; raises StudyError."""
    return _appendix(study, study_settings(study), asked, _stand(study))


def held_file(study: Study, asked: As, ending: str) -> bytes:
    """The appendix of that state as a file; the very same bytes as long as nothing in the study changes."""
    require_export(study)
    return _file(study, study_settings(study), asked, ending, _stand(study))


def _stand(study: Study) -> tuple[str, str, int]:
    """By what an appendix that was made is known to be the one of the study as it is now."""
    return str(study.folder), study.guid, last_event(study)


@st.cache_resource(max_entries=4, show_spinner="Reading the record …")
def _appendix(_study: Study, settings: Settings, asked: As, key: tuple[str, str, int]) -> Appendix:
    del key  # part of the key only
    return appendix(_study, settings, asked)


@st.cache_resource(max_entries=16, show_spinner=False)
def _file(_study: Study, settings: Settings, asked: As, ending: str, key: tuple[str, str, int]) -> bytes:
    return methods_file(ending, _appendix(_study, settings, asked, key))


def keep_export(study: Study, coder: str, asked: As, found: Appendix, ending: str, made: bytes) -> None:
    """Say in the log that the appendix left the study as a file."""
    record_file(
        study,
        coder,
        name=f"methods.{ending}",
        kind="methods appendix",
        sha256=sha256(made).hexdigest(),
        holds={"sections": len(found.sections)},
        options={"through": found.through, "milestone": asked.milestone, "adjudicated": asked.adjudicated},
    )
