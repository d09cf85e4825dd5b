"""Works the queue of one study off: `python -m assistant.transcribe.queue_worker STUDY`, or in the foreground.

One worker per study, by a file lock. It ends by itself when nothing waits. What it writes on stdout goes to a log in
the study's folder and therefore names numbers of jobs, states and kinds of errors, never labels, files, people or
words: nothing encrypts it, and an erasure need not look for anything in it.
"""

import contextlib
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import NoReturn

from filelock import FileLock, Timeout

from assistant.privacy import go_offline
from assistant.privacy.elsewhere import on_servers
from assistant.settings import Settings, load_settings
from assistant.transcribe.hearing import Progress, StoppedError
from assistant.transcribe.queue import QUEUE_LOCK, WORKER, is_held, lacks_room
from assistant.transcribe.queue_keeper import TOLD_TO_END, keep_alive
from assistant.transcribe.transcription import transcribe
from store.errors import ConflictError, StudyError
from store.job_steps import fail_job, finish_job, job_state, keep_progress, put_back, recover, take_next
from store.job_values import Job, JobState
from store.jobs import jobs
from store.study import TRANSCRIBE_LOCK, Study, open_study

Hear = Callable[[Study, Job, Settings, Progress, Callable[[], bool]], object]
"""Gives a recording its transcript, reports how far it is, and stops with StoppedError when told to."""

Tell = Callable[[str, int, int], None]
"""Is told a label, the milliseconds done, and of how many."""

_RESERVE = ".queue.room"
_RESERVE_BYTES = 262_144
_LOCK_SECONDS = 5.0
"""Somebody who looks whether a worker is there holds the lock for a moment."""
_PAUSE_SECONDS = 0.2
_OTHERS_SECONDS = 2.0
_NICER = 5
_CHILD = "--child"
_told = Event()
"""Set once this process was told to end."""


@dataclass(slots=True)
class Worked:
    """What a worker did: labels with a new transcript, and sentences of those that failed; `halted` why it stopped."""

    done: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    halted: str = ""


def by_whisper(study: Study, job: Job, settings: Settings, progress: Progress, cancel: Callable[[], bool]) -> object:
    """The recording's transcript by the installed model."""
    wanted = job.wanted
    return transcribe(
        study,
        job.interview,
        settings,
        model=wanted.model,
        language=wanted.language,
        speakers=wanted.speakers,
        progress=progress,
        cancel=cancel,
    )


def work(study: Study, *, hear: Hear = by_whisper, tell: Tell | None = None, log: Callable[[str], None]) -> Worked:
    """Transcribe what waits, first things first, until nothing does.

    Raises ConflictError where the study has a worker already.
    """
    worked, again = Worked(), False
    while True:
        try:
            with _alone(study):
                _work_off(study, hear, tell, log, worked)
        except Timeout as error:
            if again:
                return worked
            msg = f"The queue of {study.folder} is being worked off already; look with `interview queue`."
            raise ConflictError(msg) from error
        # who queued something before the lock was free saw a worker there, and started none
        if worked.halted or not _waits(study):
            return worked
        again = True


@contextmanager
def _alone(study: Study) -> Iterator[None]:
    with FileLock(study.folder / QUEUE_LOCK).acquire(timeout=_LOCK_SECONDS):
        reserve = study.folder / _RESERVE
        with contextlib.suppress(OSError):
            reserve.write_bytes(b"\0" * _RESERVE_BYTES)
        try:
            yield
        finally:
            reserve.unlink(missing_ok=True)


def _waits(study: Study) -> bool:
    return any(job.state is JobState.WAITING for job in jobs(study))


def _work_off(study: Study, hear: Hear, tell: Tell | None, log: Callable[[str], None], worked: Worked) -> None:
    for _ in recover(study):
        log("a recording: its last worker died")
    while True:
        _end_if_told()
        worked.halted = lacks_room(study)
        if worked.halted:
            log("too little room on the disk")
            return
        if _waits(study) and is_held(study.folder / TRANSCRIBE_LOCK):
            time.sleep(_OTHERS_SECONDS)  # `interview transcribe` runs, or something is being erased
            continue
        job = take_next(study)
        if job is None:
            return
        log(f"job {job.id}: begins at {job.done_ms} ms")
        _one(study, job, hear, tell, log, worked)
        time.sleep(_PAUSE_SECONDS)  # lets whoever waits to erase something in between


def _one(study: Study, job: Job, hear: Hear, tell: Tell | None, log: Callable[[str], None], worked: Worked) -> None:
    try:
        settings = load_settings(study.settings())
        hear(study, job, settings, _Meter(study, job, tell), lambda: _is_over(study, job))
    except StoppedError:
        log(f"job {job.id}: stopped, {job_state(study, job.id) or 'erased'}")
    except StudyError as error:
        if isinstance(error, ConflictError) and is_held(study.folder / TRANSCRIBE_LOCK):
            put_back(study, job.id)
            return
        log(f"job {job.id}: failed ({type(error).__name__})")
        _fail(study, job, str(error), log, worked)
    except Exception as error:  # noqa: BLE001 - whatever it is, the next recording must not wait for it
        log(f"job {job.id}: failed ({type(error).__name__})\n{''.join(traceback.format_tb(error.__traceback__))}")
        _fail(study, job, _unexpected(job, error), log, worked)
    except BaseException:
        put_back(study, job.id)
        log(f"job {job.id}: put back, the worker was told to end")
        raise
    else:
        finish_job(study, job.id)
        worked.done.append(job.interview)
        log(f"job {job.id}: done")


def _is_over(study: Study, job: Job) -> bool:
    """Whether the person stopped the recording; ends this process where it was told to end."""
    _end_if_told()
    return job_state(study, job.id) is not JobState.RUNNING


def _unexpected(job: Job, error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return (
            f"Transcribing {job.interview} ({job.file}) failed ({error.strerror}); see to that disk or file, then try "
            "it again: what was heard is kept."
        )
    return (
        f"Transcribing {job.interview} ({job.file}) failed in a way nobody thought of ({type(error).__name__}: "
        f"{error}); try it again, and if that does not help, take another model."
    )


def _fail(study: Study, job: Job, why: str, log: Callable[[str], None], worked: Worked) -> None:
    """Keep why; where the disk is full, what was held in reserve makes room for that."""
    worked.failed[job.interview] = why
    try:
        fail_job(study, job.id, why)
    except StudyError:
        (study.folder / _RESERVE).unlink(missing_ok=True)
        try:
            fail_job(study, job.id, why)
        except StudyError as error:
            worked.halted = str(error)
            log(f"job {job.id}: the failure could not be written down")


@dataclass(slots=True)
class _Meter:
    """Writes down how far a recording is heard and how long that took, by a clock that stands still in a sleep."""

    study: Study
    job: Job
    tell: Tell | None
    began: tuple[float, int] | None = None

    def __call__(self, done_ms: int, total_ms: int) -> None:
        now = time.monotonic()
        started, begun_ms = self.began = self.began or (now, done_ms)
        keep_progress(self.study, self.job.id, done_ms, total_ms, begun_ms=begun_ms, seconds=now - started)
        if self.tell is not None:
            self.tell(self.job.interview, done_ms, total_ms)


def log_line(text: str) -> None:
    """A line with its time on stdout; a full disk does not stop the work."""
    with contextlib.suppress(OSError):
        print(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {text}", flush=True)


def main() -> int:
    """Work off the queue of the study named on the command line, in a child that is started again where it dies."""
    folder, *rest = sys.argv[1:]
    go_offline(alone=not on_servers(Path(folder)))
    if rest == [_CHILD]:
        return _work_as_child(Path(folder))
    return keep_alive([*WORKER, folder, _CHILD], log_line)


def _work_as_child(folder: Path) -> int:
    signal.signal(signal.SIGTERM, _end)
    if hasattr(os, "nice"):
        os.nice(_NICER)  # whoever codes meanwhile comes first
    log_line("a worker begins")
    try:
        with open_study(folder) as study:
            work(study, log=log_line)
    except StudyError as error:
        log_line(f"it ends: {type(error).__name__}")
        return 1
    log_line("it ends")
    return 0


def _end(_signal: int, _frame: object) -> NoReturn:
    # Python drops an exception that meets a finaliser or a weak reference's callback; so it is remembered as well
    _told.set()
    raise SystemExit(TOLD_TO_END)


def _end_if_told() -> None:
    if _told.is_set():
        raise SystemExit(TOLD_TO_END)


if __name__ == "__main__":
    sys.exit(main())
