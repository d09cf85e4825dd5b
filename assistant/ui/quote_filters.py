"""What quotes must be like, in fields; each change is asked at once and stands in the address."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from assistant.quotes.asked import QuoteQuery
from assistant.ui.basis_fields import attribute_pairs
from assistant.ui.candidate_cards import unmarked
from assistant.ui.markup import element
from assistant.ui.quote_desk import SHOWN, QuoteDesk
from assistant.ui.quote_fields import ADJUDICATED, ALL, changed, fill, more_in_use
from store.codebook import current_codebook
from store.coders import coders
from store.interviews import interviews
from store.study import Study
from store.values import Codebook, Role, State

STATES: Mapping[State | None, str] = {
    State.CONFIRMED: "Confirmed",
    State.SUGGESTED: "Suggested",
    State.REJECTED: "Rejected",
    State.UNCODED: "Uncoded",
    None: "Any state",
}
_MATCHES = {"any": "any of them", "all": "all of them", "near": "all, near each other"}
_ORDERS = {
    "study": "Study order",
    "relevance": "Nearest first",
    "typical": "Most typical",
    "extreme": "Most extreme",
    "different": "Most different from the list",
}
_SYNTAX = (
    ("machines queue", "both words, anywhere in the passage"),
    ('"a long queue"', "exactly these words in this order"),
    ("machines OR power", "one of them"),
    ("machines ~5 queue", "at most five words apart"),
    ('-power -"power bill"', "not this word, not this phrase"),
    ("borrow* (week OR month)", "any ending; brackets keep together"),
)


def draw_filters(study: Study, desk: QuoteDesk) -> None:
    """The fields, as the query fills them."""
    codebook = current_codebook(study)
    change: dict[str, Any] = {"on_change": changed, "args": (desk,)}
    fill(study, desk, codebook)
    _draw_search(change)
    _draw_codes(desk, codebook, change)
    in_use = more_in_use(desk.query)
    with st.expander(f"More filters ({in_use} in use)" if in_use else "More filters", key="quote_more"):
        _draw_more(study, change)


def _draw_search(change: Mapping[str, Any]) -> None:
    left, right, side = st.columns([6, 6, 2], vertical_alignment="bottom")
    left.text_input("Search by meaning", key=SHOWN, placeholder="What is it about?", max_chars=1000, **change)
    right.text_input("Words", key="quote_words", placeholder='queue "a month" -money', max_chars=1000, **change)
    with side.popover("Syntax", width="stretch"):
        lines = "".join(element("dt", how) + element("dd", what) for how, what in _SYNTAX)
        st.html(f'<h2>How to write words</h2><dl class="keys">{lines}</dl>')


def _draw_codes(desk: QuoteDesk, codebook: Codebook | None, change: Mapping[str, Any]) -> None:
    names = _names(codebook, desk.query)
    themes = {} if codebook is None else {code.guid: code.name for code in codebook.themes}
    one, two, three, four = st.columns([9, 5, 4, 5])
    one.multiselect("Codes", list(names), format_func=names.__getitem__, key="quote_codes", placeholder="Any", **change)
    two.selectbox(
        "Theme",
        [None, *themes],
        format_func=lambda guid: themes.get(guid, "Any"),
        key="quote_theme",
        placeholder="Any",
        **change,
    )
    known = {"key": "quote_state", "placeholder": STATES[None], **change}
    three.selectbox("State", list(STATES), format_func=STATES.__getitem__, **known)
    four.selectbox("Order", list(_ORDERS), format_func=_ORDERS.__getitem__, key="quote_order", **change)
    if len(desk.query.codes) > 1:
        _draw_match(desk.query, change)


def _draw_match(query: QuoteQuery, change: Mapping[str, Any]) -> None:
    """Of several codes: which of them a quote must have."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="quote_matching"):
        st.radio(
            "Of these codes",
            list(_MATCHES),
            format_func=_MATCHES.__getitem__,
            key="quote_match",
            horizontal=True,
            width="content",
            **change,
        )
        if query.match == "near":
            st.number_input("Within so many turns", 0, 1000, key="quote_within", width=180, **change)


def _draw_more(study: Study, change: Mapping[str, Any]) -> None:
    one, two, three = st.columns(3)
    labels = [interview.label for interview in interviews(study)]
    one.multiselect("Interviews", labels, key="quote_interviews", placeholder="Any", **change)
    two.multiselect(
        "Attributes", attribute_pairs(study), format_func=_pair, key="quote_where", placeholder="Any", **change
    )
    three.multiselect(
        "Speaker’s role", list(Role), format_func=str.capitalize, key="quote_roles", placeholder="Any", **change
    )
    one.selectbox(
        "Coder",
        [None, *coders(study), ADJUDICATED],
        format_func=_coder,
        key="quote_coder",
        placeholder="Anybody",
        **change,
    )
    first, last = two.columns(2)
    first.date_input("Decided from", value=None, key="quote_from", **change)
    last.date_input("Decided to", value=None, key="quote_to", **change)
    three.slider("Probability of the suggestion, in %", *ALL, key="quote_probability", **change)
    st.checkbox("Fold duplicates into one", key="quote_fold", **change)


def _pair(pair: tuple[str, str]) -> str:
    return unmarked(f"{pair[0]}: {pair[1]}")


def _coder(name: str | None) -> str:
    return "Anybody" if name is None else "As adjudicated" if name == ADJUDICATED else name


def _names(codebook: Codebook | None, query: QuoteQuery) -> Mapping[str, str]:
    """The codes that are offered, and those that are asked for."""
    if codebook is None:
        return {}
    asked = [code for name in query.codes if (code := codebook.find(name)) is not None]
    return {code.guid: code.name for code in (*codebook.active, *asked)}
