"""How words are compared: what was copied, and what speaks to a model rather than about the interviews."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from assistant.privacy.instructions import reads_like_instruction

LONG_STRETCH = 8
"""So many words running that also stand in a quote are a quotation, and a quotation has its marks and its place. Our
choice: common turns of phrase are shorter, a clause lifted from a transcript is seldom."""
_FEWEST = 3
_WORD = re.compile(r"[^\W_]+")
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0002ffff]"
)
"""Scripts that put no spaces between words: Thai, Lao, Burmese, Khmer, Japanese, Chinese."""
_ORDER = re.compile(
    r"\b(?:ignore|disregard|forget|override|vergiss|ignoriere)\b.{0,40}"
    r"\b(?:above|previous|prior|before|earlier|instructions?|prompts?|rules?|anweisung(?:en)?|bisherige\w*)\b"
    r"|\bsystem prompt\b|\bnew instructions?\b|\bas an? (?:ai|large language model|language model)\b"
    r"|\byou are (?:now |an? )+(?:ai|assistant|language model)\b|<\|?\w*(?:im_start|im_end|system|assistant)\w*\|?>",
    re.IGNORECASE,
)
"""What is written to steer a model, taken more widely than where a person is told of it: here a miss costs more."""


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text, case ignored; where scripts put no spaces, each character is one."""
    return tuple(part for word in _WORD.findall(text.casefold()) for part in _parts(word))


def _parts(word: str) -> Iterator[str]:
    edges = sorted({0, len(word), *(edge for m in _UNSPACED.finditer(word) for edge in m.span())})
    return (word[a:b] for a, b in pairwise(edges))


def _halves(text: str) -> list[str]:
    """The same with each word twice, so that a character without spaces around it counts as half a word."""
    return [half for word in words_of(text) for half in ((word,) if _UNSPACED.match(word) else (word, f"{word} "))]


def shared_stretch(text: str, others: Sequence[str], words: int) -> bool:
    """Whether so many words running stand in `text` and in one of the others; case and punctuation do not matter."""
    stretches = set(_stretches(text, 2 * words))
    return bool(stretches) and any(not stretches.isdisjoint(_stretches(other, 2 * words)) for other in others)


def _stretches(text: str, length: int) -> Iterator[tuple[str, ...]]:
    units = _halves(text)
    return (tuple(units[at : at + length]) for at in range(len(units) - length + 1))


def too_short(text: str) -> bool:
    """Whether a text has fewer than three words."""
    return len(_halves(text)) < 2 * _FEWEST


def orders_a_model(text: str) -> bool:
    """Whether a text holds what is usually written to steer a language model."""
    return _ORDER.search(text) is not None or reads_like_instruction(text)


def goes_round(text: str) -> bool:
    """Whether the same three words stand three times in one sentence, as where a model is caught in a loop."""
    stretches = list(zip(*(words_of(text)[at:] for at in range(3)), strict=False))
    return any(stretches.count(each) >= 3 for each in set(stretches))  # noqa: PLR2004 - as the sentence above says
