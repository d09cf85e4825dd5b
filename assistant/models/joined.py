"""Model files being put together: written part by part, hashed on the way, named only when they are right."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import IO

from assistant.models.record import CHUNK_BYTES, FileRecord, measured
from store.errors import StudyError

Progress = Callable[[int, int, str], None]
"""Called with bytes done, bytes in all, and what is being done."""


class Tally:
    """Counts the bytes of one pull over all its files and tells the caller."""

    def __init__(self, total: int, progress: Progress) -> None:
        self.done = 0
        self.total = total
        self._progress = progress

    def add(self, count: int, what: str) -> None:
        """Count bytes that have arrived."""
        self.done += count
        self.say(what)

    def say(self, what: str) -> None:
        """Tell what is being done now."""
        self._progress(self.done, self.total, what)


class JoinedFile:
    """One file under construction, as `NAME.partial` until `finish` finds the hash that was expected."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self._folder = folder
        self._digest = hashlib.sha256()
        self._target = folder / name
        self._target.parent.mkdir(parents=True, exist_ok=True)
        self._partial = self._target.with_name(f"{self._target.name}.partial")
        self._stream = self._partial.open("wb")

    def append(self, part: IO[bytes], tally: Tally) -> None:
        """Write the next part to its end."""
        while chunk := part.read(CHUNK_BYTES):
            self._stream.write(chunk)
            self._digest.update(chunk)
            tally.add(len(chunk), f"writing {self.name}")

    def finish(self, expected: str | None, origin: str) -> FileRecord:
        """Put the file on disk under its name; StudyError when its SHA-256 is not the expected one."""
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self.close()
        found = self._digest.hexdigest()
        if expected and found != expected:
            raise StudyError(
                f"The file {self.name} from {origin} has SHA-256 {found}, but {expected} was expected; "
                "nothing was kept. Pull the model again, and if it stays so, do not use that source.",
            )
        self._partial.replace(self._target)
        return measured(self._folder, self.name, found)

    def close(self) -> None:
        """Close the file as it is."""
        self._stream.close()
