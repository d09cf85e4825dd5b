"""Which models are on this machine, whether their files are still what they were, and which one to take."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psutil

from assistant.models.catalogue import (
    OWN_MODEL_RANK,
    ROLE_TASKS,
    ModelCard,
    Role,
    card_named,
    known_card,
)
from assistant.models.record import RECORD_NAME, FileRecord, ModelRecord, measured, read_record, write_record
from assistant.settings import Settings
from store.errors import InvalidInputError, NotFoundError, StudyError

_OF_NO_LOADER = {RECORD_NAME, f"{RECORD_NAME}.partial", ".DS_Store", "Thumbs.db", "desktop.ini"}
"""Our own record, and what file browsers leave behind."""
MEMORY_SHARE = 0.75
"""How much of the machine's memory a language model may take; the rest is for the system and the browser."""


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """A model on this machine.

    `path` is what a loader needs: the folder for whisper and embedder, the .gguf file for an llm. `sha256` is
    that of the weights. `card` is None for a file of the researcher's own. `damaged` names files that are
    missing, that no longer have the SHA-256 that was verified, or that nobody verified.
    """

    name: str
    role: Role
    path: Path
    sha256: str
    size_bytes: int
    source: str
    card: ModelCard | None
    damaged: tuple[str, ...] = ()

    @property
    def rank(self) -> int:
        """Place among the models of its role, from weak to strong."""
        return self.card.rank if self.card else OWN_MODEL_RANK

    @property
    def memory_mb(self) -> int:
        """Memory it needs when loaded, in MB; for an own file guessed from its size."""
        return self.card.memory_mb if self.card else self.size_bytes * 5 // 4_000_000


def model_folder(name: str, settings: Settings) -> Path:
    """Where the files of one model lie."""
    return settings.models_dir / name


def models_in(settings: Settings) -> list[InstalledModel]:
    """All models on this machine, by name; files whose size or time changed are hashed again."""
    try:
        names = sorted(path.name for path in settings.models_dir.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        msg = f"{settings.models_dir} cannot be read ({error.strerror}); choose another with INTERVIEW_MODELS_DIR."
        raise StudyError(msg) from error
    found = (installed(name, settings) for name in names)
    return [model for model in found if model]


def installed(name: str, settings: Settings, *, rehash: bool = False) -> InstalledModel | None:
    """The model of this name, damaged or not, or None; `rehash` measures files that look unchanged too."""
    folder = model_folder(name, settings)
    record = read_record(folder)
    card = card_named(name)
    if record is None or record.role != (card.role if card else "llm"):
        return None
    files, damaged = _checked(folder, record, rehash=rehash)
    if files != record.files:
        record = record.model_copy(update={"files": files})
        _remember(folder, record)
    return _described(folder, record, damaged)


def verify(name: str, settings: Settings) -> InstalledModel:
    """Hash all files of a model again; StudyError when one is missing or not what was verified."""
    return _intact(installed(name, settings, rehash=True), name)


def intact(name: str, settings: Settings) -> InstalledModel:
    """The model of this name, all files as they were verified; StudyError says what to do otherwise."""
    return _intact(installed(name, settings), name)


def files_of(name: str, settings: Settings) -> tuple[tuple[str, str], ...]:
    """The files of an installed model with the SHA-256 of each as it was verified, the weights first."""
    record = read_record(model_folder(name, settings))
    return tuple((file.name, file.sha256) for file in record.files) if record else ()


def model_path(name: str, settings: Settings) -> Path:
    """What a loader of this model needs: a folder, or the .gguf file; StudyError says how to get it."""
    return intact(name, settings).path


def choose(role: Role, wanted: str, settings: Settings) -> InstalledModel:
    """The model for a role: the one named, or with `auto` the best installed one that fits into memory."""
    if wanted != "auto":
        return _of_role(intact(wanted, settings), role)
    fitting = [m for m in models_in(settings) if m.role == role and not m.damaged and _fits(m)]
    if not fitting:
        raise NotFoundError(
            f"No model for {ROLE_TASKS[role]} is installed on this machine, or none fits into its memory; "
            f"run `interview models pull {_smallest(role)}`.",
        )
    return max(fitting, key=lambda m: (m.rank, m.size_bytes))


def _fits(model: InstalledModel) -> bool:
    memory_mb = psutil.virtual_memory().total / 1_000_000
    return model.role != "llm" or model.memory_mb <= memory_mb * MEMORY_SHARE


def _smallest(role: Role) -> str:
    smallest = {"whisper": "tiny.en", "speakers": "voices", "embedder": "minilm", "names": "names-en"}
    return smallest.get(role, "smollm2-135m")


def _of_role(model: InstalledModel, role: Role) -> InstalledModel:
    if model.role != role:
        raise InvalidInputError(
            f"The model {model.name!r} is for {ROLE_TASKS[model.role]}, not for {ROLE_TASKS[role]}; "
            "`interview models list` shows what each model is for.",
        )
    return model


def _intact(model: InstalledModel | None, name: str) -> InstalledModel:
    if model is None:
        if card_named(name) is None:
            known_card(name)
        raise NotFoundError(f"The model {name!r} is not installed; run `interview models pull {name}`.")
    if model.damaged:
        raise StudyError(
            f"The model {name!r} is damaged: {', '.join(model.damaged)} in {_folder_of(model)} is missing, "
            f"was changed since it was verified or was put there since; run `interview models pull {name}` to "
            "replace it.",
        )
    return model


def _folder_of(model: InstalledModel) -> Path:
    return model.path.parent if model.role == "llm" else model.path


def _checked(
    folder: Path,
    record: ModelRecord,
    *,
    rehash: bool,
) -> tuple[tuple[FileRecord, ...], tuple[str, ...]]:
    """The record's files, with fresh times where the bytes are the same, and the names of the damaged."""
    card = card_named(folder.name)
    files: list[FileRecord] = []
    damaged: list[str] = _not_as_agreed(folder, record, card)
    for known in record.files:
        fresh = known if not rehash and known.unchanged(folder) else _measured_if_there(folder, known.name)
        pinned = card.files.get(known.name) if card else None
        if fresh and fresh.sha256 == (pinned or known.sha256):
            files.append(fresh)
        else:
            files.append(known)
            damaged.append(known.name)
    return tuple(files), tuple(dict.fromkeys(damaged))


def _not_as_agreed(folder: Path, record: ModelRecord, card: ModelCard | None) -> list[str]:
    """Files that the catalogue names and the record does not, or the other way, and files that neither knows.

    Some loaders take whatever lies beside the weights: adapters, code, weights in other formats.
    """
    recorded = {file.name for file in record.files}
    named = set(card.files) if card else recorded
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    strangers = {name for name in there - recorded if name.rpartition("/")[2] not in _OF_NO_LOADER}
    return sorted((named ^ recorded) | strangers)


def _measured_if_there(folder: Path, name: str) -> FileRecord | None:
    try:
        return measured(folder, name)
    except OSError:
        return None


def _remember(folder: Path, record: ModelRecord) -> None:
    try:
        write_record(folder, record)
    except OSError:
        return  # a read-only models folder still works; it is only hashed again next time


def _described(folder: Path, record: ModelRecord, damaged: Iterable[str]) -> InstalledModel:
    weights = record.files[0]
    return InstalledModel(
        name=folder.name,
        role=record.role,
        path=folder / weights.name if record.role == "llm" else folder,
        sha256=weights.sha256,
        size_bytes=sum(file.size for file in record.files),
        source=record.source,
        card=card_named(folder.name),
        damaged=tuple(damaged),
    )
