"""The checkpoint of a transcription: what was heard so far, so that an interrupted one goes on where it stopped."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from store.canonical import sha256_json
from store.interviews import interview_row
from store.records import TranscriptionRow, UtteranceRow
from store.sound_records import VoicesRow
from store.study import Study
from store.values import Utterance, Word


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A transcription in progress: everything before `done_ms` is committed."""

    id: int
    interview: str
    done_ms: int
    finished: bool


def begin_transcription(study: Study, label: str, settings: Mapping[str, Any]) -> Checkpoint:
    """The unfinished or finished transcription of that recording with those settings, or a new one."""
    fingerprint = sha256_json(dict(settings))
    with study.write() as session:
        interview = interview_row(session, label)
        row = session.scalar(
            select(TranscriptionRow).where(
                TranscriptionRow.interview_id == interview.id, TranscriptionRow.fingerprint == fingerprint
            )
        )
        if row is None:
            row = TranscriptionRow(
                interview_id=interview.id,
                fingerprint=fingerprint,
                settings=dict(settings),
                done_ms=0,
                started_at=datetime.now(UTC),
                finished_at=None,
            )
            session.add(row)
            session.flush()
        return Checkpoint(row.id, interview.label, row.done_ms, row.finished_at is not None)


def keep_utterances(study: Study, checkpoint: Checkpoint, heard: Sequence[Utterance], done_ms: int) -> None:
    """Commit what was heard and how far that reaches, in one transaction."""
    with study.write() as session:
        row = session.get_one(TranscriptionRow, checkpoint.id)
        count = _count(session, checkpoint.id)
        for index, utterance in enumerate(heard, start=count):
            session.add(_row(checkpoint.id, index, utterance))
        row.done_ms = max(row.done_ms, done_ms)


def finish_transcription(study: Study, checkpoint: Checkpoint) -> None:
    """Say that the recording was heard to its end; what its voices sound like is forgotten.

    That goes for transcriptions of it, too, that were broken off and then made with other settings.
    """
    with study.write() as session:
        row = session.get_one(TranscriptionRow, checkpoint.id)
        own = select(TranscriptionRow.id).where(TranscriptionRow.interview_id == row.interview_id)
        session.execute(delete(VoicesRow).where(VoicesRow.transcription_id.in_(own)))
        row.finished_at = datetime.now(UTC)


def forget_voices(study: Study, checkpoint: Checkpoint) -> None:
    """Delete what voices sound like, where nothing will come of them."""
    with study.write() as session:
        session.execute(delete(VoicesRow).where(VoicesRow.transcription_id == checkpoint.id))


def keep_voices(study: Study, checkpoint: Checkpoint, start_ms: int, end_ms: int, heard: bytes) -> None:
    """Commit what was heard of the voices in a stretch; it is kept until the transcription is finished."""
    with study.write() as session:
        session.merge(VoicesRow(transcription_id=checkpoint.id, start_ms=start_ms, end_ms=end_ms, heard=heard))


def kept_voices(study: Study, checkpoint: Checkpoint) -> tuple[tuple[int, bytes], ...]:
    """Where each committed stretch ends, and what was heard in it, in order."""
    with study.read() as session:
        query = select(VoicesRow).where(VoicesRow.transcription_id == checkpoint.id).order_by(VoicesRow.start_ms)
        return tuple((row.end_ms, row.heard) for row in session.scalars(query))


def utterances(study: Study, checkpoint: Checkpoint) -> tuple[Utterance, ...]:
    """Everything heard so far, in order."""
    with study.read() as session:
        rows = session.scalars(
            select(UtteranceRow).where(UtteranceRow.transcription_id == checkpoint.id).order_by(UtteranceRow.index)
        )
        return tuple(_value(row) for row in rows)


def _count(session: Session, transcription_id: int) -> int:
    query = select(func.count()).where(UtteranceRow.transcription_id == transcription_id)
    return session.scalar(query) or 0


def _row(transcription_id: int, index: int, utterance: Utterance) -> UtteranceRow:
    values = asdict(utterance)
    values["words"] = [[w.start, w.end, w.start_ms, w.end_ms, w.probability] for w in utterance.words]
    return UtteranceRow(transcription_id=transcription_id, index=index, **values)


def _value(row: UtteranceRow) -> Utterance:
    return Utterance(
        start_ms=row.start_ms,
        end_ms=row.end_ms,
        text=row.text,
        words=tuple(Word(*word) for word in row.words),
        avg_logprob=row.avg_logprob,
        no_speech_prob=row.no_speech_prob,
        compression_ratio=row.compression_ratio,
        language=row.language,
    )
