"""The review desk in a real browser: every key, the selection, the recording, and what is on the disk afterwards."""

import pytest
from at_rest import settle, until
from small_study import TRICKY_CODE

from assistant.ui.navigation import PLACES
from store.audit import verify
from store.codebook import current_codebook
from store.decisions import codings, decisions
from store.event_log import log
from store.memos import memos
from store.segments import segments
from store.transcripts import transcript

pytestmark = pytest.mark.browser


def go(page, title: str) -> None:
    settle(page)
    page.get_by_role("link", name=title, exact=True).click()
    page.locator("h1.page-title", has_text="A small **study**" if title == "Study" else title).wait_for()
    if title == "Review":
        page.locator("body[data-review-keys]").wait_for(state="attached")
    settle(page)


def press(page, key: str, then: str = "") -> None:
    """Press a key, wait until what it did is on the disk and drawn, and for what it is to bring."""
    settle(page)
    before = heard(page)
    page.keyboard.press(key)
    wait_for_next(page, before)
    if then:
        page.locator(then).first.wait_for()


def heard(page) -> int:
    """How many acts of the desk were heard."""
    return int(page.locator(".rd-root").get_attribute("data-heard"))


def wait_for_next(page, before: int) -> None:
    """Wait until more than so many were heard and none is on its way; the desk itself may be drawn anew meanwhile."""
    until(
        page,
        """before => {
          const desk = document.querySelector('.rd-root')?.dataset;
          return Number(desk?.heard) > before && desk.waiting === '0';
        }""",
        arg=before,
    )


def words(study) -> list[tuple[str, str | None]]:
    return [(str(d.verdict), d.code) for d in decisions(study)]


def suggested(page, number: int) -> str:
    """The GUID of the suggestion of that number."""
    return page.locator(f'.rd-card[data-card="{number}"]').get_attribute("data-code")


def at(page) -> str:
    """Where the desk says it stands."""
    return page.locator(".rd-progress span").inner_text()


def test_decisions_by_key_survive_a_reload_and_can_still_be_undone(page, study):
    """Accept, reject, undo, next, reload: exactly these decisions are on the disk, and Z goes on where it was."""
    go(page, "Review")
    first, second = suggested(page, 1), suggested(page, 2)
    press(page, "1", '.rd-confirmed[data-card="1"]')
    press(page, "Shift+2", '.rd-rejected[data-card="2"]')
    assert words(study) == [("accept", first), ("reject", second)], "what is drawn as decided is on disk"
    press(page, "z", '.rd-suggested[data-card="2"]')
    press(page, "n")
    assert "Segment 2 of 3" in at(page)
    page.reload()
    page.locator(".rd-progress", has_text="Segment 2 of 3").wait_for()
    settle(page)
    assert words(study) == [("accept", first), ("reject", second), ("withdraw", second), ("read", None)]
    assert [(c.code, c.coder) for c in codings(study)] == [(first, "Ana")]
    page.locator('.rd-bar [data-k="undo"]:enabled').wait_for()
    press(page, "z", '.rd-suggested[data-card="1"]')
    assert codings(study) == ()
    assert "Segment 1 of 3" in at(page)
    made = [event for event in log(study) if event.type.startswith("decision")]
    assert {event.coder for event in made} == {"Ana"}
    assert verify(study).faults == ()


def test_a_code_by_typing_and_several_at_once_whatever_is_in_their_names(page, study):
    """X replaces by what is typed; A adds several with Shift+Enter; mark-up in a name is text."""
    go(page, "Review")
    first = suggested(page, 1)
    page.keyboard.press("x")
    page.keyboard.type("bold")
    press(page, "Enter", '[data-own="c4"]')
    assert page.locator('[data-own="c4"] .rd-name').inner_text() == TRICKY_CODE
    assert words(study) == [("reject", first), ("add", "c4")]
    page.keyboard.press("a")
    page.keyboard.type("failed n1")
    assert words(study) == [("reject", first), ("add", "c4")], "keys pressed in a field are letters, not decisions"
    for _ in range(3):
        page.keyboard.press("Backspace")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("never found 5")
    press(page, "Enter", '[data-own="c5"]')
    assert words(study)[2:] == [("add", "c2"), ("add", "c5")]
    press(page, "z")
    assert {c.code for c in codings(study)} == {"c4"}, "several codes are one step"


def test_a_new_code_and_a_memo_by_key(page, study):
    """C makes a code for the passage; M writes a memo; Escape loses nothing that was typed."""
    go(page, "Review")
    page.keyboard.press("m")
    page.keyboard.type("A half thou")
    page.keyboard.press("Escape")
    page.keyboard.press("m")
    page.keyboard.type("ght.")
    press(page, "Control+Enter", ".rd-memos")
    (memo,) = memos(study)
    assert memo.text in ("A half thought.", "ght.A half thou"), "the caret may stand at either end"
    page.keyboard.press("c")
    page.keyboard.type("Night work")
    press(page, "Control+Enter")
    page.locator(".rd-name", has_text="Night work").wait_for()
    code = current_codebook(study).find("Night work")
    assert [c.code for c in codings(study)] == [code.guid]


def test_arrows_help_and_a_click_in_the_transcript(page, study):
    """Arrows move; ? shows the keys; the arrow beside a passage leads to it."""
    go(page, "Review")
    press(page, "ArrowRight")
    assert "Segment 2 of 3" in at(page)
    press(page, "ArrowLeft")
    assert "Segment 1 of 3" in at(page)
    page.keyboard.press("?")
    page.locator(".rd-keys").wait_for()
    page.keyboard.press("?")
    page.locator(".rd-keys").wait_for(state="detached")
    third = segments(study, "I1")[4]
    page.locator(f'[data-segment="{third.id}"] .tv-go').click()
    page.locator(".rd-progress", has_text="Segment 3 of 3").wait_for()
    assert words(study) == [("read", None)]


def test_the_recording_stands_at_the_segment_and_a_word_plays_from_there(page, study):
    """The player is moved to where the segment begins; a click on a word moves it to the word."""
    go(page, "Review")
    page.locator(".st-key-review_interview input").click()
    page.get_by_role("option", name="Interview I2").click()
    page.locator(".st-key-recording audio").wait_for()
    until(page, "document.querySelector('.st-key-recording audio').currentTime === 3")
    press(page, "n")
    until(page, "document.querySelector('.st-key-recording audio').currentTime === 6")
    first = segments(study, "I2")[1]
    page.locator(f'[data-segment="{first.id}"] .tv-text').click(position={"x": 4, "y": 12})
    until(page, "document.querySelector('.st-key-recording audio').currentTime < 5.9")


def test_a_coding_is_re_spanned_with_the_mouse_and_with_keys(page, study):
    """Dragging snaps to words; arrows move by word; what lands on the disk is the exact slice."""
    go(page, "Review")
    press(page, "1", '.rd-confirmed[data-card="1"]')
    text = transcript(study, "I1").text
    page.keyboard.press("e")
    page.locator(".rd-selected", has_text="Re-span").wait_for()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    press(page, "Enter")
    (coding,) = codings(study)
    assert coding.span.of(text) == "We borrowed"
    page.keyboard.press("e")
    row = page.locator(".tv-current .tv-text")
    box = row.bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 12)
    page.mouse.down()
    page.mouse.move(box["x"] + 150, box["y"] + 12, steps=5)
    before = heard(page)
    page.mouse.up()
    wait_for_next(page, before)
    (coding,) = codings(study)
    here = coding.span.of(text)
    assert here != "We borrowed"
    assert text[coding.span.start - 1] in " \n", here
    assert text[coding.span.end] in " .\n", here
    press(page, "z")
    assert codings(study)[0].span.of(text) == "We borrowed"
    assert verify(study).faults == ()


def test_every_page_fits_and_opens(page):
    """No page raises, complains, asks another machine for something, or is wider than 1280 pixels."""
    for place in PLACES:
        go(page, place.title)
        assert page.locator(".stException").count() == 0, place.title
        widths = page.evaluate("[document.documentElement, document.querySelector('.stMain')].map(e => e.scrollWidth)")
        assert widths[0] <= 1280, place.title
        assert widths[1] <= page.evaluate("document.querySelector('.stMain').clientWidth"), place.title


def test_what_others_wrote_is_text_in_the_browser_too(page):
    """A speaker and a code full of mark-up are shown as they are written, on transcripts and in the tree."""
    go(page, "Transcripts")
    page.locator(".tv-speaker", has_text="<script>alert(1)</script>").wait_for()
    page.locator(".tv-text", has_text="<b>noticed</b>").wait_for()
    go(page, "Codebook")
    assert page.locator(".ct-name", has_text=TRICKY_CODE).count() == 1
