"""What every page owes to everybody: nothing for axe to complain of, in light and dark, and nothing cut off or tiny.

Nothing is excepted, not even Streamlit's own parts. One app and one browser serve all tests here; a new page in PLACES
is covered by itself.
"""

import pytest
from at_rest import settle, until
from conftest import Complaints, chromium, running_app
from lived_in_study import lived_in_study

from assistant.ui.navigation import PLACES

pytestmark = pytest.mark.browser

GRAVE = ("serious", "critical")
ALWAYS = ("heading-order", "page-has-heading-one", "landmark-one-main", "html-has-lang", "empty-heading", "region")
"""Rules that axe calls moderate and we hold all the same."""

SIZES = {"a notebook": (1280, 800), "a notebook at 150 %": (853, 533), "a projector": (1920, 1080)}
SMALLEST = 12.8  # pixels: 0.8 of the browser's usual size

PARTS = '.stMain [data-testid="stButtonGroup"] [role="radio"]'
LEAVES = '.stMain [role="tab"]'
TOO_SMALL = """smallest => {
  const found = new Set(), walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const box = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !box.checkVisibility({ visibilityProperty: true })) continue;
    if (parseFloat(getComputedStyle(box).fontSize) < smallest) found.add(walker.currentNode.data.trim().slice(0, 40));
  }
  return [...found];
}"""
OVERFLOW = """() => [document.documentElement, document.querySelector('.stMain')]
  .filter((box) => box.scrollWidth > box.clientWidth).map((box) => [box.tagName, box.scrollWidth, box.clientWidth])"""
IN_DARK = "() => getComputedStyle(document.querySelector('.stApp')).colorScheme === 'dark'"
IN_LIGHT = "() => getComputedStyle(document.querySelector('.stApp')).colorScheme === 'light'"

every_page = pytest.mark.parametrize("place", PLACES, ids=[place.address for place in PLACES])


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lived-in")
    with lived_in_study(folder) as study, running_app(study.folder, folder) as at:
        yield at


@pytest.fixture(scope="module")
def tab(tmp_path_factory):
    with chromium(tmp_path_factory.mktemp("browser")) as context:
        opened = context.new_page()
        opened.set_default_timeout(30_000)
        said = Complaints(opened)
        yield opened
        assert said.found == []


@pytest.fixture(autouse=True)
def as_usual(tab):
    yield
    tab.set_viewport_size({"width": 1280, "height": 800})
    tab.emulate_media(color_scheme="light")


def visit(tab, app, place) -> None:
    """Open a page as the coder Ana and wait until it is at rest."""
    tab.goto(f"{app}/{'' if place is PLACES[0] else place.address}")
    tab.locator("h1.page-title").wait_for()
    settle(tab)
    if place.address in ("review", "transcripts"):
        tab.locator('.tv-box [role="listitem"]').first.wait_for()
        settle(tab)


def complaints(tab) -> list[str]:
    """What axe finds on the page as it is."""
    axe = pytest.importorskip("axe_playwright_python.base", reason="axe-playwright-python is not installed")
    tab.evaluate(axe.AXE_SCRIPT)
    report = tab.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{rule['impact']}: {rule['help']} ({rule['id']}): {node['html'][:200]} {node.get('failureSummary', '')}"
        for rule in report["violations"]
        if rule["impact"] in GRAVE or rule["id"] in ALWAYS
        for node in rule["nodes"]
    ]


def every(tab, parts: str):
    """Click one after the other, and wait until the page is at rest; a part may bring others or take them away."""
    number = 0
    while number < tab.locator(parts).count():
        tab.locator(parts).nth(number).click()
        settle(tab)
        yield number
        number += 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@every_page
def test_axe_finds_nothing(tab, app, place, scheme):
    """No page, no part of a page and nothing folded in it has a serious or critical finding, in light or dark."""
    tab.emulate_media(color_scheme=scheme)
    visit(tab, app, place)
    assert tab.evaluate(IN_DARK) is (scheme == "dark"), "the app follows what the system prefers"
    found = complaints(tab)
    for _ in every(tab, PARTS):
        found += complaints(tab)
        for _ in every(tab, LEAVES):
            found += complaints(tab)
    tab.evaluate("document.querySelectorAll('.stMain details').forEach((box) => { box.open = true; })")
    settle(tab)
    assert found + complaints(tab) == []


def test_axe_would_find_something(tab, app):
    """The check itself works: an unnamed button and pale text are complained of."""
    visit(tab, app, PLACES[0])
    tab.evaluate("document.querySelector('h1.page-title').innerHTML += '<button></button>'")
    tab.evaluate("document.querySelector('h1.page-title').style.color = '#eeeeee'")
    said = "\n".join(complaints(tab))
    assert "button-name" in said
    assert "color-contrast" in said


@every_page
def test_every_page_can_be_read_on_every_screen(tab, app, place):
    """On a notebook, at 150 % of it and on a projector nothing scrolls sideways and no text is tiny."""
    for name, (width, height) in SIZES.items():
        tab.set_viewport_size({"width": width, "height": height})
        visit(tab, app, place)
        assert tab.evaluate(OVERFLOW) == [], name
        assert tab.evaluate(TOO_SMALL, SMALLEST) == [], name


def test_all_pages_are_named(tab, app):
    """At 1280 by 800 no page hides behind “more”."""
    visit(tab, app, PLACES[0])
    links = tab.locator('[data-testid="stSidebarNav"]').get_by_role("link")
    assert [link.inner_text() for link in links.all()] == [place.title for place in PLACES]
    assert all(link.is_visible() for link in links.all())


def test_light_or_dark_can_be_chosen(tab, app):
    """In a system that prefers dark, a person can choose light in the app's menu, and a reload keeps it."""
    tab.emulate_media(color_scheme="dark")
    visit(tab, app, PLACES[0])
    for choice, holds in (("Light", IN_LIGHT), ("System", IN_DARK)):
        tab.get_by_role("button", name="Main menu").click()
        tab.get_by_role("menuitemradio", name=choice).click()
        until(tab, holds)
        tab.keyboard.press("Escape")
        visit(tab, app, PLACES[0])
        assert tab.evaluate(holds)


def test_results_are_said(tab, app):
    """What a search found is said by the live region, which is there before its words are."""
    visit(tab, app, next(place for place in PLACES if place.address == "quotes"))
    said = tab.locator("#announcer[role=status]")
    assert said.count() == 1
    until(tab, "() => document.querySelector('#announcer').textContent.includes('quotes')")
    tab.get_by_label("State", exact=True).click()
    tab.get_by_role("option", name="Rejected").click()
    until(tab, "() => document.querySelector('#announcer').textContent.startsWith('No quote fits')")
