"""What the buttons of the consent section do; what became of it is said at the next drawing."""

from collections.abc import Iterator
from typing import Literal

import streamlit as st
from filelock import Timeout

from assistant.exchange.withdrawal import Withdrawal, withdraw, withdraw_quotes, withdraw_recording
from assistant.ui.session import study_settings
from store.consent import Consent, ConsentChange, ConsentState, Covers, record_consent
from store.erase import EXPIRED, WITHDRAWN
from store.errors import StudyError
from store.study import Study

TOLD, AGAIN = "consent_told", "consent_again"
BACK = {
    "everything": "Everything: the interview is erased",
    "recording": "The recording alone",
    "quotes": "Quotes: it is analysed, and quoted no more",
}
"""What can be taken back, as the page says it."""

_Said = tuple[Literal["problem", "hint", "good"], str]


def keep(study: Study, coder: str, given: Consent, key: str) -> None:
    """Record what the fields of that key say of an interview."""
    state = st.session_state
    wanted: ConsentState = state[f"{key}_state"]
    known = wanted is not ConsentState.UNKNOWN
    covers = {each for each in Covers if state.get(f"{key}_{each}")} | {Covers.ANALYSIS}
    change = ConsentChange(
        wanted,
        frozenset(covers) if known else None,
        state[f"{key}_recording_day"] or "",
        state[f"{key}_day"] or "",
        state[f"{key}_note"],
    )
    try:
        record_consent(study, given.interview, change, coder=coder)
    except StudyError as error:
        state[TOLD] = [("problem", str(error))]
    else:
        state[TOLD] = [("good", f"The consent to {given.interview} is recorded.")]
        state[AGAIN] = state.get(AGAIN, 0) + 1


def take_back(study: Study, coder: str, label: str, what: str, is_due: bool) -> None:
    """Erase an interview or its recording once its label is written out, or quote it no more."""
    state = st.session_state
    if what != "quotes" and str(state.get("withdraw_confirm", "")).strip() != label:
        state[TOLD] = [("problem", f"Write {label} into the field first; nothing was erased.")]
        return
    try:
        done = _taken_back(study, coder, label, what, is_due=is_due)
    except Timeout:
        said = "Another process works on this study, such as a transcription; let it end, then do it again."
        state[TOLD] = [("problem", said)]
    except StudyError as error:
        state[TOLD] = [("problem", str(error))]
    else:
        state[TOLD] = list(_told(done))
        state["withdraw_confirm"] = ""


def _taken_back(study: Study, coder: str, label: str, what: str, *, is_due: bool) -> Withdrawal:
    if what == "quotes":
        return withdraw_quotes(study, label, coder=coder)
    if what == "recording":
        return withdraw_recording(study, label, coder=coder)
    return withdraw(
        study,
        label,
        coder=coder,
        settings=study_settings(study),
        why=EXPIRED if is_due else WITHDRAWN,
        delete_exports=bool(st.session_state.get("withdraw_exports")),
    )


def _told(done: Withdrawal) -> Iterator[_Said]:
    traces = done.traces
    if done.erasure is not None:
        copies = " Copies of the database that held it were replaced." if done.erasure.backups else ""
        yield "good", f"{done.interview} is erased from records, index and recordings.{copies}"
    elif traces.beyond:
        yield "good", f"{done.interview} is quoted no more: exports leave its words out from now on."
    else:
        yield "good", f"The recording of {done.interview} is erased; its transcript stays."
    if done.left:
        yield "problem", f"These files still hold it; delete them: {', '.join(done.left)}."
    if traces.quoting:
        yield "hint", f"Its words are repeated in {', '.join(traces.quoting)}; only you can reword that."
    if traces.given:
        yield "hint", f"Files that were made earlier may hold it: {', '.join(traces.given)}."
    for sentence in traces.beyond:
        yield "hint", sentence
