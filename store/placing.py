"""Where what was decided on an older revision of a transcript stands now."""

from collections.abc import Callable, Iterable, Mapping

from sqlalchemy import select

from store.records import TranscriptRow
from store.study import Study
from store.transcripts import Moved, SpanMover, current_transcripts
from store.values import Span

Mover = Callable[[int, Span], Moved]
"""From a transcript's id and a span in it to where that stands now; `needs_look` where a correction touched it."""

Remainder = Callable[[int, Span], tuple[int, Span] | None]
"""From the same to the newest transcript and the stretch of it that holds what is left; None where nothing is."""


def span_mover(study: Study) -> Mover:
    """Follows every correction made so far; make it again after a new one."""
    with study.read() as session:
        return SpanMover(session).move


def current_transcript_ids(study: Study) -> frozenset[int]:
    """The newest revision of every interview's transcript."""
    with study.read() as session:
        return frozenset(current_transcripts(session).values())


def span_remainder(study: Study) -> Remainder:
    """What is left of spans after every correction made so far; make it again after a new one."""
    with study.read() as session:
        return SpanMover(session).remains


def texts_of(study: Study, transcripts: Iterable[int]) -> Mapping[int, str]:
    """The texts of some revisions by their ids."""
    query = select(TranscriptRow.id, TranscriptRow.text).where(TranscriptRow.id.in_(set(transcripts)))
    with study.read() as session:
        return {row.id: row.text for row in session.execute(query)}
