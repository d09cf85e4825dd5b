"""A segment as it is read: its place, its context in muted text, and the sentences that carry the suggestions."""

from collections.abc import Iterable, Sequence
from html import escape
from itertools import pairwise

from assistant.ui.markup import clock, element
from store.values import Segment, Span

CONTEXT = 200
"""Characters of context before a segment at which no further turn is added."""


def around(all_segments: Sequence[Segment], segment: Segment) -> tuple[Sequence[Segment], Sequence[Segment]]:
    """What was said before and after a segment: one piece at least, where there is one."""
    at = next((i for i, s in enumerate(all_segments) if s.id == segment.id), 0)
    first, size = at, 0
    while first > 0 and (first == at or size + len(all_segments[first - 1].text) <= CONTEXT):
        first -= 1
        size += len(all_segments[first].text)
    return all_segments[first:at], all_segments[at + 1 : at + 2]


def passage(
    segment: Segment, before: Iterable[Segment], after: Iterable[Segment], marks: Sequence[tuple[Span, str]]
) -> str:
    """The HTML of a segment with its context; each mark is a span of the interview and the number shown beside it."""
    now = f'<div class="now">{_head(segment)}<p>{marked(segment.text, segment.span.start, marks)}</p></div>'
    return f'<div class="passage">{"".join(map(_muted, before))}{now}{"".join(map(_muted, after))}</div>'


def _head(segment: Segment) -> str:
    return element("div", speaker_line(segment.speaker, segment.start_ms), "speaker")


def speaker_line(speaker: str | None, start_ms: int | None) -> str:
    """Who speaks, and when, where that is known."""
    return " · ".join(part for part in (speaker or "Speaker unknown", clock(start_ms)) if part)


def _muted(segment: Segment) -> str:
    return f'<div class="context">{_head(segment)}<div class="window"><p>{escape(segment.text)}</p></div></div>'


def marked(text: str, start: int, marks: Sequence[tuple[Span, str]], css_class: str = "carrier") -> str:
    """Plain text with stretches marked; `start` is the offset of the text, marks are spans of the interview.

    Where marks overlap, the shared stretch carries all their numbers.
    """
    edges = {start, start + len(text)}
    inside = [(s, n) for s, n in marks if s.start < start + len(text) and start < s.end]
    for span, _ in inside:
        edges |= {max(span.start, start), min(span.end, start + len(text))}
    points = sorted(edges)
    pieces = []
    for a, b in pairwise(points):
        piece = escape(text[a - start : b - start])
        over = [(span, number) for span, number in inside if span.start <= a and b <= span.end]
        ends = " ".join(number for span, number in over if min(span.end, points[-1]) == b and number)
        piece += element("sup", ends) if ends else ""
        pieces.append(f'<mark class="{css_class}">{piece}</mark>' if over else piece)
    return "".join(pieces)
