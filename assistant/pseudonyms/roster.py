"""Names that are known to the person, in the spellings in which they may be said, typed and misheard."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from assistant.pseudonyms.found import Found
from assistant.pseudonyms.kinds import Kind
from assistant.pseudonyms.matching import Match, Names
from assistant.pseudonyms.ordinary import is_ordinary
from assistant.pseudonyms.tokens import Token, folded, tokens

FUZZY_FROM, _FUZZY_TO = 5, 40
"""Letters of a name from which one wrong letter does not make it another name; what is longer is no word."""
_UMLAUTS = (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("å", "aa"), ("ø", "oe"))
_SHORTEST_PART = 2
_UNTELLING = "mr mrs ms miss dr prof professor sir dame lord lady the of and de da van von der den bin al el"
_TITLES = frozenset(_UNTELLING.split())


class Roster:
    """Known names; finds them in every spelling, and words that differ from one of them by one letter."""

    def __init__(self, names: Mapping[str, Kind], typed: Container[str] | None = None) -> None:
        """`typed` are the names of which every part is sure to be one; parts of others need a capital letter."""
        self._typed = names if typed is None else typed
        self._exact: Names[tuple[str, Kind]] = Names()
        self._near: dict[str, list[tuple[str, str, Kind]]] = {}
        for name, kind in names.items():
            for spelling in variants(name, kind):
                self._exact.add(spelling, (name, kind))
            for word in folded(name) if kind is Kind.PERSON else ():
                if FUZZY_FROM <= len(word) < _FUZZY_TO and not is_ordinary(word):
                    for shape in _shapes(word):
                        self._near.setdefault(shape, []).append((word, name, kind))

    def find(self, text: str, *, any_case: bool) -> Iterator[Found]:
        """Known names and words like them; with `any_case`, words in small letters may be misspelt names too."""
        return self.among(text, tokens(text), any_case=any_case)

    def among(self, text: str, words: Sequence[Token], *, any_case: bool) -> Iterator[Found]:
        """The same where the text's words are known already."""
        exact = [m for m in self._exact.among(text, words) if any_case or self._is_sure(text, m)]
        yield from (Found(m.start, m.end, m.named[1], "roster", m.named[0]) for m in exact)
        taken = {at for m in exact for at in range(m.start, m.end)}
        for token in words:
            free = token.start not in taken and (any_case or text[token.start].isupper())
            if free and FUZZY_FROM - 1 <= len(token.folded) <= _FUZZY_TO and not is_ordinary(token.folded):
                yield from self._resembling(token)

    def _is_sure(self, text: str, match: Match[tuple[str, Kind]]) -> bool:
        name, _ = match.named
        part = len(folded(text[match.start : match.end])) < len(folded(name))
        return not part or name in self._typed or text[match.start].isupper()

    def _resembling(self, token: Token) -> Iterator[Found]:
        for shape in _shapes(token.folded):
            for word, name, kind in self._near.get(shape, ()):
                if one_letter_apart(word, token.folded):
                    yield Found(token.start, token.end, kind, "spelling", name)
                    return


def variants(name: str, kind: Kind) -> Iterator[str]:
    """A name as it is given; of a person each part of it too; letters with dots also as they are typed without."""
    yield name
    words = [name[token.start : token.end] for token in tokens(name) if token.is_word]
    if kind is Kind.PERSON and len(words) > 1:
        parts = [w for w in words if len(w) >= _SHORTEST_PART and w.casefold() not in _TITLES]
        yield from parts
    typed = name
    for letter, pair in _UMLAUTS:
        typed = typed.replace(letter, pair).replace(letter.upper(), pair.capitalize())
    if typed != name:
        yield typed


def one_letter_apart(one: str, other: str) -> bool:
    """Whether one letter more, less, another or two exchanged make one word of the other; False for the same word.

    The first letter may differ as well: recognisers mishear it as often as the others.
    """
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    first = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    if len(one) == len(other):
        swapped = one[first + 1 : first + 2] == other[first] and one[first] == other[first + 1 : first + 2]
        return one[first + 1 :] == other[first + 1 :] or (swapped and one[first + 2 :] == other[first + 2 :])
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    return longer[first + 1 :] == shorter[first:]


def _shapes(word: str) -> Iterable[str]:
    """The word and what is left of it without one of its letters: two words one letter apart share one of these."""
    return {word, *(word[:n] + word[n + 1 :] for n in range(len(word)))}


def without_capitals(texts: Sequence[str]) -> bool:
    """Whether a transcript was written without capital letters, as some recognisers do."""
    letters = [c for text in texts for c in text if c.isalpha() and c.lower() != c.upper()]
    return bool(letters) and sum(c.isupper() for c in letters) * 200 < len(letters)
