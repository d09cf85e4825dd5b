"""Who is signed in at the page that is drawn, in an app that is served to a team."""

import os

import streamlit as st

from assistant.privacy.serving import SERVED, Serving, serving_of
from assistant.ui.login_sessions import LOGINS, Login, cookie_name
from assistant.ui.markup import element
from store.errors import StudyError


class NotSignedInError(StudyError):
    """Nobody is signed in at the page that wants to use the study."""


def is_served() -> bool:
    """Whether this app is served to a team, and shows nothing to anybody who has not signed in."""
    return bool(os.environ.get(SERVED))


def current_login() -> Login | None:
    """The session of this page; None where it has ended, and in an app that a researcher opened for themselves."""
    serving = serving_of(os.environ)
    if serving is None:
        return None
    cookie = st.context.cookies.get(cookie_name(encrypted=serving.encrypted, path=serving.path), "")
    return LOGINS.find(cookie) if cookie else None


def signed_in() -> Login:
    """The session of this page; raises NotSignedInError where it has ended."""
    login = current_login()
    if login is None:
        msg = "You are not signed in any more; load the page again to sign in."
        raise NotSignedInError(msg)
    return login


def draw_signed_in(login: Login, role: str) -> None:
    """Who is signed in, in what role, and the way out."""
    reads = element("p", "You read this study; what you try to change is not kept.", "page-note")
    st.html(
        f'<form class="signed-in" method="post" action="{sign_out_path()}">'
        + element("p", f"Signed in as {login.member} ({role})")
        + (reads if role == "reader" else "")
        + '<button type="submit">Sign out</button></form>'
    )


def sign_out_path() -> str:
    """Where a form is sent to sign out; what the app's address begins with holds no sign that HTML gives a meaning."""
    serving: Serving | None = serving_of(os.environ)
    return f"{'' if serving is None else serving.path}/logout"
