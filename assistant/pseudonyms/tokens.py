"""Words as names are compared: without case, accents and kinds of apostrophe, each with its place in the text."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_LETTERS = {"ø": "o", "đ": "d", "ł": "l", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
"""Latin letters that Unicode does not take apart."""

_APOSTROPHES = dict.fromkeys("’‘ʼ`´′＇", "'")
_HYPHENS = dict.fromkeys("‐‑‒–—−", "-")
_NO_SPACES = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x2E80, 0x9FFF), (0xAC00, 0xD7AF))
_NO_SPACES_ABOVE = 0x20000
_POINTS = ((0x0300, 0x036F), (0x0591, 0x05C7), (0x064B, 0x065F), (0x0670, 0x0670))
"""Accents of Latin, Greek and Cyrillic letters, points of Hebrew and Arabic: names are written with and without."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a sign: how it is compared, and where it stands, in code points, `end` exclusive."""

    folded: str
    start: int
    end: int
    is_word: bool


def tokens(text: str) -> list[Token]:
    """The words and signs of a text in order; white space and what nobody sees lies between them.

    Letters of scripts that are written without spaces are words of their own.
    """
    found: list[Token] = []
    start, end, folded = -1, -1, ""
    for at, letter in enumerate(text):
        kind, plain = _read(letter)
        if kind == "unseen":
            continue
        if kind == "word" or (kind == "mark" and (plain or start >= 0)):
            start, folded = (at, plain) if start < 0 else (start, folded + plain)
            end = at + 1
            continue
        if start >= 0:
            found.append(Token(folded, start, end, is_word=True))
            start, folded = -1, ""
        if kind in ("single", "sign"):
            found.append(Token(plain, at, at + 1, is_word=kind == "single"))
    if start >= 0:
        found.append(Token(folded, start, end, is_word=True))
    return found


def folded(text: str) -> tuple[str, ...]:
    """The words and signs of a text as they are compared."""
    return tuple(token.folded for token in tokens(text))


def spelling_key(text: str) -> str:
    """One name for all spellings that are compared as the same."""
    return " ".join(folded(text))


@lru_cache(maxsize=50_000)
def _read(letter: str) -> tuple[str, str]:
    """What a character is (word, mark, single, sign, space or unseen) and how it is compared."""
    number, category = ord(letter), unicodedata.category(letter)
    if any(low <= number <= high for low, high in _POINTS):
        return "mark", ""
    if category == "Cf":
        return "unseen", ""
    if letter.isspace() or category[0] in "ZC":
        return "space", ""
    if category[0] not in "LNM":
        return "sign", _APOSTROPHES.get(letter) or _HYPHENS.get(letter) or _plain(letter)
    if number >= _NO_SPACES_ABOVE or any(low <= number <= high for low, high in _NO_SPACES):
        return "single", _plain(letter)
    return ("mark", letter) if category[0] == "M" else ("word", _plain(letter))


def _plain(letter: str) -> str:
    apart = unicodedata.normalize("NFKD", letter.casefold())
    kept = "".join(c for c in apart if not any(low <= ord(c) <= high for low, high in _POINTS))
    return "".join(_LETTERS.get(c, c) for c in kept.casefold()) or letter
