"""What of a model's words may be kept, whatever grammar they were bound to: plain, bounded, and nothing like a quote.

The grammar binds a model of this machine token by token; this is the second look at what came of it.
"""

import unicodedata

from store.errors import StudyError

QUOTATION_MARKS = frozenset('"„“”«»')
_JOINERS = "\u200c\u200d"


def plain_words(text: str) -> str:
    """The text on one line, without control and other invisible characters, which hide or turn what is read."""
    visible = (
        letter for letter in " ".join(text.split()) if letter in _JOINERS or unicodedata.category(letter)[0] != "C"
    )
    return " ".join("".join(visible).split())


def bounded_words(text: str, most: int, what: str, model: str) -> str:
    """The text as plain words; raises StudyError where it is longer than `most` characters or holds quotation marks.

    `what` is what was asked for, such as “rationale”.
    """
    words = plain_words(text)
    why = ""
    if not words:
        why = f"gave no {what}"
    elif len(words) > most:
        why = f"gave a {what} of {len(words)} characters, where {most} is the most that is kept"
    elif not QUOTATION_MARKS.isdisjoint(words):
        why = f"put quotation marks into its {what}, which would make it look like a quote"
    if why:
        msg = f"The model {model} {why}; nothing was kept. Choose another model."
        raise StudyError(msg)
    return words
