"""Saved queries: kept under a name, opened again, renamed, removed and brought back."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

import streamlit as st

from assistant.quotes.asked import QuoteQuery
from assistant.ui.markup import element, moment
from assistant.ui.quote_desk import QuoteDesk, ask
from assistant.ui.role_here import Act, act_button, act_submit
from store.errors import StudyError
from store.saved_queries import SavedQuery, remove_query, save_query, saved_queries
from store.study import Study

P = ParamSpec("P")
Move = Callable[Concatenate[Study, QuoteDesk, str, P], None]


def told_by(act: Move[P]) -> Move[P]:
    """Let what a callback says be shown by the page that is drawn next."""

    @wraps(act)
    def acted(study: Study, desk: QuoteDesk, coder: str, /, *args: P.args, **kwargs: P.kwargs) -> None:
        desk.told.clear()
        try:
            act(study, desk, coder, *args, **kwargs)
        except StudyError as error:
            desk.tell("page", str(error), "problem")

    return acted


def draw_saved(study: Study, desk: QuoteDesk, coder: str) -> None:
    """The button with all saved queries behind it."""
    found = saved_queries(study)
    with st.popover(f"Saved queries: {len(found)}" if found else "Saved queries", key="quote_saved"):
        if coder:
            _draw_saving(study, desk, coder)
        else:
            st.html(element("p", "Write your name into the field “Coder” to save this query.", "page-note"))
        for each in found:
            _draw_one(study, desk, coder, each)
        if not found:
            st.html(element("p", "No query was saved yet.", "page-note"))


def draw_removed(study: Study, desk: QuoteDesk, coder: str) -> None:
    """After a query was removed: the way back."""
    if desk.removed is not None:
        name, arguments = desk.removed.name, (study, desk, coder)
        with st.container(horizontal=True, vertical_alignment="center", key="quote_undo"):
            st.html(element("p", f"“{name}” was removed.", "page-note"))
            act_button("Bring it back", act=Act.JUDGE, key="quote_bring_back", on_click=_bring_back, args=arguments)


def _draw_saving(study: Study, desk: QuoteDesk, coder: str) -> None:
    with st.form("quote_saving", border=False, clear_on_submit=True):
        st.text_input("Save what is asked now as", key="quote_save_name", max_chars=200)
        act_submit("Save", act=Act.JUDGE, key="quote_save", on_click=_save, args=(study, desk, coder))


def _draw_one(study: Study, desk: QuoteDesk, coder: str, saved: SavedQuery) -> None:
    arguments = (study, desk, coder, saved)
    with st.container(border=True, key=f"saved_{saved.guid}"):
        line = f"{saved.coder}, {moment(saved.at)}" + (f" · revision {saved.revision}" if saved.revision > 1 else "")
        st.html(element("h2", saved.name) + element("p", line, "page-note"))
        with st.container(horizontal=True, gap="small"):
            st.button("Open", key=f"saved_open_{saved.guid}", on_click=_open, args=arguments)
            if coder:
                _draw_changing(arguments)
        if coder:
            key = f"saved_name_{saved.guid}"
            st.text_input("Name", value=saved.name, key=key, max_chars=200, on_change=_rename, args=arguments)


def _draw_changing(arguments: tuple[Study, QuoteDesk, str, SavedQuery]) -> None:
    saved = arguments[-1]
    act_button(
        "Save what is asked now here",
        act=Act.JUDGE,
        key=f"saved_again_{saved.guid}",
        on_click=_save_again,
        args=arguments,
    )
    act_button("Remove", act=Act.JUDGE, key=f"saved_remove_{saved.guid}", on_click=_remove, args=arguments)


@told_by
def _save(study: Study, desk: QuoteDesk, coder: str) -> None:
    saved = save_query(study, coder, st.session_state.get("quote_save_name", ""), desk.query.to_json())
    desk.tell("page", f"The query is saved as “{saved.name}”.")


@told_by
def _open(study: Study, desk: QuoteDesk, coder: str, saved: SavedQuery) -> None:
    del study, coder
    ask(desk, QuoteQuery.from_json(saved.asked))
    desk.tell("page", f"This is what “{saved.name}” asks.")


@told_by
def _save_again(study: Study, desk: QuoteDesk, coder: str, saved: SavedQuery) -> None:
    save_query(study, coder, saved.name, desk.query.to_json(), guid=saved.guid, note=saved.note)
    desk.tell("page", f"“{saved.name}” asks from now on what is asked here.")


@told_by
def _rename(study: Study, desk: QuoteDesk, coder: str, saved: SavedQuery) -> None:
    name = st.session_state[f"saved_name_{saved.guid}"]
    renamed = save_query(study, coder, name, saved.asked, guid=saved.guid, note=saved.note)
    desk.tell("page", f"“{saved.name}” is called “{renamed.name}” now.")


@told_by
def _remove(study: Study, desk: QuoteDesk, coder: str, saved: SavedQuery) -> None:
    desk.removed = remove_query(study, coder, saved.guid)


@told_by
def _bring_back(study: Study, desk: QuoteDesk, coder: str) -> None:
    gone, desk.removed = desk.removed, None
    if gone is not None:
        save_query(study, coder, gone.name, gone.asked, guid=gone.guid, note=gone.note)
        desk.tell("page", f"“{gone.name}” is back.")
