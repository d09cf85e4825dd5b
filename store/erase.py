"""Erasing an interview: its content goes from records, index, cache and media; the chain of events still verifies."""

import json
from collections.abc import Iterable
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from filelock import FileLock
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from store import events
from store.acting import require
from store.backups import forget_erased
from store.consent_records import ConsentRow
from store.database import connect
from store.errors import NotAStudyError, StudyError
from store.exchange_records import ImportPartRow
from store.index_folder import LOCK, discard_index
from store.index_forget import forget_all, remember_to_forget
from store.interviews import RECORDING_ERASED, erased_recordings, interview_row
from store.left_over import remove_left_over, remove_queue_log
from store.quote_records import QuotePickRow, SummaryRow
from store.quoted import taken_from
from store.records import (
    AttributesRow,
    Base,
    CodebookRow,
    CodeRow,
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
from store.sound_records import GlossaryRow, JobRow, VoicesRow
from store.sqlite import sqlite3
from store.study import DATABASE, SUGGEST_LOCK, TRANSCRIBE_LOCK, Study
from store.taken_back import TakenBack, take_back_examples
from store.values import CandidateVerdict
from store.work_records import AdjudicationRow, DoubleCodingPartRow, MemoRow, RemarkRow
from store.written_records import CandidateAnswerRow, CandidateNameRow, RationaleRow

ERASED_EVENT = "interview.erased"
FINISHED_EVENT = "erasure.finished"
WITHDRAWN, EXPIRED = "withdrawn", "expired"
"""Why an interview was erased: its participant withdrew, or it could not be kept any longer."""
_AT_ONCE = 500
_BUSY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Erasure:
    """What an erasure removed, and where copies may still lie that only a person can judge."""

    interview: str
    events: int
    decisions: int
    vectors: int
    media: str | None
    backups: tuple[str, ...]
    """Copies that held it, and were removed once a new one was made."""
    examples: tuple[str, ...]
    """Codes whose examples quote it; where the participant withdrew, the examples are gone from every version."""
    drafted: tuple[str, ...] = ()
    """Codes whose name and definition were drafted from passages of several interviews, this one among them."""
    glossary: tuple[str, ...] = ()
    """Terms of the glossary, in any of its states, that stand in the erased text: names of people may be among them."""
    waiting: str = ""
    """A sentence where the study's index server could not be asked to delete the vectors; it is at the next contact."""


def erase_interview(study: Study, label: str, *, coder: str, why: str = "", wait_seconds: float = 30.0) -> Erasure:
    """Remove an interview for good. The original file outside the study stays where its owner has it.

    `why` is WITHDRAWN or EXPIRED where the participant's consent asks for it: then examples of codes that were taken
    from the interview go too, in every version of the codebook.

    Raises NotFoundError for an unknown label, filelock.Timeout while another process transcribes, suggests or holds
    the index, StudyError where the records are erased but a file could not be removed: opening the study again tries
    once more.
    """
    require(study, ERASED_EVENT, "erase an interview")  # before anything outside the transaction is touched
    with ExitStack() as stack:
        for name in (TRANSCRIBE_LOCK, SUGGEST_LOCK, LOCK):
            stack.enter_context(FileLock(study.folder / name).acquire(timeout=wait_seconds))
        _note_vectors(study, label)
        with study.write() as session:
            row = interview_row(session, label)
            _note_within(study, session, row)  # again: a correction may have come in between
            erasure = _erase(session, row, coder, why)
        waiting = forget_all(study)
        gone = _finish(study)
    return replace(erasure, backups=gone, waiting=waiting)


def _note_vectors(study: Study, label: str) -> None:
    """Before anything is erased: what must go from an index server, even where this process ends on the way."""
    with study.read() as session:
        _note_within(study, session, interview_row(session, label))


def _note_within(study: Study, session: Session, row: InterviewRow) -> None:
    of = TranscriptRow.interview_id == row.id
    remember_to_forget(study, session.scalars(select(TranscriptRow.id).where(of)).all())


def erase_recording(study: Study, label: str, *, coder: str, wait_seconds: float = 30.0) -> str | None:
    """Remove the recording of an interview and what is known of its voices; the transcript and all work on it stay.

    Returns its place within the study, None where there is none. Raises as `erase_interview` does.
    """
    require(study, RECORDING_ERASED, "erase a recording")
    with ExitStack() as stack:
        for name in (TRANSCRIBE_LOCK, LOCK):
            stack.enter_context(FileLock(study.folder / name).acquire(timeout=wait_seconds))
        with study.write() as session:
            row = interview_row(session, label)
            if row.media is None or row.guid in erased_recordings(session):
                return None
            media = row.media
            heard = select(TranscriptionRow.id).where(TranscriptionRow.interview_id == row.id)
            session.execute(delete(VoicesRow).where(VoicesRow.transcription_id.in_(heard)))
            session.execute(delete(JobRow).where(JobRow.interview_id == row.id))
            events.append(session, RECORDING_ERASED, {"interview": row.guid}, coder=coder, interview=row.guid)
        _finish(study)
    return media


def finish_erasures(study: Study) -> None:
    """Remove what erasures that broke off left on the disk; costs nothing where none did.

    Raises filelock.Timeout while another process holds the index, StudyError where a file cannot be removed.
    """
    if unfinished_erasure(study) is not None:
        with FileLock(study.folder / LOCK).acquire(timeout=0.0):
            _finish(study)


def unfinished_erasure(study: Study) -> int | None:
    """The number of the last erasure's event, unless an event after it says that its files are gone too."""
    with study.read() as session:
        kinds = (ERASED_EVENT, RECORDING_ERASED, FINISHED_EVENT)
        query = select(EventRow.id, EventRow.type).where(EventRow.type.in_(kinds))
        last = session.execute(query.order_by(EventRow.id.desc()).limit(1)).first()
    return last.id if last is not None and last.type != FINISHED_EVENT else None


def _finish(study: Study) -> tuple[str, ...]:
    """Remove the files of everything that was erased; returns the copies of the database that went with them."""
    through = unfinished_erasure(study)
    if through is None:
        return ()
    try:
        discard_index(study.index)
        remove_queue_log(study.folder)
        erased = _erased(study)
        with study.read() as session:
            silent = erased_recordings(session)
        for guid in {*erased, *silent}:
            for file in study.media.glob(f"{guid}.*"):
                file.unlink(missing_ok=True)
        _forget_pages(study)
        copies = forget_erased(study.folder, erased)
        remove_left_over(study.folder, silent)
        forget_erased(study.folder, _erased(study))
    except (OSError, sqlite3.OperationalError, NotAStudyError) as error:
        msg = (
            f"The interview is gone from the records, but traces of it are still in {study.folder} ({error}); "
            f"close other programs that use the study, then open it again, which removes them."
        )
        raise StudyError(msg) from error
    with study.write() as session:
        events.append(session, FINISHED_EVENT, {"through": through})
    return copies


def _erased(study: Study) -> list[str]:
    with study.read() as session:
        payloads = session.scalars(select(EventRow.payload).where(EventRow.type == ERASED_EVENT))
        gone = [json.loads(payload)["interview"] for payload in payloads if payload is not None]
        there = set(session.scalars(select(InterviewRow.guid)))  # an import can bring one back
    return [guid for guid in gone if guid not in there]


def _erase(session: Session, row: InterviewRow, coder: str, why: str) -> Erasure:
    transcripts = list(session.scalars(select(TranscriptRow.id).where(TranscriptRow.interview_id == row.id)))
    texts = [session.get_one(TranscriptRow, key).text for key in transcripts]
    digests = _unshared_digests(session, transcripts, texts)
    decided = session.scalar(select(func.count()).where(DecisionRow.transcript_id.in_(transcripts))) or 0
    guid, label, media = row.guid, row.label, row.media
    drafted = _drafted_codes(session, row.id)
    quoting = _quoted_examples(session, texts)
    taken = take_back_examples(session, texts, coder=coder) if why else TakenBack()
    rewritten = dict(taken.rewritten or {})
    shared = [*_delete_names(session, guid), *rewritten]
    _delete_records(session, row.id, transcripts)
    gone = _delete_vectors(session, digests)
    said: dict[str, Any] = {"interview": guid, "events": shared} if shared else {"interview": guid}
    said |= {"why": why} if why else {}
    said |= {"rewritten": {str(number): digest for number, digest in rewritten.items()}} if rewritten else {}
    events.append(session, ERASED_EVENT, said, coder=coder)
    return Erasure(
        interview=label,
        events=_blank_events(session, guid, shared),
        decisions=decided,
        vectors=gone,
        media=media,
        backups=(),
        examples=tuple(dict.fromkeys((*quoting, *taken.codes))),
        glossary=_expected_words(session, texts),
        drafted=drafted,
    )


def _unshared_digests(session: Session, transcripts: list[int], texts: list[str]) -> set[str]:
    """Hashes whose vectors only this interview needs: its segments, and whatever was cut from its text."""
    own = set(session.scalars(select(SegmentRow.text_sha256).where(SegmentRow.transcript_id.in_(transcripts))))
    others = set(session.scalars(select(SegmentRow.text_sha256).where(SegmentRow.transcript_id.not_in(transcripts))))
    from store.sentences import sentence_digests

    for text in texts:
        own |= sentence_digests(text)
    return own - others


def _drafted_codes(session: Session, interview_id: int) -> tuple[str, ...]:
    """Codes that were accepted from passages of this interview: a person must judge what their definitions tell."""
    answers = select(CandidateAnswerRow.code).where(
        CandidateAnswerRow.interview_id == interview_id, CandidateAnswerRow.verdict == str(CandidateVerdict.ACCEPT)
    )
    names = select(CodeRow.guid, CodeRow.name).where(CodeRow.guid.in_(answers)).order_by(CodeRow.id)
    return tuple({row.guid: row.name for row in session.execute(names)}.values())


def _delete_names(session: Session, guid: str) -> list[int]:
    """Remove what a model wrote over passages of several interviews, this one among them; returns its events."""
    written: list[CandidateNameRow | SummaryRow] = [*session.scalars(select(CandidateNameRow))]
    written += session.scalars(select(SummaryRow))
    rows = [row for row in written if guid in row.interviews]
    numbers = [row.event_id for row in rows]
    for row in rows:
        session.delete(row)
    session.flush()
    return numbers


def _delete_vectors(session: Session, digests: Iterable[str]) -> int:
    gone, wanted = 0, sorted(digests)
    for start in range(0, len(wanted), _AT_ONCE):
        part = VectorRow.text_sha256.in_(wanted[start : start + _AT_ONCE])
        gone += int(getattr(session.execute(delete(VectorRow).where(part)), "rowcount", 0))
    return gone


def _delete_records(session: Session, interview_id: int, transcripts: list[int]) -> None:
    segments = select(SegmentRow.id).where(SegmentRow.transcript_id.in_(transcripts))
    scores = select(ScoresRow.id).where(ScoresRow.transcript_id.in_(transcripts))
    heard = select(TranscriptionRow.id).where(TranscriptionRow.interview_id == interview_id)
    shown = select(SuggestionRow.id).where(SuggestionRow.segment_id.in_(segments))
    made = select(DecisionRow.id).where(DecisionRow.transcript_id.in_(transcripts))
    in_order: list[tuple[type[Base], object]] = [
        (RemarkRow, RemarkRow.decision_id.in_(made)),
        (AdjudicationRow, AdjudicationRow.transcript_id.in_(transcripts)),
        (DoubleCodingPartRow, DoubleCodingPartRow.transcript_id.in_(transcripts)),
        (MemoRow, MemoRow.interview_id == interview_id),
        (ImportPartRow, ImportPartRow.interview_id == interview_id),
        (QuotePickRow, QuotePickRow.transcript_id.in_(transcripts)),
        (RationaleRow, RationaleRow.suggestion_id.in_(shown)),
        (CandidateAnswerRow, CandidateAnswerRow.interview_id == interview_id),
        (DecisionRow, DecisionRow.transcript_id.in_(transcripts)),
        (SuggestionRow, SuggestionRow.segment_id.in_(segments)),
        (SignalRow, SignalRow.scores_id.in_(scores)),
        (ScoresRow, ScoresRow.transcript_id.in_(transcripts)),
        (SegmentRow, SegmentRow.transcript_id.in_(transcripts)),
        (VoicesRow, VoicesRow.transcription_id.in_(heard)),
        (JobRow, JobRow.interview_id == interview_id),
        (TurnRow, TurnRow.transcript_id.in_(transcripts)),
        (TranscriptRow, TranscriptRow.interview_id == interview_id),
        (UtteranceRow, UtteranceRow.transcription_id.in_(heard)),
        (TranscriptionRow, TranscriptionRow.interview_id == interview_id),
        (AttributesRow, AttributesRow.interview_id == interview_id),
        (ConsentRow, ConsentRow.interview_id == interview_id),
        (InterviewRow, InterviewRow.id == interview_id),
    ]
    session.expunge_all()
    for table, condition in in_order:
        session.execute(delete(table).where(condition))  # type: ignore[arg-type]


def _blank_events(session: Session, guid: str, shared: list[int]) -> int:
    """Take away the content of the interview's own events, and of those that tell of others too."""
    result = session.execute(
        update(EventRow)
        .where(or_(EventRow.interview == guid, EventRow.id.in_(shared)), EventRow.payload.is_not(None))
        .values(payload=None, salt=None, erased_at=datetime.now(UTC))
    )
    return int(getattr(result, "rowcount", 0))


def _quoted_examples(session: Session, texts: list[str]) -> tuple[str, ...]:
    """Codes whose examples, in any version, stand word for word in the erased text: a person must judge them."""
    codes = (code for book in session.scalars(select(CodebookRow).order_by(CodebookRow.version)) for code in book.codes)
    return tuple(dict.fromkeys(code.name for code in codes for example in code.examples if taken_from(example, texts)))


def _expected_words(session: Session, texts: list[str]) -> tuple[str, ...]:
    """Terms of the glossary that stand in the erased text."""
    states = session.scalars(select(GlossaryRow.terms).order_by(GlossaryRow.id))
    terms = (str(term) for terms in states for term in terms)
    return tuple(dict.fromkeys(term for term in terms if any(term in text for text in texts)))


def _forget_pages(study: Study) -> None:
    """Rewrite the database file and empty its log, so that deleted rows are not left in free pages."""
    if study.place is not None:
        from store.postgres_schema import rewrite_tables

        rewrite_tables(study.engine, study.place, study.folder)
        return
    with closing(connect(study.folder / DATABASE, timeout=_BUSY_SECONDS)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("VACUUM")
        busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            msg = "another program is reading the database"
            raise sqlite3.OperationalError(msg)
