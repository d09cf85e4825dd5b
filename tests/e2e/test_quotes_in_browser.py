"""The page Quotes in a real browser: a query saved, reopened and exported; picking and ordering; copying; hearing."""

import pytest
from at_rest import settle, until
from docx import Document
from small_study import TRICKY_SPEAKER

from store.decisions import keep_decisions
from store.quote_lists import picks, quote_lists
from store.saved_queries import saved_queries
from store.segments import segments
from store.values import DecisionDraft, Role, Verdict

pytestmark = pytest.mark.browser

HEARD = "() => [...document.querySelectorAll('audio')].some((one) => !one.paused && one.currentTime >= 3)"
STILL = "() => [...document.querySelectorAll('audio')].every((one) => one.paused)"
AT_REST = "() => [...document.querySelectorAll('.qb-root')].every((root) => root.dataset.waiting === '0')"


@pytest.fixture
def quotes(page, study):
    """The page with four confirmed quotes, three of I1 and one of I2, which was recorded."""
    spoken = [s for s in segments(study) if s.role is not Role.INTERVIEWER][:4]
    codes = ("c1", "c2", "c3", "c3")
    made = [DecisionDraft(s.transcript_id, s.span, Verdict.ADD, code) for s, code in zip(spoken, codes, strict=True)]
    keep_decisions(study, "Ana", made)
    page.get_by_role("link", name="Quotes", exact=True).click()
    cards(page, 4)
    return page


def cards(page, count: int) -> None:
    """Wait until so many cards are there, and the page is at rest."""
    until(page, "count => document.querySelectorAll('.qb-card').length === count", arg=count)
    rest(page)


def rest(page) -> None:
    until(page, AT_REST)
    settle(page)


def press(page, part: str, name: str, number: int = 0) -> None:
    """A button of a card or a pick, by its accessible name."""
    page.locator(part).nth(number).get_by_role("button", name=name).click()
    rest(page)


def listed(page, texts) -> None:
    """Wait until the list says exactly that, in that order."""
    until(
        page,
        "texts => JSON.stringify([...document.querySelectorAll('.qb-pick .qb-text')].map((one) => one.textContent))"
        " === JSON.stringify(texts)",
        arg=texts,
    )
    rest(page)


def test_a_query_is_saved_reopened_and_exported(quotes, study, tmp_path):
    """Saved under a name, and opened again; steps back and a reload keep what is asked; the file holds the result."""
    words = quotes.locator(".st-key-quote_words input")
    words.fill('"lost a month"')
    words.press("Enter")
    cards(quotes, 1)
    asked = quotes.url
    quotes.get_by_role("button", name="Saved queries").click()
    quotes.locator(".st-key-quote_save_name input").fill("A lost month")
    quotes.locator(".st-key-quote_save button").click()
    quotes.locator(".notice", has_text="The query is saved as “A lost month”.").wait_for()
    assert saved_queries(study)[0].coder == "Ana"
    quotes.keyboard.press("Escape")
    words.fill("")
    words.press("Enter")
    cards(quotes, 4)
    quotes.go_back()
    cards(quotes, 1)
    assert quotes.url == asked
    quotes.go_forward()
    cards(quotes, 4)
    quotes.reload()
    cards(quotes, 4)
    quotes.get_by_role("button", name="Saved queries: 1").click()
    quotes.locator('[class*="st-key-saved_open_"] button').click()
    cards(quotes, 1)
    quotes.keyboard.press("Escape")
    quotes.get_by_role("button", name="Export", exact=True).click()
    with quotes.expect_download() as download:
        quotes.get_by_role("button", name="Download as docx").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    texts = [p.text for p in Document(str(file)).paragraphs]
    assert file.name == "quotes.docx"
    assert "“It broke twice. We lost a month & nobody <b>noticed</b>.” (I1)" in texts
    assert texts[-1].startswith("Query: {")
    assert "lost a month" in texts[-1]


def test_quotes_are_picked_and_put_in_order_by_mouse_and_keyboard(quotes, study):
    """A new list is named by typing; buttons and Alt with arrows move; a note is kept; what is taken out is out."""
    field = quotes.get_by_label("List (or type a new name)")
    field.click()
    field.fill("For the talk")
    quotes.keyboard.press("Enter")
    rest(quotes)
    for number in (0, 1, 3):
        press(quotes, ".qb-card", "Add to list", number)
    first, second, third = (quotes.locator(".qb-card .qb-text").nth(number).inner_text() for number in (0, 1, 3))
    listed(quotes, [first, second, third])
    assert quote_lists(study) == ("For the talk",)
    press(quotes, ".qb-pick", "Move up", 2)
    listed(quotes, [first, third, second])
    up = quotes.locator(".qb-pick").nth(2).get_by_role("button", name="Copy")
    up.focus()
    quotes.keyboard.press("Alt+ArrowUp")
    listed(quotes, [first, second, third])
    note = quotes.locator(".qb-pick input.qb-note").nth(1)
    note.fill("Opens <i>the</i> section.")
    note.press("Enter")
    rest(quotes)
    press(quotes, ".qb-pick", "Take out", 0)
    listed(quotes, [second, third])
    assert [(pick.interview, pick.note) for pick in picks(study, "For the talk")] == [
        ("I1", "Opens <i>the</i> section."),
        ("I2", ""),
    ]
    assert quotes.locator(".qb-card", has_text="In the list").count() == 2
    assert quotes.locator(".qb-head", has_text=TRICKY_SPEAKER).count() == 2, "mark-up in a name is text"


def test_a_quote_is_copied_with_its_source(quotes, address):
    """The button and the key C put the citation on the clipboard; where that is refused, the text stands selected."""
    quotes.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
    last = quotes.locator(".qb-card").nth(3)
    last.get_by_role("button", name="Copy").click()
    last.get_by_text("Copied", exact=True).wait_for()
    assert quotes.evaluate("navigator.clipboard.readText()") == "“I did, at night. Nobody asked.” (I2, 00:00:03)"
    until(quotes, "() => document.querySelector('#announcer').textContent.startsWith('Copied: “I did')")
    quotes.locator(".qb-card").nth(2).get_by_role("button", name="Turns around").focus()
    quotes.keyboard.press("c")
    quotes.locator(".qb-card").nth(2).get_by_text("Copied", exact=True).wait_for()
    assert quotes.evaluate("navigator.clipboard.readText()") == "“Nothing to add here.” (I1)"
    quotes.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }")
    quotes.evaluate("() => { document.execCommand = () => false; }")
    last.get_by_role("button", name="Copy").click()
    field = quotes.get_by_label("The quote with its source; copy it from here")
    field.wait_for()
    selected = "field => field.value.slice(field.selectionStart, field.selectionEnd)"
    assert field.evaluate(selected) == "“I did, at night. Nobody asked.” (I2, 00:00:03)"


def test_a_quote_is_heard_from_its_recording(quotes):
    """It begins where the quote does and stops on demand; quotes of interviews without a recording have no button."""
    last = quotes.locator(".qb-card").nth(3)
    assert quotes.get_by_role("button", name="Play", exact=True).count() == 1
    last.get_by_role("button", name="Play", exact=True).click()
    until(quotes, HEARD)
    last.get_by_role("button", name="Stop", exact=True).click()
    until(quotes, STILL)
    last.get_by_role("button", name="Play", exact=True).click()
    until(quotes, HEARD)
    last.get_by_role("link", name="Transcript").click()
    quotes.locator("h1.page-title", has_text="Transcripts").wait_for()
    quotes.get_by_text("I did, at night. Nobody asked.").first.wait_for()
    assert quotes.get_by_label("Coder", exact=True).input_value() == "Ana"
