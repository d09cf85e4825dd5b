"""The review page as tests drive it: what its desk is given, and the acts that its keys send."""

from collections.abc import Callable
from typing import Any

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Selectbox


class DeskPage:
    """The page and its desk; the browser's side is played by `act`, as the desk's outbox does."""

    def __init__(self, open_page: Callable[..., AppTest], monkeypatch, coder: str = "Ana") -> None:
        self.state: dict[str, Any] = {}
        self._heard: Callable[[object], None] | None = None
        self._texts: dict[str, Any] = {}
        monkeypatch.setattr("assistant.ui.review_page.draw_desk", self._draw)
        monkeypatch.setattr("assistant.ui.review_page.carry_text", self._texts.update)
        self.app = open_page("review", coder)
        assert not self.app.exception

    def _draw(self, state: dict[str, Any], heard: Callable[[object], None]) -> None:
        self.state, self._heard = state, heard

    def act(self, kind: str, **more: Any) -> "DeskPage":
        """One key, and the page as it is drawn then."""
        return self.acts([{"kind": kind, **more}])

    def acts(self, acts: list[dict[str, Any]], first: int | None = None) -> "DeskPage":
        """Several keys that arrive at once, numbered from `first` on."""
        start = self.state["heard"] + 1 if first is None else first
        here = self.state["segment"]["id"]
        sent = [{"id": start + n, "segment": here, **act} for n, act in enumerate(acts)]
        assert self._heard is not None
        self._heard(sent)
        return self.redraw()

    def open(self, interview: str) -> "DeskPage":
        """Choose an interview from the list."""
        self.interviews.set_value(interview)
        return self.redraw()

    @property
    def interviews(self) -> Selectbox:
        """The list of interviews, as it is drawn now."""
        return next(each for each in self.app.selectbox if each.label == "Interview")

    def redraw(self) -> "DeskPage":
        """Draw the page again."""
        self.app.run()
        assert not self.app.exception
        return self

    def undo(self) -> "DeskPage":
        """Z."""
        return self.act("undo", steps=self.state["can"]["steps"])

    def redo(self) -> "DeskPage":
        """Shift+Z."""
        return self.act("redo", steps=self.state["can"]["steps"])

    @property
    def text(self) -> str:
        """The words of the segment on the screen."""
        at = self.state["segment"]
        return self._texts["text"][at["start"] : at["end"]]

    @property
    def codes(self) -> list[str]:
        """The suggested codes, as they stand from top to bottom."""
        return [option["code"] for option in self.state["options"]]

    def option(self, code: str) -> dict[str, Any]:
        """The suggestion of a code."""
        return next(option for option in self.state["options"] if option["code"] == code)
