"""The desk of the review page: one component with the transcript, the cards and all the keys."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import streamlit as st

from assistant.ui.scripts import script
from assistant.ui.transcript_view import PARTS, STYLES
from store.values import Codebook

_KEY = "review_desk"
_DESK_PARTS = ("dom", "outbox", "picker", "forms", "cards", "keys", "playing", "desk")


def draw_desk(state: Mapping[str, Any], heard: Callable[[object], None]) -> None:
    """Draw the desk; `heard` gets what its keys did, before anything is drawn again."""
    _desk()(
        key=_KEY,
        data=dict(state),
        on_acts_change=lambda: heard(st.session_state[_KEY].get("acts")),
    )


def carry_codes(codebook: Codebook) -> None:
    """Send the codebook to the browser, once for each version."""
    _carrier()(key="code_carrier", data=code_list(codebook), height=1)


def codes_key(codebook: Codebook) -> str:
    """Which codebook the browser is to draw with."""
    return f"{codebook.version}:{codebook.sha256[:12]}"


def code_list(codebook: Codebook) -> dict[str, Any]:
    """What the desk knows of the codes, in the order of the codebook."""
    themes = {code.guid: codebook.theme_of(code) for code in codebook.codes}
    return {
        "key": codes_key(codebook),
        "codes": [
            {
                "guid": code.guid,
                "name": code.name,
                "theme": None if (theme := themes[code.guid]) is None else theme.name,
                "parent": code.parent,
                "colour": code.colour,
                "definition": code.definition,
                "include": code.include,
                "exclude": code.exclude,
                "examples": list(code.examples),
                "retired": code.retired,
            }
            for code in codebook.codes
        ],
    }


@cache
def _desk() -> Any:
    names = [f"review_desk/{part}.js" for part in _DESK_PARTS]
    styles = script(*STYLES, "review_desk/review_desk.css")
    return st.components.v2.component("review_desk", js=script(*PARTS, *names), css=styles, isolate_styles=False)


@cache
def _carrier() -> Any:
    return st.components.v2.component("code_carrier", js=script("review_desk/code_carrier.js"), isolate_styles=False)
