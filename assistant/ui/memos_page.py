"""The memos page: notes and debriefings, found again by search, edited with every revision kept."""

from datetime import date

import streamlit as st

from assistant.review import blindness
from assistant.review.memos import Found, find_memos
from assistant.ui import memo_moves
from assistant.ui.candidate_cards import unmarked
from assistant.ui.markup import element, heading, moment, notice
from assistant.ui.memo_card import memo_card
from assistant.ui.memo_moves import MemoDesk, current_memos, edit_key
from assistant.ui.role_here import Act, act_button
from assistant.ui.session import current_study, current_visit
from store.codebook import current_codebook
from store.coders import coders
from store.interviews import interviews
from store.memos import memo_history, memos
from store.study import Study

_KINDS = ("study", "interview", "passage", "coding", "code", "debriefing")
_STUDY, _MOST = "The study", 60


def memos_page() -> None:
    """Draw the page of the study that is open."""
    study, coder, desk = current_study(), current_visit().sitting.coder, current_memos()
    heading("Memos", "Notes on the study, interviews, passages, codes and codings; every revision is kept.")
    if desk.problem:
        notice(desk.problem, "problem")
    elif desk.said:
        notice(desk.said, "good")
    if not coder:
        notice("Write your name into the field “Coder” at the left first; every memo is kept under a name.")
    else:
        _draw_writing(study, desk, coder)
    _draw_found(study, desk, coder)


def _draw_writing(study: Study, desk: MemoDesk, coder: str) -> None:
    labels = [i.label for i in interviews(study)]
    codebook = current_codebook(study)
    codes = {} if codebook is None else {f"code:{code.guid}": f"Code: {code.name}" for code in codebook.codes}
    about = {"": _STUDY, **{f"interview:{label}": f"Interview {label}" for label in labels}, **codes}
    with st.expander("Write a memo"):
        kind = st.radio("What", ["Memo", "Debriefing note"], key="memo_kind", horizontal=True)
        st.selectbox("About", list(about), format_func=about.__getitem__, key="memo_about")
        if kind == "Debriefing note":
            left, right = st.columns(2)
            left.date_input("Day", value=date.today(), key="memo_on")  # noqa: DTZ011 - the person's own day
            right.text_input("People present", key="memo_present", max_chars=500)
        st.text_input("Title", key="memo_title", max_chars=1000, persist_state="session")
        st.text_area("Text", key="memo_text", height=130, persist_state="session")
        act_button(
            "Keep", act=Act.JUDGE, key="memo_keep", type="primary", on_click=memo_moves.write, args=(study, desk, coder)
        )


def _draw_found(study: Study, desk: MemoDesk, coder: str) -> None:
    hidden = blindness(study, coder)
    if hidden.sentence:
        notice(hidden.sentence)
    left, middle, right = st.columns([3, 3, 2])
    words = left.text_input("Search", key="memo_search", placeholder="Words in title, text, place, people or author")
    kinds = middle.multiselect("About", _KINDS, key="memo_kinds", format_func=str.capitalize)
    writer = right.selectbox(
        "Written by", ["", *coders(study)], format_func=lambda n: n or "Anybody", key="memo_writer"
    )
    found = find_memos(study, hidden, words=words, kinds=kinds, coder=writer or None)
    st.html(element("p", f"{len(found)} memo{'' if len(found) == 1 else 's'}", "page-note"))
    for each in found[:_MOST]:
        _draw_memo(study, desk, coder, each)
    if len(found) > _MOST:
        st.html(element("p", f"The newest {_MOST}; search to find the others.", "page-note"))
    _draw_deleted(study, desk, coder)


def _draw_memo(study: Study, desk: MemoDesk, coder: str, found: Found) -> None:
    with st.container(key=f"memo_{found.memo.guid}", border=True):
        st.html(memo_card(found))
        if coder:
            _draw_editing(study, desk, coder, found)


def _draw_editing(study: Study, desk: MemoDesk, coder: str, found: Found) -> None:
    memo = found.memo
    revised = f" (revision {memo.revision} by {unmarked(memo.coder)})" if memo.revision > 1 else ""
    with st.expander(f"Edit{revised}"):
        for name, value in (("title", memo.title), ("text", memo.text), ("present", memo.present)):
            st.session_state.setdefault(edit_key(memo.guid, name), value)
        desk.seen.setdefault(memo.guid, memo.revision)
        st.text_input("Title", key=edit_key(memo.guid, "title"), max_chars=1000)
        st.text_area("Text", key=edit_key(memo.guid, "text"), height=110)
        if memo.on is not None:
            st.text_input("People present", key=edit_key(memo.guid, "present"), max_chars=500)
        with st.container(horizontal=True, key=f"memo_answers_{memo.guid}", gap="small"):
            arguments = (study, desk, coder, memo)
            act_button("Keep", act=Act.JUDGE, key=f"memo_save_{memo.guid}", on_click=memo_moves.revise, args=arguments)
            act_button(
                "Delete", act=Act.JUDGE, key=f"memo_delete_{memo.guid}", on_click=memo_moves.delete, args=arguments
            )
        if memo.revision > 1:
            for old in reversed(memo_history(study, memo.guid)):
                gone = " · deleted" if old.gone else ""
                line = f"Revision {old.revision} · {old.coder} · {moment(old.written_at)}{gone}"
                st.html(f'<div class="memo">{element("b", line)}{element("p", old.text)}</div>')


def _draw_deleted(study: Study, desk: MemoDesk, coder: str) -> None:
    gone = [memo for memo in memos(study, deleted=True) if memo.first_coder == coder]
    if not gone:
        return
    with st.expander(f"Deleted by you or others, written by you: {len(gone)}"):
        for memo in gone:
            st.html(f'<div class="memo">{element("b", memo.title or "Memo")}{element("p", memo.text)}</div>')
            key = f"memo_back_{memo.guid}"
            st.button("Bring back", key=key, on_click=memo_moves.bring_back, args=(study, desk, coder, memo))
