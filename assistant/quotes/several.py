"""Several codes at once: all on one stretch, or near each other."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.quotes.candidates import Candidate
from assistant.quotes.sieve import Sieve


@dataclass(frozen=True, slots=True)
class Neighbour:
    """What stands near a candidate with another of the codes, and how many turns away."""

    code: str
    candidate: Candidate
    turns: int


def together(sieve: Sieve, found: Sequence[Candidate]) -> list[Candidate]:
    """Those with every one of the codes: each on a stretch that shares text with the candidate's."""
    spans: dict[tuple[int, str], list[tuple[int, int]]] = {}
    for candidate in found:
        for code in _wanted(sieve, candidate):
            place = (candidate.span.start, candidate.span.end)
            spans.setdefault((candidate.transcript_id, code), []).append(place)
    longest = {key: max(end - start for start, end in places) for key, places in spans.items()}
    return [
        candidate
        for candidate in found
        if all(
            _overlapped(candidate, spans.get(key, []), longest.get(key, 0))
            for key in ((candidate.transcript_id, code) for code in sieve.codes)
        )
    ]


def _overlapped(candidate: Candidate, places: Sequence[tuple[int, int]], longest: int) -> bool:
    """Whether one of the places, sorted by start, shares text with the candidate."""
    at = bisect_left(places, (candidate.span.start - longest, 0))
    while at < len(places) and places[at][0] < candidate.span.end:
        if places[at][1] > candidate.span.start:
            return True
        at += 1
    return False


def near_each_other(sieve: Sieve, found: Sequence[Candidate]) -> dict[Candidate, tuple[Neighbour, ...]]:
    """Those within so many turns of which each of the other codes stands, with the nearest that carries it.

    Codes on the same stretch are near each other, and need no neighbour to be shown.
    """
    by_code = _by_code(sieve, found)
    near: dict[Candidate, tuple[Neighbour, ...]] = {}
    for candidate in found:
        own = _wanted(sieve, candidate)
        neighbours = []
        for code in sieve.codes:
            if code not in own:
                nearest = _nearest(sieve, candidate, by_code.get((candidate.transcript_id, code), []))
                if nearest is None:
                    break
                neighbours.append(Neighbour(code, *nearest))
        else:
            near[candidate] = tuple(neighbours)
    return near


_Placed = tuple[int, int, int, Candidate]
"""First turn, last turn, number in study order, and the candidate."""


def _by_code(sieve: Sieve, found: Sequence[Candidate]) -> Mapping[tuple[int, str], list[_Placed]]:
    grouped: dict[tuple[int, str], list[_Placed]] = {}
    for number, candidate in enumerate(found):
        if candidate.rows:
            first, last = sieve.holding.texts.turns(candidate.rows)
            for code in _wanted(sieve, candidate):
                grouped.setdefault((candidate.transcript_id, code), []).append((first, last, number, candidate))
    for places in grouped.values():
        places.sort(key=lambda place: place[:3])
    return grouped


def _nearest(sieve: Sieve, candidate: Candidate, places: Sequence[_Placed]) -> tuple[Candidate, int] | None:
    if not candidate.rows:
        return None
    within = sieve.query.within
    first, last = sieve.holding.texts.turns(candidate.rows)
    reachable = (
        (max(0, begins - last, first - ends), abs(other.span.start - candidate.span.start), number, other)
        for begins, ends, number, other in _until(places, last + within)
    )
    best = min(reachable, key=lambda each: each[:3], default=None)
    return None if best is None or best[0] > within else (best[3], best[0])


def _until(places: Sequence[_Placed], turn: int) -> Iterator[_Placed]:
    for place in places:
        if place[0] > turn:
            return
        yield place


def _wanted(sieve: Sieve, candidate: Candidate) -> frozenset[str]:
    """Which of the codes asked for it carries."""
    return frozenset(mark.code for mark in candidate.counted).intersection(sieve.codes)
