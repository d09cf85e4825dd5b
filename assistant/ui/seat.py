"""Who sits before a browser tab: the coder under whose name its decisions are kept, which no address and no page says.

The server gives each seat a secret, and the tab keeps it in its address: a page that is loaded again, or reached by a
link of the app, is the same coder's. A link from elsewhere cannot hold one, and an old one ends with the app.
"""

import getpass
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field

import streamlit as st

from assistant.privacy.coder_passphrases import Tries, opens
from assistant.ui.login_here import current_login, is_served
from assistant.ui.login_sessions import Login
from assistant.ui.markup import element, notice
from store.errors import StudyError
from store.passphrases import coder_passphrase
from store.study import Study

VISIT = "visit"
"""The parameter of the address that holds a seat's secret."""
_FIELD = "coder"
_OFFERED = "coder_offered"
_PASSPHRASE = "coder_passphrase"  # noqa: S105 - the field’s key
_SEAT = "seat"
_MOST = 10_000


@dataclass(slots=True)
class Seat:
    """A coder in one study, and the GUID of their newest sitting, which a page that is loaded again goes on with.

    `verifier` is what the passphrase was checked against; None where the coder has none. `login` names the session in
    which a member sits there, in an app that is served to a team.
    """

    study: str
    coder: str
    verifier: str | None
    login: str = ""
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    sitting: str = ""


_seats: OrderedDict[str, Seat] = OrderedDict()
_tries = Tries()


def current_seat() -> Seat | None:
    """This tab's; None where nobody sits there, or somebody else is signed in by now."""
    seat: Seat | None = st.session_state.get(_SEAT)
    if seat is not None and is_served():
        login = current_login()
        return seat if login is not None and seat.login == login.key else None
    return seat


def current_coder() -> str:
    """Who codes in this tab; empty where nobody does."""
    seat = current_seat()
    return "" if seat is None else seat.coder


def seat_query() -> dict[str, str]:
    """What a link of the app holds, so that whoever follows it stays who they are."""
    seat = current_seat()
    return {} if seat is None else {VISIT: seat.secret}


def login_name() -> str:
    """The name under which the person is logged in, where the system knows one."""
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):
        return ""


def draw_name() -> None:
    """The field that says who codes: as before where the page was loaded again, else whoever is logged in."""
    state = st.session_state
    if _FIELD not in state:
        before = _seats.get(str(st.query_params.get(VISIT, "")))
        state[_SEAT] = before
        state[_OFFERED] = login_name() if before is None else before.coder
    # the name is the field's own first value in every run: one set beside it is told to the browser once, and is lost
    # where a second run of the page begins before the browser has heard of the first
    st.text_input("Coder", value=state.get(_OFFERED, ""), key=_FIELD, max_chars=200)
    st.html(element("p", "Every decision is kept under this name.", "page-note"))


def sit_as_member(study: Study, login: Login) -> None:
    """Give the tab to the member who is signed in; a page that is loaded again goes on with their sitting."""
    seat = current_seat()
    if seat is None or (seat.study, seat.coder) != (study.guid, login.member):
        before = _seats.get(str(st.query_params.get(VISIT, "")))
        seat = _new_seat(study, login.member, None, login.key)
        if before is not None and (before.study, before.coder) == (study.guid, login.member):
            seat.sitting = before.sitting
        st.session_state[_SEAT] = seat
    if st.query_params.get(VISIT) != seat.secret:
        st.query_params[VISIT] = seat.secret


def sit_down(study: Study) -> None:
    """Give the tab to the coder whose name stands in the field; one who has a passphrase is asked for it first."""
    name, seat = str(st.session_state[_FIELD]).strip(), current_seat()
    st.session_state[_SEAT] = None  # also where what follows cannot be read
    verifier = coder_passphrase(study, name) if name else None
    if seat is None or (seat.study, seat.coder) != (study.guid, name) or verifier not in (None, seat.verifier):
        asked = verifier is not None
        seat = _new_seat(study, name, verifier) if verifier is None or _is_shown(study, name, verifier) else None
        st.session_state[_SEAT] = seat
        if asked and seat is not None:
            st.rerun()  # without the question
    st.session_state[_SEAT] = seat
    if seat is None:
        st.query_params.pop(VISIT, None)
    elif st.query_params.get(VISIT) != seat.secret:  # going to another page takes it out of the address
        st.query_params[VISIT] = seat.secret


def _new_seat(study: Study, name: str, verifier: str | None, login: str = "") -> Seat:
    seat = Seat(study.guid, name, verifier, login)
    _seats[seat.secret] = seat
    while len(_seats) > _MOST:
        _seats.popitem(last=False)
    return seat


def _is_shown(study: Study, name: str, verifier: str) -> bool:
    """Whether the passphrase was given just now; where not, it is asked for."""
    with st.form("coder_passphrase_form", clear_on_submit=True, border=False):
        given = st.text_input("Passphrase", type="password", key=_PASSPHRASE, max_chars=1_000)
        pressed = st.form_submit_button("Open")
    if not pressed:
        notice(f"{name} has a passphrase; nobody codes under that name without it.")
        return False
    try:
        _tries.check(study.guid, name, lambda: opens(verifier, given))
    except StudyError as error:
        notice(str(error), "problem")
        return False
    return True
