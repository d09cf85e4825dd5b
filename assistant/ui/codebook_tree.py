"""The tree of the codebook page, as a component."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import streamlit as st

from assistant.ui.scripts import script
from store.values import Codebook

_KEY = "codebook_tree"


def draw_tree(
    codebook: Codebook,
    chosen: str | None,
    used: Mapping[str, int],
    said: str,
    acts: int,
    *,
    opened: Callable[[str], None],
    moved: Callable[[str, str | None, str | None], None],
) -> None:
    """Draw the tree; `opened` gets the GUID of a code, `moved` that of a code, its theme and the sibling after it.

    `acts` counts what was done on the page, so that a move that was refused is drawn back.
    """

    def on_open() -> None:
        value = st.session_state[_KEY].get("open") or {}
        opened(str(value.get("guid", "")))

    def on_move() -> None:
        value = st.session_state[_KEY].get("move") or {}
        moved(str(value.get("guid", "")), value.get("parent") or None, value.get("before") or None)

    codes = [
        {
            "guid": code.guid,
            "name": code.name,
            "parent": code.parent,
            "colour": code.colour,
            "retired": code.retired,
            "count": used.get(code.guid, 0),
        }
        for code in codebook.codes
    ]
    # an attempt that failed leaves the version as it is, and the tree has to be drawn again all the same
    serial = f"{codebook.version}|{acts}|{sum(used.values())}"
    data = {"codes": codes, "chosen": chosen, "serial": serial, "said": said}
    _tree()(key=_KEY, data=data, on_open_change=on_open, on_move_change=on_move)


@cache
def _tree() -> Any:
    return st.components.v2.component("codebook_tree", js=script("codebook_tree.js"), isolate_styles=False)
