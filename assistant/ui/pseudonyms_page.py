"""The pseudonyms page: what may identify somebody, reviewed string by string, replaced everywhere and brought back."""

import streamlit as st

from assistant.pseudonyms import NOT_INSTALLED, Finding, Kind, State
from assistant.pseudonyms.language_model import installed_names
from assistant.review import blindness
from assistant.ui import pseudonyms_moves as moves
from assistant.ui.login_here import is_served
from assistant.ui.markup import element, heading, notice, result, table
from assistant.ui.pseudonyms_cards import draw_card
from assistant.ui.pseudonyms_moves import PseudonymsDesk, current_desk
from assistant.ui.role_here import Act, act_button, act_submit
from assistant.ui.session import current_study, current_visit, study_settings
from store.study import Study

_SHOWN = {"open": "Not reviewed", "replace": "To be replaced", "keep": "Left as they are", "all": "All"}
_AT_ONCE = 15


def pseudonyms_page() -> None:
    """Draw the page of the study that is open."""
    study, coder = current_study(), current_visit().sitting.coder
    desk = current_desk(study)
    heading(
        "Pseudonyms", "Names, places, organisations and contact data are found on this machine; you decide on each."
    )
    if desk.key is None:
        _draw_told(desk)
        _draw_door(study, desk)
        return
    if not coder:
        notice("Write your name into the field “Coder” at the left first; every decision is kept under a name.")
        return
    with st.spinner("Looking through every text …"):
        moves.look(study, desk)
    _draw_told(desk)
    if installed_names(study_settings(study)) is None:
        notice(NOT_INSTALLED)
    _draw_acts(study, desk, coder)
    _draw_known(study, desk)
    _draw_given(desk)
    _draw_findings(study, desk, coder)


def _draw_told(desk: PseudonymsDesk) -> None:
    if desk.problem:
        notice(desk.problem, "problem")
    elif desk.said:
        notice(desk.said, "good")
    for sentence in desk.left:
        notice(sentence)


def _draw_door(study: Study, desk: PseudonymsDesk) -> None:
    st.html(
        element(
            "p",
            "Which name has which pseudonym stands in the key: a file outside the study, encrypted with a passphrase. "
            "Whoever has both can bring the names back; without them nobody can.",
            "page-note",
        )
    )
    there = desk.path.exists()
    with st.form("pseudonyms_door", enter_to_submit=there):
        st.text_input("File of the key", value=str(desk.path), key="pseudonyms_path", disabled=is_served())
        left, right = st.columns(2)
        left.text_input("Passphrase", type="password", key="pseudonyms_passphrase")
        act = (study, desk)
        if not there:
            right.text_input("The passphrase again, for a new key", type="password", key="pseudonyms_again")
        with st.container(horizontal=True, gap="small"):
            if not there:
                make = moves.make
                act_submit(
                    "Make a new key", act=Act.LEAD, key="pseudonyms_new", type="primary", on_click=make, args=act
                )
            st.form_submit_button(
                "Open the key",
                key="pseudonyms_open",
                type="primary" if there else "secondary",
                on_click=moves.unlock,
                args=act,
            )


def _draw_acts(study: Study, desk: PseudonymsDesk, coder: str) -> None:
    open_ones = sum(not each.reviewed for each in desk.found)
    pseudonyms = len(desk.key.replaced) if desk.key else 0
    waiting = sum(each.entry is not None and each.entry.state is State.REPLACE for each in desk.found)
    result(
        f"{open_ones} of {len(desk.found)} possible names are not reviewed. {waiting} decided but not replaced yet: "
        f"they stand in the study until you choose “Replace everywhere”. Key: {desk.path.name}"
        if waiting
        else f"{open_ones} of {len(desk.found)} possible names are not reviewed. Key: {desk.path.name}"
    )
    with st.container(horizontal=True, gap="small", key="pseudonyms_acts"):
        acts = (study, desk, coder)
        none, act = not pseudonyms, moves.apply
        act_button(
            "Replace everywhere",
            act=Act.LEAD,
            key="pseudonyms_apply",
            type="primary",
            on_click=act,
            args=acts,
            disabled=none,
        )
        act_button("Bring the names back", act=Act.LEAD, key="pseudonyms_restore", on_click=moves.restore, args=acts)
        st.button("Look again", key="pseudonyms_look", on_click=moves.look_again, args=acts[:2])
        st.button("Close the key", key="pseudonyms_close", on_click=moves.lock, args=acts[:2])
    if open_ones:
        st.html(
            element(
                "p", "An export that is safe to share is refused until every possible name is reviewed.", "page-note"
            )
        )


def _draw_known(study: Study, desk: PseudonymsDesk) -> None:
    names = desk.key.names if desk.key else {}
    with st.expander(f"Names that you know ({len(names)})"):
        st.html(element("p", "They are found without capitals, in parts, and misspelt by one letter.", "page-note"))
        left, right = st.columns([3, 1])
        left.text_area("Names, one a line", key="pseudonyms_names", height=90)
        right.selectbox("What they name", list(Kind), key="pseudonyms_names_kind", format_func=str.capitalize)
        act_button(
            "Look for these", act=Act.LEAD, key="pseudonyms_names_keep", on_click=moves.add_names, args=(study, desk)
        )
        if names:
            st.html(element("p", ", ".join(f"{name} ({kind})" for name, kind in names.items()), "page-note"))


def _draw_given(desk: PseudonymsDesk) -> None:
    given = desk.key.replaced if desk.key else ()
    if not given:
        return
    with st.expander(f"Pseudonyms given ({len(given)})"):
        rows = [(e.pseudonym, e.kind.capitalize(), ", ".join(e.spellings), e.by, e.at[:10]) for e in given]
        table(("Pseudonym", "Kind", "Stands for", "Given by", "Day"), rows, key="pseudonyms_given")


def _draw_findings(study: Study, desk: PseudonymsDesk, coder: str) -> None:
    hidden = blindness(study, coder)
    if hidden.sentence:
        notice(hidden.sentence)
    left, middle, right = st.columns([2, 3, 2], vertical_alignment="bottom")
    state = left.selectbox("Show", list(_SHOWN), key="pseudonyms_show", format_func=_SHOWN.__getitem__)
    kinds = middle.multiselect(
        "Kinds", list(Kind), key="pseudonyms_kinds", format_func=str.capitalize, placeholder="All kinds"
    )
    natural = "Propose first names"
    right.toggle(natural, key="pseudonyms_natural", on_change=moves.look_again, args=(study, desk))
    wanted = [each for each in desk.found if _wanted(each, state) and (not kinds or each.kind in kinds)]
    result(f"{len(wanted)} possible name{'' if len(wanted) == 1 else 's'}" if wanted else _none(state))
    for each in wanted[:_AT_ONCE]:
        draw_card(study, desk, coder, each, hidden)
    shown = [(each.text, each.kind, desk.number(each.text)) for each in wanted[:_AT_ONCE] if not each.reviewed]
    if len(shown) > 1:
        label = f"Replace these {len(shown)} as the fields say"
        act_button(
            label, act=Act.LEAD, key="pseudonyms_all", on_click=moves.replace_shown, args=(study, desk, coder, shown)
        )
    if len(wanted) > _AT_ONCE:
        st.html(element("p", f"The first {_AT_ONCE} are shown; decide on them to see the others.", "page-note"))


def _none(state: str) -> str:
    """What there is to say where no possible name is to be shown."""
    return "Every possible name is reviewed." if state == "open" else "None fits; choose another kind or “All”."


def _wanted(each: Finding, state: str) -> bool:
    here = "open" if each.entry is None else str(each.entry.state)
    return state in ("all", here)
