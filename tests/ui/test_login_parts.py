"""The parts of signing in: sessions, tries, forms and pages, without any server."""

import asyncio
import re
from html.parser import HTMLParser

import pytest

from assistant.ui.login_form import FormTokens, UnreadableFormError, page_asked, page_named, read_form
from assistant.ui.login_page import provider_page, said_page, sign_in_page
from assistant.ui.login_sessions import IDLE_SECONDS, LONGEST_SECONDS, Logins, cookie_name, cookie_of
from assistant.ui.login_tries import LoginTries

FORM = {"content-type": "application/x-www-form-urlencoded"}


class Clock:
    def __init__(self):
        self.at = 1_000.0

    def __call__(self):
        return self.at


def test_a_session_ends_after_idle_hours_and_after_a_day_whatever_was_done():
    """Looking alone keeps none alive; an act does, until the day is over."""
    clock = Clock()
    logins = Logins(clock)
    number = logins.begin("Ana", "mark")
    clock.at += IDLE_SECONDS - 1
    assert logins.find(number).member == "Ana"
    clock.at += 2
    assert logins.find(number) is None
    assert logins.find(number) is None
    busy = logins.begin("Ana", "mark")
    for _ in range(int(LONGEST_SECONDS / 3600)):
        clock.at += 3600
        assert logins.find(busy, act=True) is not None
    clock.at += 1
    assert logins.find(busy, act=True) is None


def test_numbers_are_never_chosen_by_browsers_and_one_ended_opens_nothing():
    """Each session has a fresh one; what this process keeps is not the number itself."""
    logins = Logins()
    first, second = logins.begin("Ana", "m"), logins.begin("Ana", "m")
    assert first != second
    login = logins.find(first)
    assert first not in repr(login) + repr(logins)
    assert logins.find(login.key) is None
    logins.end(login)
    assert logins.find(first) is None
    assert logins.find(second) is not None
    assert logins.find("") is None
    assert logins.find("\udcff\x00") is None


def test_one_member_holds_twenty_sessions_and_tabs_are_bounded():
    """The oldest go first; another member's stay."""
    logins = Logins()
    other = logins.begin("Ben", "m")
    numbers = [logins.begin("Ana", "m") for _ in range(21)]
    assert logins.find(numbers[0]) is None
    assert all(logins.find(number) for number in (*numbers[1:], other))
    login = logins.find(other)
    for each in range(500):
        login.opened(str(each))
    assert len(login.tabs) == 200
    assert "499" in login.tabs


def test_a_cookie_that_is_there_twice_counts_as_none():
    """Another host of the same domain may have set one of them."""
    name = cookie_name(encrypted=False, path="")
    assert cookie_of(f"a=b; {name}=x", name) == "x"
    assert cookie_of(f"{name}=x; {name}=y", name) == ""
    assert cookie_of(f"{name}=x; {name}=x", name) == "x"
    assert cookie_of(f"not{name}=x; \x00;;=;{name}", name) == ""
    assert cookie_name(encrypted=True, path="").startswith("__Host-")
    assert cookie_name(encrypted=True, path="/a").startswith("__Secure-")


def test_after_five_wrong_tries_each_waits_longer_and_the_right_one_clears_them():
    """For one name at one address; somebody elsewhere may still sign in under that name."""
    clock = Clock()
    tries = LoginTries(clock)
    assert [tries.begin("Ana", "10.0.0.1") for _ in range(5)] == [0] * 5
    assert tries.begin("ana ", "10.0.0.1") == 30, "however the name is written"
    assert tries.begin("Ana", "10.0.0.2") == 0
    clock.at += 30
    assert tries.begin("Ana", "10.0.0.1") == 0
    assert tries.begin("Ana", "10.0.0.1") == 60
    clock.at += 60
    assert tries.begin("Ana", "10.0.0.1") == 0
    tries.was_right("Ana", "10.0.0.1")
    assert [tries.begin("Ana", "10.0.0.1") for _ in range(5)] == [0] * 5


def test_many_names_from_one_address_and_one_name_from_many_addresses_are_slowed_down():
    """A person is kept out for a minute at most by those who guess under their name elsewhere."""
    clock = Clock()
    tries = LoginTries(clock)
    waits = [tries.begin(f"name {each}", "10.0.0.1") for each in range(31)]
    assert waits == [0] * 30 + [30]
    waits = [tries.begin("Ana", f"10.1.0.{each}") for each in range(51)]
    assert waits == [0] * 50 + [60]
    clock.at += 60
    assert tries.begin("Ana", "10.2.0.1") == 0
    assert tries.begin("Ana", "10.2.0.2") == 60


def test_addresses_of_one_network_count_as_one_and_memory_is_bounded():
    """Of the newer kind one person has a great many."""
    tries = LoginTries(Clock())
    waits = [tries.begin("Ana", f"2001:db8:0:1::{each:x}") for each in range(6)]
    assert waits == [0] * 5 + [30]
    assert tries.begin("Ana", "2001:db8:0:2::1") == 0
    assert tries.begin("Ana", "no address") == 0
    for each in range(7_000):
        tries.begin(f"name {each}", f"10.{each // 250}.{each % 250}.1")
    assert len(tries._wrong) <= 20_000


def sent(*parts, patience=None):
    """What a browser sends, in these parts."""
    messages = [
        {"type": "http.request", "body": part, "more_body": place < len(parts) - 1} for place, part in enumerate(parts)
    ]

    async def receive():
        if not messages:
            await asyncio.sleep(patience or 0)
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    return receive


def read(*parts, **headers):
    return asyncio.run(read_form(sent(*parts), {**FORM, **{k.replace("_", "-"): v for k, v in headers.items()}}))


def test_a_form_is_read_in_parts():
    """As networks deliver it."""
    assert read(b"name=An", b"a&password=%C3%A4+b%26") == {"name": "Ana", "password": "ä b&"}


@pytest.mark.parametrize(
    ("parts", "headers", "status"),
    [
        ((b"x" * 20_000,), {}, 413),
        ((b"x" * 10_000, b"x" * 10_000), {}, 413),
        ((b"a=b",), {"content_length": "99999999999999999999"}, 413),
        ((b"a=b",), {"content_length": "-1"}, 413),
        ((b"a=b",), {"content_type": "application/json"}, 415),
        ((b"a=b",), {"content_type": ""}, 415),
        ((b"a=b&a=c",), {}, 400),
        ((b"a=%FF",), {}, 400),
        (("a=ä".encode(),), {}, 400),
        ((b"&".join(b"a%d=" % each for each in range(50)),), {}, 400),
        ((), {}, 400),
    ],
)
def test_other_bodies_are_refused_with_a_bound(parts, headers, status):
    """Giant, of another kind, ambiguous, broken, or cut off."""
    with pytest.raises(UnreadableFormError) as caught:
        read(*parts, **headers)
    assert caught.value.status == status


def test_tokens_fit_their_own_browser_alone():
    """And only the server that made them."""
    tokens = FormTokens()
    token = tokens.token("number")
    assert tokens.fits("number", token)
    assert not tokens.fits("other", token)
    assert not tokens.fits("", tokens.token(""))
    assert not FormTokens().fits("number", token)
    assert not tokens.fits("number", "\udcffä")


@pytest.mark.parametrize(
    "page",
    ["//evil.example", "/evil", "https://evil.example", "\\evil", "..", "a/b", "a\r\nb", "a%0d", "javascript:x", "A"],
)
def test_no_form_leads_out_of_the_app(page):
    """Whatever it names that is no page of the app is none."""
    assert page_named(page) == ""


def test_a_page_keeps_its_parameters_in_their_plain_form():
    """Header lines in them are written as part of the address; very long ones are dropped."""
    assert page_asked("review", "interview=I1&at=3") == "review?interview=I1&at=3"
    assert page_named("quotes?ask=a b&x=\r\nset-cookie: y") == "quotes?ask=a+b&x=%0D%0Aset-cookie%3A+y"
    assert page_asked("quotes", "a=" + "x" * 3_000) == ""


class Found(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))


def test_pages_run_no_script_label_their_fields_and_escape_what_was_typed():
    """What somebody typed stands in the field as text."""
    html = sign_in_page("/login", "token", "review", '"><script>alert(1)</script>', "It was <wrong>.")
    found = Found(html)
    names = [tag for tag, _ in found.tags]
    assert "script" not in names
    assert not [name for _, attributes in found.tags for name in attributes if name.startswith("on")]
    labels = {attributes["for"] for tag, attributes in found.tags if tag == "label"}
    fields = {attributes["id"]: attributes for tag, attributes in found.tags if tag == "input" and "id" in attributes}
    assert labels == set(fields) == {"name", "password"}
    assert fields["name"]["value"] == '"><script>alert(1)</script>'
    assert fields["password"]["autocomplete"] == "current-password"
    assert "value" not in fields["password"]
    assert ("p", {"class": "notice problem", "role": "alert"}) in found.tags
    for other in (provider_page("/auth/login"), said_page("Signed out", "x", (("Again", 'javascript:"'),))):
        assert "<script" not in other
        assert re.search(r"<html lang=\"en\">", other)
