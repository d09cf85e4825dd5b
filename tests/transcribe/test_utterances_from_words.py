import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.transcribe.sentences import Confidence, HeardWord, ends_sentence, utterances_of
from store.transcripts import clean_text

SURE = Confidence(avg_logprob=-0.1, no_speech_prob=0.01, compression_ratio=1.5)


def words(*texts: str, each_ms: int = 300, pause_ms: int = 0) -> list[HeardWord]:
    step = each_ms + pause_ms
    return [HeardWord(text, n * step, n * step + each_ms, 0.9) for n, text in enumerate(texts)]


def texts(heard: list[HeardWord]) -> list[str]:
    return [utterance.text for utterance in utterances_of(heard, SURE)]


heard_words = st.lists(
    st.tuples(st.text(max_size=8), st.integers(0, 3_000), st.integers(0, 900)),
    max_size=30,
)


@given(heard_words)
def test_word_offsets_are_exact_slices(drafts: list[tuple[str, int, int]]) -> None:
    """Whatever the model writes, text[start:end] is the word, the text is clean, and no word is lost."""
    at, heard = 0, []
    for text, pause, length in drafts:
        heard.append(HeardWord(text, at + pause, at + pause + length, 0.5))
        at += pause + length
    found = utterances_of(heard, SURE)
    slices = [u.text[w.start : w.end] for u in found for w in u.words]
    assert slices == [clean_text(word.text) for word in heard if clean_text(word.text)]
    assert all(u.text == clean_text(u.text) for u in found)
    assert all(u.start_ms == u.words[0].start_ms and u.end_ms >= u.words[-1].end_ms for u in found)


def test_words_join_as_they_were_heard() -> None:
    """White space before a word makes a space; without it, as in Japanese or after a hyphen, there is none."""
    assert texts(words(" Well,", " co", "-operation", " 日", "本")) == ["Well, co-operation 日本"]


def test_a_question_ends_an_utterance() -> None:
    """What follows a question mark stands by itself, because somebody else usually says it."""
    assert texts(words(" Why?", " Because", " it", " is.")) == ["Why?", "Because it is."]


def test_short_sentences_without_a_pause_stay_together() -> None:
    """Two short sentences in one breath are one utterance; after four seconds or a pause they are two."""
    assert texts(words(" No.", " Never", " so.", " Far.")) == ["No. Never so. Far."]
    assert texts(words(" It", " is", " so.", " Far.", pause_ms=500)) == ["It is so.", "Far."]
    assert texts(words(" It", " is", " so.", " Far.", each_ms=1_500)) == ["It is so.", "Far."]


def test_a_long_pause_ends_an_utterance_without_a_full_stop() -> None:
    """A second and a half of silence cuts even in the middle of a sentence."""
    assert texts(words(" and", " then", pause_ms=1_600)) == ["and", "then"]


@pytest.mark.parametrize(
    ("word", "ends"),
    [
        (" it.", True),
        (" it.”", True),
        (" done!", True),
        (" Mr.", False),
        (" e.g.", False),
        (" so,", False),
        ("。", True),
    ],
)
def test_what_ends_a_sentence(word: str, ends: bool) -> None:
    """Abbreviations end no sentence, closing quotation marks do not hide its end."""
    assert ends_sentence(word) is ends
