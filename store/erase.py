"""Erasing an interview: its content goes from records, index, cache and media; the chain of events still verifies."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

from filelock import FileLock
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from store import events
from store.index import _LOCK, discard_index
from store.interviews import interview_row
from store.records import (
    AttributesRow,
    Base,
    CodebookRow,
    DecisionRow,
    EventRow,
    InterviewRow,
    ScoresRow,
    SegmentRow,
    SignalRow,
    SuggestionRow,
    TranscriptionRow,
    TranscriptRow,
    TurnRow,
    UtteranceRow,
    VectorRow,
)
from store.study import DATABASE, Study

ERASED_EVENT = "interview.erased"
_SHORTEST_QUOTE = 20


@dataclass(frozen=True, slots=True)
class Erasure:
    """What an erasure removed, and where copies may still lie that only a person can judge."""

    interview: str
    events: int
    decisions: int
    vectors: int
    media: str | None
    backups: tuple[str, ...]
    examples: tuple[str, ...]


def erase_interview(study: Study, label: str, *, coder: str) -> Erasure:
    """Remove an interview for good. The original file outside the study stays where its owner has it.

    Raises NotFoundError for an unknown label, filelock.Timeout while another process holds the index.
    """
    with FileLock(study.folder / _LOCK).acquire(timeout=30.0):
        with study.write() as session:
            row = interview_row(session, label)
            erasure = _erase(session, study, row, coder)
        if erasure.media is not None:
            (study.folder / erasure.media).unlink(missing_ok=True)
        _forget_pages(study)
        discard_index(study.index)
    return erasure


def _erase(session: Session, study: Study, row: InterviewRow, coder: str) -> Erasure:
    transcripts = list(session.scalars(select(TranscriptRow.id).where(TranscriptRow.interview_id == row.id)))
    texts = [session.get_one(TranscriptRow, key).text for key in transcripts]
    digests = _unshared_digests(session, transcripts, texts)
    decided = session.scalar(select(func.count()).where(DecisionRow.transcript_id.in_(transcripts))) or 0
    guid, label, media = row.guid, row.label, row.media
    _delete_records(session, row.id, transcripts)
    gone = sum(_delete_vector(session, digest) for digest in digests)
    events.append(session, ERASED_EVENT, {"interview": guid}, coder=coder)
    return Erasure(
        interview=label,
        events=_blank_events(session, guid),
        decisions=decided,
        vectors=gone,
        media=media,
        backups=tuple(sorted(p.name for p in (study.folder / "backups").glob("*.db"))),
        examples=_quoted_examples(session, texts),
    )


def _unshared_digests(session: Session, transcripts: list[int], texts: list[str]) -> set[str]:
    """Hashes whose vectors only this interview needs: its segments, and whatever was cut from its text."""
    own = set(session.scalars(select(SegmentRow.text_sha256).where(SegmentRow.transcript_id.in_(transcripts))))
    others = set(session.scalars(select(SegmentRow.text_sha256).where(SegmentRow.transcript_id.not_in(transcripts))))
    from store.sentences import sentence_digests

    for text in texts:
        own |= sentence_digests(text)
    return own - others


def _delete_vector(session: Session, digest: str) -> int:
    result = session.execute(delete(VectorRow).where(VectorRow.text_sha256 == digest))
    return int(getattr(result, "rowcount", 0))


def _delete_records(session: Session, interview_id: int, transcripts: list[int]) -> None:
    segments = select(SegmentRow.id).where(SegmentRow.transcript_id.in_(transcripts))
    scores = select(ScoresRow.id).where(ScoresRow.transcript_id.in_(transcripts))
    heard = select(TranscriptionRow.id).where(TranscriptionRow.interview_id == interview_id)
    in_order: list[tuple[type[Base], object]] = [
        (DecisionRow, DecisionRow.transcript_id.in_(transcripts)),
        (SuggestionRow, SuggestionRow.segment_id.in_(segments)),
        (SignalRow, SignalRow.scores_id.in_(scores)),
        (ScoresRow, ScoresRow.transcript_id.in_(transcripts)),
        (SegmentRow, SegmentRow.transcript_id.in_(transcripts)),
        (TurnRow, TurnRow.transcript_id.in_(transcripts)),
        (TranscriptRow, TranscriptRow.interview_id == interview_id),
        (UtteranceRow, UtteranceRow.transcription_id.in_(heard)),
        (TranscriptionRow, TranscriptionRow.interview_id == interview_id),
        (AttributesRow, AttributesRow.interview_id == interview_id),
        (InterviewRow, InterviewRow.id == interview_id),
    ]
    session.expunge_all()
    for table, condition in in_order:
        session.execute(delete(table).where(condition))  # type: ignore[arg-type]


def _blank_events(session: Session, guid: str) -> int:
    result = session.execute(
        update(EventRow)
        .where(EventRow.interview == guid, EventRow.payload.is_not(None))
        .values(payload=None, salt=None, erased_at=datetime.now(UTC))
    )
    return int(getattr(result, "rowcount", 0))


def _quoted_examples(session: Session, texts: list[str]) -> tuple[str, ...]:
    """Codes whose examples, in any version, stand word for word in the erased text: a person must judge them."""
    codes = (code for book in session.scalars(select(CodebookRow)) for code in book.codes)
    return tuple(
        dict.fromkeys(
            code.name
            for code in codes
            for example in code.examples
            if len(example) >= _SHORTEST_QUOTE and any(example in text for text in texts)
        )
    )


def _forget_pages(study: Study) -> None:
    """Rewrite the database file and empty its log, so that deleted rows are not left in free pages."""
    with closing(sqlite3.connect(study.folder / DATABASE, timeout=30.0)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
