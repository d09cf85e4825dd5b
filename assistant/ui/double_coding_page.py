"""Coders with their roles, and blind double codings: drawing one, how far it is, ending it."""

import secrets
from urllib.parse import urlencode

import streamlit as st

from assistant.review import assignment
from assistant.review.double_coding import sample
from assistant.ui import second_moves
from assistant.ui.candidate_cards import unmarked
from assistant.ui.markup import element, moment, table
from assistant.ui.seat import seat_query
from assistant.ui.second_moves import Second
from assistant.ui.session import spoken_segments
from store.coders import coder_list
from store.double_coding import DoubleCoding, double_codings
from store.study import Study
from store.values import CoderRole

_ROLES = {
    CoderRole.CODER: "Coder: codes and reviews",
    CoderRole.SECOND: "Second coder: codes samples blind",
    CoderRole.LEAD: "Lead: draws samples, adjudicates, gives roles",
}


def draw_coders(study: Study, second: Second, coder: str) -> None:
    """Everybody who codes, each with a role that a lead can change."""
    found = coder_list(study)
    if not any(each.role is CoderRole.LEAD for each in found):
        st.html(element("p", "Nobody is a lead yet: anybody may give roles until somebody is.", "page-note"))
    for number, each in enumerate(found):
        with st.container(horizontal=True, key=f"coder_{number}", vertical_alignment="center"):
            st.html(f'<div style="min-width: 14rem">{element("b", each.name)}</div>', width="content")
            key = f"role_{number}_{each.role}"
            st.session_state.setdefault(key, each.role)
            st.selectbox(
                f"Role of {unmarked(each.name)}",
                list(_ROLES),
                format_func=_ROLES.__getitem__,
                key=key,
                label_visibility="collapsed",
                on_change=second_moves.give_role,
                args=(study, second, coder, each.name, key),
                width=420,
            )
    with st.container(horizontal=True, key="coder_adding", vertical_alignment="bottom"):
        st.text_input("Somebody new", key="coder_name", max_chars=200, placeholder="Their name", width=320)
        st.button("Add", key="add_coder", on_click=second_moves.make_known, args=(study, second, coder))


def draw_double_coding(study: Study, second: Second, coder: str) -> None:
    """One's own assignment, the form that draws one, and all there were."""
    mine = assignment(study, coder)
    if mine is not None:
        with st.container(key="my_assignment", border=True):
            st.html(element("h2", f"Yours: “{mine.name}”"))
            st.html(element("p", f"{mine.read} of {len(mine.segments)} segments read.", "outlook"))
            link = f"review?{urlencode(seat_query())}"  # a link loads the page anew, and must not change who codes
            st.html(f'<p><a class="go" href="{link}" target="_self">Code them on the Review page</a></p>')
            arguments = (study, second, coder)
            unread = mine.left > 0
            st.button("Finish", key="finish_mine", on_click=second_moves.end_mine, args=arguments, disabled=unread)
    _draw_form(study, second, coder)
    _draw_all(study, second, coder)


def _draw_form(study: Study, second: Second, coder: str) -> None:
    spoken = spoken_segments(study).segments
    labels = list(dict.fromkeys(s.interview for s in spoken))
    st.session_state.setdefault("draw_seed", secrets.randbelow(2**31))
    with st.expander("Draw a sample for a second coder", expanded=not double_codings(study)):
        left, right = st.columns(2)
        left.text_input("Name", key="draw_name", max_chars=200, placeholder="Such as: round 1")
        others = [each.name for each in coder_list(study) if each.name != coder]
        hint = "Choose, or add under Coders"
        right.selectbox("Second coder", others, index=None, key="draw_second", placeholder=hint)
        how = left.radio("What", ["A share", "Whole interviews"], key="draw_how", horizontal=True)
        share = right.slider("Share of each interview, in %", 5, 100, 20, key="draw_share", disabled=how != "A share")
        chosen = left.multiselect("Only from (all otherwise)", labels, key="draw_interviews")
        seed = right.number_input("Seed", 0, 2**31 - 1, key="draw_seed", help="The same seed draws the same sample.")
        drawn = sample(spoken, int(seed), share=share / 100 if how == "A share" else None, interviews=chosen)
        counts = {label: sum(s.interview == label for s in drawn) for label in labels}
        where = ", ".join(f"{label}: {count}" for label, count in counts.items() if count)
        st.html(element("p", f"This draws {len(drawn)} segments ({where}).", "outlook"))
        arguments = (study, second, coder)
        st.button("Draw", key="draw_sample", type="primary", on_click=second_moves.draw_sample, args=arguments)


def _draw_all(study: Study, second: Second, coder: str) -> None:
    found = double_codings(study)
    if not found:
        return
    st.html("<h2>All double codings</h2>")
    rows = [
        (each.name, each.lead, each.second, each.size, each.seed, moment(each.at), _state(each))
        for each in reversed(found)
    ]
    heads = ("Name", "Drawn by", "Second coder", "Segments", "Seed", "When (UTC)", "State")
    table(heads, rows, numbers=(3, 4), key="draws")
    for drawn in found:
        if drawn.ended is None:
            label, arguments = f"Call off “{unmarked(drawn.name)}”", (study, second, coder, drawn)
            st.button(label, key=f"call_off_{drawn.guid}", on_click=second_moves.call_off, args=arguments)


def _state(drawn: DoubleCoding) -> str:
    return "open" if drawn.ended_at is None else f"{drawn.ended} {moment(drawn.ended_at)}"
