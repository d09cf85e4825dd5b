"""How a query of words is spelt: its words, phrases and signs, in order."""

import re
from dataclasses import dataclass
from typing import Literal

from store.errors import InvalidInputError
from store.wording import words_of
from store.words_index import Phrase

Kind = Literal["phrase", "near", "not", "or", "and", "open", "close"]

FARTHEST = 100
"""Words that are near each other are at most so many words apart."""

_QUOTES = '"“”„«»‟'
_PIECE = re.compile(
    rf"""(?P<quoted>[{_QUOTES}](?P<inner>[^{_QUOTES}]*)(?P<closed>[{_QUOTES}])?)
    |(?P<near>~(?P<within>\d*)|NEAR/(?P<words>\d+))
    |(?P<open>\()|(?P<close>\))
    |(?P<not>[-−](?=[^\s)-]))
    |(?P<plain>[^\s()~{_QUOTES}]+)""",
    re.VERBOSE,
)
_SIGNS: tuple[Kind, ...] = ("open", "close", "not")
_NAMED: dict[str, Kind] = {"OR": "or", "AND": "and", "NOT": "not"}


@dataclass(frozen=True, slots=True)
class Token:
    """A word or phrase, or a sign; `text` is how it was typed, `within` is how far apart words may be."""

    kind: Kind
    text: str
    phrase: Phrase | None = None
    within: int = 0


def tokens_of(text: str) -> list[Token]:
    """The tokens in order; signs that hold no word are left out. Raises InvalidInputError with a sentence."""
    found = []
    for piece in _PIECE.finditer(text):
        token = _token(piece)
        if token is not None:
            found.append(token)
    return found


def _token(piece: re.Match[str]) -> Token | None:
    text = piece[0]
    if piece["quoted"] is not None:
        return _phrase(piece["inner"], text, quoted=True, closed=piece["closed"] is not None)
    if piece["near"] is not None:
        return Token("near", text, within=_within(piece["within"] or piece["words"] or "", text))
    for sign in _SIGNS:
        if piece[sign] is not None:
            return Token(sign, text)
    if text in _NAMED:
        return Token(_NAMED[text], text)
    return _phrase(text, text, quoted=False, closed=True)


def _within(number: str, text: str) -> int:
    if not number or not 1 <= int(number[:6]) <= FARTHEST:
        msg = f"“{text}” does not say how near: write a number of words from 1 to {FARTHEST} after it, such as ~5."
        raise InvalidInputError(msg)
    return int(number)


def _phrase(inner: str, text: str, *, quoted: bool, closed: bool) -> Token | None:
    if not closed:
        msg = f"The phrase that begins with “{inner.strip()[:40]}” is not closed; put a quotation mark at its end."
        raise InvalidInputError(msg)
    said = inner.strip()
    open_end = said.endswith("*")
    words = tuple(words_of(said))
    if "*" in said.rstrip("*") or (open_end and not words):
        msg = f"“{said[:40]}” has a * where none can stand: put it at the end of a word, such as machin*."
        raise InvalidInputError(msg)
    if not words:
        if quoted:
            msg = f"The phrase “{said[:40]}” holds no word to look for; put words between its quotation marks."
            raise InvalidInputError(msg)
        return None
    return Token("phrase", text, Phrase(words, open_end))
