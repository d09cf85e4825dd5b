"""The transcripts page in a real browser: read, hear, code exactly what is selected, and find one's place again."""

import time
from collections.abc import Iterator
from functools import partial

import at_rest
import pytest
from at_rest import until
from spoken_study import ANSWER, COMBINED, FAMILY, FLAG, build_spoken_study

from store.decisions import codings, decisions
from store.memos import memos
from store.study import Study
from store.transcripts import transcript
from store.values import Verdict

pytestmark = pytest.mark.browser

SOUND = "document.querySelector('.st-key-recording audio')"


@pytest.fixture
def study(tmp_path) -> Iterator[Study]:
    with build_spoken_study(tmp_path) as made:
        yield made


@pytest.fixture
def reader(page, address):
    """The transcripts page at I3, as Ana."""
    page.goto(f"{address}/transcripts?interview=I3")
    page.locator(".tv-row", has_text="It was loud").wait_for()
    page.locator(".tv-label", has_text="Failed runs (B)").wait_for()
    settle(page)
    return page


def settle(page) -> None:
    """Wait until what was done is on the disk and drawn."""
    at_rest.settle(page)
    page.locator('.rd-reader:not([data-waiting]), .rd-reader[data-waiting="0"]').wait_for()


def drag(page, first: str, last: str, *, alt: bool = False) -> None:
    """Select with the mouse, from the middle of one stretch of letters to the middle of another."""
    script = """([a, b]) => {
      const place = (words, last) => {
        for (const piece of document.querySelectorAll(".tv-piece")) {
          const at = piece.textContent.indexOf(words);
          if (at === -1) continue;
          const range = document.createRange();
          range.setStart(piece.firstChild, at);
          range.setEnd(piece.firstChild, at + words.length);
          const box = [...range.getClientRects()][0];
          return [box.left + box.width * (last ? 0.6 : 0.4), box.top + box.height / 2];
        }
        throw new Error(`${words} is not on the screen`);
      };
      return [...place(a, false), ...place(b, true)];
    }"""
    for _ in range(10):
        places = still(page, script, [first, last])
        if dragged(page, places, partial(page.evaluate, script, [first, last]), alt=alt):
            return
    pytest.fail("the text never stood still")


def still(page, script: str, words) -> list[float]:
    """Where words stand, once that is the same over a fifth of a second with all fonts loaded."""
    page.evaluate("document.fonts.ready.then(() => true)")
    before, since = None, 0.0
    while True:
        found = page.evaluate(script, words)
        if found != before:
            before, since = found, time.monotonic()
        elif time.monotonic() - since > 0.2:
            return found
        page.wait_for_timeout(30)


def dragged(page, places: list[float], measure, *, alt: bool) -> bool:
    """Drag from place to place; where the text has moved meanwhile, let go where it began, which selects nothing."""
    left, top, right, bottom = places
    if alt:
        page.keyboard.down("Alt")
    page.mouse.move(left, top)
    page.mouse.down()
    page.mouse.move((left + right) / 2, (top + bottom) / 2, steps=4)
    page.mouse.move(right, bottom, steps=4)
    stood = measure() == places
    if not stood:
        page.mouse.move(left, top)
    page.mouse.up()
    if alt:
        page.keyboard.up("Alt")
    return stood


def choose(page, name: str) -> None:
    """The code of that name from the list that is open."""
    page.get_by_role("combobox", name="Code the selected stretch with").fill(name)
    page.keyboard.press("Enter")
    settle(page)


def coded(study: Study, coder: str = "Ana") -> list[tuple[str, str]]:
    """Every coding of a coder as (code, exact words)."""
    text = transcript(study, "I3").text
    return [(c.code, c.span.of(text)) for c in codings(study, interview="I3", coder=coder)]


def test_a_selection_with_the_mouse_is_coded_exactly(reader, study):
    """From the middle of one word to the middle of another: whole words land in the database, emoji and all."""
    drag(reader, "With", COMBINED)
    reader.locator(".rd-selected").wait_for()
    reader.get_by_role("button", name="Code it").click()
    choose(reader, "Borrowed")
    assert coded(study) == [("c1", f"With my {FAMILY} in the {COMBINED}")]
    assert [(str(d.verdict), d.codebook_id) for d in decisions(study, coder="Ana")] == [("add", 1)]
    reader.locator(".tv-label-human", has_text="Borrowed machines").wait_for()


def test_a_coding_is_respanned_and_withdrawn(reader, study):
    """A click on its name shows a coding; a new stretch replaces the old one in one step; W withdraws it."""
    drag(reader, "shared", "machines")
    reader.keyboard.press("a")
    choose(reader, "Unseen")
    first = codings(study, interview="I3", coder="Ana")[0]
    reader.get_by_role("button", name="Unseen work: coded by Ana").click()
    reader.locator(".rd-card").get_by_role("button", name="Re-span").click()
    drag(reader, "next", FLAG, alt=True)
    settle(reader)
    [(code, words)] = coded(study)
    assert code == "c3"
    assert words.endswith(f" door {FLAG}"), "Alt goes by character, and cuts no flag in two"
    assert words != f"next door {FLAG}", "Alt does not widen to the whole word"
    assert decisions(study, coder="Ana")[-1].replaces == first.decision
    reader.get_by_role("button", name="Unseen work: coded by Ana").click()
    reader.keyboard.press("w")
    settle(reader)
    assert coded(study) == []
    assert [d.verdict for d in decisions(study, coder="Ana")][-1] is Verdict.WITHDRAW


def test_coding_with_the_keyboard_alone(reader, study):
    """V shows a caret; arrows choose words; Enter brings the list of codes; the coding holds exactly those words."""
    reader.locator(".tv-box").focus()
    reader.keyboard.press("v")
    reader.locator(".tv-caret").wait_for()
    reader.keyboard.press("ArrowDown")  # to the answer
    for _ in range(3):
        reader.keyboard.press("ArrowRight")  # to the end of "my", over its beginning
    for _ in range(2):
        reader.keyboard.press("Shift+ArrowRight")  # the family
    reader.keyboard.press("Enter")
    choose(reader, "Unseen")
    assert coded(study) == [("c3", FAMILY)]


def test_a_memo_is_kept_on_the_selected_words(reader, study):
    """M on a selection opens a form; Ctrl+Enter keeps it on exactly these words."""
    drag(reader, "loud", "loud")
    reader.keyboard.press("m")
    reader.get_by_role("textbox", name="Memo").fill("Is it always?")
    reader.keyboard.press("Control+Enter")
    settle(reader)
    (memo,) = memos(study, interview="I3")
    text = transcript(study, "I3").text
    assert (memo.text, memo.coder, memo.target.span.of(text)) == ("Is it always?", "Ana", "loud")


def test_a_click_on_a_word_goes_to_its_time(reader):
    """The recording stands at the word's own time, plays on demand, and the word that is heard is marked."""
    until(reader, f"{SOUND} !== null && {SOUND}.readyState > 0")
    drag(reader, "shared", "machines")
    reader.locator(".rd-selected").wait_for()
    assert reader.evaluate(f"[{SOUND}.paused, {SOUND}.currentTime]") == [True, 0]
    box = reader.evaluate(
        """() => {
          const piece = [...document.querySelectorAll(".tv-piece")].find((each) => each.textContent.includes("door"));
          const range = document.createRange();
          const at = piece.textContent.indexOf("door");
          range.setStart(piece.firstChild, at + 1);
          range.setEnd(piece.firstChild, at + 2);
          const { left, top, width, height } = range.getBoundingClientRect();
          return [left + width / 2, top + height / 2];
        }"""
    )
    reader.mouse.click(*box)
    begin = 2 + ANSWER.split(" ").index("door")
    until(reader, f"{SOUND}.paused && {SOUND}.currentTime === {begin}")
    reader.keyboard.press("Space")
    until(reader, f"!{SOUND}.paused && {SOUND}.currentTime >= {begin}")
    assert reader.evaluate(f"{SOUND}.currentTime") < begin + 5
    reader.locator(".tv-playhead[data-word]").wait_for()
    assert reader.locator(".tv-playhead").get_attribute("data-word") in ANSWER.split(" ")
    reader.evaluate(f"{SOUND}.pause()")
    reader.locator(".tv-playhead").wait_for(state="hidden")


def test_words_that_were_not_heard_well_are_marked(reader):
    """The one word below the limit carries a mark and its reason."""
    unsure = reader.locator(".tv-unsure")
    assert [unsure.nth(n).inner_text() for n in range(unsure.count())] == [ANSWER.split(" ")[4]]
    assert unsure.first.get_attribute("title") == "the recogniser was unsure (20 %)"


def test_what_is_shown_can_be_chosen(reader, study):
    """Others' codings go with their switch; the place in the text stays when the page is drawn again."""
    reader.get_by_text("Others’ codings").click()
    reader.locator(".tv-label").wait_for(state="detached")
    settle(reader)
    assert reader.locator(".tv-coded").count() == 0
    reader.evaluate("document.querySelector('.rd-transcript').style.cssText = 'height: 90px; min-height: 0'")
    reader.evaluate("document.querySelector('.tv-box').scrollTop = 30")
    reader.get_by_text("Others’ codings").click()
    reader.locator(".tv-label").wait_for(state="attached")
    settle(reader)
    assert reader.evaluate("document.querySelector('.tv-box').scrollTop") == 30


def test_a_link_leads_to_its_place(page, address):
    """`?interview=I3&at=…` opens that interview, and takes itself out of the address."""
    page.goto(f"{address}/transcripts?interview=I2&at=30")
    page.locator(".tv-row", has_text="That is all").wait_for()
    settle(page)
    assert "interview=" not in page.url
    assert "at=" not in page.url.replace("visit=", "")
