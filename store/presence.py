"""Who has a study open: every process that has holds a shared lock, so that one alone in it knows that it is.

A process that is killed lets go of its lock. SQLite's journal being there without anybody in the study tells that the
last closing was none.
"""

import errno
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from store.errors import ConflictError

LOCK = ".open.lock"
_WAIT_SECONDS = 5.0
_PAUSE_SECONDS = 0.02

try:
    import fcntl
except ImportError:  # Windows has no shared locks by this way; there, nobody is taken to be alone
    fcntl = None  # type: ignore[assignment]

_HAS_LOCKS = fcntl is not None


class Presence:
    """Being in a study, from now until `leave`; `alone` says whether nobody else was in it at that moment."""

    def __init__(self, folder: Path) -> None:
        """Raises ConflictError where somebody is replacing its database; where no lock can be had, nobody is alone."""
        self.alone = self._left = False
        self._file: int | None = None
        if not _HAS_LOCKS:
            return
        with suppress(OSError):
            self._file = _opened(folder)
        if self._file is not None:
            self.alone = _locked(self._file, fcntl.LOCK_EX)
            if not _locked_soon(self._file, fcntl.LOCK_SH):
                self.leave()
                msg = f"The database of {folder} is being restored or moved; open the study when that is done."
                raise ConflictError(msg)

    @property
    def left(self) -> bool:
        """Whether it was left."""
        return self._left

    def leave(self) -> None:
        """Be in it no more."""
        self._left = True
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __del__(self) -> None:
        self.leave()


@contextmanager
def nobody_else(folder: Path) -> Iterator[None]:
    """Keep everybody out of a study; raises ConflictError where somebody is in it."""
    if not _HAS_LOCKS:
        yield
        return
    file = _opened(folder)
    try:
        if not _locked(file, fcntl.LOCK_EX):
            msg = f"{folder} is open in another program, perhaps in the app; close it there, then try again."
            raise ConflictError(msg)
        yield
    finally:
        os.close(file)


def _opened(folder: Path) -> int:
    return os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)


def _locked(file: int, kind: int) -> bool:
    """Whether the lock could be had at once; a file system without such locks has nobody in the way, either."""
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.EWOULDBLOCK, errno.EACCES, errno.EAGAIN) and kind != fcntl.LOCK_EX
    return True


def _locked_soon(file: int, kind: int) -> bool:
    """Another one that opens the study at this moment holds it for itself for an instant."""
    end = time.monotonic() + _WAIT_SECONDS
    while not _locked(file, kind):
        if time.monotonic() > end:
            return False
        time.sleep(_PAUSE_SECONDS)
    return True
