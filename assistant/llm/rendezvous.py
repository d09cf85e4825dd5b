"""Where a worker and its clients find each other: a private folder with a state file that names address and token."""

import hashlib
import json
import os
import secrets
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection
from pathlib import Path
from typing import Any

from assistant.llm import protocol
from assistant.llm.errors import LlmError
from assistant.settings import Settings
from store.errors import InvalidInputError, StudyError


@dataclass(frozen=True, slots=True)
class Place:
    """The files of one worker; their name is a hash of model file and options, so every client meets the same one."""

    folder: Path
    key: str

    @property
    def state(self) -> Path:
        """Written by the worker when it listens, or when it cannot."""
        return self.folder / f"{self.key}.json"

    @property
    def lock(self) -> Path:
        """Held while somebody starts a worker."""
        return self.folder / f"{self.key}.lock"

    @property
    def log(self) -> Path:
        """What the worker and llama.cpp print; never holds text of a study."""
        return self.folder / f"{self.key}.log"


@dataclass(frozen=True, slots=True)
class Listening:
    """A worker that takes connections; `token` proves to each side that the other may read the private folder."""

    pid: int
    family: str
    address: str | int
    token: str

    def connect(self) -> Connection:
        """A connection that has passed the challenge both ways; raises OSError, EOFError or AuthenticationError."""
        address = self.address if isinstance(self.address, str) else ("127.0.0.1", self.address)
        return Client(address, family=self.family, authkey=bytes.fromhex(self.token))


def place_of(model_path: Path, settings: Settings, command: Sequence[str]) -> Place:
    """Where the worker for this model file and these options is found, in a folder only this user can enter."""
    try:
        stat = model_path.stat()
    except OSError as error:
        raise InvalidInputError(
            f"The model file {model_path} cannot be read ({error.strerror}); get it with `interview models pull`."
        ) from error
    parts = [protocol.VERSION, model_path.resolve(), stat.st_size, stat.st_mtime_ns]
    kept = settings.cache_dir if settings.keep_prefixes else None
    parts += [settings.llm_context_tokens, settings.threads, kept, *command]
    key = hashlib.sha256("\n".join(map(str, parts)).encode("utf-8")).hexdigest()[:16]
    return Place(_private_folder(settings.runtime_dir / "llm"), key)


def read_state(place: Place) -> Listening | None:
    """The worker that says it listens, if there is one; raises the worker's own error when it could not start."""
    try:
        state: dict[str, Any] = json.loads(place.state.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    if "kind" in state:
        raise protocol.error_from_json(state)
    return Listening(**state)


def write_state(path: Path, state: Listening | dict[str, Any]) -> None:
    """Write a state file at once and readable by its owner only."""
    content = json.dumps(asdict(state) if isinstance(state, Listening) else state)
    part = path.with_suffix(f".{secrets.token_hex(4)}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(content)
    part.replace(path)


def connect(place: Place) -> Connection | None:
    """A connection to the worker, or None when none is listening."""
    try:
        listening = read_state(place)
        return listening.connect() if listening else None
    except (OSError, EOFError, AuthenticationError):
        return None


def clear(place: Place) -> None:
    """Remove what a worker left that was killed."""
    try:
        listening = read_state(place)
    except StudyError:
        listening = None
    if listening and isinstance(listening.address, str):
        Path(listening.address).unlink(missing_ok=True)
    place.state.unlink(missing_ok=True)


def _private_folder(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if sys.platform != "win32":
        if folder.stat().st_uid != os.getuid():
            raise LlmError(f"The folder {folder} belongs to another user; set INTERVIEW_RUNTIME_DIR to one of yours.")
        folder.chmod(0o700)
    return folder
