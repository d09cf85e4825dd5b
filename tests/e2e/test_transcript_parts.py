"""The transcript view in a real browser without the app: offsets, lanes, what is drawn, and selecting."""

import random
import unicodedata
from itertools import pairwise

import pytest
from transcript_stage import long_talk, put, stage, text_of

pytestmark = pytest.mark.browser

CHUNKS = (
    *("word", "don't", "Straße", "cafe\u0301", "o\u0308\u0323", "e\u0301\u0327", "(a)", "3.5", "…", "𝒳𝒴", "한국어"),
    *("👩\u200d👩\u200d👧\u200d👦", "👍🏽", "🇦🇹🇩🇪", "❤\ufe0f", "🏴\U000e0067\U000e0062\U000e007f"),
    *("שלום", "مرحبا", "\u202bעב\u202c", "क्षि", "日本語"),
)


@pytest.fixture
def bare(browser):
    """A page with an empty transcript."""
    page = browser.new_page()
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    stage(page)
    yield page
    assert complaints == []


def made_up(chance: random.Random) -> str:
    """Words, emoji, combining marks and right-to-left text in any order, some without a space between."""
    return "".join(chance.choice(CHUNKS) + chance.choice(("", " ", " ")) for _ in range(chance.randint(1, 12))).strip()


def is_inside_a_character(text: str, at: int) -> bool:
    """Whether a cut at a code point would part a mark, joiner or modifier from what it belongs to."""
    if not 0 < at < len(text):
        return False
    after, before = text[at], text[at - 1]
    joins = unicodedata.combining(after) or after in "\u200d\ufe0f" or 0x1F3FB <= ord(after) <= 0x1F3FF
    return bool(joins) or (before == "\u200d" and ord(after) > 0x1F000) or 0xE0000 <= ord(after) <= 0xE007F


def test_snapping_counts_as_python_does(bare):
    """Over made-up texts, a stretch snapped to words or characters holds the stretch, and cuts no character in two."""
    chance = random.Random(4)
    cases = []
    for _ in range(300):
        text = made_up(chance)
        start = chance.randrange(len(text))
        cases.append((text, start, chance.randint(start + 1, len(text))))
    script = "(cases) => cases.map(([t, s, e]) => [snapToWords(t, s, e), snapToCharacters(t, s, e)])"
    found = bare.evaluate(script, cases)
    for (text, start, end), (words, characters) in zip(cases, found, strict=True):
        assert characters[0] <= start < end <= characters[1] <= len(text)
        if words is None:
            assert not text[start:end].strip()
            continue
        chosen = text[slice(*words)]
        assert chosen == chosen.strip(), "no white space at the ends"
        assert text[start:end].strip() in chosen
        for at in (*words, *characters):
            assert not is_inside_a_character(text, at), (text, at)


def test_the_caret_stops_where_people_see_an_edge(bare):
    """By character, the caret goes over a family, a flag and an accented letter in one step each."""
    text = "a👩\u200d👩\u200d👧\u200d👦e\u0301🇦🇹z"
    assert bare.evaluate("(t) => characterEdges(t)", text) == [0, 1, 8, 10, 12, 13]
    edges, at = [], 0
    while at < len(text):
        at = bare.evaluate("([t, a]) => nextEdge(t, a, 1, true)", [text, at])
        edges.append(at)
    assert edges == [1, 8, 10, 12, 13]
    assert bare.evaluate("([t, a]) => nextEdge(t, a, -1, false)", ["one two", 7]) == 4


def test_lanes(bare):
    """Marks that overlap never share a lane, and a code that comes back is in the lane that it had."""
    chance = random.Random(2)
    marks = []
    for number in range(200):
        start = chance.randrange(4000)
        marks.append(
            {"id": str(number), "start": start, "end": start + chance.randint(1, 40), "code": f"c{number % 5}"}
        )
    laid = bare.evaluate("(marks) => withLanes(marks)", marks)
    clashes = [
        (a, b)
        for i, a in enumerate(laid)
        for b in laid[i + 1 :]
        if a["start"] < b["end"] and b["start"] < a["end"] and a["lane"] == b["lane"]
    ]
    assert clashes == []
    three = [("A", 0, 10), ("B", 12, 20), ("A", 15, 25)]
    given = [{"id": str(n), "start": s, "end": e, "code": code} for n, (code, s, e) in enumerate(three)]
    assert [mark["lane"] for mark in bare.evaluate("(marks) => withLanes(marks)", given)] == [0, 1, 0]


@pytest.mark.parametrize("turns", [1500, 1])
def test_only_what_is_near_is_drawn(bare, turns):
    """Of 20,000 words, in 1,500 turns or in one, a screenful is in the document; a far place is scrolled to exactly."""
    text = text_of(long_talk(20_000, turns), cut=900)
    put(bare, text)
    assert 0 < bare.locator(".tv-row").count() < 60
    assert bare.locator(".tv-box *").count() < 600
    middle = text["segments"][len(text["segments"]) // 2]
    bare.evaluate("(at) => view.scrollTo(at)", middle[1])
    row = bare.locator(f'[data-segment="{middle[0]}"]')
    box, seen = bare.locator(".tv-box").bounding_box(), row.bounding_box()
    assert box["y"] <= seen["y"] <= box["y"] + box["height"] / 2
    assert row.locator(".tv-text").inner_text() == text["text"][middle[1] : middle[2]]
    assert bare.locator(".tv-row").count() < 60


def test_scrolling_up_into_unmeasured_text_does_not_jump(bare):
    """Far down, scrolled up in steps, what is on the screen moves by the step, though heights above were guessed."""
    text = text_of(long_talk(20_000, 700), cut=900)
    put(bare, text)
    bare.evaluate("(at) => view.scrollTo(at)", text["segments"][-40][1])
    moved = bare.evaluate(
        """async () => {
          const box = document.querySelector(".tv-box");
          const seen = [];
          for (let step = 0; step < 25; step += 1) {
            const row = [...document.querySelectorAll(".tv-row")].find((r) => r.getBoundingClientRect().top >= 0);
            const before = row.getBoundingClientRect().top;
            box.scrollTop -= 90;
            await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
            seen.push(row.getBoundingClientRect().top - before);
          }
          return seen;
        }"""
    )
    assert all(abs(step - 90) <= 1 for step in moved), moved


def test_one_reads_on_where_one_was_after_being_taken_out_of_the_page(bare):
    """A box that leaves the document forgets how far it was scrolled; put back, the same row is on top."""
    put(bare, text_of(long_talk(20_000, 400)))
    before, forgotten, after = bare.evaluate(
        """async () => {
          const still = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
          const place = document.querySelector("#place"), kept = [...place.childNodes];
          const box = document.querySelector(".tv-box");
          const seen = () => {
            const top = box.getBoundingClientRect().top;
            const rows = [...document.querySelectorAll(".tv-row")];
            const row = rows.find((each) => each.getBoundingClientRect().bottom > top);
            return [row.textContent.slice(0, 60), Math.round(row.getBoundingClientRect().top - top)];
          };
          window.view.scrollTo(60_000);
          await still();
          const before = seen();
          place.replaceChildren();
          await still();
          place.append(...kept);
          const forgotten = box.scrollTop;
          window.view.putBack();
          await still();
          return [before, forgotten, seen()];
        }"""
    )
    assert forgotten == 0
    assert after == before


def test_rows_never_overlap(bare):
    """Each row begins where the one before it ends, also where many codings make a row taller than its words."""
    text = text_of(["Why?", "Short answer.", "And?", "Another."])
    start = text["segments"][1][1]
    many = [
        {"id": str(n), "start": start, "end": start + 5, "code": "c1", "coder": f"Coder {n}", "kind": "other"}
        for n in range(12)
    ]
    put(bare, text, many)
    edges = bare.evaluate(
        "[...document.querySelectorAll('.tv-row')].map((r) => r.getBoundingClientRect()).map((r) => [r.top, r.bottom])"
    )
    assert all(abs(above[1] - below[0]) <= 1 for above, below in pairwise(edges)), edges
    labels = bare.locator(".tv-row").nth(1).locator(".tv-label")
    assert labels.count() == 12
    assert labels.last.bounding_box()["y"] + 18 <= edges[2][0] + 1, "its names stay within their row"


def test_marks_are_told_apart_without_colour(bare):
    """Each kind has a sign, a line of its own and words for screen readers; colours are not needed for any of it."""
    text = text_of(["Why?", "We waited for machines."])
    start = text["segments"][1][1]
    place = {"start": start, "end": start + 9}
    put(
        bare,
        text,
        [
            {"id": "a", **place, "code": "c1", "coder": "Ana", "kind": "human"},
            {"id": "b", **place, "code": "c2", "coder": "Ben Ali", "kind": "other"},
            {"id": "m", **place, "code": "c1", "coder": "", "kind": "machine", "p": 0.624},
            {"id": "r", **place, "code": "c2", "coder": "Ana", "kind": "rejected"},
        ],
    )
    names = {mark: bare.locator(f'[data-mark="{mark}"]') for mark in "abmr"}
    assert [names[mark].text_content() for mark in "abmr"] == ["Compute", "Queue (BA)", "? Compute 62 %", "✕ Queue"]
    said = [names[mark].locator("button").get_attribute("aria-label") for mark in "abmr"]
    assert said == [
        "Compute: coded by Ana",
        "Queue: coded by Ben Ali",
        "Compute: suggested by the machine, 62 %",
        "Queue: rejected by Ana",
    ]
    kinds = ("human", "other", "machine", "rejected")
    styles = [
        bare.evaluate("(kind) => getComputedStyle(document.querySelector(`.tv-bar-${kind}`)).borderLeftStyle", kind)
        for kind in kinds
    ]
    assert styles == ["solid", "double", "dashed", "dotted"]
    names["b"].locator("button").click()
    assert bare.evaluate("heard.marks") == ["b"]


def test_text_keeps_its_contrast_on_every_tint(bare):
    """Words under a coding of any colour, the interviewer's too, have a contrast of 4.5:1, in light and in dark."""
    text = text_of(["Why was that so?", "We waited for machines."])
    marks = [
        {"id": str(n), "start": s, "end": s + 9, "code": f"x{n}", "coder": "Ana", "kind": "human"}
        for n, (_, s, _, _) in enumerate(text["segments"])
    ]
    for scheme in ("light", "dark"):
        bare.emulate_media(color_scheme=scheme)
        for colour in ("#000000", "#ffffff", "#ff0000", "#00ff00", "#0000ff", "#ffff00"):
            put(bare, text, marks)
            codes = {f"x{n}": {"name": "X", "colour": colour} for n in range(2)}
            bare.evaluate("(codes) => view.setCodes(codes)", codes)
            ratios = bare.evaluate(_CONTRAST)
            assert len(ratios) == 2
            assert min(ratios) >= 4.5, (scheme, colour, ratios)


_CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const over = (...colours) => {
    for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (rgb) => rgb.map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const paper = document.body.appendChild(document.createElement("div"));
  paper.style.background = "var(--paper)";
  paper.style.color = "var(--ink)";
  const { backgroundColor, color: ink } = getComputedStyle(paper);
  paper.remove();
  return [...document.querySelectorAll("mark.tv-coded")].map((mark) => {
    const style = getComputedStyle(mark);
    const colour = mark.closest(".tv-asked") ? style.color : ink; // the page sets the ink
    const [a, b] = [light(over(backgroundColor, style.backgroundColor)), light(over(colour))].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  });
}"""


def test_selecting_with_keys(bare):
    """A caret, words, characters, edges of a block, and on over blocks; Enter says the exact stretch, Esc leaves it."""
    text = text_of(["Who?", "Two 👩\u200d👩\u200d👧\u200d👦 words, cafe\u0301.", "More?", "Next turn here."])
    put(bare, text)
    whole, start = text["text"], text["segments"][1][1]

    def chosen() -> str:
        return whole[slice(*bare.evaluate("view.selection()"))]

    bare.evaluate("(at) => view.beginKeyboardSelection([at, at])", start)
    assert bare.locator(".tv-caret").count() == 1
    for keys, wanted in (
        (["Shift+ArrowRight"], "Two"),
        (["Shift+ArrowRight"] * 2, "Two 👩\u200d👩\u200d👧\u200d👦"),
        (["Alt+Shift+ArrowRight"] * 3, "Two 👩\u200d👩\u200d👧\u200d👦 wo"),
        (["Shift+End"], "Two 👩\u200d👩\u200d👧\u200d👦 words, cafe\u0301."),
        (["Alt+Shift+ArrowLeft"] * 2, "Two 👩\u200d👩\u200d👧\u200d👦 words, caf"),
        (["Shift+End", "Shift+ArrowRight", "Shift+ArrowRight"], whole[start : whole.index("More?") + 4]),
        (["Shift+ArrowLeft", "Shift+ArrowLeft"], "Two 👩\u200d👩\u200d👧\u200d👦 words, cafe\u0301."),
    ):
        for key in keys:
            bare.keyboard.press(key)
        assert chosen() == wanted
    bare.keyboard.press("Enter")
    assert bare.evaluate("heard.selected") == [[[start, whole.index("\nMore?")], "key"]]
    bare.keyboard.press("Shift+ArrowRight")
    assert chosen() == "Two 👩\u200d👩\u200d👧\u200d👦 words, cafe\u0301.", "keys mean nothing once it is over"
    bare.evaluate("(at) => view.beginKeyboardSelection([at, at + 3])", start)
    bare.keyboard.press("Escape")
    assert bare.evaluate("view.selection()") is None
    assert bare.locator(".tv-caret, .tv-picked").count() == 0


def test_arrows_go_where_they_point_in_text_that_runs_to_the_left(bare):
    """In a Hebrew turn, the left arrow goes on in the text and the right arrow back."""
    text = text_of(["Who?", "שלום עולם טוב"])
    put(bare, text)
    start = text["segments"][1][1]
    bare.evaluate("(at) => view.beginKeyboardSelection([at, at])", start)
    bare.keyboard.press("Shift+ArrowLeft")
    assert bare.evaluate("view.selection()") == [start, start + 4]
    bare.keyboard.press("Shift+ArrowLeft")
    bare.keyboard.press("Shift+ArrowLeft")
    assert bare.evaluate("view.selection()") == [start, start + 9]
    bare.keyboard.press("Shift+ArrowRight")
    assert bare.evaluate("view.selection()") == [start, start + 5]


def test_what_no_segment_covers_is_drawn_too(bare):
    """Without any segments the whole text is there, in blocks of bounded length, and can be selected."""
    text = text_of(["Why?", " ".join(["word"] * 600), "Bye."])
    put(bare, {**text, "key": "none", "segments": []})
    blocks = bare.evaluate("(t) => readText(t).blocks.map((b) => [b.start, b.end])", {**text, "segments": []})
    shown = " ".join(text["text"][start:end] for start, end in blocks)
    assert shown == text["text"].replace("\n", " ")
    assert max(end - start for start, end in blocks) <= 900
    assert bare.locator(".tv-row").first.inner_text().endswith("Why?")


def test_what_is_heard(bare):
    """A word while it is said and for a moment after; in turns without words the turn; nothing before and after all."""
    words = [[0, 3, 1000, 1400, 0.9], [4, 7, 1500, 2000, 0.9]]
    text = {
        "key": "I9:1",
        "text": "One two\nNo words",
        "turns": [[0, 7, "A", "participant", 1000, 2000, words], [8, 16, "B", "participant", 5000, 7000, []]],
        "segments": [[1, 0, 7, True], [2, 8, 16, True]],
    }
    put(bare, text)
    found = bare.evaluate(
        "(t) => [500, 1100, 1450, 1600, 2500, 4000, 5500, 8000].map((ms) => heardAt(readText(t), ms))", text
    )
    assert [each and (each["start"], each["end"]) for each in found] == [
        None, (0, 3), (0, 3), (4, 7), (4, 7), None, (8, 16), None,
    ]  # fmt: skip
    bare.evaluate("view.setPlayhead(1600)")
    assert bare.locator(".tv-playhead").get_attribute("data-word") == "two"
    bare.evaluate("view.setPlayhead(null)")
    assert bare.locator(".tv-playhead").is_hidden()
