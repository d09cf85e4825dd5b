"""The audit page: everything that ever happened in the study, and whether the record is untouched."""

from collections.abc import Mapping

import streamlit as st

from assistant.ui.event_lines import short
from assistant.ui.markup import Folded, heading, moment, notice, table
from assistant.ui.session import current_study
from store.audit import verify
from store.codebook import codebook_versions
from store.event_log import Logged, log
from store.study import Study

_SHOWN = 200


def audit_page() -> None:
    """Draw the page of the study that is open."""
    heading("Audit", "Every decision and change is an event; each event seals the one before it.")
    study = current_study()
    if st.button("Verify", key="verify", type="primary"):
        _draw_report(study)
    events = log(study, limit=_SHOWN)
    names = {code.guid: code.name for version in codebook_versions(study) for code in version.codes}
    rows = [(e.id, moment(e.at), e.type, e.coder, e.interview or "", _content(e, names)) for e in reversed(events)]
    headers = ("Event", "Time (UTC)", "What", "Coder", "Interview", "Content")
    table(headers, rows, numbers=(0,), key="events")
    if len(events) == _SHOWN:
        st.html(f'<p class="page-note">The newest {_SHOWN}; all of them with `interview audit show`.</p>')


def _content(event: Logged, names: Mapping[str, str]) -> Folded | str:
    said = short(event, names)
    return said if event.payload is None else Folded(said, event.payload)


def _draw_report(study: Study) -> None:
    report = verify(study)
    if report.faults:
        for fault in report.faults:
            notice(fault, "problem")
        return
    erased = f", {report.erased} of them erased" if report.erased else ""
    notice(f"The record is whole: {report.events} events{erased}; the last one is {report.head[:16]}….", "good")
