"""Correcting a transcript in a real browser: with its recording, by keys, every coding in its place."""

from collections.abc import Iterator

import pytest
from at_rest import until
from small_study import silence
from spoken_study import ANSWER, QUESTION, build_spoken_study
from test_accessibility import SMALLEST, TOO_SMALL, complaints
from test_transcript_view import SOUND, drag, settle, still
from transcript_stage import long_talk

from assistant.correction import correct, edit_text, revisions, sentence
from assistant.segment import segment_new
from store.audit import verify
from store.decisions import codings
from store.interviews import add_interview
from store.study import Study
from store.transcripts import add_transcript, transcript
from store.values import Doubt, NewTurn, Role, TurnMarks, Word

pytestmark = pytest.mark.browser

FIELD = ".tv-field"


@pytest.fixture
def study(tmp_path) -> Iterator[Study]:
    with build_spoken_study(tmp_path) as made:
        yield made


@pytest.fixture
def reader(page, address):
    """The transcripts page at I3, as Ana."""
    return opened(page, address)


def opened(page, address, label: str = "I3", words: str = "It was loud"):
    page.goto(f"{address}/transcripts?interview={label}")
    page.locator(".tv-row", has_text=words).first.wait_for()
    settle(page)
    return page


def click_word(page, word: str) -> None:
    """A click into the middle of a word, wherever it is drawn."""
    script = """(word) => {
          for (const piece of document.querySelectorAll(".tv-piece")) {
            const at = piece.textContent.indexOf(word);
            if (at === -1) continue;
            const range = document.createRange();
            range.setStart(piece.firstChild, at);
            range.setEnd(piece.firstChild, at + word.length);
            const { left, top, width, height } = range.getBoundingClientRect();
            return [left + width / 2, top + height / 2];
          }
          throw new Error(`${word} is not on the screen`);
        }"""
    place = still(page, script, word)
    page.mouse.click(*place)


def corrected(page, text: str | None = None) -> None:
    """Wait until a correction is on the disk and the new text is drawn."""
    if text is not None:
        page.locator(".tv-text", has_text=text).first.wait_for()
    settle(page)


def turned(page, study: Study, key: str) -> None:
    """Take a correction of I3 back or do it again, and wait until that is a revision of its own."""
    made = len(revisions(study, "I3"))
    page.keyboard.press(key)
    for _ in range(200):
        if len(revisions(study, "I3")) > made:
            return settle(page)
        page.wait_for_timeout(50)
    raise AssertionError(page.locator(".rd-reader").inner_text())


def said(study: Study, label: str = "I3") -> list[tuple[str | None, str]]:
    """Speaker and text of every turn on the disk."""
    found = transcript(study, label)
    return [(turn.speaker, turn.span.of(found.text)) for turn in found.turns]


def drawn(page) -> list[str]:
    """The texts on the screen."""
    return page.locator(".tv-text").all_inner_texts()


def test_a_click_on_a_word_puts_the_recording_at_its_time(reader, study):
    """Within a tenth of a second, and it stands there until somebody wants to hear it; keys go on from there."""
    until(reader, f"{SOUND} !== null && {SOUND}.readyState > 0")
    words = {ANSWER[w.start : w.end].rstrip("."): w for w in _words_of(study)}
    for word in ("machines", "loud", "With", "machines"):
        click_word(reader, word)
        until(reader, f"Math.abs({SOUND}.currentTime * 1000 - {words[word].start_ms}) <= 100")
        assert reader.evaluate(f"{SOUND}.paused")
    reader.keyboard.press("j")
    until(reader, f"Math.abs({SOUND}.currentTime * 1000 - {words['machines'].start_ms - 3_000}) <= 100")
    reader.keyboard.press("ArrowRight")
    until(reader, f"Math.abs({SOUND}.currentTime * 1000 - {words['machines'].start_ms}) <= 100")
    for key, speed in (("]", 1.25), ("+", 1.5), ("[", 1.25), ("-", 1)):
        reader.keyboard.press(key)
        assert reader.evaluate(f"{SOUND}.playbackRate") == speed
        assert reader.locator(".rd-speed").inner_text() == f"{speed}×"
    reader.keyboard.press("Space")
    until(reader, f"!{SOUND}.paused")
    reader.locator(".tv-playhead[data-word='machines.']").wait_for()
    reader.keyboard.press("p")
    until(reader, f"{SOUND}.paused")


def _words_of(study: Study) -> list[Word]:
    found = transcript(study, "I3")
    start = found.turns[1].span.start
    return [Word(w.start - start, w.end - start, w.start_ms, w.end_ms, w.probability) for w in found.turns[1].words]


def test_an_edit_a_split_and_a_rename_survive_a_reload(reader, study, address):
    """On the keyboard alone; Ben's coding stays on its words; undo and redo walk through all of it."""
    before = said(study)
    reader.locator(".tv-box").focus()
    reader.keyboard.press("ArrowDown")
    reader.keyboard.press("ArrowDown")
    reader.keyboard.press("Enter")
    reader.keyboard.press("Control+a")
    text = ANSWER.replace("shared machines", "shared four machines")
    reader.keyboard.insert_text(text)
    reader.keyboard.press("Control+Enter")
    corrected(reader, "shared four machines")
    click_word(reader, "four")
    reader.keyboard.press("s")
    corrected(reader)
    reader.locator(".tv-row.tv-first").nth(2).wait_for()
    reader.keyboard.press("r")
    reader.get_by_label("Speaker of this turn").fill("Dora")
    reader.get_by_label("Where").select_option("all")
    reader.keyboard.press("Enter")
    corrected(reader)
    reader.locator(".tv-who", has_text="Dora").first.wait_for()
    left, right = text.split(" four ")
    wanted = [("Interviewer", QUESTION), ("Dora", left), ("Dora", f"four {right}")]
    assert said(study) == wanted
    (coding,) = codings(study, interview="I3")
    assert (coding.span.of(transcript(study, "I3").text), coding.needs_look) == ("It was loud", False)
    opened(reader, address)
    assert drawn(reader) == [words for _, words in wanted]
    assert reader.locator("mark.tv-coded").inner_text() == "It was loud"
    assert [sentence(each.what) for each in revisions(study, "I3")][1:] == [
        "Text of turn 2: “four” added",
        "Turn 2 split in two",
        "Speaker Cleo renamed to Dora",
    ]
    for steps, key in ((3, "z"), (3, "Z"), (3, "z")):
        for _ in range(steps):
            turned(reader, study, key)
        assert said(study) == (before if key == "z" else wanted)
    assert verify(study).faults == ()


def test_what_was_typed_is_never_lost(reader, study):
    """Left with Esc it comes back; where somebody else was quicker it stays in its field, beside what stands there."""
    click_word(reader, "shared")
    reader.keyboard.press("e")
    reader.locator(FIELD).fill("My own words.")
    reader.keyboard.press("Escape")
    reader.locator(FIELD).wait_for(state="detached")
    reader.get_by_text("E brings it back").wait_for()
    reader.keyboard.press("e")
    assert reader.locator(FIELD).input_value() == "My own words."
    correct(study, "I3", edit_text(1, "Ben was quicker. It was loud."), coder="Ben")
    reader.keyboard.press("Control+Enter")
    reader.locator(".rd-problem", has_text="corrected by somebody else meanwhile").wait_for()
    reader.locator(".tv-told", has_text="it reads now: “Ben was quicker. It was loud.”").wait_for()
    assert reader.locator(FIELD).input_value() == "My own words."
    assert said(study)[1][1] == "Ben was quicker. It was loud."
    reader.keyboard.press("Control+Enter")
    corrected(reader, "My own words.")
    reader.locator(FIELD).wait_for(state="detached")
    assert said(study)[1][1] == "My own words."


def test_find_and_replace_with_one_hit_left_out(reader, study):
    """The places are shown in their context first; one that is unticked stays."""
    reader.locator(".tv-box").focus()
    reader.keyboard.press("f")
    reader.keyboard.type("we")
    reader.keyboard.press("Tab")
    reader.keyboard.type("they")
    reader.get_by_label("Whole words").check()
    reader.keyboard.press("Enter")
    reader.get_by_text("1 place; untick").wait_for()
    reader.get_by_label("Find", exact=True).fill("d")
    reader.get_by_label("Whole words").uncheck()
    reader.get_by_role("button", name="Find", exact=True).last.click()
    reader.get_by_text("5 places; untick").wait_for()
    for place in (0, 1, 2, 3):
        reader.locator(".rd-hit-list input").nth(place).uncheck()
    reader.get_by_label("Replace by").fill("D")
    reader.get_by_role("button", name="Replace 1", exact=True).click()
    corrected(reader, "It was louD.")
    assert said(study) == [("Interviewer", QUESTION), ("Cleo", ANSWER.replace("loud", "louD"))]


def test_a_coding_whose_words_went_is_looked_at(reader, study):
    """The page says so, shows both, and confirming puts the coding where it is now."""
    drag(reader, "shared", "machines")
    reader.keyboard.press("a")
    reader.get_by_role("combobox", name="Code the selected stretch with").fill("Borrowed")
    reader.keyboard.press("Enter")
    settle(reader)
    click_word(reader, "shared")
    reader.keyboard.press("e")
    reader.locator(FIELD).fill(ANSWER.replace("shared machines", "bought machines"))
    reader.keyboard.press("Control+Enter")
    corrected(reader, "bought machines")
    reader.get_by_role("button", name="Show them").click()
    assert reader.locator(".rd-looks q").inner_text() == "shared machines"
    reader.get_by_role("button", name="Re-span Borrowed machines").click()
    drag(reader, "bought", "machines")
    settle(reader)
    reader.get_by_text("Every coding is on its words.").wait_for()
    mine = codings(study, interview="I3", coder="Ana")
    assert [(c.span.of(transcript(study, "I3").text), c.needs_look) for c in mine] == [("bought machines", False)]
    assert len(codings(study, interview="I3", coder="Ben")) == 1


def test_words_that_cannot_be_understood_and_turns_that_belong_together(reader, study):
    """U on the marked word, G on the turn; roles are set among the speakers."""
    click_word(reader, "loud")
    reader.keyboard.press("u")
    corrected(reader, "[unintelligible]")
    assert said(study)[1][1].endswith("It was [unintelligible] .")
    click_word(reader, "Where")
    reader.keyboard.press("g")
    corrected(reader, f"{QUESTION} With")
    assert [speaker for speaker, _ in said(study)] == ["Interviewer"]
    reader.get_by_role("button", name="Speakers").click()
    reader.get_by_label("Role of Interviewer").select_option("participant")
    corrected(reader)
    reader.locator(".tv-role", has_text="participant").wait_for()
    assert transcript(study, "I3").turns[0].role is Role.PARTICIPANT


@pytest.fixture
def marked(study, tmp_path) -> Study:
    """I4: a doubt, an overlap, two long pauses, fillers, and words of which the recogniser was unsure."""
    turns, ms = [], 0
    for number, text in enumerate(("So, um, you came here.", "We we stayed. Stayed stayed.", "Good, it was that.")):
        words, at, start = [], 0, ms
        for place, word in enumerate(text.split(" ")):
            if (number, place) == (0, 3):
                ms += 2_600
            words.append(Word(at, at + len(word), ms, ms + 300, 0.34 if word == "you" else 0.9))
            at, ms = at + len(word) + 1, ms + 320
        doubts = (Doubt(14, 28, "repeat"),) if number == 1 else ()
        overlaps = ((start, start + 300),) if number == 1 else ()
        marks = TurnMarks(overlaps, doubts)
        turns.append(NewTurn(text, f"S{number}", start_ms=start, end_ms=ms, words=tuple(words), marks=marks))
        ms += 4_000 if number == 1 else -100
    add_interview(study, silence(tmp_path / "long.wav", 60), "recording", label="I4", duration_ms=60_000)
    add_transcript(study, "I4", turns, origin="recognised")
    segment_new(study)
    return study


def test_what_the_recogniser_was_unsure_of_is_seen(page, address, marked):
    """Unsure words, doubts, overlaps and pauses are drawn, and none of it is part of the text."""
    opened(page, address, "I4", "you came here")
    unsure = page.locator(".tv-unsure")
    assert (unsure.inner_text(), unsure.get_attribute("title")) == ("you", "the recogniser was unsure (34 %)")
    assert [each.get_attribute("data-length") for each in page.locator(".tv-pause").all()] == ["(3 s)", "(4 s)"]
    assert "Said over and over" in page.locator(".tv-flag").get_attribute("title")
    assert page.locator(".tv-besides").inner_text() == "∥ spoken at the same time as S0"
    texts = [words for _, words in said(marked, "I4")]
    assert drawn(page) == texts
    page.get_by_role("button", name="Unsure words").click()
    assert page.locator(".tv-unsure, .tv-flag").count() == 0
    wide = page.locator(".tv-text").first.evaluate("(p) => p.lastChild.getBoundingClientRect().right")
    page.get_by_role("button", name="Clean").click()
    assert page.locator(".tv-filler").all_inner_texts() == ["um, ", "We ", "Stayed "]
    narrow = page.locator(".tv-text").first.evaluate("(p) => p.lastChild.getBoundingClientRect().right")
    assert narrow < wide - 20
    assert [words for _, words in said(marked, "I4")] == texts
    assert transcript(marked, "I4").revision == 1


@pytest.fixture
def long(study, tmp_path) -> Study:
    """B1: two hours, 20,000 words in 1,500 turns."""
    turns, ms = [], 0
    for number, text in enumerate(long_talk(20_000, 1_500)):
        words, at, start = [], 0, ms
        for token in text.split(" "):
            words.append(Word(at, at + len(token), ms, ms + 300, 0.9))
            at, ms = at + len(token) + 1, ms + 350
        role = Role.INTERVIEWER if number % 2 == 0 else Role.PARTICIPANT
        turns.append(NewTurn(text, f"S{number % 2}", role, start, ms, tuple(words)))
    add_interview(study, silence(tmp_path / "long.wav", 60), "recording", label="B1", duration_ms=ms)
    add_transcript(study, "B1", turns, origin="recognised")
    segment_new(study)
    return study


def test_edits_in_two_hours_are_on_the_disk_and_one_stays_where_one_was(page, address, long):
    """In the middle of 1,500 turns; how long it takes is for benchmarks/correcting.py."""
    middle = transcript(long, "B1").turns[750]
    page.goto(f"{address}/transcripts?interview=B1&at={middle.span.start}")
    page.locator(".tv-row").nth(5).wait_for()
    settle(page)
    page.locator(".tv-box").focus()
    top = page.evaluate("document.querySelector('.tv-box').scrollTop")
    assert top > 1_000
    for number in range(3):
        page.keyboard.press("e")
        page.locator(FIELD).fill(f"Quite other words, number {number}.")
        page.keyboard.press("Control+Enter")
        corrected(page, f"number {number}.")
        assert f"Quite other words, number {number}." in transcript(long, "B1").text
    assert abs(page.evaluate("document.querySelector('.tv-box').scrollTop") - top) < 200


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 700])
def test_all_that_can_be_opened_is_accessible(page, address, marked, scheme, width):
    """No finding of axe in any panel or in the field, nothing too small, and nothing to scroll sideways."""
    correct(marked, "I4", edit_text(2, "Good, it was not that."), coder="Ben")
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    opened(page, address, "I4", "you came here")
    page.locator(".tv-box").focus()
    page.keyboard.press("ArrowDown")
    found = []
    for door in ("find", "speakers", "history", "keys"):
        page.locator(f"[data-door={door}]").click()
        page.locator(f"[data-door={door}][aria-expanded=true]").wait_for()
        if door == "find":
            page.keyboard.type("stay")
            page.keyboard.press("Enter")
            page.get_by_text("3 places; untick").wait_for()
            settle(page)
        found += complaints(page)
        assert page.evaluate(TOO_SMALL, SMALLEST) == []
    page.keyboard.press("Escape")
    page.locator(".tv-box").focus()
    page.keyboard.press("e")
    page.locator(FIELD).wait_for()
    found += complaints(page)
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    page.get_by_label("Speaker of this turn").wait_for()
    found += complaints(page)
    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(
        "document.querySelector('.stMain').scrollWidth <= document.querySelector('.stMain').clientWidth"
    )
