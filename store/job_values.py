"""A recording in the queue: how it is to be transcribed, how it stands, and how fast it goes."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from store.sound_records import JobRow

AUTO = "auto"
HEARD = "heard"
"""The key in `wanted` under which the worker keeps how it gets on; see `store.job_steps`."""


class JobState(StrEnum):
    """What becomes of a recording in the queue; only the worker says RUNNING, DONE and FAILED."""

    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


QUEUED = (JobState.WAITING, JobState.PAUSED)
"""States with a place in the queue."""

ENDED = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a recording is to be transcribed; `speakers` is auto, none or a number of people."""

    model: str = AUTO
    language: str = AUTO
    speakers: str = AUTO


@dataclass(frozen=True, slots=True)
class Job:
    """A recording in the queue, with the name of its file.

    `begun_ms` is where the last run took it up, `seconds` what that run took so far, `heard_at` when `done_ms` was
    reached; `why` tells of a failure. `total_ms` may be longer than the recording: telling speakers apart comes
    after hearing, and counts too.
    """

    id: int
    interview: str
    file: str
    wanted: Wanted
    state: JobState
    priority: int
    done_ms: int
    total_ms: int
    why: str
    queued_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    begun_ms: int
    seconds: float
    heard_at: datetime | None

    @property
    def percent(self) -> int:
        """How much of it is done."""
        return min(100, 100 * self.done_ms // self.total_ms) if self.total_ms else 0

    @property
    def speed(self) -> float | None:
        """Seconds of the recording that are heard in a second; None before anything was heard."""
        heard_ms = self.done_ms - self.begun_ms
        return heard_ms / 1000 / self.seconds if heard_ms > 0 and self.seconds > 0 else None


def job_of_row(row: JobRow) -> Job:
    """The value of a row."""
    heard: dict[str, Any] = row.wanted.get(HEARD, {})
    at = heard.get("at")
    return Job(
        id=row.id,
        interview=row.interview.label,
        file=row.interview.source_name,
        wanted=wanted_of(row),
        state=JobState(row.state),
        priority=row.priority,
        done_ms=row.done_ms,
        total_ms=row.total_ms,
        why=row.why,
        queued_at=row.queued_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        begun_ms=int(heard.get("begun_ms", row.done_ms)),
        seconds=float(heard.get("seconds", 0.0)),
        heard_at=None if at is None else datetime.fromisoformat(at),
    )


def wanted_of(row: JobRow) -> Wanted:
    """What a person asked for."""
    return Wanted(**{key: str(value) for key, value in row.wanted.items() if key != HEARD})
