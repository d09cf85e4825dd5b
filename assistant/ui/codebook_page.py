"""The codebook page: the tree of codes, the code that is open, its versions, and codings that wait for a code."""

import streamlit as st

from assistant.codebook import former_codes
from assistant.codebook.impact import use_of
from assistant.codebook.instructions import entries_like_instructions
from assistant.review import blindness
from assistant.ui.code_names import code_names
from assistant.ui.codebook_editor import draw_code
from assistant.ui.codebook_former import draw_former
from assistant.ui.codebook_moves import CodebookDesk, add, current_desk, move, open_code
from assistant.ui.codebook_tree import draw_tree
from assistant.ui.codebook_versions import draw_versions
from assistant.ui.markup import heading, notice
from assistant.ui.role_here import Act, act_button
from assistant.ui.session import current_study
from store.codebook import codebook_versions, current_codebook
from store.decisions import codings
from store.study import Study
from store.values import Codebook

_MOST_TOLD = 3
_CODES, _VERSIONS, _FORMER = "Codes", "Versions", "Former codes"


def codebook_page() -> None:
    """Draw the page of the study that is open."""
    study, desk = current_study(), current_desk()
    codebook = current_codebook(study)
    if codebook is None:
        heading("Codebook")
        notice("There is no codebook yet; bring one with `interview codebook import`, or add a first code.")
        _tell(desk)
        _draw_adding(study, desk, None)
        return
    themes = len(codebook.themes)
    heading("Codebook", f"Version {codebook.version}: {len(codebook.codes) - themes} codes in {themes} themes")
    waiting = former_codes(study)
    names = [_CODES, _VERSIONS, *([_FORMER] if waiting else [])]
    shown = st.segmented_control(
        "Show", names, default=_CODES, key="codebook_part", label_visibility="collapsed", bind="query-params"
    )
    _tell(desk)
    if shown == _VERSIONS:
        draw_versions(study, desk, codebook_versions(study))
    elif shown == _FORMER:
        draw_former(study, desk, codebook, waiting)
    else:
        _draw_codes(study, desk, codebook)


def _tell(desk: CodebookDesk) -> None:
    if desk.problem:
        notice(desk.problem, "problem")
    elif desk.said:
        notice(desk.said, "good")


def _draw_codes(study: Study, desk: CodebookDesk, codebook: Codebook) -> None:
    if desk.chosen is None or codebook.find(desk.chosen) is None:
        desk.chosen = codebook.codes[0].guid if codebook.codes else None
    _tell_instructions(codebook)
    hidden = blindness(study, desk.coder)
    made = [coding for coding in codings(study) if not hidden.hides(coding.interview, coding.coder)]
    left, right = st.columns([2, 3], gap="medium")
    with left:
        draw_tree(
            codebook,
            desk.chosen,
            use_of(made),
            desk.problem or desk.said,
            desk.acts,
            opened=lambda guid: open_code(study, desk, guid),
            moved=lambda guid, parent, before: move(study, desk, guid, parent, before),
        )
        _draw_adding(study, desk, codebook)
    with right:
        code = None if desk.chosen is None else codebook.find(desk.chosen)
        if code is not None:
            draw_code(study, desk, codebook, code, made)


def _tell_instructions(codebook: Codebook) -> None:
    """Entries that read like an instruction to a machine; of many the first ones."""
    found = list(entries_like_instructions(codebook.codes))
    for entry in found[:_MOST_TOLD]:
        notice(entry.sentence)
    if len(found) > _MOST_TOLD:
        notice(f"{len(found) - _MOST_TOLD} more read like that; `interview codebook show` names them all.")


def _draw_adding(study: Study, desk: CodebookDesk, codebook: Codebook | None) -> None:
    names = {} if codebook is None else code_names(codebook)
    with st.container(key="codebook_adding", border=True):
        st.text_input("A new code", key="new_code_name", max_chars=200, placeholder="Its name")
        st.selectbox(
            "In the theme",
            list(names),
            index=None,
            format_func=names.__getitem__,
            key="new_code_theme",
            placeholder="None: at the top",
        )
        act_button("Add", act=Act.SHAPE, key="add_code", on_click=add, args=(study, desk))
