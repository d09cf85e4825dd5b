"""How spans move when a transcript is corrected."""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Self

from store.values import Span

_KEPT = 3
"""How many numbers tell of a kept stretch; a replaced one has another."""


@dataclass(frozen=True, slots=True)
class OffsetMap:
    """How one revision became the next, in code points and in order.

    `blocks` are the stretches that both share: (start before, start after, length). `replaced` are those known to stand
    in the place of others, such as a pseudonym for a name: (start before, start after, length before, length after).
    """

    blocks: tuple[tuple[int, int, int], ...]
    replaced: tuple[tuple[int, int, int, int], ...] = ()

    @classmethod
    def between(cls, before: str, after: str) -> Self:
        """Compare two revisions line by line, then the rest word by word; keep what is equal."""
        return cls(tuple(_joined(_equal(before, after, 0, 0, _LEVELS))))

    @classmethod
    def replacing(cls, before: str, replaced: Sequence[tuple[Span, str]]) -> tuple[Self, str]:
        """The map, and the text, where each of these stretches is replaced by a text.

        Raises ValueError where two stretches overlap, one reaches past the text, or one would be replaced by nothing.
        """
        blocks, stretches, parts = [], [], []
        old = new = 0
        for span, text in sorted(replaced):
            if span.start < old or span.end > len(before) or not text:
                msg = f"stretches to replace must lie apart, within the text, and be replaced by something: {span}"
                raise ValueError(msg)
            if span.start > old:
                blocks.append((old, new, span.start - old))
            new += span.start - old
            stretches.append((span.start, new, span.end - span.start, len(text)))
            parts += [before[old : span.start], text]
            old, new = span.end, new + len(text)
        if old < len(before):
            blocks.append((old, new, len(before) - old))
        return cls(tuple(blocks), tuple(stretches)), "".join([*parts, before[old:]])

    @classmethod
    def from_json(cls, value: Sequence[Sequence[int]]) -> Self:
        """Read back what `to_json` gave."""
        blocks = tuple((each[0], each[1], each[2]) for each in value if len(each) == _KEPT)
        others = tuple((each[0], each[1], each[2], each[3]) for each in value if len(each) != _KEPT)
        return cls(blocks, others)

    def to_json(self) -> list[list[int]]:
        """Blocks and replaced stretches as plain lists of three and of four numbers, in order."""
        return sorted([*map(list, self.blocks), *map(list, self.replaced)])

    def move(self, span: Span) -> Span | None:
        """The span in the new revision, or None where one of its edges was changed.

        A correction strictly inside a span does not lose it: both edges must lie in kept stretches, in order. An edge
        within a replaced stretch moves to the edge of what stands in its place.
        """
        start = self._place(span.start)
        last = self._place(span.end - 1, last=True)
        if start is None or last is None or last < start:
            return None
        return Span(start, last + 1)

    def remains(self, span: Span) -> Span | None:
        """The stretch of the new revision that holds all that is left of the span; None where nothing is."""
        kept = [
            (max(b, b + span.start - a), min(b + n, b + span.end - a))
            for a, b, n in self.blocks
            if a < span.end and span.start < a + n
        ]
        kept += [(b, b + m) for a, b, n, m in self.replaced if a < span.end and span.start < a + n]
        return Span(min(start for start, _ in kept), max(end for _, end in kept)) if kept else None

    def unchanged(self, span: Span) -> bool:
        """Whether nothing of the span was changed, but for whole stretches that were replaced."""
        if any(a <= span.start and span.end <= a + n for a, _, n in self.blocks):
            return True
        if not self.replaced:
            return False
        whole = [(a, b, n, m) for a, b, n, m in self.replaced if a < span.end and span.start < a + n]
        if any(a < span.start or span.end < a + n for a, _, n, _ in whole):
            return False
        kept = [(a, b, n, n) for a, b, n in self.blocks if a < span.end and span.start < a + n]
        pieces = sorted([*kept, *whole])
        covers = bool(pieces) and pieces[0][0] <= span.start and span.end <= pieces[-1][0] + pieces[-1][2]
        return covers and all(
            (a + n, b + m) == (following[0], following[1]) for (a, b, n, m), following in itertools.pairwise(pieces)
        )

    def _place(self, offset: int, *, last: bool = False) -> int | None:
        for a, b, n in self.blocks:
            if a <= offset < a + n:
                return b + offset - a
        return next((b + m - 1 if last else b for a, b, n, m in self.replaced if a <= offset < a + n), None)


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
