"""Folders in which files are made or read, gone afterwards; what a killed process left goes with the next one."""

import errno
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

_PREFIX = ".room-"
_NAME = re.compile(rf"\{_PREFIX}[0-9a-f]{{32}}")


@contextmanager
def room(folder: Path) -> Iterator[Path]:
    """A new folder in that folder, which its owner alone may read; a lock beside it says that it is in use.

    Raises OSError where the folder is not there or may not be written to.
    """
    if not folder.is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(folder))
    drop_left_rooms(folder)
    path = folder / f"{_PREFIX}{uuid.uuid4().hex}"
    lock = _lock(path)
    try:
        with FileLock(lock):
            path.mkdir(mode=0o700)
            yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        with suppress(OSError):
            lock.unlink(missing_ok=True)


def drop_left_rooms(folder: Path) -> int:
    """Remove what was left by processes that ended before they could clear up; what is in use stays.

    Returns how many rooms were removed.
    """
    gone = 0
    for path in folder.glob(f"{_PREFIX}*"):
        if not _NAME.fullmatch(path.name) or path.is_symlink() or not path.is_dir():
            continue
        lock = _lock(path)
        with suppress(Timeout, OSError), FileLock(lock).acquire(timeout=0):
            shutil.rmtree(path, ignore_errors=True)
        if not path.exists():
            gone += 1
            with suppress(OSError):
                lock.unlink(missing_ok=True)
    for lock in folder.glob(f"{_PREFIX}*.lock"):
        _drop_lone_lock(lock)
    return gone


def _drop_lone_lock(lock: Path) -> None:
    """Remove the lock of a process that ended before its room was made, or after it was taken away."""
    path = lock.with_name(lock.name.removesuffix(".lock"))
    if _NAME.fullmatch(path.name) and not path.exists():
        with suppress(Timeout, OSError), FileLock(lock).acquire(timeout=0):
            if not path.exists():
                lock.unlink(missing_ok=True)  # who waits for it now finds that it has no name any more, and makes one


def _lock(path: Path) -> Path:
    return path.with_name(f"{path.name}.lock")
