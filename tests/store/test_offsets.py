"""How spans move when a transcript is corrected."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.offsets import OffsetMap
from store.values import Span

ODD = st.sampled_from(
    ["🙂", "e\u0301", "👩‍👩‍👧", "𝔸𝔹", "\r\n", "\n", "नमस्ते", "über", "we", "we", "the", ",", ". ", "\u200d", "日本語"]
)
WORDS = st.lists(ODD | st.text(max_size=6), min_size=1, max_size=40)
EDITS = st.lists(st.tuples(st.sampled_from(["drop", "put", "swap"]), st.integers(0, 60), ODD), max_size=8)


def edited(words, edits):
    words = list(words)
    for what, at, word in edits:
        place = at % (len(words) + 1)
        if what == "put":
            words.insert(place, word)
        elif place < len(words):
            words[place : place + 1] = [] if what == "drop" else [word]
    return " ".join(words)


TEXTS = st.tuples(WORDS, EDITS).map(lambda made: (" ".join(made[0]), edited(*made)))


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.data())
def test_what_is_called_unchanged_is_the_same_slice(texts, data):
    """A span in one kept stretch moves to the same characters; a moved one keeps its first and last character."""
    before, after = texts
    if not before:
        return
    offsets = OffsetMap.between(before, after)
    start = data.draw(st.integers(0, len(before) - 1))
    span = Span(start, data.draw(st.integers(start + 1, len(before))))
    moved = offsets.move(span)
    if offsets.unchanged(span):
        assert moved is not None
        assert moved.of(after) == span.of(before)
    if moved is not None:
        assert 0 <= moved.start < moved.end <= len(after)
        assert (after[moved.start], after[moved.end - 1]) == (before[span.start], before[span.end - 1])


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.data())
def test_what_remains_of_a_span_holds_all_that_was_kept_of_it(texts, data):
    """Every character of a span that is still there lies in what remains; a span that moves is what remains of it."""
    before, after = texts
    if not before:
        return
    offsets = OffsetMap.between(before, after)
    start = data.draw(st.integers(0, len(before) - 1))
    span = Span(start, data.draw(st.integers(start + 1, len(before))))
    moved, left = offsets.move(span), offsets.remains(span)
    kept = [there for at in range(span.start, span.end) if (there := offsets.move(Span(at, at + 1))) is not None]
    assert left == (Span(kept[0].start, kept[-1].end) if kept else None)
    assert moved in (None, left)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_blocks_are_equal_stretches_in_order(texts):
    """The kept stretches are equal in both texts, do not overlap, come in order and are as long as they can be."""
    before, after = texts
    end_before = end_after = -1
    for a, b, length in OffsetMap.between(before, after).blocks:
        assert length > 0
        assert before[a : a + length] == after[b : b + length]
        assert a >= max(end_before, 0)
        assert b >= max(end_after, 0)
        assert (a, b) != (end_before, end_after)
        end_before, end_after = a + length, b + length


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_the_map_survives_json(texts):
    """What is stored as JSON reads back as the same map."""
    offsets = OffsetMap.between(*texts)
    assert OffsetMap.from_json(json.loads(json.dumps(offsets.to_json()))) == offsets


@settings(max_examples=100, deadline=None)
@given(WORDS.map(" ".join))
def test_an_unchanged_text_keeps_everything(text):
    """A text against itself is one stretch, and against nothing none."""
    assert OffsetMap.between(text, text).blocks == (((0, 0, len(text)),) if text else ())
    assert OffsetMap.between(text, "").blocks == OffsetMap.between("", text).blocks == ()


def test_one_corrected_word_moves_what_stands_after_it():
    """Spans before and after a correction move, spans around it move but need a look, the word itself is lost."""
    before, after = "We wait for the Q for weeks. 🙂 Yes.", "We wait for the queue for weeks. 🙂 Yes."
    offsets = OffsetMap.between(before, after)

    def fate(words: str) -> tuple[str | None, bool]:
        start = before.index(words)
        span = Span(start, start + len(words))
        moved = offsets.move(span)
        return None if moved is None else moved.of(after), offsets.unchanged(span)

    assert fate("We wait") == ("We wait", True)
    assert fate("🙂 Yes.") == ("🙂 Yes.", True)
    assert fate("the Q for") == ("the queue for", False)
    assert fate("Q") == (None, False)
    assert fate("Q for weeks") == (None, False)


def test_a_word_put_between_lines_shifts_all_lines_after_it():
    """Insertions, deletions and repeated lines do not confuse the order."""
    lines = ["Yes.", "No, we wait.", "Yes.", "It is dull.", "Yes."]
    before, after = "\n".join(lines), "\n".join(["Well.", *lines[:3], "Very.", *lines[3:]])
    offsets = OffsetMap.between(before, after)
    start = before.index("It is dull.\nYes.")
    moved = offsets.move(Span(start, len(before)))
    assert moved is not None
    assert moved.of(after) == "It is dull.\nYes."
    assert moved.end == len(after)


def test_scattered_corrections_lose_only_the_corrected_words():
    """In three thousand words of few kinds, forty corrections cost forty words and nothing else."""
    chance = random.Random(7)
    words = [chance.choice(["the", "and", "we", "that", f"word{chance.randrange(900)}"]) for _ in range(3000)]
    corrected = list(words)
    for at in chance.sample(range(3000), 40):
        corrected[at] = "corrected"
    before, after = " ".join(words), " ".join(corrected)
    kept = sum(length for _, _, length in OffsetMap.between(before, after).blocks)
    lost = sum(len(word) for word, now in zip(words, corrected, strict=True) if word != now)
    assert kept >= len(before) - lost - 40


@settings(max_examples=200, deadline=None)
@given(WORDS, st.data())
def test_spans_keep_to_replaced_stretches(words, data):
    """What is replaced whole is no change: the new slice is the old one with every stretch in it replaced."""
    text = " ".join(words)
    if not text:
        return
    edges = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=8)))
    replaced = [
        (Span(a, b), data.draw(st.sampled_from(["[Person 1]", "x", "🙂🙂"])))
        for a, b in zip(edges[::2], edges[1::2], strict=False)
    ]
    offsets, after = OffsetMap.replacing(text, replaced)
    assert after == "".join(_replaced(text, Span(0, len(text)), replaced))
    start = data.draw(st.integers(0, len(text) - 1))
    span = Span(start, data.draw(st.integers(start + 1, len(text))))
    moved = offsets.move(span)
    assert moved is not None
    cut = [each for each, _ in replaced if each.overlaps(span) and not span.start <= each.start < each.end <= span.end]
    assert offsets.unchanged(span) is (not cut)
    if not cut:
        assert moved.of(after) == "".join(_replaced(text, span, replaced))
    assert offsets.remains(span) == moved
    assert OffsetMap.from_json(json.loads(json.dumps(offsets.to_json()))) == offsets


def _replaced(text, span, replaced):
    at = span.start
    for each, new in replaced:
        if span.start <= each.start and each.end <= span.end:
            yield text[at : each.start]
            yield new
            at = each.end
    yield text[at : span.end]


def test_stretches_to_replace_lie_apart_and_are_replaced_by_something():
    """Otherwise nobody could say where a span in them is."""
    for replaced in ([(Span(0, 3), "a"), (Span(2, 4), "b")], [(Span(0, 9), "a")], [(Span(0, 2), "")]):
        with pytest.raises(ValueError, match="stretches to replace"):
            OffsetMap.replacing("abcd", replaced)
