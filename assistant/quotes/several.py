"""Several codes at once: all on one stretch, or near each other."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.quotes.sieve import Sieve
from assistant.quotes.sifting import Sifted


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The row of what stands near a quote with another of the codes, and how many turns away."""

    code: str
    row: int
    turns: int


def together(sieve: Sieve, found: Sifted) -> Sifted:
    """Those with every one of the codes: each on a stretch that shares text with the row's own."""
    spans: dict[tuple[int, str], list[tuple[int, int]]] = {}
    for row, codes in _carried(sieve, found).items():
        place = found.table.place(row)
        for code in codes:
            spans.setdefault((place.transcript_id, code), []).append((place.span.start, place.span.end))
    longest = {key: max(end - start for start, end in places) for key, places in spans.items()}
    kept = []
    for row in found.rows.tolist():
        place = found.table.place(row)
        keys = [(place.transcript_id, code) for code in sieve.codes]
        own = (place.span.start, place.span.end)
        if all(_overlapped(own, spans.get(key, []), longest.get(key, 0)) for key in keys):
            kept.append(row)
    return found.among(np.array(kept, np.intp))


def _overlapped(own: tuple[int, int], places: Sequence[tuple[int, int]], longest: int) -> bool:
    """Whether one of the places, sorted by start, shares text with one's own."""
    at = bisect_left(places, (own[0] - longest, 0))
    while at < len(places) and places[at][0] < own[1]:
        if places[at][1] > own[0]:
            return True
        at += 1
    return False


def near_each_other(sieve: Sieve, found: Sifted) -> dict[int, tuple[Neighbour, ...]]:
    """The rows within so many turns of which each of the other codes stands, with the nearest that carries it.

    Codes on the same stretch are near each other, and need no neighbour to be shown.
    """
    carried = _carried(sieve, found)
    by_code = _by_code(found, carried)
    near: dict[int, tuple[Neighbour, ...]] = {}
    for row, own in carried.items():
        neighbours = []
        for code in sieve.codes:
            if code not in own:
                nearest = _nearest(sieve, found, row, by_code)
                if code not in nearest:
                    break
                neighbours.append(Neighbour(code, *nearest[code]))
        else:
            near[row] = tuple(neighbours)
    return near


_Placed = tuple[int, int, int]
"""First turn, last turn, and the row."""


def _carried(sieve: Sieve, found: Sifted) -> dict[int, frozenset[str]]:
    """By row, which of the codes asked for it carries."""
    table = found.table
    wanted = found.counted & table.of_codes(sieve.codes)
    carried: dict[int, set[str]] = {row: set() for row in found.rows.tolist()}
    for mark in np.flatnonzero(wanted).tolist():
        row = int(table.owner[mark])
        if row in carried:
            carried[row].add(table.guids[table.code[mark]])
    return {row: frozenset(codes) for row, codes in carried.items() if codes}


def _turns(found: Sifted, row: int) -> tuple[int, int] | None:
    segments = found.table.place(row).segments
    return found.table.texts.turns(segments) if segments else None


def _by_code(found: Sifted, carried: Mapping[int, frozenset[str]]) -> Mapping[tuple[int, str], list[_Placed]]:
    grouped: dict[tuple[int, str], list[_Placed]] = {}
    for row, codes in carried.items():
        turns = _turns(found, row)
        if turns is not None:
            for code in codes:
                grouped.setdefault((found.table.units[row].transcript_id, code), []).append((*turns, row))
    for places in grouped.values():
        places.sort()
    return grouped


def _nearest(
    sieve: Sieve, found: Sifted, row: int, by_code: Mapping[tuple[int, str], list[_Placed]]
) -> dict[str, tuple[int, int]]:
    """By code, the nearest other row that carries it and how many turns away it is; ties to the nearer in the text."""
    turns, unit = _turns(found, row), found.table.units[row]
    nearest: dict[str, tuple[int, int]] = {}
    if turns is None:
        return nearest
    for code in sieve.codes:
        best: tuple[int, int, int] | None = None
        for first, last, other in by_code.get((unit.transcript_id, code), ()):
            if first > turns[1] + sieve.query.within:
                break
            away = max(0, first - turns[1], turns[0] - last)
            apart = abs(found.table.units[other].span.start - unit.span.start)
            if away <= sieve.query.within and (best is None or (away, apart, other) < best):
                best = (away, apart, other)
        if best is not None:
            nearest[code] = (best[2], best[0])
    return nearest
