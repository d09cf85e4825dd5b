"""Adjudication: the disagreements of a finished double coding, one after the other, side by side."""

from urllib.parse import urlencode

import streamlit as st

from assistant.review import Compared, Disagreement, blindness, compare
from assistant.review.adjudication import Side
from assistant.ui import second_moves
from assistant.ui.markup import element, moment, notice
from assistant.ui.passage import around, marked, passage
from assistant.ui.role_here import Act, act_button
from assistant.ui.seat import seat_query
from assistant.ui.second_moves import Second
from assistant.ui.session import frozen_ledger, interview_segments
from store.codebook import current_codebook
from store.double_coding import DoubleCoding, double_codings
from store.study import Study
from store.values import Span

PART = "Adjudication"
_ADDRESS = ("double_coding", "decision")


def adjudication_href(drawn: DoubleCoding, decision: str) -> str:
    """The address of the adjudication that a decision belongs to, for whoever codes now; to be escaped for HTML."""
    asked = {"double_coding": drawn.guid, "decision": decision, **seat_query()}
    return f"second-coder?{urlencode(asked)}"


def go_to_address(study: Study, second: Second, coder: str) -> None:
    """A link leads to `?double_coding=…&decision=…`; it counts once, for afterwards one goes on from there."""
    guid, decision = (str(st.query_params.get(name, "")) for name in _ADDRESS)
    for name in _ADDRESS:
        if name in st.query_params:
            del st.query_params[name]
    drawn = _shown(study, coder).get(guid) if guid else None
    if drawn is None:
        return
    compared = compare(study, drawn, frozen_ledger(study, drawn))
    one = next((each for each in compared.disagreements if decision in each.decisions), None)
    if one is None:
        return
    left = one.resolved is None
    second.at = (compared.open if left else compared.disagreements).index(one)
    second.part = PART
    st.session_state.update(second_part=PART, adjudicated=guid, adjudication_open=left)


def _shown(study: Study, coder: str) -> dict[str, DoubleCoding]:
    hidden = blindness(study, coder).interviews
    return {d.guid: d for d in double_codings(study) if d.ended == "finished" and not hidden & set(d.spans)}


def draw_adjudication(study: Study, second: Second, coder: str) -> None:
    """Choose a double coding, and walk through what is left of its disagreements."""
    found = _shown(study, coder)
    if not found:
        notice("There is no finished double coding to adjudicate yet.")
        return
    chosen = st.selectbox(
        "Double coding",
        list(found)[::-1],
        format_func=lambda guid: f"{found[guid].name} · {found[guid].second}",
        key="adjudicated",
    )
    compared = compare(study, found[chosen], frozen_ledger(study, found[chosen]))
    _draw_counts(compared)
    st.session_state.setdefault("adjudication_open", True)
    left = st.toggle("Only what is still open", key="adjudication_open")
    cases = compared.open if left else compared.disagreements
    if not cases:
        notice("Nothing is left to adjudicate here.", "good")
        return
    second.at = min(second.at, len(cases) - 1)
    _draw_case(study, second, coder, compared, cases[second.at], f"{second.at + 1} of {len(cases)}")


def _draw_counts(compared: Compared) -> None:
    done = len(compared.disagreements) - len(compared.open)
    alone = f"; {compared.alone} segments were read by nobody else" if compared.alone else ""
    said = (
        f"{compared.segments} segments read by both: {compared.agreed} codes agree,"
        f" {len(compared.disagreements)} differ, {done} of these adjudicated{alone}."
    )
    st.html(element("p", said, "outlook"))


def _draw_case(study: Study, second: Second, coder: str, compared: Compared, one: Disagreement, at: str) -> None:
    codebook = current_codebook(study)
    code = None if codebook is None else codebook.find(one.code)
    segment = one.segment
    with st.container(key="adjudication_case", border=True):
        name = "" if code is None else code.name
        where = element("p", f"Disagreement {at}, {segment.interview}", "page-note")
        st.html(element("h2", f"{name} – {one.difference}") + where)
        if code is not None and code.definition:
            st.html(element("p", code.definition, "definition"))
        before, after = around(interview_segments(study, segment.interview), segment)
        st.html(passage(segment, before, after, [(one.span, "")]))
        for column, side in zip(st.columns(len(one.sides)), one.sides, strict=True):
            column.html(_side(side, segment.text, segment.span))
        if one.resolved is not None:
            verdict = "applies" if one.resolved.applies else "does not apply"
            memo = f": {one.resolved.memo}" if one.resolved.memo else ""
            said = f"Adjudicated by {one.resolved.coder}, {moment(one.resolved.at)}: {verdict}{memo}"
            st.html(element("p", said, "status"))
        st.text_area("Why (kept with the adjudication)", key="adjudication_memo", height=80)
        _draw_buttons(study, second, coder, compared, one)


def _draw_buttons(study: Study, second: Second, coder: str, compared: Compared, one: Disagreement) -> None:
    arguments = (study, second, coder, compared.double_coding, one)
    st.html(element("p", "Keys: 1 applies · 2 does not apply · B back · N next", "page-note"))
    with st.container(horizontal=True, key="adjudication_answers", gap="small"):
        act_button(
            "Applies",
            act=Act.JUDGE,
            key="applies",
            shortcut="1",
            type="primary",
            on_click=second_moves.resolve,
            args=arguments,
            kwargs={"applies": True},
        )
        act_button(
            "Does not apply",
            act=Act.JUDGE,
            key="applies_not",
            shortcut="2",
            on_click=second_moves.resolve,
            args=arguments,
            kwargs={"applies": False},
        )
        st.button("Back", key="case_back", shortcut="B", on_click=second_moves.step, args=(second, -1))
        st.button("Next", key="case_next", shortcut="N", on_click=second_moves.step, args=(second, 1))


def _side(side: Side, text: str, span: Span) -> str:
    """What one coder did, with the stretch and the memo."""
    if side.coding is None:
        left_out = element("p", "read it and left the code out")
        return f'<div class="side without">{element("b", side.coder)}{left_out}</div>'
    here = marked(text, span.start, [(side.coding.span, "")], "coded")
    memo = element("p", f"Memo: {side.coding.memo}") if side.coding.memo else ""
    when = element("p", moment(side.coding.at), "page-note")
    return f'<div class="side with">{element("b", f"{side.coder} coded")}<p>{here}</p>{memo}{when}</div>'
