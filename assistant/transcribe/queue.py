"""The queue of recordings as people see it: what waits, how long it takes, and whether somebody works on it."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.models import choose
from assistant.settings import Settings
from assistant.transcribe.languages import LANGUAGES
from assistant.transcribe.recogniser import MIXED
from store.errors import InvalidInputError, StudyError
from store.interviews import interviews
from store.job_values import AUTO, QUEUED, Job, JobState, Wanted
from store.jobs import jobs, queue_job
from store.keys import environment_with_key
from store.left_over import QUEUE_LOG
from store.study import Study

QUEUE_LOCK = ".queue.lock"
"""Held by the one worker of a study for as long as it lives."""

LOG = QUEUE_LOG
"""What the worker writes about itself, in the study's folder: numbers of jobs and states, no names and no words."""

NEEDED_BYTES = 20_000_000
"""With less room on the disk, no further recording is taken."""

MOST_SPEAKERS = 20
WORKER = (sys.executable, "-P", "-m", "assistant.transcribe.queue_worker")
_LARGEST_LOG = 1_000_000
_BEGINS_SECONDS = 4.0
"""So long after one was started, no other is, although it has not taken the lock yet."""
_started: list[tuple[Path, float, subprocess.Popen[bytes]]] = []
"""Workers that this process started: polled now and then, so that one that ended does not stay as a zombie."""


@dataclass(frozen=True, slots=True)
class Queued:
    """A job, and how many seconds it still takes by the speed so far; None where that is not known yet."""

    job: Job
    left_s: float | None


@dataclass(frozen=True, slots=True)
class Queue:
    """All jobs in their order. `works` says that a worker is there, `left_s` how long all that waits still takes."""

    jobs: tuple[Queued, ...]
    works: bool
    left_s: float | None

    @property
    def waits(self) -> bool:
        """Whether there is something to do: a recording waits, or its worker died."""
        return any(each.job.state in (JobState.WAITING, JobState.RUNNING) for each in self.jobs)


def current_queue(study: Study) -> Queue:
    """The queue as it stands now."""
    now, found = datetime.now(UTC), jobs(study)
    timed = tuple(Queued(job, _left_s(job, found, now)) for job in found)
    open_ones = [each.left_s for each in timed if each.job.state in (JobState.WAITING, JobState.RUNNING)]
    known = [left for left in open_ones if left is not None]
    whole = sum(known) if known and len(known) == len(open_ones) else None
    return Queue(timed, worker_is_there(study), whole)


def enqueue(
    study: Study, settings: Settings, labels: Sequence[str] | None, wanted: Wanted, *, first: bool = False
) -> tuple[Job, ...]:
    """Queue these recordings, or all that have no transcript and are not queued yet, in study order.

    Raises StudyError where the model is not installed, a wish makes no sense, or a recording cannot be queued; those
    before it stay queued.
    """
    check_wanted(wanted, settings)
    names = tuple(dict.fromkeys(labels)) if labels else unqueued(study)
    made = {name: queue_job(study, name, wanted, first=first) for name in (reversed(names) if first else names)}
    return tuple(made[name] for name in names)


def unqueued(study: Study) -> tuple[str, ...]:
    """Recordings without a transcript that are neither queued nor being transcribed, in study order."""
    busy = {job.interview for job in jobs(study) if job.state in (*QUEUED, JobState.RUNNING)}
    found = (i for i in interviews(study) if i.kind == "recording" and i.media and not i.transcribed)
    return tuple(i.label for i in found if i.label not in busy)


def check_wanted(wanted: Wanted, settings: Settings) -> None:
    """Refuse early what would fail hours later."""
    model = choose("whisper", settings.whisper if wanted.model == AUTO else wanted.model, settings)
    if wanted.language not in {AUTO, MIXED, *LANGUAGES}:
        msg = f"There is no language {wanted.language!r} here; give a code such as en, de or ja, or auto, or mixed."
        raise InvalidInputError(msg)
    if model.card and model.card.languages == "English" and wanted.language not in (AUTO, "en"):
        other = LANGUAGES.get(wanted.language, "other languages")
        msg = f"The model {model.name} knows only English; choose another one for {other}."
        raise InvalidInputError(msg)
    number = int(wanted.speakers) if wanted.speakers.isascii() and wanted.speakers.isdecimal() else 0
    if wanted.speakers not in {AUTO, "none"} and not 1 <= number <= MOST_SPEAKERS:
        msg = f"Speakers are auto, none, or a number from 1 to {MOST_SPEAKERS}, not {wanted.speakers!r}."
        raise InvalidInputError(msg)
    if number and settings.speakers != "none":
        choose("speakers", settings.speakers, settings)


def worker_is_there(study: Study) -> bool:
    """Whether a worker of this study lives."""
    return is_held(study.folder / QUEUE_LOCK) or bool(_young(study))


def _young(study: Study) -> list[float]:
    """How old, in seconds, each live process is that was started here for this study."""
    _started[:] = [each for each in _started if each[2].poll() is None]
    folder, now = study.folder.resolve(), time.monotonic()
    return [now - began for where, began, _ in _started if where == folder]


def is_held(lock: Path) -> bool:
    """Whether another process, or another part of this one, holds that lock."""
    try:
        with FileLock(lock).acquire(timeout=0):
            return False
    except Timeout:
        return True


def start_worker(study: Study) -> bool:
    """Start a process that works the queue off and outlives this one; False where one is there already.

    Raises StudyError where it cannot be started.
    """
    if is_held(study.folder / QUEUE_LOCK) or any(age < _BEGINS_SECONDS for age in _young(study)):
        return False  # an older process without the lock is one that ends: it may not see what was queued just now
    folder = study.folder.resolve()
    root = str(Path(__file__).resolve().parents[2])
    given = [os.environ["PYTHONPATH"]] if os.environ.get("PYTHONPATH") else []
    inherited = environment_with_key(study.folder)
    environment = {"OMP_WAIT_POLICY": "passive", **inherited, "PYTHONPATH": os.pathsep.join([root, *given])}
    try:
        with os.fdopen(_log(folder / LOG), "ab") as output:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [*WORKER, str(folder)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                start_new_session=sys.platform != "win32",
                creationflags=_detached(),
            )
    except OSError as error:
        msg = f"The queue of {study.folder} could not be started ({error.strerror}); mend that and start it again."
        raise StudyError(msg) from error
    _started.append((folder, time.monotonic(), process))
    return True


def lacks_room(study: Study) -> str:
    """A sentence where the disk has too little room left to go on; empty otherwise."""
    free = shutil.disk_usage(study.folder).free
    if free >= NEEDED_BYTES:
        return ""
    return (
        f"The disk of {study.folder} has only {free / 1e6:.0f} MB left, so no further recording is taken; make at "
        f"least {NEEDED_BYTES / 1e6:.0f} MB free, then start the queue again."
    )


def _log(path: Path) -> int:
    """The log, to be appended to, for its owner alone; a long one begins anew."""
    long = path.is_file() and path.stat().st_size > _LARGEST_LOG
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | (os.O_TRUNC if long else 0), 0o600)


def _detached() -> int:
    if sys.platform == "win32":
        return subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.DETACHED_PROCESS
    return 0


def _left_s(job: Job, others: Sequence[Job], now: datetime) -> float | None:
    """By its own speed, else by that of the last recording that the same model heard."""
    if job.state not in (JobState.WAITING, JobState.RUNNING, JobState.PAUSED) or not job.total_ms:
        return None
    running = job.state is JobState.RUNNING
    speed = job.speed if running and job.speed else _known_speed(job.wanted.model, others)
    if speed is None:
        return None
    since = (job.heard_at or job.started_at) if running else None
    gone = (now - since).total_seconds() if since else 0.0
    return max(0.0, (job.total_ms - job.done_ms) / 1000 / speed - gone)


def _known_speed(model: str, others: Sequence[Job]) -> float | None:
    heard = [(o.heard_at, o.speed) for o in others if o.wanted.model == model and o.speed and o.heard_at]
    return max(heard)[1] if heard else None
