"""Starts the worker as a detached process, once, whoever asks first; falls back where the CPU's fast path crashes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path

import psutil
from filelock import FileLock

from assistant.llm.errors import LlmCrashedError
from assistant.llm.rendezvous import Place, clear, connect, read_state
from assistant.settings import Settings
from store.errors import StudyError
from store.keys import without_keys

WORKER_COMMAND = (sys.executable, "-P", "-m", "assistant.llm.worker")
_START_SECONDS = 900.0
_STOP_SECONDS = 10.0
_POLL_SECONDS = 0.05
_GIST_CHARACTERS = 200
_started: list[subprocess.Popen[bytes]] = []
"""Workers that this process started: polled now and then, so that a dead one does not stay as a zombie."""


class Launcher:
    """Connects to the worker of a place, starting it when there is none."""

    def __init__(self, place: Place, model_path: Path, settings: Settings, command: Sequence[str]) -> None:
        self.place = place
        self._name = model_path.name
        self._command = [
            *command,
            *("--state", str(place.state), "--model", str(model_path)),
            *(("--kv-folder", str(settings.cache_dir / "kv")) if settings.keep_prefixes else ()),
            *("--context-tokens", str(settings.llm_context_tokens), "--threads", str(settings.threads)),
            *("--idle-seconds", str(settings.llm_idle_seconds)),
        ]
        self._process: subprocess.Popen[bytes] | None = None

    def connection(self) -> Connection:
        """A connection to a worker that has passed its self-test."""
        found = _connect_or_none(self.place)
        if found:
            return found
        with FileLock(self.place.lock):
            return _connect_or_none(self.place) or self._start()

    def running(self) -> Connection | None:
        """A connection to a worker that is already there."""
        return _connect_or_none(self.place)

    def wait_until_gone(self) -> None:
        """Wait a few seconds for a worker that was asked to stop, then end it."""
        deadline = time.monotonic() + _STOP_SECONDS
        while self.place.state.exists() and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
        self.kill()
        if self._process:
            _wait_briefly(self._process)

    def why_it_died(self) -> str:
        """Exit status and the gist of the log, for the sentence that a person reads."""
        status = _wait_briefly(self._process) if self._process else None
        gist = _gist(self.place.log)
        return "; ".join(part for part in (_status_words(status), gist) if part) or "no trace left"

    def kill(self) -> None:
        """End a worker that hangs; only a process that was started for this place is touched."""
        state = read_state(self.place)
        try:
            process = psutil.Process(state.pid) if state else None
            if process and str(self.place.state) in process.cmdline():
                process.kill()
                process.wait(timeout=10)
        except (psutil.NoSuchProcess, psutil.TimeoutExpired):
            return

    def _start(self) -> Connection:
        for extra in ([], ["--no-extra-bufts"]):
            clear(self.place)
            self._process = _spawn([*self._command, *extra], self.place.log)
            found = self._await(self._process)
            if found:
                return found
        raise LlmCrashedError(
            f"The language model {self._name} could not be started: its process died in the self-test, also without"
            f" the CPU's fast path ({self.why_it_died()}). Run `interview doctor`, or choose another model."
        )

    def _await(self, process: subprocess.Popen[bytes]) -> Connection | None:
        """The connection once it listens, None when it died; raises what the worker says it cannot do."""
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            ended = process.poll() is not None
            try:
                found = connect(self.place)
            except StudyError:
                clear(self.place)
                raise
            if found or ended:
                return found
            time.sleep(_POLL_SECONDS)
        process.kill()
        return None


def _connect_or_none(place: Place) -> Connection | None:
    for process in list(_started):
        if process.poll() is not None:
            _started.remove(process)
    return connect(place)


def _spawn(command: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    root = str(Path(__file__).resolve().parents[2])
    # Threads that wait by spinning halve the speed when anything else runs on the machine.
    inherited = without_keys(os.environ)  # it reads no study
    environment = {"OMP_WAIT_POLICY": "passive", **inherited, "PYTHONPATH": os.pathsep.join([root, *_given_path()])}
    with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=sys.platform != "win32",
            creationflags=_detached_flags(),
        )
    _started.append(process)
    return process


def _given_path() -> list[str]:
    given = os.environ.get("PYTHONPATH")
    return [given] if given else []


def _detached_flags() -> int:
    if sys.platform == "win32":
        return subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    return 0


def _wait_briefly(process: subprocess.Popen[bytes]) -> int | None:
    try:
        return process.wait(timeout=2)
    except subprocess.TimeoutExpired:
        return None


def _status_words(status: int | None) -> str:
    if status is None:
        return ""
    if status < 0 and sys.platform != "win32":
        return f"ended by {signal.Signals(-status).name}"
    return f"exit status {status}"


def _gist(log: Path) -> str:
    """The line of the log that says most: the fatal one, else the last."""
    try:
        lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines()]
    except FileNotFoundError:
        return ""
    lines = [line for line in lines if line]
    fatal = [line for line in lines if "Fatal" in line or "ASSERT" in line]
    return (fatal or lines or [""])[-1][:_GIST_CHARACTERS]
