"""Segments of the current transcripts."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from sys import intern
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select, true
from sqlalchemy.orm import Session, aliased

from store.canonical import sha256_text
from store.interviews import interview_row
from store.records import InterviewRow, SegmentRow, TranscriptRow
from store.study import Study
from store.transcripts import current_transcripts
from store.values import Role, Segment, Span

_AT_ONCE = 500
_ROWS_AT_ONCE, _TEXTS_AT_ONCE = 10_000, 100
_ROLES = {str(role): role for role in Role}


Spoken = tuple[str, int, int]
"""An interview's label, its current transcript's id, and how many of its segments are no interviewer's."""


@dataclass(frozen=True, slots=True)
class NewSegment:
    """A segment on its way into the study."""

    turn_index: int
    span: Span
    speaker: str | None
    role: Role
    start_ms: int | None
    end_ms: int | None


def keep_segments(study: Study, transcript_id: int, new: Sequence[NewSegment]) -> None:
    """Keep the segments of one transcript; does nothing where they are kept already."""
    with study.write() as session:
        if session.scalar(select(SegmentRow.id).where(SegmentRow.transcript_id == transcript_id).limit(1)):
            return
        text = session.get_one(TranscriptRow, transcript_id).text
        rows = [segment_columns(transcript_id, index, segment, text) for index, segment in enumerate(new)]
        if rows:
            session.execute(insert(SegmentRow), rows)


def segment_row(transcript_id: int, index: int, segment: NewSegment, text: str) -> SegmentRow:
    """A new segment as a row."""
    return SegmentRow(**segment_columns(transcript_id, index, segment, text))


def segment_columns(transcript_id: int, index: int, segment: NewSegment, text: str) -> dict[str, Any]:
    """The columns of a new segment's row."""
    return {
        "transcript_id": transcript_id,
        "index": index,
        "turn_index": segment.turn_index,
        "start": segment.span.start,
        "end": segment.span.end,
        "text_sha256": sha256_text(segment.span.of(text)),
        "speaker": segment.speaker,
        "role": str(segment.role),
        "start_ms": segment.start_ms,
        "end_ms": segment.end_ms,
    }


def unsegmented(study: Study) -> tuple[str, ...]:
    """Labels of interviews whose current transcript has no segments yet, in study order."""
    with study.read() as session:
        current = current_transcripts(session)
        done = set(session.scalars(select(SegmentRow.transcript_id).distinct()))
        missing = [interview for interview, transcript in current.items() if transcript not in done]
        query = select(InterviewRow.label).where(InterviewRow.id.in_(missing)).order_by(InterviewRow.position)
        return tuple(session.scalars(query))


def segments(study: Study, label: str | None = None, *, role: Role | None = None) -> tuple[Segment, ...]:
    """The segments of the current transcripts in study order, of one interview or of all."""
    with study.read() as session:
        return tuple(load_segments(session, label, role=role))


def segments_among(study: Study, transcripts: Collection[int]) -> tuple[Segment, ...]:
    """The segments of these transcripts, as far as they are current ones, in study order."""
    with study.read() as session:
        wanted = sorted(transcripts)
        parts = [wanted[start : start + _AT_ONCE] for start in range(0, len(wanted), _AT_ONCE)]
        found = [each for part in parts for each in _loaded(session, TranscriptRow.id.in_(part))]
        places = dict(session.execute(select(InterviewRow.label, InterviewRow.position)).tuples().all())
    return tuple(sorted(found, key=lambda segment: (places[segment.interview], segment.index)))


def segment_batches(study: Study, most: int) -> Iterator[tuple[Segment, ...]]:
    """All segments in study order, whole interviews together, so many at a time or one longer interview."""
    query = (
        select(TranscriptRow.id, func.count())
        .join(InterviewRow, InterviewRow.id == TranscriptRow.interview_id)
        .join(SegmentRow, SegmentRow.transcript_id == TranscriptRow.id)
        .where(_is_current())
        .group_by(TranscriptRow.id, InterviewRow.position)
        .order_by(InterviewRow.position)
    )
    with study.read() as session:
        sizes = list(session.execute(query).tuples())
    some: list[int] = []
    held = 0
    for transcript_id, count in sizes:
        if some and held + count > most:
            yield segments_among(study, some)
            some, held = [], 0
        some.append(transcript_id)
        held += count
    if some:
        yield segments_among(study, some)


def load_segments(session: Session, label: str | None = None, *, role: Role | None = None) -> Iterable[Segment]:
    """The same within a session of the caller's; read from the database as they are taken."""
    where = true() if label is None else InterviewRow.id == interview_row(session, label).id
    return _loaded(session, where, *([] if role is None else [SegmentRow.role == str(role)]))


def spoken_in(study: Study) -> tuple[Spoken, ...]:
    """The interviews in which somebody but an interviewer speaks, in study order."""
    query = (
        select(InterviewRow.label, TranscriptRow.id, func.count())
        .join(TranscriptRow, TranscriptRow.interview_id == InterviewRow.id)
        .join(SegmentRow, SegmentRow.transcript_id == TranscriptRow.id)
        .where(_is_current(), SegmentRow.role != str(Role.INTERVIEWER))
        .group_by(InterviewRow.label, TranscriptRow.id, InterviewRow.position)
        .order_by(InterviewRow.position)
    )
    with study.read() as session:
        return tuple((label, transcript_id, count) for label, transcript_id, count in session.execute(query))


def _is_current() -> ColumnElement[bool]:
    """Whether no later revision follows a transcript."""
    later = aliased(TranscriptRow)
    after = select(later.id).where(
        later.interview_id == TranscriptRow.interview_id, later.revision > TranscriptRow.revision
    )
    return ~after.exists()


def _loaded(session: Session, *where: ColumnElement[bool]) -> Iterator[Segment]:
    """The segments of some interviews, one after the other; conditions on segments come after those on interviews.

    As plain columns they are read several times as fast as objects of the ORM. Texts come beside them in the same
    order, so that only one is held.
    """
    in_order = (InterviewRow.position, TranscriptRow.id)
    texts = (
        select(TranscriptRow.id, TranscriptRow.text)
        .join(InterviewRow, InterviewRow.id == TranscriptRow.interview_id)
        .where(_is_current(), *where[:1])
        .order_by(*in_order)
        .execution_options(yield_per=_TEXTS_AT_ONCE)
    )
    query = (
        select(SegmentRow.__table__, InterviewRow.label.label("interview"), TranscriptRow.revision)
        .join(TranscriptRow, TranscriptRow.id == SegmentRow.transcript_id)
        .join(InterviewRow, InterviewRow.id == TranscriptRow.interview_id)
        .where(_is_current(), *where)
        .order_by(*in_order, SegmentRow.index)
        .execution_options(yield_per=_ROWS_AT_ONCE)
    )
    given = session.execute(texts)
    held, text = 0, ""
    for row in session.execute(query):
        while held != row.transcript_id:
            held, text = next(given)
        yield _value(row, text)


def _value(row: Any, text: str) -> Segment:
    span = Span(row.start, row.end)
    return Segment(
        id=row.id,
        interview=intern(row.interview),  # one for all segments that share it
        transcript_id=row.transcript_id,
        revision=row.revision,
        index=row.index,
        turn_index=row.turn_index,
        span=span,
        text=span.of(text),
        text_sha256=row.text_sha256,
        speaker=None if row.speaker is None else intern(row.speaker),
        role=_ROLES[row.role],
        start_ms=row.start_ms,
        end_ms=row.end_ms,
    )
