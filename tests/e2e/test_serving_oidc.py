"""Signing in at an identity provider, in a real browser: who it names is let in, and nothing that it did not say."""

from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from conftest import free_port
from served_app import person, served_app
from servers.oidc_provider import CLIENT, provider
from small_study import build_study

from store.members import MemberRole, remove_member, set_member

pytestmark = pytest.mark.browser

PEOPLE = {
    "ana": {"sub": "a-1", "email": "ana@example.org", "email_verified": True},
    "mia": {"sub": "m-1", "email": "mia@example.org", "email_verified": True},
    "eve": {"sub": "e-1", "email": "mia@example.org", "email_verified": False},
    "tom": {"sub": "t-1"},
}
FAILED = "Signing in at your organisation did not work"
UNKNOWN = "you are no member of this study"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("oidc")


@pytest.fixture(scope="module")
def desk():
    with provider(PEOPLE) as made:
        yield made


@pytest.fixture(scope="module")
def study(place, desk):
    with build_study(place) as made:
        set_member(made, "Ana", MemberRole.LEAD, identity=f"{desk.issuer}|a-1")
        set_member(made, "Mia", MemberRole.CODER, identity="mia@example.org")
        yield made


@pytest.fixture(scope="module")
def served(study, place, desk):
    port = free_port()
    file = place / "oidc.toml"
    file.write_text(desk.settings(f"http://127.0.0.1:{port}"), encoding="utf-8")
    file.chmod(0o600)
    with served_app(study.folder, place, "--oidc", str(file), port=port) as app:
        yield app


@pytest.fixture
def tab(place, desk):
    desk.lies, desk.forged = {}, False
    with person(place) as theirs:
        yield theirs.new_page()


def go(tab, served, who, page=""):
    """To the provider, and back as that person."""
    tab.goto(f"{served.url}/{page}")
    tab.get_by_role("link", name="Sign in").click()
    tab.get_by_role("link", name=who, exact=True).click()


def test_members_come_in_by_subject_or_verified_mail_and_go_out_at_both(tab, served):
    """The browser holds none of what the provider said; signing out ends the session here and can there."""
    go(tab, served, "ana", "review")
    tab.locator(".signed-in").wait_for()
    assert tab.locator(".signed-in p").inner_text() == "Signed in as Ana (lead)"
    held = {cookie["name"] for cookie in tab.context.cookies()}
    assert not {name for name in held if name.startswith("_streamlit_user")}
    tab.get_by_role("button", name="Sign out").click()
    assert tab.get_by_role("status").inner_text() == "You are signed out."
    tab.get_by_role("link", name="Sign out at your organisation").click()
    assert tab.get_by_text("signed out here too").is_visible()
    assert "id_token_hint" in parse_qs(urlsplit(tab.url).query)
    go(tab, served, "mia")
    tab.locator(".signed-in").wait_for()
    assert tab.locator(".signed-in p").inner_text() == "Signed in as Mia (coder)"


@pytest.mark.parametrize("who", ["eve", "tom"])
def test_whoever_is_no_member_is_told_so_and_nothing_else(tab, served, who):
    """An e-mail that the provider has not verified is nobody's; the log names who could be added."""
    go(tab, served, who)
    assert UNKNOWN in tab.get_by_role("alert").inner_text()
    tab.goto(f"{served.url}/review")
    assert urlsplit(tab.url).path == "/login"
    assert f"|{PEOPLE[who]['sub']}" in served.said


@pytest.mark.parametrize(
    "lie",
    [
        {"nonce": "another"},
        {"aud": "another"},
        {"aud": "another", "azp": CLIENT},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"sub": ""},
        "forged",
    ],
    ids=str,
)
def test_a_token_that_is_not_for_this_sign_in_is_not_believed(tab, served, desk, lie):
    """Another nonce, audience, issuer or key, one that has expired, and one that names nobody."""
    desk.lies, desk.forged = ({}, True) if lie == "forged" else (lie, False)
    go(tab, served, "ana")
    assert FAILED in tab.get_by_role("alert").inner_text()
    desk.lies, desk.forged = {}, False
    tab.get_by_role("link", name="Sign in again").click()
    assert urlsplit(tab.url).path == "/login"


def test_an_answer_that_was_asked_for_elsewhere_is_not_taken(tab, served, place):
    """Nobody can sign somebody else in under their own name: the answer fits the browser that asked, once."""
    tab.goto(served.url)
    tab.get_by_role("link", name="Sign in").click()
    granted = urljoin(tab.url, tab.get_by_role("link", name="ana", exact=True).get_attribute("href"))
    back = tab.request.get(granted, max_redirects=0).headers["location"]
    with person(place) as other:
        victim = other.new_page()
        victim.goto(back)
        assert FAILED in victim.get_by_role("alert").inner_text()
    changed = back.replace("state=", "state=x")
    tab.goto(changed)
    assert FAILED in tab.get_by_role("alert").inner_text()
    tab.goto(back)
    tab.locator(".signed-in").wait_for()
    tab.context.clear_cookies(name="interview_session")
    tab.goto(back)
    assert FAILED in tab.get_by_role("alert").inner_text(), "a second time it is worth nothing"


def test_who_is_taken_out_is_out_although_the_provider_knows_them(tab, served, study):
    """The next act leads to where one signs in, and there one sentence is left."""
    set_member(study, "Tom", MemberRole.CODER, identity="tom@example.org")
    go(tab, served, "mia")
    tab.locator(".signed-in").wait_for()
    remove_member(study, "Mia")
    tab.get_by_role("link", name="Quotes", exact=True).click()
    tab.wait_for_url("**/login?said=ended")
    go(tab, served, "mia")
    assert UNKNOWN in tab.get_by_role("alert").inner_text()
