import pytest
from axe_playwright_python.sync_playwright import Axe
from lived_in_study import lived_in_study

from assistant.exchange.outgoing import outgoing
from assistant.exchange.study_files import write_study_file
from assistant.review import Basis

pytestmark = pytest.mark.browser


@pytest.fixture
def report(tmp_path):
    """The report of the study in which somebody has worked, as a file."""
    path = tmp_path / "report.html"
    with lived_in_study(tmp_path) as study:
        write_study_file(path, outgoing(study, Basis(), "Ana"))
    return path


@pytest.fixture
def page(browser, report):
    """The report as it is opened from a disk, with what it asked for and complained of."""
    opened = browser.new_page()
    opened.noticed = []
    opened.on("request", lambda request: opened.noticed.append(request.url))
    opened.on("console", lambda message: opened.noticed.append(message.text))
    opened.on("pageerror", lambda error: opened.noticed.append(str(error)))
    opened.goto(report.as_uri())
    return opened


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_a_report_loads_nothing_and_everybody_can_read_it(page, report, width, scheme):
    """No request but for itself, no complaint, no scrolling sideways, no violation of accessibility, all parts open."""
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    assert page.noticed == [report.as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    found = Axe().run(page).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []


def test_quotes_are_searched_and_opened_by_their_address(page, report):
    """Words leave the quotes that have them all, say how many, and give back what was open; an address opens too."""
    quotes = page.locator(".quote")
    shown = page.locator(".quote:visible")
    every, first = quotes.count(), shown.count()
    page.get_by_label("Search quotes, speakers and codes").fill("broke month")
    assert page.locator("#found").inner_text() == f"1 of {every} quotes fit."
    assert shown.count() == 1
    assert "It broke twice" in shown.inner_text()
    assert page.locator("details.theme:visible").count() == 1
    page.get_by_label("Search quotes, speakers and codes").fill("")
    assert shown.count() == first
    opened = page.locator("details.theme[open]")
    page.get_by_role("button", name="Close all").click()
    assert opened.count() == 0
    page.goto(f"{report.as_uri()}#quote-{every}")
    page.locator(f"details.theme[open] #quote-{every}").wait_for(state="visible")
    assert opened.count() == 1
    page.get_by_role("button", name="Open all").click()
    assert opened.count() == page.locator("details.theme").count()
