"""What stays of a turn when its text is changed: the times of words that are still there, and doubts left untouched."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.correction.comparing import Blocks, shared
from store.values import Doubt, NewTurn, Word

_TOKEN = re.compile(r"\S+")
_SURE = 1.0
"""A word that a person wrote is sure."""


def rewritten(turn: NewTurn, text: str, blocks: Blocks | None = None) -> NewTurn:
    """The turn with another text, which must be cleaned; `blocks` say what both texts share, where that is known."""
    kept = _Kept(shared(turn.text, text) if blocks is None else blocks)
    doubts = tuple(moved for doubt in turn.marks.doubts if (moved := kept.doubt(doubt)) is not None)
    return replace(
        turn, text=text, words=_words(turn, text, kept) if turn.words else (), marks=replace(turn.marks, doubts=doubts)
    )


class _Kept:
    """Where stretches of the text before are in the text after."""

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks
        self._starts = [block[0] for block in blocks]

    def left(self, start: int, end: int) -> tuple[int, int] | None:
        """The stretch that holds all that is left of one; None where nothing is."""
        first = max(0, bisect_right(self._starts, start) - 1)
        found: list[tuple[int, int]] = []
        for a, b, length in self._blocks[first:]:
            if a >= end:
                break
            if start < a + length:
                found.append((max(a, start) - a + b, min(a + length, end) - a + b))
        return (found[0][0], found[-1][1]) if found else None

    def doubt(self, doubt: Doubt) -> Doubt | None:
        """The doubt at its new place, where nothing of its stretch was changed."""
        at = max(0, bisect_right(self._starts, doubt.start) - 1)
        for a, b, length in self._blocks[at : at + 1]:
            if a <= doubt.start and doubt.end <= a + length:
                return replace(doubt, start=doubt.start - a + b, end=doubt.end - a + b)
        return None


@dataclass(frozen=True, slots=True)
class _Gap:
    """What lies between two words that stayed: old words that did not, and the stretch of the new text."""

    before: Word | None
    after: Word | None
    lost: Sequence[Word]
    start: int
    end: int


def _words(turn: NewTurn, text: str, kept: _Kept) -> tuple[Word, ...]:
    """Words that stayed with their times, and between them the new ones."""
    stayed = list(_stayed(turn, text, kept))
    found: list[Word] = []
    for gap in _gaps(turn, text, stayed):
        new = list(_fresh(gap, text))
        lead = 0
        if gap.before is not None and new and new[0][0] == gap.before.end and not _is_spoken(text, *new[0]):
            found[-1] = replace(found[-1], end=new[0][1])  # a sign that was added to the word before it
            lead = 1
        trail = len(new)
        after = gap.after
        if after is not None and trail > lead and new[-1][1] == after.start and not _is_spoken(text, *new[-1]):
            after, trail = replace(after, start=new[-1][0]), trail - 1
        spoken = [place for place in new[lead:trail] if _is_spoken(text, *place)]
        found += _timed(turn, gap, spoken)
        if after is not None:
            found.append(after)
    return tuple(found)


def _stayed(turn: NewTurn, text: str, kept: _Kept) -> Iterator[tuple[int, Word]]:
    """The words whose letters all stayed together, by their number, at their new places."""
    last = 0
    for number, word in enumerate(turn.words):
        place = kept.left(word.start, word.end)
        if place is None or place[0] < last:
            continue
        old, new = turn.text[word.start : word.end], text[place[0] : place[1]]
        if _letters(old) == _letters(new) and (old == new or not re.search(r"\s", new)):
            last = place[1]
            yield number, replace(word, start=place[0], end=place[1])


def _gaps(turn: NewTurn, text: str, stayed: Sequence[tuple[int, Word]]) -> Iterator[_Gap]:
    """The gap before each word that stayed, and the one after the last; unchanged ones hold nothing."""
    number, before, at, old_at = -1, None, 0, 0
    ends = [*stayed, (len(turn.words), None)]
    for following, after in ends:
        lost = turn.words[number + 1 : following]
        end = len(text) if after is None else after.start
        old_end = len(turn.text) if after is None else turn.words[following].start
        same = not lost and text[at:end] == turn.text[old_at:old_end]
        yield _Gap(before, after, lost, at, at if same else end)
        if after is not None:
            number, before, at, old_at = following, after, after.end, turn.words[following].end


def _fresh(gap: _Gap, text: str) -> Iterator[tuple[int, int]]:
    """The tokens of a gap's new text."""
    for token in _TOKEN.finditer(text, gap.start, gap.end):
        yield token.start(), token.end()


def _timed(turn: NewTurn, gap: _Gap, places: Sequence[tuple[int, int]]) -> Iterator[Word]:
    """New words with times: those of the words in whose place they stand, or spread between their neighbours."""
    if len(places) == len(gap.lost):
        for (start, end), old in zip(places, gap.lost, strict=True):
            yield Word(start, end, old.start_ms, old.end_ms, _SURE)
        return
    begin, stop = _between(turn, gap)
    whole = sum(end - start for start, end in places)
    said = 0
    for start, end in places:
        from_ms = begin + (stop - begin) * said // whole
        said += end - start
        yield Word(start, end, from_ms, begin + (stop - begin) * said // whole, _SURE)


def _between(turn: NewTurn, gap: _Gap) -> tuple[int, int]:
    if gap.lost:
        return gap.lost[0].start_ms, max(gap.lost[0].start_ms, gap.lost[-1].end_ms)
    after = turn.end_ms if gap.after is None else gap.after.start_ms
    before = turn.start_ms if gap.before is None else gap.before.end_ms
    begin = before if before is not None else after if after is not None else 0
    if gap.before is None and gap.after is not None:
        begin = min(begin, gap.after.start_ms)
    return begin, max(begin, begin if after is None else after)


def _letters(text: str) -> str:
    """What is left of a text without white space and signs of punctuation."""
    return "".join(letter for letter in text if unicodedata.category(letter)[0] not in "PZC")


def _is_spoken(text: str, start: int, end: int) -> bool:
    return bool(_letters(text[start:end]))
