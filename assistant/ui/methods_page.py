"""The page Methods: how the study was done, in sentences whose numbers lead to where they are from."""

import streamlit as st

from assistant.exchange.methods import ENDINGS, Appendix, As
from assistant.review import blindness
from assistant.ui.markup import element, heading, notice
from assistant.ui.methods_held import held_appendix, held_file, keep_export
from assistant.ui.methods_html import checklist_html, queries_html, sections_html
from assistant.ui.role_here import Act, withheld
from assistant.ui.session import current_study, current_visit
from store.milestones import milestones
from store.study import Study

_NOW, _TEXT, _QUERIES = "Now", "Text", "Queries"
_NAMES = {
    "docx": "Download as Word (docx)",
    "md": "Download as Markdown (md)",
    "tex": "Download as LaTeX (tex)",
    "json": "Download everything (json)",
}
_KINDS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "md": "text/markdown",
    "tex": "application/x-tex",
    "json": "application/json",
}


def methods_page() -> None:
    """Draw the page of the study that is open."""
    heading("Methods", "How the study was done, written from its record alone; each number leads to where it is from.")
    study, coder = current_study(), current_visit().sitting.coder
    hidden = blindness(study, coder)
    if hidden.interviews:
        notice(f"{hidden.sentence} This page tells of everybody’s work, so it is shown once you have finished.")
        return
    asked = _draw_state(study)
    found = held_appendix(study, asked)
    _draw_files(study, coder, asked, found)
    parts = [_TEXT, *(each.name for each in found.checklists), _QUERIES]
    shown = st.segmented_control(
        "Show",
        parts,
        default=_TEXT,
        required=True,
        key="methods_part",
        label_visibility="collapsed",
        bind="query-params",
    )
    _draw_part(found, shown or _TEXT)


def _draw_state(study: Study) -> As:
    left, right, _ = st.columns([2, 3, 2], vertical_alignment="bottom")
    names = [_NOW, *(f"Milestone “{each.name}”" for each in reversed(milestones(study)))]
    at = left.selectbox("As it stood", names, key="methods_moment", bind="query-params")
    adjudicated = right.toggle(
        "Saturation counts disputed codings as adjudicated", key="methods_adjudicated", bind="query-params"
    )
    chosen = next((each.name for each in milestones(study) if f"Milestone “{each.name}”" == at), None)
    return As(milestone=chosen, adjudicated=adjudicated)


def _draw_files(study: Study, coder: str, asked: As, found: Appendix) -> None:
    if withheld(Act.SHAPE):  # the text is on the page; files to give away are made by others
        return
    with st.container(horizontal=True, key="methods_files", gap="small"):
        for ending in ENDINGS:
            made = held_file(study, asked, ending)
            st.download_button(
                _NAMES[ending],
                made,
                file_name=f"methods.{ending}",
                mime=_KINDS[ending],
                key=f"methods_{ending}",
                on_click=keep_export,
                args=(study, coder, asked, found, ending, made),
            )


def _draw_part(found: Appendix, shown: str) -> None:
    if shown == _QUERIES:
        st.html(queries_html(found))
        return
    for checklist in found.checklists:
        if checklist.name == shown:
            st.html(checklist_html(found, checklist))
            return
    st.html(element("h2", found.title) + sections_html(found))
