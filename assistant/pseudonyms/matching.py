"""Finding many names in a text at once: whole words, the longest name first."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from assistant.pseudonyms.ordinary import is_ordinary
from assistant.pseudonyms.tokens import Token, tokens

T = TypeVar("T")


@dataclass(slots=True)
class _Node(Generic[T]):
    """What may follow the words so far, and what is named by them; `capital` where only with a capital letter."""

    then: "dict[str, _Node[T]]" = field(default_factory=dict)
    named: list[tuple[bool, T]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Match(Generic[T]):
    """A stretch of a text, in code points, and what it names."""

    start: int
    end: int
    named: T


class Names(Generic[T]):
    """Spellings of names, each with what it names; of two that begin at the same word the longer one is found.

    Case, accents and white space make no difference, and a name is never found inside another word. A name that is
    an ordinary word of the language too (“Will”, “Mark”) is found where it has a capital letter, unless it was given
    without one.
    """

    def __init__(self, spellings: Iterable[tuple[str, T]] = ()) -> None:
        self._root: _Node[T] = _Node()
        for spelling, named in spellings:
            self.add(spelling, named)

    def add(self, spelling: str, named: T) -> None:
        """Look for one more spelling; the first thing that was given for a spelling stays."""
        node = self._root
        parts = tokens(spelling)
        for token in parts:
            node = node.then.setdefault(token.folded, _Node())
        if parts:
            node.named.append((needs_capital(spelling), named))

    def find(self, text: str) -> list[Match[T]]:
        """All that is named in a text, in order, none overlapping another."""
        return list(self.among(text, tokens(text)))

    def among(self, text: str, words: Sequence[Token]) -> Iterator[Match[T]]:
        """The same where the text's words are known already."""
        at = 0
        while at < len(words):
            length, named = self._longest(text, words, at)
            if named is not None:
                yield Match(words[at].start, words[at + length - 1].end, named[1])
            at += length

    def _longest(self, text: str, words: Sequence[Token], at: int) -> tuple[int, tuple[bool, T] | None]:
        node: _Node[T] | None = self._root
        best: tuple[bool, T] | None = None
        length = 1
        capital = text[words[at].start].isupper()
        for ahead in range(at, len(words)):
            node = node.then.get(words[ahead].folded) if node else None
            if node is None:
                break
            named = next((each for each in node.named if capital or not each[0]), None)
            if named is not None:
                best, length = named, ahead - at + 1
        return length, best


def needs_capital(spelling: str) -> bool:
    """Whether a spelling is looked for with a capital letter only, since it is an ordinary word too."""
    return spelling[:1].isupper() and is_ordinary(spelling)
