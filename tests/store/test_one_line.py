"""What a sentence repeats of a file does nothing to the screen on which it is read."""

from store.errors import InvalidInputError, StudyError
from store.one_line import LONGEST, one_line


def test_errors_stand_on_one_line_without_what_steers_a_screen():
    """Escapes, line breaks, half characters and turned writing; plain signs of every script stay."""
    said = str(InvalidInputError("a\x1b[2Jb\r\nc\u2028d \ud800 \u202e\u2066e\x07."))
    assert said == "a\ufffd[2Jb c d \ufffd \ufffd\ufffde\ufffd."
    said.encode()
    fine = "Ein Satz über „Größe“, 👩‍👩‍👧, שלום and می‌خواهم."
    assert str(StudyError(fine)) == fine


def test_long_sentences_lose_their_middle():
    """Their beginning says which file, their end what to do."""
    said = str(StudyError(f"talk.csv holds {'x' * 100_000}; mend it."))
    assert len(said) < LONGEST
    assert said.startswith("talk.csv holds x")
    assert said.endswith("x; mend it.")
    assert one_line("y" * 5_000, None) == "y" * 5_000
