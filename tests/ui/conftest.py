import sys
from collections.abc import Callable, Iterator, Mapping

import pytest
from small_study import build_study
from streamlit.testing.v1 import AppTest

from assistant.ui import learning
from store.study import Study


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody presses keys in a hurry here."""
    monkeypatch.setattr(learning, "QUIET_SECONDS", 0.0)


@pytest.fixture
def study(tmp_path) -> Iterator[Study]:
    with build_study(tmp_path) as made:
        yield made


def _page(address: str) -> None:
    import streamlit as st

    from assistant.ui.navigation import PLACES, draw_sidebar
    from assistant.ui.session import told

    with st.sidebar:
        draw_sidebar()
    told(next(place.draw for place in PLACES if place.address == address))()


@pytest.fixture
def page(study: Study, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], AppTest]:
    """Opens one page of the small study, as the coder Ana, with more in the address; no exception may reach it.

    With None for the coder nobody is named: the address, or the login, says who sits there.
    """
    monkeypatch.setattr(sys, "argv", ["app.py", str(study.folder)])

    def opened(address: str, coder: str | None = "Ana", query: Mapping[str, str] | None = None, **more: str) -> AppTest:
        app = AppTest.from_function(_page, args=(address,), default_timeout=60)
        if coder is not None:
            app.session_state["coder"] = coder
        app.query_params.update({**(query or {}), **more})
        return app.run()

    return opened
