"""Text as it is compared when a person searches: capitals and accents do not count."""

import unicodedata
from functools import lru_cache


@lru_cache(maxsize=2**15)
def folded(text: str) -> str:
    """The text in small letters without marks.

    >>> folded("Évaluation Ω")
    'evaluation ω'
    """
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
