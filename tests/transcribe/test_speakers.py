"""Who speaks when, and whose the words are: groups of voices, the timeline, words at edges, turns."""

import itertools

import numpy as np
import pytest
from fake_listener import FakeListener
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.transcribe.audio import PER_MS
from assistant.transcribe.sentences import Confidence, HeardWord, utterances_of
from assistant.transcribe.speakers import Spoken, Voices, assign, overlaps, timeline
from assistant.transcribe.speakers.segmentation_model import FRAMES
from assistant.transcribe.speakers.words import said_words, turns_of
from store.values import Doubt

SURE = Confidence(-0.2, 0.05, 1.1)


def sound(seconds, *spoken):
    """Silence with a constant level wherever somebody speaks, as (start_s, end_s, level)."""
    samples = np.zeros(int(seconds * 16_000), dtype=np.float32)
    for start, end, level in spoken:
        samples[int(start * 16_000) : int(end * 16_000)] = level
    return samples


def heard(*words):
    """Utterances of words given as (text, start_ms, end_ms)."""
    said = [HeardWord(f" {text}", start, end, 0.9) for text, start, end in words]
    return utterances_of(said, SURE)


def vectors_around(*centres, spread=0.05, each=6, seed=1):
    """Voices near some directions, one window for each, in turn."""
    rng = np.random.default_rng(seed)
    found = []
    for number, centre in itertools.product(range(each), centres):
        del number
        vector = np.eye(192)[centre] + spread * rng.standard_normal(192)
        found.append(vector / np.linalg.norm(vector))
    windows = len(found)
    vectors = np.full((windows, 3, 192), np.nan, np.float32)
    vectors[:, 0] = found
    seconds = np.zeros((windows, 3), np.float32)
    seconds[:, 0] = 3
    classes = np.ones((windows, FRAMES), np.uint8)
    return Voices(np.arange(windows, dtype=np.int64) * 5_000, classes, vectors, seconds)


def test_two_people_are_found_and_numbered_by_who_speaks_first():
    """Somebody at .3 speaks, then somebody at .6, then the first again: two people, three stretches at their times."""
    voices = FakeListener().listen(sound(30, (2, 8, 0.3), (10, 18, 0.6), (20, 26, 0.3)), 0)
    found = timeline(voices, assign(voices, None))
    assert [s.speaker for s in found] == [0, 1, 0]
    for spoken, (start, end) in zip(found, [(2, 8), (10, 18), (20, 26)], strict=True):
        assert abs(spoken.start_ms - start * 1000) <= 60
        assert abs(spoken.end_ms - end * 1000) <= 60


@pytest.mark.parametrize(("people", "count"), [((3, 40), None), ((3, 40, 90), None), ((3, 40, 90), 3), ((3, 40), 2)])
def test_people_are_counted_or_given(people, count):
    """As many groups as there are directions, whether the number is given or not."""
    found = assign(vectors_around(*people), count)
    assert set(found[:, 0].tolist()) == set(range(len(people)))
    assert found[:, 0].tolist() == list(range(len(people))) * 6


def test_fewer_people_are_found_where_more_were_said_but_one_voice_is_heard():
    """Five were said to speak; one voice does not become five people."""
    assert set(assign(vectors_around(7, spread=0.01), 5)[:, 0].tolist()) == {0}


def test_more_than_a_pair_is_forced_into_the_given_number():
    """Three voices of which two are alike are two people where two were said to speak."""
    mixed = vectors_around(3, 40)
    mixed.vectors[::4, 0] = (np.eye(192)[3] + 0.8 * np.eye(192)[4]) / np.hypot(1, 0.8)
    assert set(assign(mixed, 2)[:, 0].tolist()) == {0, 1}


def test_two_in_one_window_are_two_people():
    """Voices that sound alike but speak in the same window are told apart there."""
    voices = vectors_around(3, 40)
    voices.vectors[0, 1] = voices.vectors[0, 0]
    voices.seconds[0, 1] = 1
    people = assign(voices, 2)
    assert sorted(people[0, :2].tolist()) == [0, 1]


def test_nobody_is_nobody():
    """Silence has no people and no timeline."""
    silent = FakeListener().listen(np.zeros(16_000 * 20, dtype=np.float32), 0)
    assert (assign(silent, 2) == -1).all()
    assert timeline(silent, assign(silent, 2)) == ()
    nothing = Voices.joined([])
    assert timeline(nothing, assign(nothing, None)) == ()


def test_voices_are_the_same_after_they_were_kept():
    """What is committed and read back gives the same people and times."""
    voices = FakeListener().listen(sound(40, (2, 8, 0.3), (10, 38, 0.6)), 60_000)
    again = Voices.from_bytes(voices.to_bytes())
    assert (again.classes == voices.classes).all()
    assert timeline(again, assign(again, None)) == timeline(voices, assign(voices, None))


def test_overlaps_are_where_two_speak():
    """Stretches shared by two people, however many turns they are part of; a tenth of a second is none."""
    spoken = (Spoken(0, 5_000, 0), Spoken(4_000, 6_000, 1), Spoken(5_900, 8_000, 0))
    assert overlaps(spoken) == ((4_000, 5_000),)
    assert overlaps(spoken, shortest_ms=50) == ((4_000, 5_000), (5_900, 6_000))


def test_a_word_belongs_to_whoever_speaks_for_most_of_it():
    """A word over the edge of a turn goes to the speaker of its majority."""
    words = heard(("one", 0, 400), ("two", 400, 1_000), ("three", 1_100, 1_500))
    early = said_words(words, [Spoken(0, 600, 0), Spoken(600, 2_000, 1)])
    late = said_words(words, [Spoken(0, 800, 0), Spoken(800, 2_000, 1)])
    assert [w.speaker for w in early] == [0, 1, 1]
    assert [w.speaker for w in late] == [0, 0, 1]


def test_a_change_of_speaker_is_moved_to_the_end_of_a_sentence_that_is_near():
    """One word is on the wrong side of the edge: the full stop knows better."""
    words = heard(("I", 0, 200), ("agree.", 200, 700), ("Why", 700, 900), ("is", 900, 1_100), ("that?", 1_100, 1_500))
    found = said_words(words, [Spoken(0, 850, 0), Spoken(850, 2_000, 1)])
    assert [w.speaker for w in found] == [0, 0, 1, 1, 1]


def test_a_short_reply_keeps_its_words():
    """Both edges of two words of somebody else have the same full stop near; nobody's words are taken away."""
    texts = "so we went to yeah. Um the lake today."
    words = heard(*[(text, n * 300, n * 300 + 280) for n, text in enumerate(texts.split())])
    spoken = [Spoken(0, 1_190, 0), Spoken(1_190, 1_790, 1), Spoken(1_790, 3_000, 0)]
    assert [w.speaker for w in said_words(words, spoken)] == [0, 0, 0, 0, 1, 1, 0, 0, 0]


def test_a_word_that_goes_on_with_a_sentence_belongs_to_it():
    """One word in the middle of somebody's sentence is a slip; what is thrown in is not."""
    words = heard(("Maybe", 0, 400), ("one", 400, 700), ("in", 700, 900), ("ten,", 900, 1_300), ("or", 1_300, 1_500))
    slip = [Spoken(0, 900, 0), Spoken(900, 1_300, 1), Spoken(1_300, 2_000, 0)]
    assert [w.speaker for w in said_words(words, slip)] == [0] * 5
    words = heard(("Maybe", 0, 400), ("one", 400, 700), ("in", 700, 900), ("Yes.", 900, 1_300), ("ten", 1_300, 1_500))
    assert [w.speaker for w in said_words(words, slip)] == [0, 0, 0, 1, 0]


def test_an_edge_far_from_any_sentence_stays():
    """Somebody is interrupted in the middle of a sentence, seconds before its end."""
    words = heard(*[(f"w{n}", n * 500, n * 500 + 400) for n in range(8)])
    found = said_words(words, [Spoken(0, 2_000, 0), Spoken(2_000, 5_000, 1)])
    assert [w.speaker for w in found] == [0] * 4 + [1] * 4


def test_a_word_in_a_hole_belongs_to_the_nearest_speaker():
    """The timeline misses a word: within a second and a half its neighbour gets it, beyond, who spoke before."""
    words = heard(("a", 1_000, 1_200), ("b", 2_600, 2_800), ("c", 9_000, 9_200))
    found = said_words(words, [Spoken(900, 1_300, 0), Spoken(3_000, 4_000, 1)])
    assert [w.speaker for w in found] == [0, 1, 1]


def test_turns_hold_every_word_with_its_exact_place():
    """Two people, three turns; text, word offsets, times, names and overlaps fit."""
    words = heard(
        ("Do", 0, 300), ("you?", 300, 900), ("Yes.", 1_000, 1_500), ("Always.", 1_600, 2_200), ("Good.", 2_400, 2_900)
    )
    spoken = [Spoken(0, 950, 0), Spoken(950, 2_600, 1), Spoken(2_300, 3_000, 0)]
    turns = turns_of(words, spoken, ["Speaker 1", "Speaker 2"])
    assert [(t.speaker, t.text) for t in turns] == [
        ("Speaker 1", "Do you?"),
        ("Speaker 2", "Yes. Always."),
        ("Speaker 1", "Good."),
    ]
    assert all(t.text[w.start : w.end] for t in turns for w in t.words)
    assert [t.text[w.start : w.end] for t in turns for w in t.words] == ["Do", "you?", "Yes.", "Always.", "Good."]
    assert turns[2].marks.overlaps == ((2_400, 2_600),)
    assert (turns[1].start_ms, turns[1].end_ms) == (1_000, 2_200)


def test_a_monologue_gets_a_new_turn_at_a_sentence_end_after_a_minute():
    """Nobody wants to correct an hour in one field; no sentence is cut for it."""
    words = heard(*[(f"word{n}{'.' if n % 10 == 9 else ''}", n * 1_000, n * 1_000 + 800) for n in range(200)])
    turns = turns_of(words, [Spoken(0, 200_000, 0)], ["Speaker 1"])
    assert len(turns) == 3
    assert all(turn.text.endswith(".") for turn in turns)


def test_doubts_move_with_their_words():
    """A doubt of an utterance is found again on the same words of the turn."""
    first, second = heard(("Fine.", 0, 500), ("So", 3_000, 3_300), ("so.", 3_300, 3_600))
    doubts = [(), (Doubt(0, 6, "unclear", "sold"),)]
    (turn,) = turns_of([first, second], [Spoken(0, 4_000, 0)], ["Speaker 1"], doubts)
    (doubt,) = turn.marks.doubts
    assert turn.text[doubt.start : doubt.end] == "So so."
    assert (doubt.kind, doubt.heard) == ("unclear", "sold")


def test_without_a_timeline_each_utterance_is_a_turn_of_nobody():
    """As it was before speakers were known."""
    words = heard(("Fine.", 0, 500), ("So.", 3_000, 3_300))
    assert [(t.speaker, t.text) for t in turns_of(words, [], [])] == [(None, "Fine."), (None, "So.")]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["yes", "no.", "why?", "über", "日本", "e\u0301t"]), st.integers(50, 2_000)),
        min_size=1,
    ),
    st.lists(st.tuples(st.integers(100, 3_000), st.integers(0, 2)), min_size=1, max_size=12),
)
def test_no_word_is_lost_whoever_speaks(words, stretches):
    """Whatever the timeline, all words are there in order, each where its turn says."""
    ends = list(itertools.accumulate(length for _, length in words))
    utterances = heard(*[(text, end - length, end) for (text, length), end in zip(words, ends, strict=True)])
    edges = list(itertools.accumulate(length for length, _ in stretches))
    spoken = [Spoken(e - n, e, who) for (n, who), e in zip(stretches, edges, strict=True)]
    turns = turns_of(utterances, spoken, ["A", "B", "C"])
    assert [t.text[w.start : w.end] for t in turns for w in t.words] == [text for text, _ in words]
    assert all(a.speaker != b.speaker or b.start_ms >= a.start_ms for a, b in itertools.pairwise(turns))
    assert " ".join(t.text for t in turns) == " ".join(text for text, _ in words)


def test_a_listener_hears_the_same_in_blocks_as_in_one_go():
    """Windows of a recording cut into blocks are those of the whole."""
    samples = sound(130, (2, 50, 0.3), (55, 70, 0.6), (80, 128, 0.3))
    whole = FakeListener().listen(samples, 0)
    block = 60_000 * PER_MS
    parts = [
        FakeListener().listen(samples[at : at + block + 5_000 * PER_MS], at // PER_MS)
        for at in range(0, len(samples), block)
    ]
    blocks = Voices.joined(parts)
    assert timeline(blocks, assign(blocks, None)) == timeline(whole, assign(whole, None))
