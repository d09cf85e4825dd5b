"""What screen readers say: one live region for the notices and results of all pages."""

from functools import cache
from typing import Any

import streamlit as st

from assistant.ui.scripts import script


def draw_announcer() -> None:
    """Put the live region into the page, once for each tab."""
    _announcer()(key="announcer", height=1)


@cache
def _announcer() -> Any:
    return st.components.v2.component("announcer", js=script("announcer.js"), isolate_styles=False)
