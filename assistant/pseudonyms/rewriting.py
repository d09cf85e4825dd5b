"""Texts with names replaced: pure functions over one text, one turn, one transcript."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from assistant.correction.carrying import rewritten
from assistant.pseudonyms.key import Entry, Key
from assistant.pseudonyms.kinds import Kind
from assistant.pseudonyms.matching import Names
from store.offsets import OffsetMap
from store.values import TURN_SEPARATOR, Doubt, NewTurn, Span


@dataclass(frozen=True, slots=True)
class Swap:
    """What in a text is to be replaced by what, and of what kind each is."""

    places: Callable[[str], list[tuple[Span, str, Kind]]]

    def of(self, text: str) -> str:
        """The text with everything replaced."""
        return swapped(text, [(span, new) for span, new, _ in self.places(text)])


def swapped(text: str, places: Sequence[tuple[Span, str]]) -> str:
    """The text with these stretches replaced."""
    return OffsetMap.replacing(text, places)[1] if places else text


def to_pseudonyms(key: Key) -> Swap:
    """Names → pseudonyms; pseudonyms that stand there already are left alone."""
    names = key.decided()
    masks = key.masks()

    def places(text: str) -> list[tuple[Span, str, Kind]]:
        taken = {at for mask in masks.find(text) for at in range(mask.start, mask.end)}
        return [
            (span, match.named.pseudonym, match.named.kind)
            for match in names.find(text)
            if match.named.pseudonym and match.start not in taken
            for span in _lines(text, match.start, match.end)
        ]

    return Swap(places)


def to_names(key: Key) -> Swap:
    """Pseudonyms → the first spelling of each name."""
    masks: Names[Entry] = Names((entry.pseudonym, entry) for entry in key.replaced)

    def places(text: str) -> list[tuple[Span, str, Kind]]:
        return [
            (Span(m.start, m.end), m.named.spellings[0], m.named.kind)
            for m in masks.find(text)
            if TURN_SEPARATOR not in text[m.start : m.end]
        ]

    return Swap(places)


def _lines(text: str, start: int, end: int) -> Iterable[Span]:
    """A name in the stretch of each turn that it runs through, without the white space at the edges."""
    at = start
    for part in text[start:end].split(TURN_SEPARATOR):
        left = at + len(part) - len(part.lstrip())
        if part.strip():
            yield Span(left, left + len(part.strip()))
        at += len(part) + len(TURN_SEPARATOR)


def rewritten_turns(turns: Sequence[NewTurn], places: Sequence[tuple[Span, str]], swap: Swap | None) -> list[NewTurn]:
    """The turns with these stretches of their joined text replaced, and the speakers’ names by `swap`.

    Words keep their times: those of a name pass to its pseudonym, together.
    """
    made, at, number = [], 0, 0
    ordered = sorted(places)
    for turn in turns:
        end = at + len(turn.text)
        own = []
        while number < len(ordered) and ordered[number][0].start < end:
            span, new = ordered[number]
            own.append((Span(span.start - at, span.end - at), new))
            number += 1
        made.append(_turn(turn, own, swap))
        at = end + len(TURN_SEPARATOR)
    return made


def _turn(turn: NewTurn, places: Sequence[tuple[Span, str]], swap: Swap | None) -> NewTurn:
    if places:
        moves, text = OffsetMap.replacing(turn.text, places)
        marks = replace(turn.marks, doubts=tuple(_doubt(doubt, moves) for doubt in turn.marks.doubts))
        turn = replace(rewritten(turn, text, moves.blocks), marks=marks)
    if swap is None:
        return turn
    heard = tuple(replace(doubt, heard=swap.of(doubt.heard)) for doubt in turn.marks.doubts)
    speaker = turn.speaker and swap.of(turn.speaker)
    return replace(turn, speaker=speaker, marks=replace(turn.marks, doubts=heard))


def _doubt(doubt: Doubt, moves: OffsetMap) -> Doubt:
    """The doubt at its new place; one that begins or ends within a name takes the whole pseudonym in."""
    moved = moves.remains(Span(doubt.start, doubt.end)) if doubt.start < doubt.end else None
    return doubt if moved is None else replace(doubt, start=moved.start, end=moved.end)
