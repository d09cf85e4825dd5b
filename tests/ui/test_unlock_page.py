"""The page of an encrypted study that waits for its passphrase."""

import sys

import pytest
from streamlit.testing.v1 import AppTest

from store import keys, locked_file
from store.encryption import encrypt_study

GOOD = "five plain words to say"


@pytest.fixture
def locked(study, monkeypatch):
    monkeypatch.setattr(locked_file.sealed, "__kwdefaults__", {"about": None, "n": 2**14})  # the same, faster
    monkeypatch.delenv(keys.PASSPHRASE_VARIABLE, raising=False)
    study.close()
    encrypt_study(study.folder, GOOD)
    keys.lock(study.folder)
    yield study
    keys._known.clear()


def _app() -> None:
    from assistant.ui.navigation import main

    main()


def shown(app) -> str:
    return " ".join(part.proto.body for part in app.get("html"))


def test_only_the_right_passphrase_shows_anything_of_the_study(locked, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["app.py", str(locked.folder)])
    app = AppTest.from_function(_app, default_timeout=60).run()
    assert not app.exception
    assert "This study is encrypted" in shown(app)
    assert "A small **study**" not in shown(app)
    app.text_input(key="study_passphrase").set_value("something else").run()
    app.button[0].click().run()
    assert "does not open the study" in shown(app)
    assert app.text_input(key="study_passphrase").value == ""
    app.text_input(key="study_passphrase").set_value(GOOD)
    app.button[0].click().run()
    assert not app.exception
    assert "This study is encrypted" not in shown(app)
    assert "A small **study**" in shown(app)
