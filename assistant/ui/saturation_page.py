"""The saturation page: which codes were found in which interview, and how many were new."""

import streamlit as st

from assistant.review import blindness
from assistant.saturation import Saturation, chart, saturation
from assistant.ui.markup import heading, notice, table
from assistant.ui.session import current_study, current_visit
from store.coders import coders


def saturation_page() -> None:
    """Draw the page of the study that is open."""
    heading("Saturation", "Only confirmed codings count, in interviews that were read.")
    study = current_study()
    left, right = st.columns([1, 1])
    themes = left.radio("Count", ["Codes", "Themes"], key="saturation_level", horizontal=True) == "Themes"
    coder = right.selectbox("Coder", coders(study), index=None, key="saturation_coder", placeholder="Anybody")
    hidden = blindness(study, current_visit().sitting.coder)
    if hidden.interviews:
        notice(hidden.sentence)
    found = saturation(study, level="theme" if themes else "code", coder=coder, hidden=hidden)
    if found.unread:
        notice(f"Not counted, because nobody has read them yet: {', '.join(found.unread)}.")
    if found.partly_read:
        notice(f"Counted, but not read to the end: {', '.join(found.partly_read)}.")
    if not found.interviews:
        return
    st.altair_chart(chart(found), width="stretch", theme="streamlit")
    _draw_table(found, "Theme" if themes else "Code")


def _draw_table(found: Saturation, what: str) -> None:
    counted = range(1, len(found.interviews) + 2)
    rows = [
        (code, *(int(n) or "" for n in line), int(line.sum()))
        for code, line in zip(found.codes, found.matrix, strict=True)
    ]
    rows.append(("New", *found.new_codes, sum(found.new_codes)))
    rows.append(("New so far", *found.cumulative_codes, ""))
    caption = f"How many codings of each {what.lower()} each interview has"
    table((what, *found.interviews, "All"), rows, numbers=counted, key="saturation_table", caption=caption)
