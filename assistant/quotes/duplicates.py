"""Texts that say the same in the same or nearly the same words.

Two texts are nearly the same where their sets of words have a Jaccard similarity of 0.9 or more: then at most a
nineteenth of the words of both together stands in one of them alone. Where the vocabulary is divided into one part
more than that, two such texts have exactly the same words in at least one part, so only texts that share a part are
compared (Arasu, Ganti & Kaushik 2006, "Efficient exact set-similarity joins", VLDB, section 4: partitioning). A part
holds some nine words of any text, so hardly anything else shares it, however common its words are.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import combinations, islice
from threading import RLock

import numpy as np
from numpy.typing import NDArray

SIMILAR = 0.9
SHORTEST = 8
"""Words: two people who say the same in fewer have not said the same thing twice, they have said “yes, of course”."""

_AT_ONCE = 20_000
_Hashes = NDArray[np.uint64]


class Twins:
    """Finds the duplicates among texts given as their words with a space around each; safe to share."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._alike: dict[str, frozenset[str]] = {}
        self._words: dict[str, frozenset[str]] = {}
        self._parts: dict[tuple[int, int, int], list[str]] = {}

    def add(self, texts: Iterable[str]) -> None:
        """Compare texts with all that were added before; one that was added stays."""
        with self._lock:
            for said in dict.fromkeys(texts):
                if said not in self._alike:
                    self._add(said)

    def of(self, said: str) -> frozenset[str]:
        """The texts added that are nearly the same, itself not among them."""
        return self._alike.get(said, frozenset())

    def _add(self, said: str) -> None:
        self._alike[said] = frozenset()
        words = frozenset(said.split())
        if not is_long(said):
            return
        self._words[said] = words
        parts = list(_parts_of(words))
        near = {other for part in parts for other in self._parts.get(part, ())}
        for other in near:
            if similarity(words, self._words[other]) >= SIMILAR:
                self._alike[said] |= {other}
                self._alike[other] |= {said}
        for part in parts:
            self._parts.setdefault(part, []).append(said)


def is_long(said: str) -> bool:
    """Whether a text, given as its words with a space around each, is long enough to be a duplicate by its words."""
    return said.count(" ") > SHORTEST


def repeated(texts: Iterable[str], again: Callable[[int], str]) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    """Which of very many texts repeat which, by their numbers; only those that repeat something are in it.

    `again` gives a text once more by its number: none is held. Returns by the first text with these very words all the
    texts that have them, in order, where there are several; and by the first of its words the firsts of other words
    that are nearly the same.
    """
    firsts: dict[int, int] = {}
    same: dict[int, list[int]] = {}
    shared = _SharedParts()
    given = enumerate(texts)
    while some := list(islice(given, _AT_ONCE)):
        new = []
        for number, said in some:
            if not is_long(said):
                continue
            first = firsts.setdefault(hash(said), number)
            if first == number:
                new.append((number, frozenset(said.split())))
            elif again(first) == said:
                same.setdefault(first, [first]).append(number)
        shared.add(new)
    return same, _near(shared.pairs(), again)


def _near(pairs: Iterable[tuple[int, int]], again: Callable[[int], str]) -> dict[int, list[int]]:
    near: dict[int, list[int]] = {}
    for one, other in sorted(set(pairs)):
        if similarity(frozenset(again(one).split()), frozenset(again(other).split())) >= SIMILAR:
            near.setdefault(one, []).append(other)
            near.setdefault(other, []).append(one)
    return near


class _SharedParts:
    """Of many texts the parts as numbers, 12 bytes each: one in every nine words or so."""

    def __init__(self) -> None:
        self._found: dict[tuple[int, int], list[tuple[NDArray[np.int32], _Hashes]]] = {}
        self._sizes: dict[int, int] = {}

    def add(self, texts: Iterable[tuple[int, frozenset[str]]]) -> None:
        by_size: dict[int, list[tuple[int, list[int]]]] = {}
        for number, words in texts:
            by_size.setdefault(len(words), []).append((number, [hash(word) for word in words]))
        for size, some in by_size.items():
            numbers = np.array([number for number, _ in some], np.int32)
            hashes = np.array([each for _, each in some], np.int64).view(np.uint64)
            for apart in _apart(size):
                places = hashes % np.uint64(apart + 1)
                for part in range(apart + 1):
                    here = np.where(places == part, hashes, np.uint64(0))
                    key = (apart, part)
                    self._found.setdefault(key, []).append((numbers, np.bitwise_xor.reduce(here, axis=1)))

    def pairs(self) -> Iterator[tuple[int, int]]:
        """The numbers of texts that share a part, the lower one first; a pair may come more than once."""
        while self._found:
            _, some = self._found.popitem()
            numbers = np.concatenate([each for each, _ in some])
            parts = np.concatenate([each for _, each in some])
            order = np.argsort(parts, kind="stable")
            ends = np.flatnonzero(np.diff(parts[order], append=~parts[order[-1:]]))
            starts = np.concatenate([np.zeros(1, np.intp), ends[:-1] + 1])
            for start, end in zip(starts[ends > starts].tolist(), ends[ends > starts].tolist(), strict=True):
                yield from combinations(sorted(numbers[order[start : end + 1]].tolist()), 2)


def _apart(size: int) -> range:
    """In how many words at most a text of so many words differs from one that is nearly the same.

    The number goes by the length of both, so it may be one of several.

    >>> [list(_apart(size)) for size in (8, 20, 40)]
    [[0], [2], [4]]
    """
    shortest, longest = -(-9 * size // 10), 10 * size // 9
    return range((size + shortest) // 19, (size + longest) // 19 + 1)


def _parts_of(words: frozenset[str]) -> Iterator[tuple[int, int, int]]:
    hashes = [hash(word) for word in words]
    for apart in _apart(len(words)):
        sums = [0] * (apart + 1)
        for each in hashes:
            sums[each % (apart + 1)] ^= each
        yield from ((apart, part, each) for part, each in enumerate(sums))


def similarity(words: frozenset[str], others: frozenset[str]) -> float:
    """Jaccard similarity of two sets of words, 0..1.

    >>> similarity(frozenset("abc"), frozenset("abd"))
    0.5
    """
    shared = len(words & others)
    return shared / (len(words) + len(others) - shared)
