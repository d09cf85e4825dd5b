import pytest
from small_study import TRICKY_CODE

from store.audit import verify
from store.decisions import codings, decisions
from store.event_log import log

pytestmark = pytest.mark.browser

PAGES = ("Study", "Transcripts", "Codebook", "Review", "Quotes", "Saturation", "Audit")
GUIDS = {"Borrowed machines": "c1", "Unseen work": "c3"}


def settle(page) -> None:
    """Wait until the app has nothing more to draw."""
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()


def go(page, title: str) -> None:
    settle(page)
    page.get_by_role("link", name=title, exact=True).click()
    page.locator("h1.page-title", has_text="A small **study**" if title == "Study" else title).wait_for()
    if title == "Review":
        page.locator("body[data-review-keys]").wait_for(state="attached")
    settle(page)


def press(page, key: str, then: str) -> None:
    """Press a key when the page is at rest, and wait for what it is to bring."""
    settle(page)
    page.keyboard.press(key)
    page.locator(then).first.wait_for()


def words(study) -> list[tuple[str, str | None]]:
    return [(str(d.verdict), d.code) for d in decisions(study)]


def suggested(page, number: int) -> str:
    """The GUID of the suggestion of that number."""
    return GUIDS[page.locator(f".st-key-card_{number} strong").inner_text()]


def test_decisions_by_key_survive_a_reload(page, study):
    """Accept and reject by key, undo, go on, reload: exactly these decisions are in the database and in the log."""
    go(page, "Review")
    first, second = suggested(page, 1), suggested(page, 2)
    press(page, "1", ".st-key-confirmed_1")
    press(page, "Shift+2", ".st-key-rejected_2")
    assert words(study) == [("accept", first), ("reject", second)], "what is drawn as decided is on disk"
    press(page, "z", ".st-key-suggested_2")
    press(page, "n", "text=Segment 2 of 3")
    page.reload()
    page.get_by_text("Segment 2 of 3").wait_for()
    settle(page)

    # The field is drawn later than the cards, and empty for a moment before it takes its value from the address.
    page.wait_for_function("document.querySelector('input[aria-label=Coder]')?.value === 'Ana'")
    assert words(study) == [("accept", first), ("reject", second), ("withdraw", second), ("read", None)]
    assert [(c.code, c.coder) for c in codings(study)] == [(first, "Ana")]
    page.locator("body[data-review-keys]").wait_for(state="attached")
    press(page, "b", '[class*="st-key-confirmed_"]:has-text("Confirmed by Ana")')
    made = [event for event in log(study) if event.type.startswith("decision")]
    assert [event.coder for event in made] == ["Ana"] * 4
    assert verify(study).faults == ()


def test_replace_by_another_code_with_the_mouse(page, study):
    """A suggestion replaced from its list is rejected, and the chosen code added, whatever mark-up is in its name."""
    go(page, "Review")
    first = suggested(page, 1)
    page.locator(".st-key-answers_1 input").click()
    page.get_by_role("option", name=TRICKY_CODE).click()
    page.locator(".st-key-confirmed_own_1", has_text=TRICKY_CODE).wait_for()
    assert words(study) == [("reject", first), ("add", "c4")]


def test_keys_beside_the_buttons(page, study):
    """A puts the cursor into the list of codes, where letters are text; then the keys decide again. Arrows move."""
    go(page, "Review")
    page.keyboard.press("a")
    page.keyboard.type("failed n1")
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    assert words(study) == [], "keys pressed in a list are letters, not decisions"
    page.keyboard.press("Enter")
    page.locator(".st-key-confirmed_own_1", has_text="Failed runs").wait_for()
    press(page, "1", ".st-key-confirmed_1")
    press(page, "ArrowRight", "text=Segment 2 of 3")
    press(page, "ArrowLeft", "text=Segment 1 of 3")
    settle(page)
    page.keyboard.press("?")
    page.locator("dl.keys").wait_for()
    assert [verdict for verdict, _ in words(study)] == ["add", "accept", "read"]


def test_the_recording_stands_at_the_segment(page, study):
    """The player of a recording is moved to the time at which the segment begins."""
    go(page, "Review")
    page.locator(".st-key-review_interview input").click()
    page.get_by_role("option", name="Interview I2").click()
    page.locator(".st-key-recording audio").wait_for()
    page.wait_for_function("document.querySelector('.st-key-recording audio').currentTime === 3")
    press(page, "n", "text=Segment 2 of 2")
    page.wait_for_function("document.querySelector('.st-key-recording audio').currentTime === 6")


def test_every_page_fits_and_opens(page):
    """No page raises, complains, asks another machine for something, or is wider than 1280 pixels."""
    for title in PAGES:
        go(page, title)
        assert page.locator(".stException").count() == 0, title
        widths = page.evaluate("[document.documentElement, document.querySelector('.stMain')].map(e => e.scrollWidth)")
        assert widths[0] <= 1280, title
        assert widths[1] <= page.evaluate("document.querySelector('.stMain').clientWidth"), title
