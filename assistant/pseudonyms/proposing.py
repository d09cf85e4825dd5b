"""Pseudonyms that are proposed: the same one for a part or a misspelling of a known name, else the next free one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from assistant.pseudonyms.finding import Finding
from assistant.pseudonyms.key import Key
from assistant.pseudonyms.kinds import NEUTRAL_NAMES, STEMS, Kind
from assistant.pseudonyms.matching import Names
from assistant.pseudonyms.roster import FUZZY_FROM, one_letter_apart
from assistant.pseudonyms.tokens import folded, spelling_key

_SEVERAL = 2


def proposals(found: Sequence[Finding], key: Key, texts: Iterable[str], *, natural: bool = False) -> Mapping[str, str]:
    """By the text of each unreviewed finding, the pseudonym that is proposed for it.

    With `natural`, people get first names instead of numbers in brackets. A pseudonym that stands in the texts
    already, or is a name itself, is never proposed.
    """
    fresh = _Fresh(key, texts, natural=natural)
    given = _Given()
    for entry in key.replaced:
        for spelling in entry.spellings:
            given.add(spelling, entry.pseudonym)
    made: dict[str, str] = {}
    for each in sorted((f for f in found if not f.reviewed), key=lambda f: (-len(folded(f.text)), -len(f.hits))):
        pseudonym = given.same_as(each) or fresh.next(each.kind)
        made[each.text] = pseudonym
        given.add(each.text, pseudonym)
    return made


class _Given:
    """The pseudonyms that names have, found by the words of a name."""

    def __init__(self) -> None:
        self._by_text: dict[str, str] = {}
        self._by_word: dict[str, list[tuple[tuple[str, ...], str]]] = {}

    def add(self, text: str, pseudonym: str) -> None:
        """Say what a name is called."""
        if self._by_text.setdefault(text, pseudonym) == pseudonym:
            words = folded(text)
            for word in set(words):
                self._by_word.setdefault(word, []).append((words, pseudonym))

    def same_as(self, each: Finding) -> str | None:
        """The pseudonym of what a string resembles or is one part of, where that is one only."""
        if each.like in self._by_text:
            return self._by_text[each.like]
        if each.kind not in (Kind.PERSON, Kind.OTHER):
            return None
        words = folded(each.text)
        near = [pair for word in set(words) for pair in self._by_word.get(word, ())]
        found = {pseudonym for whole, pseudonym in near if _holds(whole, words) or _misspelt(whole, words)}
        return found.pop() if len(found) == 1 else None


def _holds(whole: Sequence[str], part: Sequence[str]) -> bool:
    shorter = len(part) < len(whole)
    return shorter and any(tuple(whole[n : n + len(part)]) == tuple(part) for n in range(len(whole) - len(part) + 1))


def _misspelt(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two names of several words are the same but for a letter in long words."""
    if len(one) != len(other) or len(one) < _SEVERAL:
        return False
    pairs = list(zip(one, other, strict=True))
    return all(a == b or (min(len(a), len(b)) >= FUZZY_FROM and one_letter_apart(a, b)) for a, b in pairs)


class _Fresh:
    """Pseudonyms that nobody has."""

    def __init__(self, key: Key, texts: Iterable[str], *, natural: bool) -> None:
        self._used = {spelling_key(entry.pseudonym) for entry in key.replaced}
        self._used |= {spelling_key(s) for entry in key.entries for s in entry.spellings}
        self._next = {kind: self._numbered(kind) for kind in Kind}
        candidates = Names((name, name) for name in NEUTRAL_NAMES)
        marks = Names((f"[{stem}", stem) for stem in set(STEMS.values()))
        for text in texts:
            self._used |= {spelling_key(match.named) for match in candidates.find(text)}
            self._used |= {
                spelling_key(text[m.start : text.find("]", m.end) + 1])
                for m in marks.find(text)
                if "]" in text[m.end :]
            }
        if natural:
            self._next[Kind.PERSON] = iter([*NEUTRAL_NAMES])

    @staticmethod
    def _numbered(kind: Kind) -> Iterator[str]:
        number = 0
        while True:
            number += 1
            yield f"[{STEMS[kind]} {number}]"

    def next(self, kind: Kind) -> str:
        """The next free pseudonym of a kind; numbers in brackets once the first names are used up."""
        for pseudonym in self._next[kind]:
            if spelling_key(pseudonym) not in self._used:
                self._used.add(spelling_key(pseudonym))
                return pseudonym
        self._next[kind] = self._numbered(kind)
        return self.next(kind)
