"""What stands in the app while the database is damaged, and what is said once of what was mended."""

import sys
from contextlib import closing

import pytest
from small_study import build_study
from streamlit.testing.v1 import AppTest

from assistant.ui import repairs, session
from store.audit import verify
from store.backups import keep_copy
from store.database import connect
from store.opening import REPAIRS, forget_check
from store.study import open_study

PAGE = 4096


def _app() -> None:
    from assistant.ui.navigation import main

    main()


def drawn(app):
    assert not app.exception
    return "\n".join(str(each.proto.body) for each in app.get("html"))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A study with a copy, closed; the app forgets it afterwards."""
    with build_study(tmp_path) as study:
        keep_copy(study.folder)
        made = study.folder
    monkeypatch.setattr(sys, "argv", ["app.py", str(made)])
    yield made
    session.close_study()


def opened():
    return AppTest.from_function(_app, default_timeout=60).run()


def damage(folder):
    path = folder / "study.db"
    with closing(connect(path)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ix_event_type'").fetchone()
    raw = bytearray(path.read_bytes())
    raw[(page - 1) * PAGE : page * PAGE] = bytes(PAGE)
    path.write_bytes(raw)
    forget_check(folder)


def test_a_damaged_study_is_a_page_with_the_offer_and_a_button_that_does_it(folder):
    """No traceback, no other page; one press, and the study is there again and says what was done."""
    damage(folder)
    app = opened()
    assert "The database of this study is damaged" in drawn(app)
    assert "holds every event" in drawn(app)
    assert not app.text_input
    app.button(key="restore_copy").click().run()
    assert "Everything in the damaged database could be read and proved" in drawn(app)
    assert "A small" in drawn(app)
    app.button(key="repairs_seen").click().run()
    assert "could be read and proved" not in drawn(app)
    session.close_study()
    with open_study(folder) as study:
        assert verify(study).faults == ()


def test_a_study_that_another_program_has_open_says_so(folder):
    """The button changes nothing then."""
    if sys.platform == "win32":
        pytest.skip("no shared locks there")
    damage(folder)
    app = opened()
    before = (folder / "study.db").read_bytes()
    from store.presence import Presence

    other = Presence(folder)
    app.button(key="restore_copy").click().run()
    other.leave()
    assert "open in another program" in drawn(app)
    assert (folder / "study.db").read_bytes() == before


def test_what_was_mended_is_said_once_in_all_tabs(folder, monkeypatch):
    """Also what the command that started the app mended before it."""
    (folder / "media" / "left.wav.partial").write_bytes(b"half")
    monkeypatch.setenv(REPAIRS, '["An erasure was finished."]')
    one, two = opened(), opened()
    for app in (one, two):
        assert "Removed a half copy of recordings" in drawn(app)
        assert "An erasure was finished." in drawn(app)
    one.button(key="repairs_seen").click().run()
    two.run()
    for app in (one, two):
        assert "Removed a half copy" not in drawn(app)


def test_a_copy_that_cannot_be_made_is_said_on_every_page(folder):
    """The reviewer's work goes on, and somebody knows."""
    app = opened()
    session._keepers[str(folder)].problem = "The disk is full."
    assert "the last copy of the database could not be made. The disk is full." in drawn(app.run())


def test_damage_met_on_a_page_leads_to_the_offer(folder, monkeypatch):
    """The page says it with a button; pressed, the study is opened anew and read through."""
    app = opened()
    assert repairs.study_damage() is None
    path = folder / "study.db"
    session.current_study().engine.dispose()
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + b"\xff" * (len(whole) - 8192))
    app.run()
    assert "newest good copy" in drawn(app)
    next(each for each in app.button if each.label == "Check the database").click().run()
    assert "The database of this study is damaged" in drawn(app)
