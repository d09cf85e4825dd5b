"""The worker in processes of its own: paused, cancelled, killed, told to end; nothing heard is lost or heard twice."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from fake_recogniser import FakeRecogniser, loud_stretches
from filelock import FileLock
from sqlalchemy import event

from assistant.settings import Settings, load_settings
from assistant.transcribe import queue_worker, transcribe
from assistant.transcribe.queue import (
    LOG,
    QUEUE_LOCK,
    current_queue,
    enqueue,
    lacks_room,
    start_worker,
    worker_is_there,
)
from assistant.transcribe.queue_keeper import keep_alive
from assistant.transcribe.queue_worker import work
from store.errors import ConflictError, InvalidInputError, NotFoundError
from store.interviews import add_interview, interview
from store.job_steps import keep_progress, take_next
from store.job_values import JobState, Wanted
from store.jobs import cancel_job, jobs, move_job, pause_job, queue_job, resume_job, retry_job
from store.study import TRANSCRIBE_LOCK, Study
from store.transcripts import transcript

ROOT = Path(__file__).parents[2]
BEEPS = [(second, second + 2) for second in range(5, 1_200, 10)]
PATIENCE_S = 60
TINY = "tiny.en"

CHILD = """
import sys
from pathlib import Path
from fake_recogniser import FakeRecogniser, loud_stretches
from assistant.transcribe import queue_worker, transcribe
from store.study import open_study

slow = FakeRecogniser(log=Path(sys.argv[2]), seconds=0.3)

def hear(study, job, settings, progress, cancel):
    how = {"recogniser": slow, "find": loud_stretches, "progress": progress, "cancel": cancel, "speakers": "none"}
    return transcribe(study, job.interview, settings, **how)

queue_worker.signal.signal(queue_worker.signal.SIGTERM, queue_worker._end)
with open_study(Path(sys.argv[1])) as study:
    queue_worker.work(study, hear=hear, log=queue_worker.log_line)
"""

Writer = Callable[..., Path]


@pytest.fixture
def two(study: Study, speech_wav: Writer) -> Study:
    """A long recording and a short one."""
    add_interview(study, speech_wav("long.wav", 1_205, *BEEPS), "recording", label="I1")
    add_interview(study, speech_wav("short.wav", 8, (2, 4)), "recording", label="I2")
    return study


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "heard.jsonl"


def by_fake(recogniser: FakeRecogniser) -> queue_worker.Hear:
    def hear(study, job, settings, progress, cancel):
        how = {"recogniser": recogniser, "find": loud_stretches, "progress": progress, "cancel": cancel}
        return transcribe(study, job.interview, settings, speakers="none", **how)

    return hear


def quietly(_: str) -> None:
    """What the log would say."""


@contextlib.contextmanager
def worker(study: Study, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker with a slow fake in a process of its own."""
    paths = os.pathsep.join([str(ROOT), str(Path(__file__).parent)])
    command = [sys.executable, "-c", CHILD, str(study.folder), str(log)]
    with subprocess.Popen(command, env={**os.environ, "PYTHONPATH": paths}) as child:
        try:
            yield child
        finally:
            if child.poll() is None:
                child.kill()


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)


def heard(log: Path) -> list[list[int]]:
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    return [json.loads(line) for line in lines]


def state(study: Study, label: str = "I1") -> str:
    return next(str(job.state) for job in jobs(study) if job.interview == label)


def words(study: Study, label: str) -> list[str]:
    found = transcript(study, label)
    return [turn.span.of(found.text) for turn in found.turns]


def queue_both(study: Study) -> None:
    queue_job(study, "I1")
    queue_job(study, "I2")


def test_what_waits_is_transcribed_in_its_order(two: Study) -> None:
    """Both get their transcripts, the one that was moved first; the whole length is done, with a speed."""
    queue_both(two)
    move_job(two, "I2", "first")
    worked = work(two, hear=by_fake(FakeRecogniser()), log=quietly)
    assert (worked.done, worked.failed, worked.halted) == (["I2", "I1"], {}, "")
    assert words(two, "I1") == [f"beep{start}" for start, _ in BEEPS]
    assert words(two, "I2") == ["beep2"]
    for job in jobs(two):
        assert (job.state, job.done_ms == job.total_ms > 0) == (JobState.DONE, True)
        assert job.speed is not None
    assert not worker_is_there(two)


def test_the_log_names_no_interview(two: Study) -> None:
    """It lies in the clear in the study's folder, and an erasure does not look into it."""
    queue_both(two)
    said: list[str] = []
    assert work(two, hear=by_fake(FakeRecogniser()), log=said.append).done == ["I1", "I2"]
    assert any("done" in line for line in said)
    assert not [line for line in said if "I1" in line or "I2" in line]


def test_a_paused_recording_stops_and_goes_on_without_hearing_anything_twice(two: Study, log: Path) -> None:
    """The worker takes the next one meanwhile and ends; after resuming, another worker hears exactly the rest."""
    queue_both(two)
    with worker(two, log) as child:
        until(lambda: len(heard(log)) >= 3)
        pause_job(two, "I1")
        assert child.wait(PATIENCE_S) == 0
    assert (state(two, "I1"), state(two, "I2")) == ("paused", "done")
    paused = next(job for job in jobs(two) if job.interview == "I1")
    assert 0 < paused.done_ms < paused.total_ms
    resume_job(two, "I1")
    rest = FakeRecogniser()
    work(two, hear=by_fake(rest), log=quietly)
    assert rest.heard[0] == paused.done_ms
    assert words(two, "I1") == [f"beep{start}" for start, _ in BEEPS]
    starts = [start for start, end in heard(log) if end > 8_000] + rest.heard
    assert len(starts) == len(set(starts))


def test_a_cancelled_recording_keeps_what_was_heard_for_another_time(two: Study, log: Path) -> None:
    """It has no transcript; queued again in the same way it goes on from its checkpoint."""
    queue_job(two, "I1")
    with worker(two, log) as child:
        until(lambda: len(heard(log)) >= 3)
        cancel_job(two, "I1")
        assert child.wait(PATIENCE_S) == 0
    assert state(two) == "cancelled"
    assert not interview(two, "I1").transcribed
    queue_job(two, "I1")
    rest = FakeRecogniser()
    work(two, hear=by_fake(rest), log=quietly)
    assert rest.heard[0] >= heard(log)[1][1]
    assert words(two, "I1") == [f"beep{start}" for start, _ in BEEPS]


def test_a_killed_worker_costs_at_most_the_stretch_it_was_hearing(two: Study, log: Path) -> None:
    """After SIGKILL the lock is free, and the next worker puts the recording back and finishes it."""
    queue_both(two)
    with worker(two, log) as child:
        until(lambda: len(heard(log)) >= 4)
        child.kill()
    assert state(two) == "running"
    found = current_queue(two)
    assert (found.works, found.waits) == (False, True)
    before = heard(log)
    rest = FakeRecogniser(log=log)
    assert work(two, hear=by_fake(rest), log=quietly).done == ["I1", "I2"]
    assert rest.heard[0] in {before[-1][0], before[-1][1]}
    assert words(two, "I1") == [f"beep{start}" for start, _ in BEEPS]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGTERM to catch")
def test_a_worker_that_is_told_to_end_leaves_the_queue_as_it_was(two: Study, log: Path) -> None:
    """When the machine is shut down, what ran waits again at its place, and nothing failed."""
    queue_both(two)
    with worker(two, log) as child:
        until(lambda: len(heard(log)) >= 2)
        child.send_signal(signal.SIGTERM)
        assert child.wait(PATIENCE_S) == 143
    assert [(job.interview, str(job.state)) for job in jobs(two)] == [("I1", "waiting"), ("I2", "waiting")]
    assert jobs(two)[0].done_ms > 0


def test_being_told_to_end_is_not_forgotten_where_the_exception_is_dropped(two: Study, monkeypatch) -> None:
    """Python drops what a signal raises inside a finaliser; the recording stops at its next look all the same."""
    queue_job(two, "I1")
    monkeypatch.setattr(queue_worker, "_told", threading.Event())
    slow = FakeRecogniser()

    def hear(study, job, settings, progress, cancel):
        def told(done_ms: int, total_ms: int) -> None:
            progress(done_ms, total_ms)
            if done_ms:
                with contextlib.suppress(SystemExit):  # as the interpreter does there
                    queue_worker._end(signal.SIGTERM, None)

        how = {"recogniser": slow, "find": loud_stretches, "progress": told, "cancel": cancel}
        return transcribe(study, job.interview, settings, speakers="none", **how)

    with pytest.raises(SystemExit, match="143"):
        work(two, hear=hear, log=quietly)
    assert state(two) == "waiting"
    assert len(slow.heard) < len(BEEPS)


def test_there_is_one_worker_for_a_study(two: Study, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second one is refused in a sentence, and starting another process does nothing."""
    monkeypatch.setattr(queue_worker, "_LOCK_SECONDS", 0.2)
    queue_job(two, "I1")
    with worker(two, log):
        until(lambda: heard(log))
        assert worker_is_there(two)
        assert not start_worker(two)
        with pytest.raises(ConflictError, match="is being worked off already"):
            work(two, hear=by_fake(FakeRecogniser()), log=quietly)


def test_a_failure_is_told_and_does_not_hold_up_the_next(two: Study) -> None:
    """Even an error nobody thought of becomes a sentence of its recording; trying again goes on from there."""
    queue_both(two)
    fakes = {"I1": by_fake(FakeRecogniser(fail_at=1)), "I2": by_fake(FakeRecogniser())}
    worked = work(two, hear=lambda study, job, *rest: fakes[job.interview](study, job, *rest), log=quietly)
    assert (list(worked.failed), worked.done) == (["I1"], ["I2"])
    why = next(job.why for job in jobs(two) if job.interview == "I1")
    assert why.startswith("Transcribing I1 (long.wav) failed in a way nobody thought of (RuntimeError: out of memory)")
    assert worked.failed["I1"] == why
    retry_job(two, "I1")
    rest = FakeRecogniser()
    assert work(two, hear=by_fake(rest), log=quietly).done == ["I1"]
    assert rest.heard[0] > 0


def test_silence_fails_with_the_transcribers_own_sentence(study: Study, speech_wav: Writer) -> None:
    """What `transcribe` refuses is said as it says it."""
    add_interview(study, speech_wav("quiet.wav", 3), "recording", label="I1")
    queue_job(study, "I1")
    work(study, hear=by_fake(FakeRecogniser()), log=quietly)
    assert jobs(study)[0].why.startswith("No speech was found in I1 (quiet.wav)")


def test_a_full_disk_fails_with_a_sentence_and_can_be_resumed(two: Study) -> None:
    """SQLite itself says that it is full; once there is room, trying again hears only what was not committed."""
    queue_job(two, "I1")
    narrow = FakeRecogniser()
    limit = {"pages": 0}

    def limited(connection, _record) -> None:
        if limit["pages"]:
            connection.execute(f"PRAGMA max_page_count = {limit['pages']}")

    event.listen(two.engine, "connect", limited)

    def fill_up(study, job, settings, progress, cancel):
        """After the first window, not one page more."""

        def told(done_ms: int, total_ms: int) -> None:
            progress(done_ms, total_ms)
            if done_ms and not limit["pages"]:
                with study.read() as session:
                    limit["pages"] = session.connection().exec_driver_sql("PRAGMA page_count").scalar()
                study.engine.dispose()

        how = {"recogniser": narrow, "find": loud_stretches, "progress": told, "cancel": cancel}
        return transcribe(study, job.interview, settings, speakers="none", **how)

    work(two, hear=fill_up, log=quietly)
    (failed,) = jobs(two)
    assert failed.state is JobState.FAILED
    assert "full" in failed.why
    assert "free space on that disk" in failed.why
    limit["pages"] = 1_000_000
    two.engine.dispose()
    retry_job(two, "I1")
    rest = FakeRecogniser()
    assert work(two, hear=by_fake(rest), log=quietly).done == ["I1"]
    assert rest.heard[0] >= failed.done_ms > 0
    assert words(two, "I1") == [f"beep{start}" for start, _ in BEEPS]


def test_without_room_nothing_more_is_taken(two: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits goes on waiting instead of failing one by one, and the reason is said."""
    queue_both(two)
    monkeypatch.setattr("assistant.transcribe.queue.NEEDED_BYTES", 10**18)
    monkeypatch.setattr("assistant.transcribe.queue.shutil.disk_usage", lambda _: SimpleNamespace(free=5 * 10**9))
    worked = work(two, hear=by_fake(FakeRecogniser()), log=quietly)
    assert "so no further recording is taken" in worked.halted
    assert lacks_room(two) == worked.halted
    assert {job.state for job in jobs(two)} == {JobState.WAITING}


def test_what_is_queued_while_the_worker_ends_is_not_forgotten(two: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever queues just then sees a worker, and starts none; so it looks again after it let go."""
    queue_job(two, "I1")
    late = iter(["I2"])

    def taken(study):
        found = take_next(study)
        if found is None:
            for label in late:
                queue_job(study, label)
                assert not start_worker(study)
        return found

    monkeypatch.setattr(queue_worker, "take_next", taken)
    assert work(two, hear=by_fake(FakeRecogniser()), log=quietly).done == ["I1", "I2"]


def test_another_transcription_is_waited_for(two: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    """While somebody transcribes by hand nothing fails; the queue goes on afterwards."""
    queue_job(two, "I2")
    lock = FileLock(two.folder / TRANSCRIBE_LOCK)
    lock.acquire()
    naps = []

    def nap(seconds: float) -> None:
        naps.append(state(two, "I2"))
        lock.release()

    monkeypatch.setattr(queue_worker.time, "sleep", nap)
    assert work(two, hear=by_fake(FakeRecogniser()), log=quietly).done == ["I2"]
    assert naps[0] == "waiting"


def test_one_transcribed_by_hand_at_the_same_moment_waits_again(two: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the lock is taken between looking and beginning, the recording is put back, not failed."""
    queue_job(two, "I2")
    lock = FileLock(two.folder / TRANSCRIBE_LOCK)
    fake, tries, naps = by_fake(FakeRecogniser()), [], []

    def hear(*arguments):
        tries.append(state(two, "I2"))
        if len(tries) == 1:
            lock.acquire()
        return fake(*arguments)

    def nap(seconds: float) -> None:
        naps.append(state(two, "I2"))
        lock.release()

    monkeypatch.setattr(queue_worker.time, "sleep", nap)
    worked = work(two, hear=hear, log=quietly)
    assert (worked.done, worked.failed) == (["I2"], {})
    assert tries == ["running", "running"]
    assert naps[0] == "waiting"


def test_the_time_left_follows_from_the_speed(two: Study) -> None:
    """Ten times real time for the one that runs holds for what waits with the same model; another model is unknown."""
    queue_job(two, "I1")
    job = take_next(two)
    keep_progress(two, job.id, 600_000, 1_200_000, begun_ms=0, seconds=60.0)
    queue_job(two, "I2")
    keep_duration(two, "I2", 100_000)
    found = current_queue(two)
    first, second = (each.left_s for each in found.jobs)
    assert first == pytest.approx(60.0, abs=5.0)
    assert second == pytest.approx(10.0, abs=0.1)
    assert found.left_s == pytest.approx(70.0, abs=5.0)
    queue_job(two, "I2", Wanted(model="base"))
    assert [each.left_s is None for each in current_queue(two).jobs] == [False, True]
    assert current_queue(two).left_s is None
    pause_job(two, "I2")
    assert current_queue(two).left_s == pytest.approx(60.0, abs=5.0)


def keep_duration(study: Study, label: str, duration_ms: int) -> None:
    """As the worker finds it out."""
    number = next(job.id for job in jobs(study) if job.interview == label)
    keep_progress(study, number, 0, duration_ms, begun_ms=0, seconds=0.0)


def test_senseless_wishes_are_refused_before_they_wait(two: Study, tmp_path: Path) -> None:
    """A model that is not here, a language that is none, a number of speakers that is none."""
    none = Settings(models_dir=tmp_path / "none")
    with pytest.raises(NotFoundError, match=r"interview models pull tiny\.en"):
        enqueue(two, none, None, Wanted())
    assert jobs(two) == ()


@pytest.mark.models
@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        (Wanted(language="xx"), "There is no language 'xx'"),
        (Wanted(TINY, language="de"), "tiny.en knows only English; choose another one for German"),
        (Wanted(speakers="two"), "Speakers are auto, none, or a number"),
        (Wanted(speakers="0"), "Speakers are auto, none, or a number"),
        (Wanted(speakers="²"), "Speakers are auto, none, or a number"),
        (Wanted(model="minilm"), "is for finding similar passages"),
    ],
)
def test_wishes_are_checked_by_what_is_installed(wanted: Wanted, says: str, two: Study) -> None:
    """Each with a sentence; nothing is queued."""
    with pytest.raises(InvalidInputError, match=says):
        enqueue(two, load_settings(), None, wanted)
    assert jobs(two) == ()


@pytest.mark.models
def test_all_that_have_none_are_queued_or_those_named_first(two: Study) -> None:
    """Without names every recording, once; with `first` those named come first, in the order named."""
    settings = load_settings()
    assert [job.interview for job in enqueue(two, settings, None, Wanted(TINY))] == ["I1", "I2"]
    assert enqueue(two, settings, None, Wanted(TINY)) == ()
    enqueue(two, settings, ["I2", "I1"], Wanted(TINY), first=True)
    assert [job.interview for job in jobs(two)] == ["I2", "I1"]


CRASHES = """
import os, signal, sys
from pathlib import Path
from assistant.transcribe import queue_worker
from store.study import open_study

def hear(study, job, settings, progress, cancel):
    with Path(sys.argv[2]).open("a") as log:
        log.write(job.interview + "\\n")
    if job.interview == "I1":
        os.kill(os.getpid(), signal.SIGKILL)

with open_study(Path(sys.argv[1])) as study:
    queue_worker.work(study, hear=hear, log=queue_worker.log_line)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_recording_that_kills_workers_does_not_hold_up_the_others(
    two: Study, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another worker is started twice by itself; then the recording fails in a sentence and the next one is heard."""
    monkeypatch.setattr("assistant.transcribe.queue_keeper._PAUSE_SECONDS", 0.0)
    monkeypatch.chdir(ROOT)
    queue_both(two)
    said = []
    assert keep_alive([sys.executable, "-c", CRASHES, str(two.folder), str(log)], said.append) == 0
    assert log.read_text(encoding="utf-8").split() == ["I1", "I1", "I2"]
    assert (state(two, "I1"), state(two, "I2")) == ("failed", "done")
    assert "ended twice at the same place" in next(job.why for job in jobs(two) if job.interview == "I1")
    assert said == ["a worker died with status -9"] * 2


def test_workers_that_die_at_once_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a library crashes while it is loaded, no process is started for ever; an ordinary end is no death."""
    monkeypatch.setattr("assistant.transcribe.queue_keeper._PAUSE_SECONDS", 0.0)
    said = []
    assert keep_alive([sys.executable, "-c", "import os; os._exit(77)"], said.append) == 77
    assert len(said) == 21
    assert keep_alive([sys.executable, "-c", "import sys; sys.exit(1)"], said.append) == 1
    assert len(said) == 21


STARTER = """
import sys
from pathlib import Path
from assistant.transcribe.queue import start_worker
from store.study import open_study

with open_study(Path(sys.argv[1])) as study:
    assert start_worker(study)
"""


def start_elsewhere(study: Study, **environment: str) -> None:
    """From a process that ends at once, as the app might."""
    command = [sys.executable, "-c", STARTER, str(study.folder)]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=True, timeout=PATIENCE_S)


def test_a_started_worker_is_a_process_of_its_own(two: Study, tmp_path: Path) -> None:
    """It outlives who started it; here it finds no model, says so for each recording and ends; its log names nobody."""
    queue_both(two)
    start_elsewhere(two, INTERVIEW_MODELS_DIR=str(tmp_path / "none"))
    until(lambda: {job.state for job in jobs(two)} == {JobState.FAILED})
    assert all("interview models pull tiny.en" in job.why for job in jobs(two))
    until(lambda: not worker_is_there(two))
    said = (two.folder / LOG).read_text(encoding="utf-8")
    assert "job 1: failed (NotFoundError)" in said
    assert "I1" not in said
    assert "long.wav" not in said
    assert (two.folder / QUEUE_LOCK).stat().st_size == 0
    if sys.platform != "win32":
        assert (two.folder / LOG).stat().st_mode & 0o77 == 0


@pytest.mark.models
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGTERM to catch")
def test_a_started_worker_that_is_told_to_end_takes_its_child_with_it(study: Study) -> None:
    """Nothing runs on after the machine asked for an end, and the recording waits again."""
    add_interview(study, ROOT / "samples" / "recordings" / "I4.mp3", "recording", label="I4")
    enqueue(study, load_settings(), None, Wanted(TINY, "en", "none"))
    start_elsewhere(study)
    until(lambda: state(study, "I4") == "running")
    (keeper,) = [p for p in psutil.process_iter(["cmdline"]) if is_keeper(p.info["cmdline"] or [], study)]
    child = keeper.children()
    keeper.terminate()
    until(lambda: not worker_is_there(study))
    gone, alive = psutil.wait_procs([keeper, *child], timeout=PATIENCE_S)
    assert (len(gone), alive) == (2, [])
    assert state(study, "I4") == "waiting"


def is_keeper(command: list[str], study: Study) -> bool:
    """Whether that is the command line of the process that keeps this study's worker."""
    return "assistant.transcribe.queue_worker" in command and command[-1] == str(study.folder.resolve())


@pytest.mark.models
def test_the_real_model_transcribes_from_the_queue(study: Study) -> None:
    """tiny.en in a worker of its own, started by a process that is gone by then."""
    add_interview(study, ROOT / "samples" / "recordings" / "I4.mp3", "recording", label="I4")
    enqueue(study, load_settings(), None, Wanted(TINY, "en", "none"))
    start_elsewhere(study)
    end = time.monotonic() + 5 * PATIENCE_S
    while state(study, "I4") in ("waiting", "running") and time.monotonic() < end:
        time.sleep(0.5)
    assert [(job.state, job.why) for job in jobs(study)] == [(JobState.DONE, "")]
    assert len(transcript(study, "I4").text.split()) > 400
