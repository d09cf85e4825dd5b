"""Consent on the page of participants: what counts for each interview, recording it, and taking it back."""

from datetime import date

import streamlit as st

from assistant.ui.consent_moves import AGAIN, BACK, TOLD, keep, take_back
from assistant.ui.markup import element, notice, table
from assistant.ui.role_here import Act, act_button
from store.consent import Consent, ConsentState, Covers, Due, consents, due
from store.study import Study

_HEADERS = ("Interview", "Consent", "Covers", "Recording until", "Everything until", "Note", "Recorded by")
_SAYS = {
    Covers.QUOTES: "Quotes in publications",
    Covers.SHARING: "Giving the whole transcript to others, such as a data archive",
    Covers.RECORDING: "Keeping the recording after it was transcribed",
}
_STATES = (ConsentState.UNKNOWN, ConsentState.GIVEN, ConsentState.RESTRICTED)
_NOTE = (
    "What each consent form says. Exports leave out what a consent does not cover; analysis is covered by every one."
    " An interview of which nothing is recorded is let through."
)
_EARLIEST, _LATEST = date(1950, 1, 1), date(2150, 12, 31)


def draw_consent(study: Study, coder: str) -> None:
    """The section of the page; nothing where there is no interview."""
    found = consents(study)
    if not found:
        return
    st.html(element("h2", "Consent") + element("p", _NOTE, "page-note"))
    for kind, said in st.session_state.pop(TOLD, ()):
        notice(said, kind)
    waiting = due(study)
    for each in waiting:
        notice(each.sentence, "problem")
    table(_HEADERS, map(_cells, found), key="consents", caption="Consent to each interview")
    if not coder:
        notice("Write your name into the field “Coder” at the left first; who recorded a consent is kept.")
        return
    left, right = st.columns(2, gap="medium")
    with left.expander("Record a consent"):
        _draw_recording(study, coder, found)
    with right.expander("Take a consent back, or erase what is due", expanded=bool(waiting)):
        _draw_taking_back(study, coder, found, waiting)


def _cells(given: Consent) -> tuple[object, ...]:
    known = given.state is not ConsentState.UNKNOWN
    return (
        given.interview,
        str(given.state),
        ", ".join(sorted(given.covers)) if known else "everything is let through",
        given.keep_recording_until or "",
        given.keep_until or "",
        given.note,
        given.coder,
    )


def _draw_recording(study: Study, coder: str, found: tuple[Consent, ...]) -> None:
    by_label = {each.interview: each for each in found}
    label = st.selectbox("Interview", list(by_label), key="consent_interview")
    given = by_label[label]
    again = st.session_state.get(AGAIN, 0)
    key = f"consent_{given.guid}_{given.at}_{again}"
    with st.form(f"{key}_form", border=False):
        st.selectbox("State", _STATES, _STATES.index(given.state), key=f"{key}_state")
        for each, said in _SAYS.items():
            covered = each in given.covers and given.state is not ConsentState.UNKNOWN
            st.checkbox(said, covered, key=f"{key}_{each}")
        left, right = st.columns(2)
        with left:
            _day("Keep the recording until", given.keep_recording_until, f"{key}_recording_day")
        with right:
            _day("Keep everything until", given.keep_until, f"{key}_day")
        st.text_input("Note", given.note, key=f"{key}_note", max_chars=2000, placeholder="Where the form lies")
        st.form_submit_button("Record the consent", on_click=keep, args=(study, coder, given, key))


def _day(label: str, given: date | None, key: str) -> None:
    st.date_input(
        label, given, min_value=_EARLIEST, max_value=_LATEST, format="YYYY-MM-DD", key=key, help="The last day on it."
    )


def _draw_taking_back(study: Study, coder: str, found: tuple[Consent, ...], waiting: tuple[Due, ...]) -> None:
    labels = list(dict.fromkeys([*(each.interview for each in waiting), *(each.interview for each in found)]))
    label = st.selectbox("Interview", labels, key="withdraw_interview")
    is_due = next((each for each in waiting if each.interview == label), None)
    usual = "recording" if is_due is not None and is_due.what == "recording" else "everything"
    what = st.radio("What", list(BACK), list(BACK).index(usual), format_func=BACK.__getitem__, key=f"withdraw_{label}")
    erases = what != "quotes"
    if what == "everything":
        st.checkbox("Delete the files in the study’s folder “exports” that hold it, too", True, key="withdraw_exports")
    if erases:
        st.text_input(f"Write {label} to confirm; this cannot be undone", key="withdraw_confirm")
    act_button(
        "Erase for good" if erases else "Quote it no more",
        act=Act.LEAD,
        key="withdraw_do",
        on_click=take_back,
        args=(study, coder, label, what, is_due is not None),
    )
