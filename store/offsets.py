"""How spans move when a transcript is corrected."""

import re
from collections.abc import Iterable, Iterator, Sequence
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
        """Compare two revisions line by line, then the rest word by word; keep what is equal."""
        return cls(tuple(_joined(_equal(before, after, 0, 0, _LEVELS))))

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

    def remains(self, span: Span) -> Span | None:
        """The stretch of the new revision that holds all that is left of the span; None where nothing is."""
        kept = [(a, b - a, n) for a, b, n in self.blocks if a < span.end and span.start < a + n]
        if not kept:
            return None
        (first, ahead, _), (last, behind, length) = kept[0], kept[-1]
        return Span(max(first, span.start) + ahead, min(last + length, span.end) + behind)

    def unchanged(self, span: Span) -> bool:
        """Whether the whole span lies in one kept stretch."""
        return any(a <= span.start and span.end <= a + n for a, _, n in self.blocks)

    def _place(self, offset: int) -> int | None:
        return next((b + offset - a for a, b, n in self.blocks if a <= offset < a + n), None)


_LEVELS = (
    re.compile(r"[^\n]*\n|[^\n]+"),
    re.compile(r"\w+\W*|\W+"),
    re.compile(r"\w+|\W+"),
)
"""Pieces that join to the text again, ever finer: comparing an hour of speech by single words alone takes a minute."""


def _equal(
    before: str, after: str, a: int, b: int, levels: Sequence[re.Pattern[str]]
) -> Iterator[tuple[int, int, int]]:
    """The stretches that two texts, which start at `a` and `b`, share by these pieces, in order."""
    if not (before and after and levels):
        return
    old, new = levels[0].findall(before), levels[0].findall(after)
    i = j = 0  # pieces
    x = y = 0  # code points
    for i_next, j_next, size in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
        rest, other = "".join(old[i:i_next]), "".join(new[j:j_next])
        yield from _equal(rest, other, a + x, b + y, levels[1:])
        length = sum(map(len, old[i_next : i_next + size]))
        x, y = x + len(rest), y + len(other)
        if length:
            yield a + x, b + y, length
        i, j, x, y = i_next + size, j_next + size, x + length, y + length


def _joined(blocks: Iterable[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """The same with neighbours made one, so that a span across two of them counts as unchanged."""
    found: list[tuple[int, int, int]] = []
    for a, b, length in blocks:
        if found and found[-1][0] + found[-1][2] == a and found[-1][1] + found[-1][2] == b:
            found[-1] = (found[-1][0], found[-1][1], found[-1][2] + length)
        else:
            found.append((a, b, length))
    return found
