"""Where segments lie in their transcripts, to find those that a stretch covers or touches."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from store.values import Segment, Span


@dataclass(slots=True)
class _Line:
    """The segments of one transcript in the order of the text, which do not overlap; `rows` number them."""

    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)


class Places:
    """Finds segments by transcript and span, as rows of the sequence that was given (in study order)."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self._lines: dict[int, _Line] = {}
        for row, segment in enumerate(segments):
            line = self._lines.setdefault(segment.transcript_id, _Line())
            line.starts.append(segment.span.start)
            line.ends.append(segment.span.end)
            line.rows.append(row)

    @property
    def transcripts(self) -> tuple[int, ...]:
        """The ids of the transcripts that have segments here."""
        return tuple(self._lines)

    def of(self, transcript_id: int) -> Sequence[int]:
        """All rows of a transcript."""
        line = self._lines.get(transcript_id)
        return () if line is None else line.rows

    def covered(self, transcript_id: int, span: Span) -> Sequence[int]:
        """The rows of the segments that lie wholly within a span."""
        line = self._lines.get(transcript_id)
        if line is None:
            return ()
        return line.rows[bisect_left(line.starts, span.start) : bisect_right(line.ends, span.end)]

    def touched(self, transcript_id: int, span: Span) -> Sequence[int]:
        """The rows of the segments that share at least one character with a span."""
        line = self._lines.get(transcript_id)
        if line is None:
            return ()
        return line.rows[bisect_right(line.ends, span.start) : bisect_left(line.starts, span.end)]
