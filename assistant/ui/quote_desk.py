"""What one browser tab knows of the Quotes page: what is asked, which list is filled, and what was opened on demand."""

from dataclasses import dataclass, field, replace
from typing import Literal

import streamlit as st

from assistant.quotes.asked import QuoteQuery
from assistant.ui.quote_links import ASK
from store.errors import InvalidInputError
from store.saved_queries import SavedQuery
from store.values import State

START = QuoteQuery(state=State.CONFIRMED)
"""What the page shows where nothing is asked."""
SHOWN = "quote_text"
"""The key of a field that is in the session while the page is on the screen, and only then."""
STEP = 50

_STATE = "quote_desk"
_EVERYTHING = "{}"

Where = Literal["page", "list"]
Kind = Literal["good", "problem"]
Place = tuple[int, int, int]
"""A quote's transcript, and its stretch in code points."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Which quote's recording is to be played, from which part of the page; the `number` of each is higher."""

    place: Place
    part: str
    number: int


@dataclass(slots=True)
class QuoteDesk:
    """One tab.

    `address` is what of the address was read or written last; `listed` the name of the list on the screen; `around`
    holds how many turns before and after a quote are shown; `heard` the last act of each part that was done; `told`
    what there is to say at the top of the page and at the list.
    """

    query: QuoteQuery = START
    address: str = ""
    limit: int = STEP
    listed: str = ""
    around: dict[Place, int] = field(default_factory=dict)
    heard: dict[str, int] = field(default_factory=dict)
    playing: Heard | None = None
    removed: SavedQuery | None = None
    told: dict[Where, tuple[Kind, str]] = field(default_factory=dict)

    def tell(self, where: Where, text: str, kind: Kind = "good") -> None:
        """Have this said by the page that is drawn next; an empty text takes away what was said before."""
        self.told[where] = (kind, text)

    def hear(self, where: Where) -> tuple[Kind, str]:
        """What is to be said there, if anything."""
        return self.told.get(where, ("good", ""))


def current_quotes() -> QuoteDesk:
    """This tab's."""
    desk: QuoteDesk | None = st.session_state.get(_STATE)
    if desk is None:
        desk = st.session_state[_STATE] = QuoteDesk()
    return desk


def follow_address(desk: QuoteDesk) -> None:
    """Ask what the address asks, where it is not what was asked last: after a link, a reload, or a step back.

    Who comes from another page, by an address that asks nothing, finds what was asked before.
    """
    asked = str(st.query_params.get(ASK, ""))
    if asked == desk.address:
        return
    if not asked and SHOWN not in st.session_state:
        st.query_params[ASK] = desk.address
        return
    try:
        desk.query = _of_any_length(QuoteQuery.from_address(asked)) if asked else START
    except InvalidInputError as error:
        desk.query = START
        desk.tell("page", str(error), "problem")
    desk.address, desk.limit = asked, STEP


def ask(desk: QuoteDesk, query: QuoteQuery) -> None:
    """Ask something else, and let the address say so."""
    desk.query, desk.limit = _of_any_length(query), STEP
    desk.address = query_address(desk.query)
    if desk.address:
        st.query_params[ASK] = desk.address
    elif ASK in st.query_params:
        del st.query_params[ASK]


def query_address(query: QuoteQuery) -> str:
    """A query in the address; empty for what the page shows anyway."""
    return "" if query == START else query.to_address() or _EVERYTHING


def _of_any_length(query: QuoteQuery) -> QuoteQuery:
    """The same query: how many of its quotes are on the screen is another matter."""
    return replace(query, limit=START.limit)
