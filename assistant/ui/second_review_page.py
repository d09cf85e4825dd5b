"""Open second review: somebody else's codings one after the other, to agree, challenge or comment."""

import streamlit as st

from assistant.review import Reviewed, Talk, blindness, left_open, reviewed_codings
from assistant.ui import second_moves
from assistant.ui.markup import element, moment, notice
from assistant.ui.passage import marked
from assistant.ui.role_here import Act, act_button
from assistant.ui.second_moves import Second
from store.codebook import current_codebook
from store.coders import coders
from store.remarks import OUTCOMES
from store.study import Study
from store.transcripts import transcript
from store.values import RemarkKind, Span

_CONTEXT = 220
_ALL = "Everybody"


def draw_second_review(study: Study, second: Second, coder: str) -> None:
    """Choose whose codings, and walk through them."""
    st.html(
        element("p", "What is said here is for talking it over; it never enters agreement statistics.", "page-note")
    )
    left, middle, right = st.columns(3)
    names = [_ALL, *(name for name in coders(study) if name != coder), coder]
    whose = left.selectbox("Codings of", names, key="reviewed_coder")
    talk = middle.selectbox("Where the talk stands", ["All", *Talk], key="reviewed_talk")
    hidden = blindness(study, coder).interviews
    found = reviewed_codings(study, coder=None if whose == _ALL else whose, hidden=hidden)
    right.html(element("p", f"{len(left_open(found))} challenges are open.", "outlook"))
    shown = [each for each in found if talk in ("All", each.talk)]
    if not shown:
        notice("There is no coding here to look at.")
        return
    second.at = min(second.at, len(shown) - 1)
    _draw_one(study, second, coder, shown[second.at], f"{second.at + 1} of {len(shown)}")


def _draw_one(study: Study, second: Second, coder: str, one: Reviewed, at: str) -> None:
    coding = one.coding
    codebook = current_codebook(study)
    code = None if codebook is None else codebook.find(coding.code)
    text = transcript(study, coding.interview).text
    around = Span(max(0, coding.span.start - _CONTEXT), min(len(text), coding.span.end + _CONTEXT))
    with st.container(key="reviewed_coding", border=True):
        name = "a former code" if code is None else code.name
        st.html(element("h2", f"{name} – {one.talk}"))
        st.html(element("p", f"Coding {at}: {coding.coder} in {coding.interview}, {moment(coding.at)}", "page-note"))
        st.html(f'<p class="quote">{marked(around.of(text), around.start, [(coding.span, "")], "coded")}</p>')
        if coding.memo:
            st.html(element("p", f"Memo: {coding.memo}"))
        for said in one.remarks:
            what = said.outcome or said.kind
            line = f"{said.coder} · {what} · {moment(said.at)}"
            st.html(f'<div class="memo">{element("b", line)}{element("p", said.text) if said.text else ""}</div>')
        st.text_area("Your words", key="remark_text", height=80)
        _draw_buttons(study, second, coder, one)


def _draw_buttons(study: Study, second: Second, coder: str, one: Reviewed) -> None:
    guid, own = one.coding.decision, one.coding.coder == coder
    st.html(element("p", "Keys: 1 agree · 2 challenge · 3 comment · B back · N next", "page-note"))
    with st.container(horizontal=True, key="remark_answers", gap="small"):
        for kind, key in ((RemarkKind.AGREE, "1"), (RemarkKind.CHALLENGE, "2"), (RemarkKind.COMMENT, "3")):
            act_button(
                kind.capitalize(),
                act=Act.JUDGE,
                key=f"remark_{kind}",
                shortcut=key,
                disabled=own and kind is not RemarkKind.COMMENT,
                on_click=second_moves.remark,
                args=(study, second, coder, guid, kind),
                kwargs={"onward": kind is RemarkKind.AGREE},
            )
        st.button("Back", key="remark_back", shortcut="B", on_click=second_moves.step, args=(second, -1))
        st.button("Next", key="remark_next", shortcut="N", on_click=second_moves.step, args=(second, 1))
    if one.talk is Talk.CHALLENGED:
        with st.container(horizontal=True, key="remark_outcomes", gap="small", vertical_alignment="center"):
            st.html(element("p", "You talked it over; the coding was:"), width="content")
            for outcome in OUTCOMES:
                act_button(
                    outcome,
                    act=Act.JUDGE,
                    key=f"outcome_{outcome}",
                    on_click=second_moves.remark,
                    args=(study, second, coder, guid, RemarkKind.OUTCOME, outcome),
                    kwargs={"onward": False},
                )
