"""What a recogniser may have invented is found, marked and never deleted."""

import pytest

from assistant.transcribe.doubts import UNINTELLIGIBLE, doubted, loops
from assistant.transcribe.sentences import Confidence, HeardWord, utterances_of

SURE = Confidence(-0.2, 0.05, 1.1)


def said(text, *, seconds=None, probability=0.9, confidence=SURE):
    """One utterance of words that take equal time."""
    words = text.split()
    step = int((seconds or len(words) * 0.4) * 1000 / len(words))
    heard = [HeardWord(f" {w}", n * step, (n + 1) * step, probability) for n, w in enumerate(words)]
    return utterances_of(heard, confidence)


def test_loops_are_found_across_utterances():
    """The same sentence four times in a row is marked in every utterance it takes."""
    utterances = [u for _ in range(5) for u in said("Thank you so much?")]
    assert len(utterances) == 5
    found = doubted(utterances)
    assert {tuple(d.kind for d in doubts) for _, doubts in found} == {("repeat",)}
    assert [u.text for u, _ in found] == ["Thank you so much?"] * 5


@pytest.mark.parametrize(
    "text",
    [
        "no no no no I said no",
        "it was very very very good and he said yeah yeah yeah",
        "I think I think I think we should go on and on and on",
    ],
)
def test_what_people_say_twice_or_thrice_is_no_loop(text):
    """Stutters and emphasis stay as they are."""
    assert loops(text.split()) == []


def test_a_loop_of_one_word_and_of_a_long_phrase():
    """Loops are given as stretches of words."""
    assert loops(["well", *["so"] * 9, "then"]) == [(1, 10)]
    phrase = ["and", "that", "is", "what", "I", "told", "them"]
    assert loops(["first", *phrase * 4, "last"]) == [(1, 1 + 4 * len(phrase))]


def test_what_the_model_hardly_believes_is_unintelligible_and_kept():
    """An utterance of low probability shows no words; what was written stays in the doubt."""
    (utterance,) = said("the purple walrus agrees", probability=0.12)
    ((shown, (doubt,)),) = doubted([utterance])
    assert shown.text == UNINTELLIGIBLE
    assert (doubt.kind, doubt.heard) == ("unclear", "the purple walrus agrees")
    (word,) = shown.words
    assert (word.start_ms, word.end_ms) == (utterance.start_ms, utterance.end_ms)
    assert shown.text[word.start : word.end] == UNINTELLIGIBLE


def test_words_where_nothing_is_heard_are_unintelligible():
    """Whisper's own rule for silence: no speech above .6 and a mean log-probability below -1."""
    (utterance,) = said("Thanks for watching", probability=0.6, confidence=Confidence(-1.4, 0.9, 0.8))
    ((shown, (doubt,)),) = doubted([utterance])
    assert (shown.text, doubt.kind, doubt.heard) == (UNINTELLIGIBLE, "silence", "Thanks for watching")


def test_impossible_speed_is_marked_and_left():
    """Twenty words in a second are marked; six a second are quick, not impossible."""
    fast = said(" ".join(f"w{n}" for n in range(20)), seconds=1)
    quick = said(" ".join(f"w{n}" for n in range(20)), seconds=3.4)
    assert [d.kind for _, doubts in doubted(fast) for d in doubts] == ["fast"]
    assert [doubts for _, doubts in doubted(quick)] == [()]


def test_sure_speech_has_no_doubts():
    """Nothing is marked for nothing."""
    utterances = said("We stopped using it after the second week.")
    assert doubted(utterances) == [(utterances[0], ())]
