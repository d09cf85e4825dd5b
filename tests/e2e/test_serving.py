"""`interview serve` in real browsers: who signs in is who decides, and nobody is anybody else."""

import re
from urllib.parse import urlsplit

import pytest
from at_rest import settle
from conftest import Complaints
from served_app import person, served_app, sign_in
from small_study import build_study
from team_study import add_team, password_of
from test_review import at, press

from assistant.ui.navigation import PLACES
from store.audit import verify
from store.decisions import decisions
from store.members import MemberRole, remove_member, set_member

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="module")
def study(place):
    with build_study(place) as made:
        add_team(made, Ana="lead", Ben="coder", Cid="reader", Dan="coder", Eva="coder", Rob="reviewer")
        yield made


@pytest.fixture(scope="module")
def served(study, place):
    with served_app(study.folder, place) as app:
        yield app
        assert "Traceback" not in app.said


def review(context, served, name):
    tab = context.new_page()
    sign_in(tab, f"{served.url}/review", name, password_of(name))
    tab.locator("body[data-review-keys]").wait_for(state="attached")
    settle(tab)
    return tab


def test_two_people_decide_at_once_under_their_own_names(served, study, place):
    """Each in their own browser; neither address, name nor cookie of another kind makes one of them the other."""
    with person(place) as hers, person(place) as his:
        ana, ben = review(hers, served, "Ana"), review(his, served, "Ben")
        said = [Complaints(ana), Complaints(ben)]
        assert ana.locator(".signed-in p").inner_text() == "Signed in as Ana (lead)"
        assert ben.locator(".signed-in p").inner_text() == "Signed in as Ben (coder)"
        assert ben.get_by_label("Coder", exact=True).count() == 0
        press(ana, "1", '.rd-confirmed[data-card="1"]')
        press(ben, "Shift+1", '.rd-rejected[data-card="1"]')
        assert [(d.coder, str(d.verdict)) for d in decisions(study)] == [("Ana", "accept"), ("Ben", "reject")]
        # everything that could name Ana, in Ben's browser
        visit = re.search(r"visit=([^&]+)", ana.url)[1]
        origin = {"domain": "127.0.0.1", "path": "/"}
        his.add_cookies(
            [{"name": name, "value": "Ana", **origin} for name in ("coder", "interview_admitted", "_streamlit_user")]
        )
        ben.goto(f"{served.url}/review?visit={visit}&coder=Ana&member=Ana")
        ben.locator("body[data-review-keys]").wait_for(state="attached")
        settle(ben)
        assert ben.locator(".signed-in p").inner_text() == "Signed in as Ben (coder)"
        assert f"visit={visit}" not in ben.url
        press(ben, "2", '.rd-confirmed[data-card="2"]')
        press(ana, "Shift+2", '.rd-rejected[data-card="2"]')
        made = [(d.coder, str(d.verdict)) for d in decisions(study)]
        assert made[2:] == [("Ben", "accept"), ("Ana", "reject")]
        hers_alone, his_own = ({d.sitting for d in decisions(study) if d.coder == name} for name in ("Ana", "Ben"))
        assert len(hers_alone) == 1
        assert not hers_alone & his_own
        assert verify(study).faults == ()
        assert [complaints.found for complaints in said] == [[], []]


def test_the_way_in_by_keyboard_alone_and_the_way_out(served, place):
    """Wrong, then right, then out; the open page beside it is led to where one signs in, and does nothing more."""
    with person(place) as theirs:
        tab = theirs.new_page()
        tab.goto(f"{served.url}/quotes")
        assert tab.title() == "Sign in – Interview analysis"
        assert tab.evaluate("document.activeElement.id") == "name"
        tab.keyboard.type("Dan")
        tab.keyboard.press("Tab")
        tab.keyboard.type("not the password")
        tab.keyboard.press("Enter")
        assert "That is not the name" in tab.get_by_role("alert").inner_text()
        assert tab.evaluate("document.activeElement.id") == "password"
        tab.keyboard.type(password_of("Dan"))
        tab.keyboard.press("Tab")
        outline = tab.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        assert (tab.evaluate("document.activeElement.innerText"), outline) == ("Sign in", "3px")
        tab.keyboard.press("Enter")
        tab.locator(".signed-in").wait_for()
        assert urlsplit(tab.url).path == "/quotes"
        settle(tab)
        other = theirs.new_page()
        other.goto(served.url)
        other.locator(".signed-in").wait_for()
        settle(other)
        other.get_by_role("button", name="Sign out").press("Enter")
        assert other.get_by_role("status").inner_text() == "You are signed out."
        tab.get_by_role("link", name="Memos", exact=True).click()
        tab.wait_for_url("**/login?said=ended")
        assert "Your session has ended" in tab.get_by_role("status").inner_text()
        assert tab.request.get(f"{served.url}/_stcore/health").status == 403


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_to_sign_in_is_sound(served, place, scheme):
    """Nothing for axe to complain of, on a narrow screen neither; and no script runs in it."""
    axe = pytest.importorskip("axe_playwright_python.base", reason="axe-playwright-python is not installed")
    with person(place) as theirs:
        tab = theirs.new_page()
        tab.emulate_media(color_scheme=scheme)
        tab.goto(served.url)
        tab.get_by_label("Name", exact=True).fill("Nobody")
        tab.get_by_label("Password", exact=True).fill("wrong")
        tab.get_by_role("button", name="Sign in").click()
        tab.get_by_role("alert").wait_for()
        tab.evaluate(axe.AXE_SCRIPT)
        found = tab.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
        assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
        for width in (1280, 320):
            tab.set_viewport_size({"width": width, "height": 600})
            assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_who_is_taken_out_or_given_another_role_stops_at_the_next_act(served, study, place):
    """The open page of somebody removed leads to where one signs in, and nothing more is kept under that name."""
    with person(place) as hers:
        eva = review(hers, served, "Eva")
        press(eva, "1", '.rd-confirmed[data-card="1"]')
        before = len(decisions(study))
        remove_member(study, "Eva")
        eva.keyboard.press("2")
        eva.get_by_label("Password", exact=True).wait_for()
        assert len(decisions(study)) == before
        eva.get_by_label("Name", exact=True).fill("Eva")
        eva.get_by_label("Password", exact=True).fill(password_of("Eva"))
        eva.get_by_role("button", name="Sign in").click()
        assert "That is not the name" in eva.get_by_role("alert").inner_text()
    with person(place) as his:
        dan = review(his, served, "Dan")
        set_member(study, "Dan", MemberRole.READER)
        dan.keyboard.press("1")
        dan.get_by_label("Password", exact=True).wait_for()
        assert "Dan" not in {d.coder for d in decisions(study)}
        sign_in(dan, f"{served.url}/review", "Dan", password_of("Dan"))
        assert dan.get_by_text("Signed in as Dan (reader)").is_visible()


@pytest.mark.parametrize(
    ("name", "role", "kept_from"),
    [
        ("Ana", "lead", ()),
        ("Ben", "coder", ("Participants", "Pseudonyms")),
        (
            "Rob",
            "reviewer",
            ("Add interviews", "Recordings", "Import and export", "Participants", "Pseudonyms"),
        ),
        ("Cid", "reader", ("Add interviews", "Recordings", "Import and export", "Participants", "Pseudonyms")),
    ],
)
def test_each_role_is_offered_its_pages_and_none_of_them_breaks(served, place, name, role, kept_from):
    """What a role may not do is not offered; what is shown needs no right that it does not give."""
    with person(place) as theirs:
        tab = theirs.new_page()
        sign_in(tab, served.url, name, password_of(name))
        assert tab.get_by_text(f"Signed in as {name} ({role})").is_visible()
        links = tab.get_by_test_id("stSidebarNavLink").all_inner_texts()
        assert links == [each.title for each in PLACES if each.title not in kept_from]
        broken = []
        for title in links:
            tab.get_by_role("link", name=title, exact=True).click()
            tab.get_by_role("heading", level=1).first.wait_for()
            settle(tab)
            said = [each for each in tab.get_by_role("alert").all_inner_texts() if "nothing was" in each]
            broken += [(title, each) for each in (said, tab.get_by_test_id("stException").all_inner_texts()) if each]
            assert not tab.evaluate("document.documentElement.scrollWidth > innerWidth"), title
        assert broken == []


def test_a_reader_changes_nothing_and_is_told_so(served, study, place):
    """A key that decides brings a sentence, and no decision."""
    with person(place) as theirs:
        tab = review(theirs, served, "Cid")
        before = len(decisions(study))
        tab.keyboard.press("1")
        tab.get_by_text("Cid may not do this in the role “reader”").first.wait_for()
        press(tab, "n")
        assert at(tab).startswith("Segment 2 of"), "reading on is no decision"
        assert len(decisions(study)) == before
