"""Telling what was taken word for word from a transcript."""

from collections.abc import Iterable

_AROUND = " \t\n“”„«»\"'‘’….,;:!?()[]"
_SHORTEST = 20
_FEWEST_WORDS = 3


def taken_from(example: str, texts: Iterable[str]) -> bool:
    """Whether an example, without the quotation marks around it, stands word for word in one of the texts.

    What has less than 20 letters and less than three words is a term that may stand in any text, and counts as none.
    """
    said = example.strip(_AROUND)
    if len(said) < _SHORTEST and len(said.split()) < _FEWEST_WORDS:
        return False
    return any(said in text for text in texts)
