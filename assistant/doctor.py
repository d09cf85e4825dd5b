"""Can this machine do each stage of the work? Each check answers yes, or no with what to do about it."""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from urllib.parse import urlsplit

import psutil

from assistant.models import ROLE_TASKS, InstalledModel, Role, choose, models_in
from assistant.privacy import allow_host
from assistant.settings import Settings
from store.errors import StudyError
from store.hosts import allowed_hosts

_GB = 1_000_000_000
_LEAST_DISK_GB = 2
_LEAST_MEMORY_GB = 4
_LEAST_PYTHON = (3, 11)
_PROBE_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Check:
    """One answer; `found` says what was seen, `remedy` what to do when `ok` is false, else nothing."""

    stage: str
    name: str
    ok: bool
    found: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class _Stage:
    """A stage that needs a model: its role, the setting that names it, and what trying it out proves."""

    name: str
    role: Role
    wanted: str
    proof: str
    remedy: str


def checks(settings: Settings, study: Path | None = None) -> Iterator[Check]:
    """All checks, one after another as they are done; the slow ones run in processes of their own.

    With the folder of a study, its servers are asked, otherwise those that the environment names for new studies.
    """
    yield _python()
    yield _disk("models folder", settings.models_dir, "set INTERVIEW_MODELS_DIR to a folder on another disk")
    yield _disk("present folder", Path.cwd(), "keep your studies on another disk")
    yield _memory()
    yield _library("study", "SQLite with full-text search and WAL", "sqlite", _INSTALL_PYTHON)
    yield _library("study", "chromadb loads", "chromadb", _REINSTALL)
    yield _library("transcribe", "audio decoder (PyAV; ffmpeg is not needed)", "audio", _REINSTALL)
    yield from _servers(study)
    for stage in _stages(settings):
        yield from _model_checks(stage, settings)
    for model in models_in(settings):
        if model.damaged:
            yield _damaged(model)


_REINSTALL = "Install the assistant again (`make setup`, or `pip install` as in the README)."
_INSTALL_PYTHON = "Use a Python from python.org or from your system, whose SQLite has FTS5."


def _stages(settings: Settings) -> tuple[_Stage, ...]:
    llama = (
        "Build llama-cpp-python again without AMX (`make setup` does), or try another model; "
        "until then use `interview suggest --llm none`."
    )
    return (
        _Stage("transcribe", "whisper", settings.whisper, "half a second of silence is decoded", _REINSTALL),
        _Stage("transcribe", "speakers", settings.speakers, "a second of silence is heard", _REINSTALL),
        _Stage("find", "embedder", settings.embedder, "a word is embedded", _REINSTALL),
        _Stage("suggest", "llm", settings.llm, "llama.cpp survives a decode", llama),
    )


def _python() -> Check:
    ok = sys.version_info >= _LEAST_PYTHON
    remedy = "" if ok else "Install Python 3.11 or newer and set up the assistant with it."
    return Check("machine", "Python", ok, platform.python_version(), remedy)


def _disk(name: str, folder: Path, otherwise: str) -> Check:
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(there).free
    ok = free >= _LEAST_DISK_GB * _GB
    remedy = "" if ok else f"Free at least {_LEAST_DISK_GB} GB there, or {otherwise}."
    return Check("machine", f"free disk, {name}", ok, f"{free / _GB:.1f} GB in {folder}", remedy)


def _memory() -> Check:
    total = psutil.virtual_memory().total
    ok = total >= (_LEAST_MEMORY_GB - 0.5) * _GB  # a 4 GB machine shows a little less
    remedy = "" if ok else f"Use a machine with {_LEAST_MEMORY_GB} GB of memory, or only the smallest models."
    return Check("machine", "memory", ok, f"{total / _GB:.1f} GB", remedy)


def _library(stage: str, name: str, probe: str, remedy: str) -> Check:
    ok, found = _probed(probe)
    return Check(stage, name, ok, found, "" if ok else remedy)


def _servers(study: Path | None) -> Iterator[Check]:
    """The database and the index where these are on servers; nothing of a study that needs none."""
    from store.database_place import kept_place, place_for_new

    place, url = None if study is None else kept_place(study), place_for_new()
    if study is not None and place is not None:
        yield _answer_of("database", lambda: _server_state().state_of_database(study, place))
    elif study is None and url is not None:
        yield _answer_of("database for new studies", lambda: _server_state().state_for_new_studies(url))
    index = os.environ.get("INTERVIEW_INDEX") or (study is not None and _names_index(study))
    if index:
        yield _answer_of("index server", lambda: _index_state(study))


def _names_index(study: Path) -> bool:
    from store.config import read_table

    return read_table(study, "index") is not None


def _index_state(study: Path | None) -> str:
    state = _server_state()
    url = state.index_of(study) or ""
    host = (urlsplit(url).hostname or "").lower()
    if host in allowed_hosts():
        allow_host(host)
    return str(state.state_of_index(url))


def _server_state() -> ModuleType:
    """Loaded only where there is a server to ask."""
    from store import server_state

    return server_state


def _answer_of(name: str, ask: Callable[[], str]) -> Check:
    try:
        return Check("servers", name, ok=True, found=ask())
    except StudyError as error:
        return Check("servers", name, ok=False, found="cannot be used", remedy=str(error))


def _model_checks(stage: _Stage, settings: Settings) -> Iterator[Check]:
    if stage.wanted == "none":
        return
    name = f"a model for {ROLE_TASKS[stage.role]} is installed and verified"
    try:
        model = choose(stage.role, stage.wanted, settings)
    except StudyError as error:
        yield Check(stage.name, name, ok=False, found="no usable model", remedy=str(error))
        return
    yield Check(stage.name, name, ok=True, found=f"{model.name}, SHA-256 {model.sha256[:12]}…")
    ok, found = _probed(stage.role, str(model.path))
    yield Check(stage.name, stage.proof, ok, found, "" if ok else stage.remedy)


def _damaged(model: InstalledModel) -> Check:
    return Check(
        "models",
        f"{model.name} is undamaged",
        ok=False,
        found=f"{', '.join(model.damaged)} is missing, was changed or was put there since",
        remedy=f"Run `interview models pull {model.name}`, or `interview models remove {model.name}`.",
    )


def _probed(*arguments: str) -> tuple[bool, str]:
    """Run one probe in a process of its own, so that a crash of native code is an answer, not our end."""
    command = [sys.executable, "-m", "assistant.doctor_probe", *arguments]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            command,
            env=environment,
            check=False,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=_PROBE_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return False, f"no answer within {_PROBE_SECONDS} seconds"
    return done.returncode == 0, _answer(done)


def _answer(done: subprocess.CompletedProcess[str]) -> str:
    if done.returncode < 0:
        return f"crashed with signal {-done.returncode}"
    lines = (done.stdout if done.returncode == 0 else done.stderr).strip().splitlines()
    return lines[-1] if lines else f"ended with status {done.returncode}"
