"""Text of unknown origin, such as a column's name in a sentence, as one line that does nothing to a screen."""

import re
import unicodedata

LONGEST = 1_000
"""Characters of a sentence; what is longer loses its middle."""
_SHOWN_FIRST, _SHOWN_LAST = 650, 300
_BREAKS = re.compile(r"[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]+")
_STEERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that turn the direction of what is written, also of what follows."""


def one_line(text: str, longest: int | None = LONGEST) -> str:
    """The text on one line: no control characters, half characters or turns of direction, and no longer than that."""
    line = _BREAKS.sub(" ", text)
    if not line.isprintable():
        line = "".join("\ufffd" if _steers(each) else each for each in line)
    if longest is not None and len(line) > longest:
        line = f"{line[:_SHOWN_FIRST]} … {line[-_SHOWN_LAST:]}"
    return line


def _steers(character: str) -> bool:
    return character in _STEERING or unicodedata.category(character) in ("Cc", "Cs")
