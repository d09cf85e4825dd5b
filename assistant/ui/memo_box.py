"""Memos where they belong: on a code, below its fields."""

import streamlit as st

from assistant.ui.markup import element, moment
from assistant.ui.role_here import Act, act_button
from assistant.ui.session import current_visit
from store.errors import StudyError
from store.memos import MemoDraft, MemoTarget, keep_memo, memos
from store.study import Study
from store.values import Code


def draw_memos_on_code(study: Study, code: Code) -> None:
    """What was written on a code, and a field for more."""
    for memo in memos(study, code=code.guid):
        head = f"{memo.first_coder} · {moment(memo.first_at)}"
        title = element("b", memo.title) if memo.title else ""
        st.html(f'<div class="memo">{title}{element("p", memo.text)}{element("p", head, "page-note")}</div>')
    key = f"memo_on_{code.guid}"
    st.text_area("A memo on this code", key=key, height=90)
    act_button("Keep the memo", act=Act.JUDGE, key=f"keep_{key}", on_click=_keep, args=(study, code, key))
    if problem := st.session_state.pop(f"{key}_problem", ""):
        st.html(f'<div class="notice problem" role="alert">{element("span", problem)}</div>')


def _keep(study: Study, code: Code, key: str) -> None:
    try:
        keep_memo(study, current_visit().sitting.coder, MemoDraft(MemoTarget(code=code.guid), st.session_state[key]))
    except StudyError as error:
        st.session_state[f"{key}_problem"] = str(error)
    else:
        st.session_state[key] = ""
