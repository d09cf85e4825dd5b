"""Codes of a study that stand together: in a segment, on the same words, or within some turns of each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from assistant.relations.cooccurrence import Stretches, Together, Units, together_by_overlap, together_in_units
from assistant.relations.rows import Level, Rows, rows_of
from assistant.review import Ground
from store.errors import InvalidInputError
from store.values import Coding, Segment

Within = Literal["segment", "overlap"] | int
"""A number is one of turns: 0 is the same turn."""
_FARTHEST = 1000


@dataclass(frozen=True, slots=True)
class Cooccurrence:
    """Pairs of codes in the interviews that were read; `unplaced` codings have no place in the text any more."""

    rows: Rows
    within: Within
    interviews: tuple[str, ...]
    unplaced: int
    together: Together
    sentence: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two codes by their rows: at how many places they are together, how much of either, and in which interviews."""

    a: int
    b: int
    count: int
    jaccard: float
    interviews: tuple[str, ...]


def cooccurrence(
    on: Ground, segments: Sequence[Segment], *, level: Level = "code", within: Within = "segment"
) -> Cooccurrence:
    """Which codes or themes stand together; `segments` are those of the current transcripts.

    It does not matter which coder put a code where. A theme stands where any code below it does.
    """
    rows, read = rows_of(on.counted, level), on.read
    number = {interview.label: at for at, interview in enumerate(read)}
    here = [segment for segment in segments if segment.interview in number]
    current = {segment.interview: segment.transcript_id for segment in here}
    found = [c for c in on.counted.codings if c.interview in number and c.code in rows.of]
    placed = [c for c in found if c.transcript_id == current.get(c.interview)]
    coded = _stretches(placed, rows, number)
    if within == "overlap":
        together = together_by_overlap(coded, len(rows))
    else:
        units = _units(here, number, turns=within != "segment")
        together = together_in_units(coded, units, len(rows), 0 if within == "segment" else within)
    labels = tuple(interview.label for interview in read)
    return Cooccurrence(rows, within, labels, len(found) - len(placed), together, on.counted.sentence)


def _stretches(placed: Sequence[Coding], rows: Rows, number: dict[str, int]) -> Stretches:
    values = [(number[c.interview], rows.of[c.code], c.span.start, c.span.end) for c in placed]
    return Stretches(*np.array(values, np.int64).reshape(-1, 4).T)


def _units(segments: Sequence[Segment], number: dict[str, int], *, turns: bool) -> Units:
    """Segments in order, each with its own place or with that of its turn."""
    values = [(number[s.interview], s.span.start, s.span.end, s.turn_index if turns else s.index) for s in segments]
    values.sort()
    return Units(*np.array(values, np.int64).reshape(-1, 4).T)


def pairs(found: Cooccurrence) -> tuple[Pair, ...]:
    """The pairs that are together anywhere: the most places first, then the larger share, then by the codebook."""
    a, b = np.nonzero(np.triu(found.together.count, 1))
    listed = [
        Pair(
            int(x),
            int(y),
            int(found.together.count[x, y]),
            float(found.together.jaccard[x, y]),
            tuple(found.interviews[n] for n in found.together.interviews_of(int(x), int(y))),
        )
        for x, y in zip(a, b, strict=True)
    ]
    return tuple(sorted(listed, key=lambda pair: (-pair.count, -pair.jaccard, pair.a, pair.b)))


def read_within(text: str) -> Within:
    """`segment`, `overlap` or a number of turns, as a person writes it; raises InvalidInputError."""
    said = text.strip().casefold()
    if said in ("segment", "overlap"):
        return "segment" if said == "segment" else "overlap"
    if said.isdecimal() and int(said) <= _FARTHEST:
        return int(said)
    msg = f"Codes can be together in a “segment”, by “overlap”, or within 0 to {_FARTHEST} turns, not “{text[:40]}”."
    raise InvalidInputError(msg)


def within_words(within: Within) -> str:
    """`in the same segment`, for captions."""
    if isinstance(within, str):
        return "in the same segment" if within == "segment" else "on the same words"
    if within == 0:
        return "in the same turn"
    return f"within {within} turn{'' if within == 1 else 's'} of each other"


def counted_words(within: Within) -> str:
    """What is counted: `segments with both`, for headings of tables."""
    if isinstance(within, str):
        return "Segments with both" if within == "segment" else "Stretches with both"
    return "Turns with both" if within == 0 else "Turns with one and the other near"


def cooccurrence_record(found: Cooccurrence) -> dict[str, Any]:
    """The table as JSON values."""
    names, own = found.rows.names, found.together.count.diagonal()
    spread = found.together.interviews.diagonal()
    return {
        "kind": "together",
        "level": found.rows.level,
        "within": found.within,
        "basis": found.sentence,
        "interviews": list(found.interviews),
        "unplaced": found.unplaced,
        "codes": [
            {"code": name, "theme": theme or None, "places": int(own[at]), "interviews": int(spread[at])}
            for at, (name, theme) in enumerate(zip(names, found.rows.themes, strict=True))
        ],
        "pairs": [
            {
                "codes": [names[pair.a], names[pair.b]],
                "count": pair.count,
                "jaccard": pair.jaccard,
                "interviews": list(pair.interviews),
            }
            for pair in pairs(found)
        ],
    }
