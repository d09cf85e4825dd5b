"""Texts that say the same in the same or nearly the same words.

Two texts are nearly the same where their sets of words have a Jaccard similarity of 0.9 or more. Such a pair always
shares one of the few words that come first in any fixed order of all words (prefix filtering: Bayardo, Ma & Srikant
2007, "Scaling up all pairs similarity search", WWW, section 3), so only texts that share one are compared; with rare
words first, these are few.
"""

from collections import Counter
from collections.abc import Iterable
from math import ceil
from threading import RLock

SIMILAR = 0.9
SHORTEST = 8
"""Words: two people who say the same in fewer have not said the same thing twice, they have said “yes, of course”."""

_SLACK = 1e-9
"""0.9 has no exact binary fraction: a product may be a hair too large."""


class Twins:
    """Finds the duplicates among texts given as their words with a space around each; safe to share."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._alike: dict[str, frozenset[str]] = {}
        self._words: dict[str, frozenset[str]] = {}
        self._first: dict[str, list[str]] = {}
        self._common: Counter[str] | None = None

    def add(self, texts: Iterable[str]) -> None:
        """Compare texts with all that were added before; one that was added stays.

        How rare words are is counted once, in the first texts: the order of words must stay the same ever after.
        """
        with self._lock:
            new = [said for said in dict.fromkeys(texts) if said not in self._alike]
            if self._common is None and new:
                self._common = Counter(word for said in new for word in set(said.split()))
            for said in new:
                self._add(said)

    def of(self, said: str) -> frozenset[str]:
        """The texts added that are nearly the same, itself not among them."""
        return self._alike.get(said, frozenset())

    def long(self, said: str) -> bool:
        """Whether a text is long enough to be a duplicate by its words."""
        return said.count(" ") > SHORTEST

    def _add(self, said: str) -> None:
        self._alike[said] = frozenset()
        words = frozenset(said.split())
        if not self.long(said):
            return
        self._words[said] = words
        common = self._common or Counter()
        rarest = sorted(words, key=lambda word: (common[word], word))
        first = rarest[: len(words) - ceil(SIMILAR * len(words) - _SLACK) + 1]
        near = {other for word in first for other in self._first.get(word, ())}
        for other in near:
            if similarity(words, self._words[other]) >= SIMILAR:
                self._alike[said] |= {other}
                self._alike[other] |= {said}
        for word in first:
            self._first.setdefault(word, []).append(said)


def similarity(words: frozenset[str], others: frozenset[str]) -> float:
    """Jaccard similarity of two sets of words, 0..1.

    >>> similarity(frozenset("abc"), frozenset("abd"))
    0.5
    """
    shared = len(words & others)
    return shared / (len(words) + len(others) - shared)
