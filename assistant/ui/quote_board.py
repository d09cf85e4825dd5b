"""The quotes as the browser draws them: the result, and the list beside it."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Literal

import streamlit as st

from assistant.ui.scripts import script

_FILES = ("sound", "copying", "cards", "picks", "board")

Part = Literal["cards", "picks"]


def draw_board(part: Part, state: Mapping[str, Any], heard: Callable[[object], None]) -> None:
    """Draw one part; `heard` gets what was done in it, before anything is drawn again."""
    key = f"quote_board_{part}"
    _board()(
        key=key,
        data={**state, "part": part},
        on_acts_change=lambda: heard(st.session_state[key].get("acts")),
    )


@cache
def _board() -> Any:
    shared = [f"review_desk/{name}.js" for name in ("dom", "outbox")]
    own = [f"quote_board/{name}.js" for name in _FILES]
    return st.components.v2.component("quote_board", js=script(*shared, *own), isolate_styles=False)
