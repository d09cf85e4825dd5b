from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.segment.cut import LONGEST, cut
from store.transcripts import clean_text
from store.values import Role, Span, Transcript, Turn, Word

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Z", "C")), min_size=1, max_size=12)
TEXTS = st.lists(st.tuples(WORDS, st.sampled_from(["", ".", "?", "!", " 🙂."])), min_size=1, max_size=120).map(
    lambda parts: clean_text(" ".join(word + end for word, end in parts))
)


def transcript_of(*texts: str, words: tuple[Word, ...] = ()) -> Transcript:
    turns, at = [], 0
    for index, text in enumerate(texts):
        span = Span(at, at + len(text))
        turns.append(Turn(index, index, "Ada", Role.PARTICIPANT, span, 1000 * index, 1000 * index + 900, words))
        at += len(text) + 1
    return Transcript(1, "I1", 1, "import", "\n".join(texts), "", tuple(turns))


@settings(max_examples=200, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=3), st.integers(40, 400))
def test_segments_cover_every_turn_in_order_without_overlap(texts, longest):
    """No spoken character is lost or doubled by cutting, and no segment crosses a turn."""
    transcript = transcript_of(*texts)
    segments = cut(transcript, longest)
    for turn in transcript.turns:
        parts = [s.span for s in segments if s.turn_index == turn.index]
        assert parts[0].start == turn.span.start
        assert parts[-1].end == turn.span.end
        assert all(a.end <= b.start for a, b in pairwise(parts))
        joined = "".join(p.of(transcript.text) for p in parts)
        assert joined.replace(" ", "") == turn.span.of(transcript.text).replace(" ", "")
        assert all(p.of(transcript.text).strip() == p.of(transcript.text) for p in parts)


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.integers(40, 400))
def test_no_segment_is_longer_than_allowed(text, longest):
    """A segment that an embedding model would cut off is a defect."""
    assert all(s.span.end - s.span.start <= longest for s in cut(transcript_of(text), longest))


def test_a_long_turn_is_cut_at_sentence_ends():
    """Where there are sentence ends, cuts fall on them."""
    sentence = "This is one sentence of a very long answer that goes on."
    text = " ".join([sentence] * 40)
    parts = [s.span.of(text) for s in cut(transcript_of(text))]
    assert len(parts) > 1
    assert all(part.endswith(".") for part in parts)
    assert max(map(len, parts)) <= LONGEST


def test_a_part_of_a_turn_has_the_times_of_its_words():
    """Playing a segment of a long turn must start at its own first word."""
    text = "One two three. Four five six."
    words = tuple(
        Word(text.index(w), text.index(w) + len(w), 100 * n, 100 * n + 50, 0.9)
        for n, w in enumerate(["One", "two", "three.", "Four", "five", "six."])
    )
    first, second = cut(transcript_of(text, words=words), longest=16)
    assert (first.start_ms, first.end_ms) == (0, 250)
    assert (second.start_ms, second.end_ms) == (300, 550)
