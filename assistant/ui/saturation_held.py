"""Reports as long as nothing in the study changes: what a page draws again after every click is computed once."""

import streamlit as st

from assistant.review import Blindness, counted
from assistant.saturation import Report, grouped, report, since
from assistant.saturation.meaning import Meaning, meaning
from assistant.saturation.report import Groups, Since
from assistant.ui.saturation_controls import Asked
from store.event_log import last_event
from store.study import Study

_Key = tuple[str, str, int]


def held_report(study: Study, asked: Asked, hidden: Blindness) -> Report:
    """The report that was asked for; raises StudyError."""
    return _report(study, asked, hidden, _key(study))


def held_groups(study: Study, asked: Asked, by: str, hidden: Blindness) -> Groups:
    """Its sub-groups."""
    return _groups(study, asked, by, hidden, _key(study))


def held_since(study: Study, asked: Asked, hidden: Blindness) -> Since:
    """An earlier state against now."""
    return _since(study, asked, hidden, _key(study))


def held_meaning(study: Study, asked: Asked, code: str, hidden: Blindness) -> Meaning:
    """Meaning saturation of one code; not held, for vectors come without an event."""
    of = counted(study, asked.basis, hidden)
    return meaning(study, of, held_report(study, asked, hidden).table, code)


def _key(study: Study) -> _Key:
    return str(study.folder), study.guid, last_event(study)


@st.cache_resource(max_entries=8, show_spinner="Counting …")
def _report(_study: Study, asked: Asked, hidden: Blindness, key: _Key) -> Report:
    del key  # part of the key only
    return report(_study, asked.basis, level=asked.level, hidden=hidden)


@st.cache_resource(max_entries=4, show_spinner="Counting …")
def _groups(_study: Study, asked: Asked, by: str, hidden: Blindness, key: _Key) -> Groups:
    del key  # part of the key only
    return grouped(_study, asked.basis, by, level=asked.level, hidden=hidden)


@st.cache_resource(max_entries=4, show_spinner="Counting …")
def _since(_study: Study, asked: Asked, hidden: Blindness, key: _Key) -> Since:
    return since(_study, _report(_study, asked, hidden, key), hidden=hidden)
