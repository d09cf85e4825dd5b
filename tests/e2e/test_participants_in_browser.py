"""Member checking in a real browser: what is downloaded is filled in by its reader, and comes back on the page."""

import json

import pytest
from at_rest import settle
from conftest import Complaints
from participants_study import COST, participants_study

from assistant.exchange.participants import TITLES, given_packs, pack_for, participant_of, write_pack
from store.memos import memos

pytestmark = pytest.mark.browser

ASKED = "It fell </script> <b>twice</b> & rose 🙂."


@pytest.fixture
def study(tmp_path):
    with participants_study(tmp_path) as made:
        yield made


@pytest.fixture
def sent(study, tmp_path):
    """A page as a participant gets it: a file on their disk."""
    path = tmp_path / "pack.html"
    write_pack(study, pack_for(study, participant_of(study, ["I1"])), path, coder="Ana")
    return path


def opened(browser, path):
    """The file in a window that may reach nothing; what it complains about and asks for."""
    tab = browser.new_page()
    asked: list[str] = []
    said = Complaints(tab)
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(path.as_uri())
    return tab, asked, said


def saved(tab, place):
    with tab.expect_download() as download:
        tab.get_by_role("button", name="Save my comments").click()
    download.value.save_as(place)
    tab.get_by_role("status").get_by_text("Saved as my-comments.html").wait_for()
    return place


def test_a_page_from_a_disk_is_filled_saved_and_filled_on(browser, sent, tmp_path):
    """It asks for nothing but itself; what it saved holds the comments when it is opened again, and can be changed."""
    tab, asked, said = opened(browser, sent)
    tab.get_by_label("Your comment on passage 2").fill(ASKED)
    tab.get_by_role("group", name="May we quote passage 2?").get_by_label("No", exact=True).check()
    first = saved(tab, tmp_path / "my-comments.html")
    assert asked[0] == sent.as_uri()
    assert all(url.startswith("blob:") for url in asked[1:])
    again, _, _ = opened(browser, first)
    field = again.get_by_label("Your comment on passage 2")
    assert field.input_value() == ASKED
    assert again.get_by_role("group", name="May we quote passage 2?").get_by_label("No", exact=True).is_checked()
    field.fill("Nothing fell.")
    second = saved(again, tmp_path / "again.html")
    assert "Nothing fell." in second.read_text(encoding="utf-8")
    assert "twice" not in second.read_text(encoding="utf-8")
    assert [text for text in said.found if not text.startswith("asked for file:")] == []


def test_a_page_is_used_with_the_keyboard_alone(browser, sent, tmp_path):
    """From the first field over the answers to saving, in the order in which they stand."""
    tab, _, _ = opened(browser, sent)
    tab.keyboard.press("Tab")
    tab.keyboard.type("Months.")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Space")
    tab.keyboard.press("ArrowDown")
    tab.get_by_label("Is anything wrong or missing?").focus()
    tab.keyboard.press("Tab")
    tab.keyboard.press("Tab")
    with tab.expect_download() as download:
        tab.keyboard.press("Enter")
    download.value.save_as(tmp_path / "keys.html")
    held = (tmp_path / "keys.html").read_text(encoding="utf-8").split('id="comments">')[1].split("</script>")[0]
    found = json.loads(held)
    assert (found["comments"], found["answers"]) == ({"passage-1": "Months."}, {"passage-1": "change"})


@pytest.mark.parametrize("width", [1280, 400])
def test_axe_has_nothing_to_complain_of(browser, sent, width):
    """On a desk and on a telephone; nothing is cut off at the side."""
    axe = pytest.importorskip("axe_playwright_python.base", reason="axe-playwright-python is not installed")
    tab, _, _ = opened(browser, sent)
    tab.set_viewport_size({"width": width, "height": 800})
    tab.evaluate(axe.AXE_SCRIPT)
    report = tab.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    assert [rule["id"] for rule in report["violations"]] == []
    wide = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert tab.evaluate(wide) <= 0


def test_a_pack_is_downloaded_and_comes_back_on_the_page(browser, address, study, tmp_path):
    """The whole way: given out as Ana, filled by a participant, dropped onto the page, shown with its passage."""
    page = browser.new_page()
    complaints = Complaints(page)
    page.goto(f"{address}/participants")
    page.locator("h1.page-title").wait_for()
    settle(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as web page").click()
    pack = tmp_path / download.value.suggested_filename
    download.value.save_as(pack)
    page.locator(".notice", has_text="is with your downloads").wait_for()
    settle(page)
    (given,) = given_packs(study)
    assert given.name == pack.name == "participant-I1-I4.html"
    tab, _, _ = opened(browser, pack)
    tab.get_by_label("Your comment on passage 2").fill(ASKED)
    back = saved(tab, tmp_path / "my-comments.html")
    page.locator('input[type="file"]').set_input_files(str(back))
    page.get_by_text("my-comments.html").first.wait_for()
    settle(page)
    page.get_by_role("button", name="Keep the comments as memos").click()
    page.locator(".notice", has_text="my-comments.html: 1 memo kept on I1, I4.").wait_for()
    settle(page)
    card = page.locator('[class*="st-key-came_back_"]')
    assert card.locator("blockquote").inner_text() == COST
    assert card.locator(".memo-text").inner_text() == ASKED
    assert [m.text for m in memos(study) if m.title in TITLES] == [ASKED]
    assert complaints.found == []
