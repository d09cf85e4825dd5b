"""Recordings as the study keeps them: copied whole, for their owner alone, encrypted where the study is."""

import hashlib
import shutil
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from store.canonical import sha256_file
from store.keys import StudyKey, key_of
from store.sealed import content_size, is_sealed, open_sealed, seal
from store.study import Study
from store.written import flush, new_file, put_in_place

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A recording of a study; what it holds is read through `open`, never from the path itself."""

    path: Path
    key: StudyKey | None = None

    def is_there(self) -> bool:
        """Whether the file is where the study has it."""
        return self.path.is_file()

    def is_sealed(self) -> bool:
        """Whether it is encrypted; raises OSError where it cannot be read."""
        return is_sealed(self.path)

    @property
    def size(self) -> int:
        """What it holds, in bytes; raises OSError where it cannot be read."""
        return content_size(self.path) if self.is_sealed() else self.path.stat().st_size

    def open(self) -> BufferedReader:
        """The recording's own bytes, to be read and sought in; raises OSError, or StudyError where it is damaged."""
        if not self.is_sealed():
            return self.path.open("rb")
        key = self.key or key_of(self.path.parent.parent)
        if key is None:
            return self.path.open("rb")
        return open_sealed(self.path, key)

    def sha256(self) -> str:
        """The SHA-256 of the recording's own bytes, in hex, read in pieces."""
        if not self.is_sealed():
            return sha256_file(self.path)
        digest = hashlib.sha256()
        with self.open() as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
        return digest.hexdigest()


def media_file(study: Study, place: str) -> MediaFile:
    """The recording that stands in the study's folder at that place, such as `media/….wav`."""
    return MediaFile(study.folder / place, study.key)


def open_media(study: Study, place: str) -> BufferedReader:
    """The bytes of a recording, to be read and sought in; raises OSError, or StudyError where it is damaged."""
    return media_file(study, place).open()


def copy_media(source: Path, target: Path, key: StudyKey | None) -> None:
    """Copy a recording, whole or not at all, encrypted where there is a key; raises OSError."""
    beside = target.with_suffix(target.suffix + ".partial")
    beside.unlink(missing_ok=True)
    try:
        with source.open("rb") as given, new_file(beside) as file:
            if key is None:
                shutil.copyfileobj(given, file, _CHUNK)
            else:
                seal(given, file, key)
            flush(file)
        put_in_place(beside, target)
    finally:
        beside.unlink(missing_ok=True)
