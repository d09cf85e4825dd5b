"""The record beside each model of which bytes were verified, so that a start need not hash them again."""

import hashlib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.models.catalogue import Role

RECORD_NAME = "installed.json"
CHUNK_BYTES = 1 << 20


class FileRecord(BaseModel):
    """One file as it was when its SHA-256 was last measured."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    size: int
    mtime_ns: int
    sha256: str

    def unchanged(self, folder: Path) -> bool:
        """Whether the file still has the size and time it had when it was measured."""
        try:
            found = (folder / self.name).stat()
        except OSError:
            return False
        return (found.st_size, found.st_mtime_ns) == (self.size, self.mtime_ns)


class ModelRecord(BaseModel):
    """What is installed under one name; `files` has the weights first, `source` says where they came from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    role: Role
    source: str
    files: tuple[FileRecord, ...] = Field(min_length=1)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def measured(folder: Path, name: str, sha256: str | None = None) -> FileRecord:
    """The record of a file as it lies there; its hash is computed unless the caller just did so."""
    found = (folder / name).stat()
    digest = sha256 or sha256_of(folder / name)
    return FileRecord(name=name, size=found.st_size, mtime_ns=found.st_mtime_ns, sha256=digest)


def read_record(folder: Path) -> ModelRecord | None:
    """The record in a model's folder, or None where there is none that can be read."""
    try:
        return ModelRecord.model_validate_json((folder / RECORD_NAME).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError):
        return None


def write_record(folder: Path, record: ModelRecord) -> None:
    """Put the record beside the files, whole or not at all."""
    partial = folder / f"{RECORD_NAME}.partial"
    partial.write_text(record.model_dump_json(indent=1), encoding="utf-8")
    partial.replace(folder / RECORD_NAME)
