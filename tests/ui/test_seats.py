"""Who codes is decided at the seat, and by nothing that an address or a page says."""

import re

import pytest

from assistant.privacy.coder_passphrases import give_passphrase, take_passphrase_away
from assistant.ui import seat
from store.coders import add_coder
from store.decisions import decisions, keep_decisions
from store.segments import segments
from store.values import DecisionDraft, Verdict

WORDS = "a passphrase of Ben"


@pytest.fixture(autouse=True)
def logged_in(monkeypatch):
    monkeypatch.setattr(seat, "login_name", lambda: "Ana")
    monkeypatch.setattr(seat, "_tries", seat.Tries())


@pytest.fixture
def guarded(study):
    """Ben has a passphrase."""
    add_coder(study, "Ben", by="Ana")
    give_passphrase(study, "Ben", WORDS)
    return study


def sits(app) -> str:
    """Who sits before the tab, by what the pages ask."""
    found = app.session_state["seat"]
    return "" if found is None else found.coder


def said(app) -> str:
    return "\n".join(block.proto.body for block in app.get("html"))


def test_an_address_names_nobody(page, study):
    """Neither a name nor a sitting nor a made-up seat in it makes the next decision somebody else's."""
    sitting = keep_decisions(study, "Ben", [DecisionDraft(*_first(study), Verdict.READ)])
    for more in ({"coder": "Ben"}, {"sitting": sitting[0].guid}, {"visit": "Ben"}, {"visit": ""}):
        app = page("review", coder=None, query=more)
        assert sits(app) == "Ana"
        assert app.session_state["visit"].sitting.coder == "Ana"


def test_a_page_that_is_loaded_again_keeps_its_coder(page):
    """By the secret in its address, which holds no name and no sitting, and is another one for each tab and name."""
    first = page("review", coder="Ben")
    secret, sitting = first.query_params["visit"], first.session_state["visit"].sitting.guid
    assert len(secret) >= 32
    again = page("review", coder=None, visit=secret)
    assert sits(again) == "Ben"
    assert again.text_input("coder").value == "Ben"
    assert "Ben" not in str(again.query_params)
    assert sitting not in str(again.query_params)
    other = page("review", coder="Ben")
    assert other.query_params["visit"] != secret


def test_another_name_is_another_seat(page):
    """Who takes another name leaves the first seat as it is, for another tab may sit there."""
    app = page("review", coder="Ana")
    first = app.query_params["visit"]
    app.text_input("coder").set_value("Ben").run()
    assert sits(app) == "Ben"
    assert app.query_params["visit"] != first
    assert sits(page("review", coder=None, visit=first)) == "Ana"


def test_a_seat_is_of_one_study(page, study, monkeypatch, tmp_path):
    """A secret of one study says nothing in another."""
    secret = page("review", coder="Ben").query_params["visit"]
    seat._seats[secret].study = "another"
    app = page("review", coder=None, visit=secret)
    assert app.query_params["visit"] != secret


def test_nobody_codes_under_a_guarded_name_without_its_passphrase(page, guarded):
    """Until it is given nobody sits there, whatever the page; then the tab keeps the seat, also when loaded again."""
    app = page("review", coder="Ben")
    assert sits(app) == ""
    assert "Ben has a passphrase" in said(app)
    assert "every decision is kept under a name" in said(app)
    assert "visit" not in app.query_params
    app.text_input("coder_passphrase").set_value("a guess")
    app.button[0].click().run()
    assert sits(app) == ""
    assert "not the passphrase of Ben" in said(app)
    app.text_input("coder_passphrase").set_value(WORDS)
    app.button[0].click().run()
    assert sits(app) == "Ben"
    assert "has a passphrase" not in said(app)
    assert sits(page("review", coder=None, visit=app.query_params["visit"])) == "Ben"
    assert not decisions(guarded)


def test_a_new_passphrase_ends_the_seats_before(page, guarded):
    """Who sat there is asked again; without any passphrase the name is anybody's."""
    take_passphrase_away(guarded, "Ben")
    secret = page("review", coder="Ben").query_params["visit"]
    give_passphrase(guarded, "Ben", "another passphrase")
    assert sits(page("review", coder=None, visit=secret)) == ""


def test_after_five_tries_one_waits(page, guarded):
    """Also in another tab, and with the right passphrase; the sentence says how long."""
    app = page("review", coder="Ben")
    for _ in range(5):
        app.text_input("coder_passphrase").set_value("a guess")
        app.button[0].click().run()
    other = page("review", coder="Ben")
    other.text_input("coder_passphrase").set_value(WORDS)
    other.button[0].click().run()
    assert sits(other) == ""
    assert re.search(r"wrong 5 times; try again in \d+ s", said(other))


def _first(study):
    first = segments(study, "I1")[1]
    return first.transcript_id, first.span


def test_every_run_tells_the_browser_the_name(page):
    """Not the first alone: what that one says is lost where a second one begins before it was sent."""
    app = page("study", coder=None)
    assert app.text_input(key="coder").proto.default == "Ana"
    assert app.run().text_input(key="coder").proto.default == "Ana"
