"""Time stamps within and at the end of what is said."""

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.ingest import stamps
from assistant.ingest.pieces import Piece, count

_MOSTLY = 0.5
_AT_END = re.compile(rf"(?P<stamp>{stamps.INLINE.pattern})\s*\Z")


def with_end_stamps(pieces: Sequence[Piece]) -> list[Piece]:
    """Times of a file that stamps the end of each turn: there one ends and the next one starts.

    The first turn's start is in no stamp and stays unknown. Other files come back as they are.
    """
    ends = [_end(piece) for piece in pieces]
    stamped = sum(end is not None for end in ends)
    if any(piece.start_ms is not None for piece in pieces) or stamped < max(2, _MOSTLY * len(pieces)):
        return list(pieces)
    starts = [None, *ends[:-1]]
    return [replace(p, start_ms=a, end_ms=_later(a, b)) for p, a, b in zip(pieces, starts, ends, strict=True)]


def _end(piece: Piece) -> int | None:
    tail = piece.text[-80:]
    found = _AT_END.search(tail)
    return stamps.milliseconds(found["stamp"])[0] if found else None


def _later(start: int | None, end: int | None) -> int | None:
    return end if end is not None and (start is None or end > start) else None


def without_stamps(pieces: Sequence[Piece], said: list[str]) -> list[Piece]:
    """The pieces without the stamps that stand in their text."""
    cleaned, removed = [], 0
    for piece in pieces:
        text, found = stamps.INLINE.subn(" ", piece.text)
        removed += found
        cleaned.append(replace(piece, text=text))
    if removed:
        said.append(f"Taken out of the text: {count(removed, 'time stamp')} within turns.")
    return cleaned
