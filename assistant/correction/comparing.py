"""What two texts of one turn share, compared by what stands between white space first: by spoken words."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from store.offsets import OffsetMap

Blocks = Sequence[tuple[int, int, int]]
"""Stretches that two texts share: (start before, start after, length), in order."""

_PIECE = re.compile(r"\S+\s*")
_MOST = 4_000_000
"""Comparisons above which frequent words are taken as no landmarks, so that no text takes a minute."""


def shared(before: str, after: str) -> Blocks:
    """The stretches that stayed; what is equal at the beginning and at the end always counts as that."""
    old, new = _PIECE.findall(before), _PIECE.findall(after)
    head = _same(old, new)
    tail = _same([p.rstrip() for p in reversed(old[head:])], [p.rstrip() for p in reversed(new[head:])])
    old_end, new_end = len(old) - tail, len(new) - tail
    found = [*_blocks(old[:head], new[:head], 0, 0)]
    a, b = len("".join(old[:head])), len("".join(new[:head]))
    found += _middle(old[head:old_end], new[head:new_end], a, b)
    a, b = len("".join(old[:old_end])), len("".join(new[:new_end]))
    found += _blocks(old[old_end:], new[new_end:], a, b)
    return list(_joined(found))


def _same(old: Sequence[str], new: Sequence[str]) -> int:
    """How many pieces are equal at the beginning."""
    count = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        count += 1
    return count


def _blocks(old: Sequence[str], new: Sequence[str], a: int, b: int) -> Iterator[tuple[int, int, int]]:
    """Equal pieces, each a block; only white space at their ends may differ."""
    for one, other in zip(old, new, strict=True):
        yield a, b, len(one) if one == other else len(one.rstrip())
        a, b = a + len(one), b + len(other)


def _middle(old: Sequence[str], new: Sequence[str], a: int, b: int) -> Iterator[tuple[int, int, int]]:
    one, two = ([piece.rstrip() for piece in pieces] for pieces in (old, new))
    matcher = SequenceMatcher(None, one, two, autojunk=len(old) * len(new) > _MOST)
    i = j = 0
    for i_next, j_next, size in matcher.get_matching_blocks():
        rest, other = "".join(old[i:i_next]), "".join(new[j:j_next])
        yield from ((a + x, b + y, n) for x, y, n in OffsetMap.between(rest, other).blocks)
        a, b = a + len(rest), b + len(other)
        same, alike = old[i_next : i_next + size], new[j_next : j_next + size]
        yield from _blocks(same, alike, a, b)
        i, j, a, b = i_next + size, j_next + size, a + len("".join(same)), b + len("".join(alike))


def _joined(blocks: Sequence[tuple[int, int, int]]) -> Iterator[tuple[int, int, int]]:
    last: tuple[int, int, int] | None = None
    for a, b, length in blocks:
        if last is not None and last[0] + last[2] == a and last[1] + last[2] == b:
            last = (last[0], last[1], last[2] + length)
            continue
        if last is not None:
            yield last
        last = (a, b, length)
    if last is not None:
        yield last
