"""Where the keyboard stands after a button went away with what it decided on: on the next one of its kind."""

from functools import cache
from typing import Any

import streamlit as st

from assistant.ui.scripts import script


def draw_focus() -> None:
    """Put the script into the page, once for each tab."""
    _focus()(key="focus", height=1)


@cache
def _focus() -> Any:
    return st.components.v2.component("focus", js=script("focus.js"), isolate_styles=False)
