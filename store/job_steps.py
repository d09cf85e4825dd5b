"""What the worker writes into the queue: which recording it takes, how far it got, and how that ended."""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.job_values import HEARD, Job, JobState, job_of_row
from store.jobs import has_transcript
from store.sound_records import JobRow
from store.study import Study

_DIED = "died_at_ms"


def take_next(study: Study) -> Job | None:
    """The first recording that waits, which runs from now on; None where none does.

    One that got its transcript in another way meanwhile is done.
    """
    with study.write() as session:
        query = select(JobRow).where(JobRow.state == JobState.WAITING).order_by(JobRow.priority, JobRow.id)
        for row in session.scalars(query).all():
            if has_transcript(session, row.interview_id):
                _end(row, JobState.DONE, "")
                continue
            row.state, row.why = JobState.RUNNING, ""
            row.started_at, row.ended_at = datetime.now(UTC), None
            _keep(row, begun_ms=row.done_ms, seconds=0.0, at=None)
            return job_of_row(row)
    return None


def job_state(study: Study, job: int) -> JobState | None:
    """How it stands now; None where its interview was erased."""
    with study.read() as session:
        state = session.scalar(select(JobRow.state).where(JobRow.id == job))
        return None if state is None else JobState(state)


def keep_progress(study: Study, job: int, done_ms: int, total_ms: int, *, begun_ms: int, seconds: float) -> None:
    """How far it is heard, and how long this run took from `begun_ms` up to there."""
    with study.write() as session:
        row = session.get(JobRow, job)
        if row is None:
            return
        row.done_ms, row.total_ms = done_ms, total_ms
        _keep(row, begun_ms=begun_ms, seconds=seconds, at=datetime.now(UTC).isoformat())


def finish_job(study: Study, job: int, why: str = "") -> None:
    """It has its transcript, whatever was asked of it at the last moment."""
    with study.write() as session:
        row = session.get(JobRow, job)
        if row is not None:
            _end(row, JobState.DONE, why)
            row.done_ms = row.total_ms


def fail_job(study: Study, job: int, why: str) -> None:
    """It has no transcript, and why; one that was paused or cancelled meanwhile stays so."""
    with study.write() as session:
        row = _running(session, job)
        if row is not None:
            _end(row, JobState.FAILED, why)


def put_back(study: Study, job: int) -> None:
    """It waits again at its place, for the worker was asked to end."""
    with study.write() as session:
        row = _running(session, job)
        if row is not None:
            row.state = JobState.WAITING


def recover(study: Study) -> tuple[str, ...]:
    """Let recordings wait again whose worker died; the caller knows that there is no other worker.

    One at which two workers in a row died without hearing more fails, so that it does not hold up the others.
    """
    with study.write() as session:
        found = session.scalars(select(JobRow).where(JobRow.state == JobState.RUNNING)).all()
        for row in found:
            if row.wanted.get(HEARD, {}).get(_DIED) == row.done_ms:
                why = (
                    f"Transcribing {row.interview.label} ({row.interview.source_name}) ended twice at the same place "
                    "without a word, as when memory runs out; close other programs or take a smaller model, and try "
                    "again."
                )
                _end(row, JobState.FAILED, why)
                _keep(row, **{_DIED: None})
            else:
                row.state = JobState.WAITING
                _keep(row, **{_DIED: row.done_ms})
        return tuple(row.interview.label for row in found)


def _running(session: Session, job: int) -> JobRow | None:
    row = session.get(JobRow, job)
    return row if row is not None and row.state == JobState.RUNNING else None


def _end(row: JobRow, state: JobState, why: str) -> None:
    row.state, row.why, row.ended_at = state, why, datetime.now(UTC)


def _keep(row: JobRow, **facts: object) -> None:
    row.wanted = {**row.wanted, HEARD: {**row.wanted.get(HEARD, {}), **facts}}
