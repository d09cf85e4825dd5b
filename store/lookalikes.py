"""Names that look the same: by case, by marks that do not show, and by letters of other alphabets."""

import unicodedata

_LIKE = str.maketrans(
    {
        # Cyrillic and Greek letters that are drawn as Latin ones; after case folding
        "а": "a", "в": "b", "с": "c", "ԁ": "d", "е": "e", "һ": "h", "і": "i", "ј": "j", "к": "k", "ӏ": "l", "м": "m",
        "о": "o", "р": "p", "ԛ": "q", "г": "r", "ѕ": "s", "т": "t", "ѵ": "v", "ԝ": "w", "х": "x", "у": "y",
        "α": "a", "β": "b", "ε": "e", "ι": "i", "κ": "k", "ν": "v", "ο": "o", "ρ": "p", "τ": "t", "υ": "u", "χ": "x",
        "ı": "i", "ɑ": "a", "ⅼ": "l", "0": "o", "1": "l", "|": "l",
    }
)  # fmt: skip


def skeleton(name: str) -> str:
    """What two names have in common that look the same.

    >>> skeleton("Ana") == skeleton("Аnа")  # with Cyrillic letters
    True
    >>> skeleton("Ana") == skeleton("Anna")
    False
    """
    folded = unicodedata.normalize("NFKC", name).casefold().translate(_LIKE)
    seen = (sign for sign in folded if unicodedata.category(sign) not in ("Cf", "Mn", "Zs", "Cc"))
    return "".join(seen).replace("rn", "m").replace("vv", "w")
