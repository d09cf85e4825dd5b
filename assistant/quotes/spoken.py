"""Who says a stretch of a transcript, and when."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from store.values import Role, Segment, Span, Turn


@dataclass(frozen=True, slots=True)
class Spoken:
    """Who says a stretch, and when (milliseconds, None where it is not known)."""

    speaker: str | None
    role: Role
    start_ms: int | None
    end_ms: int | None


NOBODY = Spoken(None, Role.PARTICIPANT, None, None)


def spoken_segment(segment: Segment) -> Spoken:
    """Who says a segment."""
    return Spoken(segment.speaker, segment.role, segment.start_ms, segment.end_ms)


def spoken_in(turns: Sequence[Turn], span: Span) -> Spoken | None:
    """Who begins a stretch, with the times of its words, or of its turns where words have none; None where nobody does.

    `turns` are all of a transcript, in order.
    """
    first = bisect_right(turns, span.start, key=lambda turn: turn.span.end)
    here = turns[first : bisect_left(turns, span.end, key=lambda turn: turn.span.start)]
    if not here:
        return None
    words = [word for turn in here for word in turn.words if word.start < span.end and span.start < word.end]
    start_ms = words[0].start_ms if words else here[0].start_ms
    end_ms = words[-1].end_ms if words else here[-1].end_ms
    return Spoken(here[0].speaker, here[0].role, start_ms, end_ms)
