"""The quotes page as tests drive it: what its two boards are given, and the acts that their buttons send."""

import json
from typing import Any

import streamlit as st

from assistant.quotes import QuoteQuery


class QuotesPage:
    """The page and its boards; the browser's side is played by `act`."""

    def __init__(self, open_page, monkeypatch, coder: str = "Ana", ask: str = "") -> None:
        self.states: dict[str, dict[str, Any]] = {}
        self.files: dict[str, Any] = {}
        self._heard: dict[str, Any] = {}
        monkeypatch.setattr("assistant.ui.quotes_page.draw_board", self._draw)
        monkeypatch.setattr("assistant.ui.quote_lists_box.draw_board", self._draw)
        monkeypatch.setattr(st, "download_button", lambda _label, data, **more: self.files.update(more, data=data))
        self.app = open_page("quotes", coder, **({"ask": ask} if ask else {}))
        assert not self.app.exception

    def _draw(self, part: str, state: dict[str, Any], heard: Any) -> None:
        self.states[part], self._heard[part] = state, heard

    def act(self, part: str, kind: str, number: int | None = None, **more: Any) -> "QuotesPage":
        """One button of a board, on the quote of that number, and the page as it is drawn then."""
        quotes = self.cards if part == "cards" else self.picks
        place = None if number is None else quotes[number]["place"]
        self._heard[part]([{"id": self.states[part]["heard"] + 1, "kind": kind, "place": place, **more}])
        return self.redraw()

    def redraw(self) -> "QuotesPage":
        """Draw the page again."""
        self.app.run()
        assert not self.app.exception
        return self

    def set(self, kind: str, key: str, value: Any) -> "QuotesPage":
        """Put a value into a field."""
        getattr(self.app, kind)(key=key).set_value(value).run()
        assert not self.app.exception
        return self

    def press(self, key: str) -> "QuotesPage":
        """Press one of the page's own buttons."""
        self.app.button(key=key).click().run()
        assert not self.app.exception
        return self

    @property
    def cards(self) -> list[dict[str, Any]]:
        """The result."""
        return self.states["cards"]["cards"]

    @property
    def picks(self) -> list[dict[str, Any]]:
        """The list."""
        return self.states["picks"]["picks"]

    @property
    def texts(self) -> list[str]:
        """What the cards say."""
        return [card["text"] for card in self.cards]

    @property
    def listed(self) -> list[str]:
        """What the list says."""
        return [pick["text"] for pick in self.picks]

    @property
    def asked(self) -> dict[str, Any]:
        """What the address asks."""
        return json.loads(self.app.query_params.get("ask") or "{}")

    def download(self) -> tuple[str, bytes]:
        """Press the button of the file that is chosen: its name and content."""
        self.files["on_click"](*self.files["args"])
        return self.files["file_name"], self.files["data"]()

    @property
    def shown(self) -> str:
        """Everything that the page wrote as HTML."""
        return "\n".join(block.proto.body for block in self.app.get("html"))


def address_of(**asked: Any) -> str:
    """A query as the address holds it."""
    return QuoteQuery(**asked).to_address()
