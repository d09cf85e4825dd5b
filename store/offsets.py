"""How spans move when a transcript is corrected."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Self

from store.values import Span


@dataclass(frozen=True, slots=True)
class OffsetMap:
    """The stretches that two revisions share: (start before, start after, length), in code points, in order."""

    blocks: tuple[tuple[int, int, int], ...]

    @classmethod
    def between(cls, before: str, after: str) -> Self:
        """Compare two revisions word by word, then keep the stretches that are equal."""
        old, new = _tokens(before), _tokens(after)
        matcher = SequenceMatcher(None, [t for _, t in old], [t for _, t in new], autojunk=False)
        blocks = []
        for a, b, size in matcher.get_matching_blocks():
            if size:
                length = sum(len(token) for _, token in old[a : a + size])
                blocks.append((old[a][0], new[b][0], length))
        return cls(tuple(blocks))

    @classmethod
    def from_json(cls, value: Sequence[Sequence[int]]) -> Self:
        """Read back what `to_json` gave."""
        return cls(tuple((a, b, n) for a, b, n in value))

    def to_json(self) -> list[list[int]]:
        """The blocks as plain lists."""
        return [list(block) for block in self.blocks]

    def move(self, span: Span) -> Span | None:
        """The span in the new revision, or None where one of its edges was changed.

        A correction strictly inside a span does not lose it: both edges must lie in kept stretches, in order.
        """
        start = self._place(span.start)
        last = self._place(span.end - 1)
        if start is None or last is None or last < start:
            return None
        return Span(start, last + 1)

    def unchanged(self, span: Span) -> bool:
        """Whether the whole span lies in one kept stretch."""
        return any(a <= span.start and span.end <= a + n for a, _, n in self.blocks)

    def _place(self, offset: int) -> int | None:
        return next((b + offset - a for a, b, n in self.blocks if a <= offset < a + n), None)


def _tokens(text: str) -> list[tuple[int, str]]:
    """(offset, word or run of non-word) pairs that join to the text again."""
    tokens: list[tuple[int, str]] = []
    start = 0
    for index in range(1, len(text) + 1):
        if index == len(text) or text[index].isalnum() != text[start].isalnum():
            tokens.append((start, text[start:index]))
            start = index
    return tokens
