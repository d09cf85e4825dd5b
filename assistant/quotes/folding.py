"""Duplicates folded: a quote that tells nothing new is kept with the one it repeats."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from assistant.quotes.duplicates import is_long, repeated
from assistant.quotes.holding import Stretch, Texts
from assistant.quotes.quote import Reason
from assistant.quotes.shelf import Shelf
from assistant.quotes.sifting import Sifted
from assistant.quotes.table import Rows, Table
from store.values import State
from store.wording import words_of

Repeats = Mapping[int, tuple[tuple[int, Reason], ...]]
"""By row, the earlier rows that it may be a duplicate of, the likeliest first."""


@dataclass(frozen=True, slots=True)
class Folding:
    """The rows that are listed, and by row its duplicates with the reason of each."""

    rows: Rows
    duplicates: Mapping[int, list[tuple[int, Reason]]] = field(default_factory=dict)


def folded(shelf: Shelf, found: Sifted) -> Folding:
    """The rows with duplicates folded into the first of them in study order.

    A duplicate has the same state, shows no other code, and lies within the first (`nested`) or says the same, or
    nearly the same, in eight words or more. Nothing is folded into what is itself folded.
    """
    repeats = shelf.kept_with(found.table, lambda: repeats_of(found.table, shelf))
    among = np.zeros(len(found.table), np.bool_)
    among[found.rows] = True
    duplicates: dict[int, list[tuple[int, Reason]]] = {}
    for row, earlier in repeats.items():
        if among[row]:
            match = next((each for each in earlier if among[each[0]] and _nothing_new(found, each[0], row)), None)
            if match is not None:
                among[row] = False
                duplicates.setdefault(match[0], []).append((row, match[1]))
    return Folding(found.rows[among[found.rows]], duplicates)


def _nothing_new(found: Sifted, first: int, row: int) -> bool:
    if isinstance(found.table.units[row], Stretch):
        return True  # `repeats_of` has seen to it
    state = found.state_of(row)
    if found.state_of(first) is not state:
        return False
    return state is State.UNCODED or found.table.codes(row, state) <= found.table.codes(first, state)


def repeats_of(table: Table, shelf: Shelf) -> Repeats:
    """Which rows repeat which; rows that repeat nothing are not in it.

    What was coded has one state, so its codes are looked at here, once; segments may have another in each query.
    """
    if not isinstance(next(iter(table.units), None), Stretch):
        return shelf.kept_with_texts("repeats", table.texts, lambda: _of_segments(table.texts))
    said = [shelf.said(table.texts, unit.transcript_id, unit.span) for unit in table.units]
    shelf.twins.add(said)
    nested = dict(_nested(table))
    by_text: dict[str, list[int]] = {}
    found: dict[int, tuple[tuple[int, Reason], ...]] = {}
    for row, text in enumerate(said):
        earlier: list[tuple[int, Reason]] = [(other, "nested") for other in nested.get(row, ())]
        if is_long(text):
            earlier += [(other, "same words") for other in by_text.get(text, ())]
            near = sorted(other for alike in shelf.twins.of(text) for other in by_text.get(alike, ()))
            earlier += [(other, "nearly the same words") for other in near]
            by_text.setdefault(text, []).append(row)
        codes = table.codes(row, State.CONFIRMED) if earlier else frozenset()
        earlier = [each for each in earlier if codes <= table.codes(each[0], State.CONFIRMED)]
        if earlier:
            found[row] = tuple(earlier)
    return found


def _of_segments(texts: Texts) -> Repeats:
    """Of all segments: none lies within another, and all that counts is their words, whatever is decided on them."""

    def said(row: int) -> str:
        return f" {' '.join(words_of(texts.segments[row].text))} "

    same, near = repeated(map(said, range(len(texts.segments))), said)
    found: dict[int, tuple[tuple[int, Reason], ...]] = {}
    for first in {*same, *near}:
        rows = same.get(first, [first])
        others = sorted(row for other in near.get(first, ()) for row in same.get(other, [other]))
        for place, row in enumerate(rows):
            earlier: list[tuple[int, Reason]] = [(other, "same words") for other in rows[:place]]
            earlier += [(other, "nearly the same words") for other in others if other < row]
            if earlier:
                found[row] = tuple(earlier)
    return dict(sorted(found.items()))


def _nested(table: Table) -> Iterator[tuple[int, list[int]]]:
    """Rows that lie within earlier ones; of several that begin at the same place, the longest comes first."""
    around: list[int] = []
    for row, unit in enumerate(table.units):
        around = [
            other
            for other in around
            if table.units[other].transcript_id == unit.transcript_id and table.units[other].span.end > unit.span.start
        ]
        holding = [other for other in around if table.units[other].span.end >= unit.span.end]
        if holding:
            yield row, holding
        around.append(row)
