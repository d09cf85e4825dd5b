"""The queue of recordings that are to be transcribed: what a person asks of it, and how it stands.

A recording has at most one job, which is used again when it is queued again. Jobs are work, not research: they leave
no events, and go with their interview when that is erased. Times in a recording are milliseconds.
"""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from store.acting import check
from store.errors import ConflictError, InvalidInputError, NotFoundError
from store.interviews import interview_row
from store.job_values import ENDED, QUEUED, Job, JobState, Wanted, job_of_row, wanted_of
from store.records import InterviewRow, TranscriptRow
from store.sound_records import JobRow
from store.study import Study


def queue_job(study: Study, label: str, wanted: Wanted | None = None, *, first: bool = False) -> Job:
    """Let a recording wait to be transcribed; one that waits already takes the new wishes and keeps its place.

    Raises InvalidInputError for a transcript, ConflictError where there is a transcript already or the recording is
    being transcribed otherwise, NotFoundError where there is no such interview or its recording was erased.
    """
    wanted = wanted or Wanted()
    with study.write() as session:
        check(session, "job.queued")
        interview = interview_row(session, label)
        _refuse(session, interview)
        row = _row_of(session, interview)
        if row is None:
            row = _new_row(session, interview)
        elif row.state == JobState.RUNNING and wanted_of(row) != wanted:
            msg = f"{interview.label} is being transcribed; cancel it first to transcribe it otherwise."
            raise ConflictError(msg)
        if row.state in ENDED:
            _wait_again(session, row)
        if wanted_of(row) != wanted:
            row.done_ms, row.wanted = 0, asdict(wanted)
        if first and row.state in QUEUED:
            _place(session, row, 0)
        return job_of_row(row)


def jobs(study: Study) -> tuple[Job, ...]:
    """All jobs: the one that runs, then those with a place in the queue in their order, then the others."""
    with study.read() as session:
        rows = session.scalars(select(JobRow).options(joinedload(JobRow.interview)))
        return tuple(job_of_row(row) for row in sorted(rows, key=_order))


def pause_job(study: Study, label: str) -> Job:
    """Let it rest where it is; one that runs stops after the stretch that is being heard, and what was heard is kept.

    Raises ConflictError where there is nothing to pause.
    """
    return _turned(study, label, JobState.PAUSED, (JobState.WAITING, JobState.RUNNING), "pause")


def resume_job(study: Study, label: str) -> Job:
    """Let a paused one wait again at its place; raises ConflictError where there is nothing to resume."""
    return _turned(study, label, JobState.WAITING, (JobState.PAUSED,), "resume")


def cancel_job(study: Study, label: str) -> Job:
    """Take it out of the queue; what was heard is kept, and counts when it is queued again in the same way.

    Raises ConflictError where there is nothing to cancel.
    """
    return _turned(study, label, JobState.CANCELLED, (*QUEUED, JobState.RUNNING, JobState.FAILED), "cancel")


def retry_job(study: Study, label: str) -> Job:
    """Queue one that failed or was cancelled again, as it was wanted; it goes on from what was heard.

    Raises ConflictError where it neither failed nor was cancelled.
    """
    return _turned(study, label, JobState.WAITING, (JobState.FAILED, JobState.CANCELLED), "try again")


def resume_or_retry(study: Study, label: str) -> Job:
    """Let it go on, whether it was paused, failed or was cancelled; raises ConflictError where it is done."""
    with study.read() as session:
        state = _known(session, label).state
    return (retry_job if state in ENDED else resume_job)(study, label)


def move_job(study: Study, label: str, where: Literal["up", "down", "first"]) -> Job:
    """Change the order of the queue; raises ConflictError where the recording has no place in it."""
    with study.write() as session:
        check(session, "job.queued")
        row = _known(session, label)
        if row.state not in QUEUED:
            msg = f"{row.interview.label} has no place in the queue, it is {row.state}; nothing was moved."
            raise ConflictError(msg)
        now = [each.id for each in _queue(session)].index(row.id)
        _place(session, row, {"up": max(0, now - 1), "down": now + 1, "first": 0}[where])
        return job_of_row(row)


def has_transcript(session: Session, interview_id: int) -> bool:
    """Whether the interview has a transcript, whoever made it."""
    return session.scalar(select(TranscriptRow.id).where(TranscriptRow.interview_id == interview_id)) is not None


def _refuse(session: Session, interview: InterviewRow) -> None:
    name = f"{interview.label} ({interview.source_name})"
    if interview.kind != "recording":
        msg = f"{name} is a transcript, not a recording; nothing was queued."
        raise InvalidInputError(msg)
    if has_transcript(session, interview.id):
        msg = f"{name} has a transcript already; correct that one instead of transcribing again."
        raise ConflictError(msg)
    if interview.media is None:
        msg = f"The recording of {name} was erased; add it again to transcribe it."
        raise NotFoundError(msg)


def _new_row(session: Session, interview: InterviewRow) -> JobRow:
    row = JobRow(
        interview_id=interview.id,
        interview=interview,
        wanted=asdict(Wanted()),
        state=JobState.WAITING,
        priority=_last(session) + 1,
        done_ms=0,
        total_ms=interview.duration_ms or 0,
        why="",
        queued_at=datetime.now(UTC),
        started_at=None,
        ended_at=None,
    )
    session.add(row)
    session.flush()
    return row


def _wait_again(session: Session, row: JobRow) -> None:
    row.priority, row.state = _last(session) + 1, JobState.WAITING
    row.why, row.queued_at, row.ended_at = "", datetime.now(UTC), None


def _turned(study: Study, label: str, to: JobState, allowed: tuple[JobState, ...], act: str) -> Job:
    with study.write() as session:
        check(session, "job.queued")
        row = _known(session, label)
        if row.state == to or (to is JobState.WAITING and row.state == JobState.RUNNING):
            return job_of_row(row)
        if row.state not in allowed:
            msg = f"{row.interview.label} is {row.state}, so there is nothing to {act}."
            raise ConflictError(msg)
        if to is JobState.WAITING:
            _refuse(session, row.interview)
        if row.state in ENDED and to is JobState.WAITING:
            _wait_again(session, row)
        row.state = to
        row.ended_at = datetime.now(UTC) if to in ENDED else None
        return job_of_row(row)


def _known(session: Session, label: str) -> JobRow:
    interview = interview_row(session, label)
    row = _row_of(session, interview)
    if row is None:
        msg = f"{interview.label} is not in the queue; queue it first."
        raise ConflictError(msg)
    return row


def _row_of(session: Session, interview: InterviewRow) -> JobRow | None:
    return session.scalar(select(JobRow).where(JobRow.interview_id == interview.id).order_by(JobRow.id.desc()).limit(1))


def _queue(session: Session) -> list[JobRow]:
    query = select(JobRow).where(JobRow.state.in_(QUEUED)).order_by(JobRow.priority, JobRow.id)
    return list(session.scalars(query))


def _last(session: Session) -> int:
    return session.scalar(select(func.max(JobRow.priority)).where(JobRow.state.not_in(ENDED))) or 0


def _place(session: Session, row: JobRow, at: int) -> None:
    session.flush()
    order = [each for each in _queue(session) if each.id != row.id]
    order.insert(at, row)
    running = list(session.scalars(select(JobRow).where(JobRow.state == JobState.RUNNING)))
    for number, each in enumerate([*running, *order], start=1):
        each.priority = number


def _order(row: JobRow) -> tuple[int, int, int]:
    group = 0 if row.state == JobState.RUNNING else 1 if row.state in QUEUED else 2
    return group, row.priority if group < 2 else row.interview.position, row.id  # noqa: PLR2004 - the last group
