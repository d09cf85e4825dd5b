"""Ways to the Quotes page with a query: a link for HTML, and going there at once."""

from collections.abc import Mapping
from urllib.parse import quote as percent

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from assistant.quotes.asked import QuoteQuery
from assistant.ui.seat import seat_query

ASK = "ask"
"""The parameter of the address that holds the query."""
_PLACES = "pages_by_address"


def remember_pages(pages: Mapping[str, StreamlitPage]) -> None:
    """Keep the app's pages by address, so that one page can send to another."""
    st.session_state[_PLACES] = dict(pages)


def quotes_href(query: QuoteQuery) -> str:
    """The address of the Quotes page with a query, for whoever codes now; it must still be escaped for HTML."""
    # With the seat nothing is left to add to the address on arrival, so that “back” leads back at once.
    asked = {ASK: query.to_address(), **seat_query()}
    return "quotes?" + "&".join(f"{name}={percent(value, safe='')}" for name, value in asked.items() if value)


def open_quotes(query: QuoteQuery) -> None:
    """Go to the Quotes page with a query. To be called while the page is drawn, not in a callback."""
    pages: Mapping[str, StreamlitPage] = st.session_state.get(_PLACES, {})
    if "quotes" not in pages:  # a page that is drawn alone, as in tests
        st.query_params[ASK] = query.to_address()
        return
    st.switch_page(pages["quotes"], query_params={**seat_query(), ASK: query.to_address()})
