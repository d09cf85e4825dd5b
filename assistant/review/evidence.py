"""What speaks for a suggestion beside its sentence: the confirmed quotes of its code that are nearest in meaning."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.suggest import StudyPool
from store.decisions import stances
from store.study import Study
from store.values import Segment, Span, Stance, Verdict


@dataclass(frozen=True, slots=True)
class NearQuote:
    """A confirmed quote, as the exact slice of one segment, and the cosine similarity of the two segments."""

    interview: str
    span: Span
    text: str
    similarity: float


class Confirmed:
    """The confirmed codings of a study by code, each with the row of the pool in which it begins."""

    def __init__(self, pool: StudyPool, quotes: Mapping[str, tuple[tuple[int, Span], ...]]) -> None:
        self._pool = pool
        self._quotes = quotes
        self._row = {segment.id: row for row, segment in enumerate(pool.segments)}

    def nearest(self, segment_id: int, code: str, most: int = 2) -> tuple[NearQuote, ...]:
        """The quotes of a code that are nearest to a segment, those of the segment itself left out."""
        here = self._row.get(segment_id)
        others = [] if here is None else [quote for quote in self._quotes.get(code, ()) if quote[0] != here]
        if here is None or not others:
            return ()
        likeness = self._pool.own[[row for row, _ in others]] @ self._pool.own[here]
        best = likeness.argsort(kind="stable")[::-1][:most]
        return tuple(self._quote(others[place], float(likeness[place])) for place in best.tolist())

    def _quote(self, found: tuple[int, Span], similarity: float) -> NearQuote:
        row, span = found
        segment = self._pool.segments[row]
        here = Span(max(span.start, segment.span.start), min(span.end, segment.span.end))
        at = segment.span.start
        return NearQuote(segment.interview, here, segment.text[here.start - at : here.end - at], similarity)


def confirmed_quotes(study: Study, pool: StudyPool, *, said: Sequence[Stance] | None = None) -> Confirmed:
    """All confirmed codings that stand, of any coder; the same span and code counts once.

    `said` spares reading all stances where they are at hand.
    """
    places = _Places(pool.segments)
    found: dict[str, dict[tuple[int, Span], None]] = {}
    for stance in stances(study, transcripts=pool.transcripts) if said is None else said:
        if stance.until is None and stance.code is not None and stance.verdict in (Verdict.ACCEPT, Verdict.ADD):
            row = places.of(stance.transcript_id, stance.span)
            if row is not None:
                found.setdefault(stance.code, {})[row, stance.span] = None
    return Confirmed(pool, {code: tuple(quotes) for code, quotes in found.items()})


class _Places:
    """Finds the row in which a span begins."""

    def __init__(self, segments: tuple[Segment, ...]) -> None:
        self._ends: dict[int, list[int]] = {}
        self._rows: dict[int, list[tuple[int, Segment]]] = {}
        for row, segment in enumerate(segments):
            self._ends.setdefault(segment.transcript_id, []).append(segment.span.end)
            self._rows.setdefault(segment.transcript_id, []).append((row, segment))

    def of(self, transcript_id: int, span: Span) -> int | None:
        """The first row that the span reaches into; None where it lies between segments."""
        place = bisect_right(self._ends.get(transcript_id, ()), span.start)
        rows = self._rows.get(transcript_id, ())
        if place == len(rows) or not span.overlaps(rows[place][1].span):
            return None
        return rows[place][0]
