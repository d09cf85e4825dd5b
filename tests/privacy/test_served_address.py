"""How an app is served: which addresses are taken, and what is handed to the app."""

import pytest

from assistant.privacy.serving import SERVED, SERVING, Serving, checked_address, checked_url, handed, serving_of
from store.errors import InvalidInputError


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://a.example.org", "https://a.example.org"),
        ("https://A.Example.org/", "https://a.example.org"),
        ("https://a.example.org:443/study-a/", "https://a.example.org/study-a"),
        ("https://a.example.org:8443", "https://a.example.org:8443"),
        ("http://127.0.0.1:8501", "http://127.0.0.1:8501"),
        ("http://[::1]:8501", "http://[::1]:8501"),
        ("http://localhost", "http://localhost"),
    ],
)
def test_addresses_that_people_open_have_one_plain_form(given, kept):
    """As browsers send them: in lower case, without the usual port and without a slash at the end."""
    assert checked_url(given) == kept


@pytest.mark.parametrize(
    "odd",
    [
        "",
        "a.example.org",
        "https://",
        "javascript:alert(1)",
        "ftp://a.example.org",
        "https://user:secret@a.example.org",
        "https://a.example.org/../other",
        "https://a.example.org//other",
        "https://a.example.org/?key=1",
        "https://a.example.org/#part",
        "https://a.example.org/\r\nset-cookie: x=1",
        "https://a.example.org:99999",
        "https://a.example.org:port",
        "https://\u00e4.example.org",
        "https://a.example.org/x y",
    ],
)
def test_odd_addresses_are_refused(odd):
    """What is no address, holds a password or a header line, or more than a plain path."""
    with pytest.raises(InvalidInputError, match="is not an address"):
        checked_url(odd)


def test_other_machines_are_served_by_https_unless_somebody_says_otherwise():
    """Passwords cross no network in the clear by mistake."""
    with pytest.raises(InvalidInputError, match="--insecure"):
        checked_url("http://a.example.org")
    assert checked_url("http://a.example.org", insecure=True) == "http://a.example.org"


def test_where_to_listen_is_an_ip_address():
    """A name could lead anywhere."""
    assert [checked_address(each) for each in ("localhost", "::1", "[::1]", "10.0.0.5")] == [
        "127.0.0.1",
        "::1",
        "::1",
        "10.0.0.5",
    ]
    with pytest.raises(InvalidInputError, match="IP address"):
        checked_address("a.example.org")


def test_what_is_handed_to_the_app_comes_back_and_a_half_of_it_opens_nothing():
    """An app that is said to be served, and not how, must not fall back to one that anybody may use."""
    serving = Serving("https://a.example.org/s", behind_proxy=True, provider="login.example.org")
    assert serving_of(handed(serving)) == serving
    assert (serving.host, serving.origin, serving.path) == ("a.example.org", "https://a.example.org", "/s")
    assert serving.beyond
    assert serving.encrypted
    assert not Serving("http://127.0.0.1:1").beyond
    assert Serving("http://10.0.0.5", "10.0.0.5").beyond
    assert serving_of({}) is None
    for said in ("", "{}", "[]", "{", '{"url": "x", "other": 1}'):
        with pytest.raises(InvalidInputError, match="interview serve"):
            serving_of({SERVED: "1", SERVING: said})
