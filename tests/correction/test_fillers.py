"""What a clean view leaves out."""

from itertools import pairwise

import pytest

from assistant.correction.fillers import FILLERS, TWICE, left_out
from store.turns import joined, laid_out
from store.values import NewTurn, Transcript, TurnMarks


def clean(*said: str, language: str | None = None, told: str | None = None) -> list[str]:
    """The turns as the clean view shows them."""
    turns = [NewTurn(text, marks=TurnMarks(language=told)) for text in said]
    text = joined(turns)
    found = Transcript(1, "I1", 1, "import", text, "", tuple(laid_out(turns)))
    spans = left_out(found, language)
    assert all(a.end <= b.start for a, b in pairwise(spans))
    letters = list(text)
    for span in spans:
        letters[span.start : span.end] = [""] * (span.end - span.start)
    return "".join(letters).split("\n")


@pytest.mark.parametrize(
    ("language", "said", "left"),
    [
        ("en", "Well, um, we we, uh... I I I think that that is, hm, fine.", "Well, we, I think that that is, fine."),
        ("de", "Ähm, wir haben um acht, äh, um acht angefangen.", "wir haben um acht, um acht angefangen."),
        ("de", "Leute, die die Daten haben, haben haben wollen.", "Leute, die die Daten haben wollen."),
        ("fr", "Euh, nous nous sommes vus, euh euh, hier.", "nous nous sommes vus, hier."),
        ("en", "No, no, it was 2 2 0.", "No, no, it was 2 2 0."),
        ("en", "So, ähm, the grant.", "So, the grant."),
        ("xx", "Um vier, äh, um fünf.", "Um vier, um fünf."),
    ],
)
def test_fillers_and_repeated_words_are_left_out(language, said, left):
    """Each language has its own; a filler of one is a word of another."""
    assert clean(said, language=language) == [left]


def test_the_language_is_told_or_guessed():
    """A turn's own language comes first; an unknown one is guessed from frequent words."""
    assert clean("Um, so.", language="de", told="en") == ["so."]
    english = "It was the first of the two that we have to do, um, with you."
    german = "Das war nicht so, wir sind um acht gekommen und ich auch mit."
    assert clean(english) == [english.replace("um, ", "")]
    assert clean(german) == [german]


def test_a_turn_of_nothing_but_fillers_stays():
    """Somebody said something; the view does not swallow a whole turn."""
    assert clean("Mhm.", "Um, uh", "Yes, um, I do.", language="en") == ["Mhm.", "Um, uh", "Yes, I do."]


def test_the_lists_name_the_same_languages():
    """What is rightly said twice is listed for each language that has fillers."""
    assert FILLERS.keys() == TWICE.keys()
