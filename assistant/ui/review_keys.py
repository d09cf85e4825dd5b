"""The keys of the review page, and the script behind those that a Streamlit button cannot have."""

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from assistant.review import Sitting
from store.values import Segment

KEYS = (
    ("1 2 3", "accept the suggestion of that number"),
    ("Shift + 1 2 3", "reject it"),
    ("X", "replace a suggestion: go to its list of codes; again (after Esc) for the next one"),
    ("A", "add another code: go to the list of codes"),
    ("O", "order: go to the list of orders"),
    ("S", "show or hide how good the suggestions are"),
    ("N or →", "next segment; this one counts as read"),
    ("B or ←", "back to the segment before"),
    ("R", "blind sample: this segment is read, show its suggestions"),
    ("Z", "undo"),
    ("Shift + Z", "redo"),
    ("P", "play this segment of the recording, or stop"),
    ("Esc", "leave a list, so that the keys work again"),
    ("?", "show or hide these keys"),
)


def draw_keys() -> None:
    """The list of keys behind its button."""
    with st.container(key="keys_help", width="content"), st.popover("Keys ?"):
        st.html("<dl class='keys'>" + "".join(f"<dt>{key}</dt><dd>{what}</dd>" for key, what in KEYS) + "</dl>")


def listen(segment: Segment, sitting: Sitting, order: str) -> None:
    """Let the script know which segment is on the screen, and that something was decided or another order chosen."""
    _component()(
        key="review_keys",
        height=1,
        data={
            "segment": segment.id,
            "start": segment.start_ms,
            "end": segment.end_ms,
            "decisions": f"{len(sitting.done)}.{len(sitting.undone)}.{order}",
        },
    )


@cache
def _component() -> Any:
    script = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
    return st.components.v2.component("review_keys", js=script)
