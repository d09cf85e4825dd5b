"""Segments of the current transcripts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.canonical import sha256_text
from store.interviews import interview_row
from store.records import InterviewRow, SegmentRow, TranscriptRow
from store.study import Study
from store.transcripts import current_transcripts
from store.values import Role, Segment, Span


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
        session.add_all(segment_row(transcript_id, index, segment, text) for index, segment in enumerate(new))


def segment_row(transcript_id: int, index: int, segment: NewSegment, text: str) -> SegmentRow:
    """A new segment as a row."""
    return SegmentRow(
        transcript_id=transcript_id,
        index=index,
        turn_index=segment.turn_index,
        start=segment.span.start,
        end=segment.span.end,
        text_sha256=sha256_text(segment.span.of(text)),
        speaker=segment.speaker,
        role=str(segment.role),
        start_ms=segment.start_ms,
        end_ms=segment.end_ms,
    )


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


def load_segments(session: Session, label: str | None = None, *, role: Role | None = None) -> Iterable[Segment]:
    """The same within a session of the caller's."""
    current = current_transcripts(session)
    if label is not None:
        row = interview_row(session, label)
        current = {row.id: current[row.id]} if row.id in current else {}
    query = (
        select(SegmentRow, InterviewRow.label, TranscriptRow.revision)
        .join(TranscriptRow, TranscriptRow.id == SegmentRow.transcript_id)
        .join(InterviewRow, InterviewRow.id == TranscriptRow.interview_id)
        .where(SegmentRow.transcript_id.in_(current.values()))
        .order_by(InterviewRow.position, SegmentRow.index)
    )
    if role is not None:
        query = query.where(SegmentRow.role == str(role))
    query_texts = select(TranscriptRow.id, TranscriptRow.text).where(TranscriptRow.id.in_(current.values()))
    texts = {row.id: row.text for row in session.execute(query_texts)}
    return [_value(row, interview, revision, texts) for row, interview, revision in session.execute(query)]


def _value(row: SegmentRow, interview: str, revision: int, texts: dict[int, str]) -> Segment:
    span = Span(row.start, row.end)
    return Segment(
        id=row.id,
        interview=interview,
        transcript_id=row.transcript_id,
        revision=revision,
        index=row.index,
        turn_index=row.turn_index,
        span=span,
        text=span.of(texts[row.transcript_id]),
        text_sha256=row.text_sha256,
        speaker=row.speaker,
        role=Role(row.role),
        start_ms=row.start_ms,
        end_ms=row.end_ms,
    )
