"""A text as the words that a person searches for: capitals, accents and punctuation do not count."""

import re
import unicodedata

VERSION = 1
"""Goes up when the same text would give other words: every index of words is then made again."""

_SEPARATE = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f\u1780-\u17ff"  # Burmese, Khmer
    "\u3040-\u30ff\u31f0-\u31ff"  # kana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
)
_VOICED = frozenset("\u3099\u309a")
"""Marks that make another sound of a kana: か and が are no spellings of one word."""
_WORD = re.compile(rf"[{_SEPARATE}]|[^\W_{_SEPARATE}](?:[^\W_{_SEPARATE}]|[\u0300-\u036f\u0900-\u0dff])*")


def words_of(text: str) -> list[str]:
    """The words in order, in small letters without accents; writing without spaces gives one character at a time.

    Nothing is stemmed, for what fits English harms other languages: endings are a matter of the question (`queu*`).

    >>> words_of("Don’t pay the Café’s bill – naïve, Straße, 等待")
    ['don', 't', 'pay', 'the', 'cafe', 's', 'bill', 'naive', 'strasse', '等', '待']
    """
    if text.isascii():
        return _WORD.findall(text.lower())
    apart = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in apart if letter in _VOICED or not unicodedata.combining(letter))
    return _WORD.findall(unicodedata.normalize("NFC", plain))
