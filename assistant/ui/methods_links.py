"""From a number of the appendix to the page that shows it, as whoever codes now."""

from urllib.parse import quote as percent

from assistant.ui.seat import seat_query

_FIRST = "study"
"""The page that the app opens with has no address of its own."""


def page_href(address: str) -> str:
    """The address of a page with its state, for whoever codes now; it must still be escaped for HTML."""
    page, _, state = address.partition("?")
    own = [f"{name}={percent(value, safe='')}" for name, value in seat_query().items()]
    asked = "&".join([*([state] if state else []), *own])
    return ("./" if page == _FIRST else page) + (f"?{asked}" if asked else "")
