"""Files written whole or not at all, on the disk when the call returns, and readable by their owner only."""

import os
import time
import uuid
from contextlib import suppress
from pathlib import Path
from typing import IO

OWNER_ONLY = 0o600
_ATTEMPTS = 20
_PAUSE_SECONDS = 0.02


def new_file(path: Path) -> IO[bytes]:
    """A file opened for writing and reading that was not there before, for its owner alone; raises FileExistsError."""
    flags = os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags, OWNER_ONLY), "w+b")


def replace_file(path: Path, content: bytes, *, lasting: bool = True) -> None:
    """Put the content in the file's place, so that a power cut leaves the old one or the new one whole.

    Afterwards it is the new one for good; without `lasting`, which takes half the time, a power cut right then may
    bring the old one back.
    """
    beside = path.with_name(f".{path.name}.{uuid.uuid4().hex}.partial")
    try:
        with new_file(beside) as file:
            file.write(content)
            flush(file)
        put_in_place(beside, path, lasting=lasting)
    finally:
        beside.unlink(missing_ok=True)


def flush(file: IO[bytes]) -> None:
    """Have everything that was written to it on the disk."""
    file.flush()
    os.fsync(file.fileno())


def put_in_place(written: Path, path: Path, *, lasting: bool = True) -> None:
    """Rename a finished file, and have the new name on the disk too where it is to be `lasting`."""
    for _ in range(_ATTEMPTS):
        try:
            written.replace(path)
            break
        except PermissionError:  # on Windows, while another program reads the file
            time.sleep(_PAUSE_SECONDS)
    else:
        written.replace(path)
    if lasting:
        flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """Have the names in a folder on the disk; where a system cannot do that, it does so by itself."""
    if os.name != "posix":
        return
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
