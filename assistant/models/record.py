"""The record beside each model of which bytes were verified, so that a start need not hash them again."""

import hashlib
import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.models.catalogue import Role

RECORD_NAME = "installed.json"
CHUNK_BYTES = 1 << 20


class FileRecord(BaseModel):
    """One file as it was when its SHA-256 was last measured.

    `changed_ns` is when its bytes or its times were last set, as the system notes it and nobody can choose it; 0 in
    records of earlier versions, whose files are then measured once more.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    size: int = Field(ge=0, lt=2**63)
    mtime_ns: int = Field(ge=-(2**63), lt=2**63)
    sha256: str
    changed_ns: int = 0
    inode: int = 0

    def unchanged(self, folder: Path) -> bool:
        """Whether the file is still the one that was measured, by its size, its times and its place on the disk."""
        try:
            found = (folder / self.name).stat()
        except OSError:
            return False
        return _looks_of(found) == (self.size, self.mtime_ns, self.changed_ns, self.inode)


class ModelRecord(BaseModel):
    """What is installed under one name; `files` has the weights first, `source` says where they came from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    role: Role
    source: str
    files: tuple[FileRecord, ...] = Field(min_length=1)


def _looks_of(found: os.stat_result) -> tuple[int, int, int, int]:
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino


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
    size, mtime_ns, changed_ns, inode = _looks_of(found)
    return FileRecord(name=name, size=size, mtime_ns=mtime_ns, sha256=digest, changed_ns=changed_ns, inode=inode)


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
