"""What the role of whoever is signed in lets them do: what it does not is not offered, and the store refuses it."""

from contextlib import suppress
from enum import StrEnum
from typing import Any

import streamlit as st

from assistant.ui.login_here import is_served, signed_in
from assistant.ui.session import opened_study
from store.errors import StudyError
from store.permissions import MemberRole, may

_ROLE = "member_role"


class Act(StrEnum):
    """Kinds of acts, from what most members may do to what leads alone may."""

    JUDGE = "decide, comment and keep lists"
    SHAPE = "change the codebook, the material and what the machine does with it"
    LEAD = "do this"


_EVENTS = {Act.JUDGE: "decision.made", Act.SHAPE: "codebook.changed", Act.LEAD: "member.set"}
"""An event of each kind, by which the store is asked."""


def look_up_role() -> None:
    """Look up, for this page and what is drawn of it again alone, in what role somebody is signed in.

    Where the study cannot be read it is none; what is wrong with it is told elsewhere.
    """
    from store.members import member

    st.session_state[_ROLE] = ""
    with suppress(StudyError):
        found = member(opened_study(), signed_in().member)
        st.session_state[_ROLE] = "" if found is None else str(found.role)


def current_role() -> str:
    """The role as it was looked up for this page; empty where nobody is signed in."""
    return str(st.session_state.get(_ROLE, ""))


def withheld(act: Act) -> str:
    """Why whoever is signed in may not do that; empty where they may, and for a researcher on their own machine."""
    role = current_role()
    if not is_served() or (role and may(MemberRole(role), _EVENTS[act])):
        return ""
    return f"Your role in this study ({role or 'none'}) does not let you {act}; whoever leads it can change that."


def may_judge() -> bool:
    """Whether what whoever is signed in sees and decides is part of the record."""
    return not withheld(Act.JUDGE)


def act_button(label: str, act: Act, *, disabled: bool = False, help: str | None = None, **more: Any) -> bool:  # noqa: A002
    """A button for an act; where the role does not allow it, it cannot be pressed and says why."""
    why = withheld(act)
    return st.button(label, disabled=disabled or bool(why), help=why or help, **more)


def act_submit(label: str, act: Act, *, disabled: bool = False, **more: Any) -> bool:
    """The same for a form."""
    why = withheld(act)
    return st.form_submit_button(label, disabled=disabled or bool(why), help=why or None, **more)
