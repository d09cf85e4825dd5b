"""The fields of the Quotes page and the query they stand for: filled from it, and read back after each change."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from assistant.quotes.asked import QuoteQuery
from assistant.ui.basis_fields import attribute_pairs
from assistant.ui.quote_desk import SHOWN, QuoteDesk, ask
from store.coders import coders
from store.interviews import interviews
from store.study import Study
from store.values import Codebook, State

ADJUDICATED = "\0adjudicated"
"""Chosen in the place of a coder's name."""
ALL = (0, 100)
"""Every probability, in per cent."""


def fill(study: Study, desk: QuoteDesk, codebook: Codebook | None) -> None:
    """Let the fields say what is asked; what they cannot say is left out of them."""
    query = desk.query
    labels, known = {i.label for i in interviews(study)}, set(coders(study))
    pairs = set(attribute_pairs(study))
    low, high = query.probability_from, query.probability_to
    fields: Mapping[str, Any] = {
        SHOWN: query.meaning,
        "quote_words": query.words,
        "quote_codes": [guid for name in query.codes if (guid := _guid(codebook, name)) is not None],
        "quote_match": query.match,
        "quote_within": query.within,
        "quote_theme": None if query.theme is None else _guid(codebook, query.theme),
        "quote_interviews": [label for label in query.interviews if label in labels],
        "quote_where": [pair for pair in query.where if pair in pairs],
        "quote_roles": list(query.roles),
        "quote_coder": ADJUDICATED if query.adjudicated else query.coder if query.coder in known else None,
        "quote_from": query.decided_from,
        "quote_to": query.decided_to,
        "quote_probability": (round(100 * (low or 0)), round(100 * (1 if high is None else high))),
        "quote_state": State.CONFIRMED if query.state is None and means_confirmed(query) else query.state,
        "quote_order": query.order,
        "quote_fold": query.fold,
    }
    st.session_state.update(fields)


def means_confirmed(query: QuoteQuery) -> bool:
    """Whether confirmed codings are asked for by what else is asked, where no state is."""
    return bool(query.codes) or query.theme is not None or query.adjudicated


def changed(desk: QuoteDesk) -> None:
    """Ask what the fields say now."""
    desk.told.clear()
    desk.removed = None
    before, query = desk.query, _said(desk.query)
    if query.meaning and not before.meaning and query.order == "study":
        query = replace(query, order="relevance")
    elif not query.meaning and before.meaning and query.order == "relevance":
        query = replace(query, order="study")
    ask(desk, query)


def _said(before: QuoteQuery) -> QuoteQuery:
    say = st.session_state.get
    low, high = say("quote_probability", ALL)
    coder = say("quote_coder")
    return QuoteQuery(
        meaning=say(SHOWN, "").strip(),
        words=say("quote_words", "").strip(),
        codes=tuple(say("quote_codes", ())),
        match=say("quote_match", before.match),
        within=say("quote_within", before.within),
        theme=say("quote_theme"),
        interviews=tuple(say("quote_interviews", ())),
        roles=tuple(say("quote_roles", ())),
        where=tuple(say("quote_where", ())),
        coder=None if coder == ADJUDICATED else coder,
        adjudicated=coder == ADJUDICATED,
        decided_from=say("quote_from"),
        decided_to=say("quote_to"),
        probability_from=low / 100 if low > ALL[0] else None,
        probability_to=high / 100 if high < ALL[1] else None,
        state=say("quote_state"),
        order=say("quote_order", "study"),
        fold=say("quote_fold", True),
    )


def more_in_use(query: QuoteQuery) -> int:
    """How many of the fields that are folded away say something."""
    some = (query.interviews, query.where, query.roles, query.coder or query.adjudicated, query.decided_from)
    rest = (query.decided_to, query.probability_from is not None or query.probability_to is not None, not query.fold)
    return sum(bool(each) for each in (*some, *rest))


def _guid(codebook: Codebook | None, name: str) -> str | None:
    code = None if codebook is None else codebook.find(name)
    return None if code is None else code.guid
