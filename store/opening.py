"""What opening a study checks, and what it mends of acts that broke off; each thing mended is one sentence."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import Timeout

from store import config
from store.backups import drop_half_backups, newest_good, offer, shown
from store.database import connect
from store.database_place import DatabasePlace
from store.errors import DamagedError, InvalidInputError, LockedError, StudyError
from store.soundness import chain_of, end_of, page_fault
from store.sqlite import sqlite3

if TYPE_CHECKING:
    from store.study import Study

REPAIRS = "INTERVIEW_REPAIRS"
"""Where a command that starts the app hands on what it mended, as a JSON list of sentences."""
_CHECKED = ".checked"
"""Its age is how long ago the whole database was read through."""
_DAYS_BETWEEN = 7
_DATABASE = "study.db"


def was_left_open(folder: Path) -> bool:
    """Whether SQLite's journal still holds something, which the last one to close a study takes away."""
    try:
        return (folder / f"{_DATABASE}-wal").stat().st_size > 0
    except OSError:
        return False


def refuse_empty(folder: Path) -> None:
    """Raise DamagedError where the file is empty and a copy knows better; a study that was never begun has none."""
    try:
        empty = not (folder / _DATABASE).stat().st_size and not was_left_open(folder)
    except OSError:
        return
    if empty and newest_good(folder) is not None:
        raise DamagedError(offer(folder, "is empty"), folder)


def checked(study: "Study", *, left_open: bool) -> tuple[str, ...]:
    """Check the end of the log always, and the whole database after a closing that was none, or once a week.

    Of a database on a server, the whole is its log; its pages are that server's to check. Returns what a person should
    know. Raises DamagedError where the pages cannot be read through.
    """
    folder = study.folder
    whole = left_open or _days_since_check(folder) >= _DAYS_BETWEEN
    if study.place is not None:
        return _checked_there(study, study.place, whole=whole)
    try:
        with closing(connect(folder / _DATABASE)) as connection:
            fault = page_fault(connection, quick=True) if whole else None
            if fault is not None:
                raise DamagedError(offer(folder, f"is damaged ({fault})"), folder)
            said = [_chain(folder, connection)] if whole else []
            said.append(_tail(folder, connection))
            count = end_of(connection).count
    except sqlite3.Error as error:
        raise DamagedError(offer(folder, f"is damaged ({error})"), folder) from error
    if whole:
        with suppress(OSError):
            _mark_checked(folder)
    if left_open:
        said.append(
            "The program or the computer stopped while the study was open; its database was read through and holds "
            f"all {count} events that were on the disk."
        )
    return tuple(sentence for sentence in said if sentence)


def _checked_there(study: "Study", place: DatabasePlace, *, whole: bool) -> tuple[str, ...]:
    from store.postgres_schema import checked as checked_there

    said = checked_there(study.engine, study.folder, place, whole=whole)
    if whole:
        with suppress(OSError):
            _mark_checked(study.folder)
    return said


def forget_check(folder: Path) -> None:
    """Have the next opening read the whole database through."""
    with suppress(OSError):
        (folder / _CHECKED).unlink(missing_ok=True)


def mended(study: "Study") -> tuple[str, ...]:
    """Finish or clear away what broke off, and say what was done; what others hold right now is left to them."""
    return tuple(sentence for mend in _MENDS for sentence in _done(mend, study))


def _done(mend: "Callable[[Study], str]", study: "Study") -> Iterator[str]:
    # a study that others are using, or in a folder that is read-only, opens all the same; the audit tells of the rest
    with suppress(Timeout, OSError, StudyError):
        said = mend(study)
        if said:
            yield said


def _finish_erasures(study: "Study") -> str:
    from store.erase import finish_erasures, unfinished_erasure

    if unfinished_erasure(study) is None:
        return ""
    finish_erasures(study)
    return "An erasure that had broken off was finished: the interview's files and copies are gone."


def _drop_half_copies(study: "Study") -> str:
    from store.interviews import drop_half_copies

    count = drop_half_copies(study)
    copies = "a half copy" if count == 1 else f"{count} half copies"
    return f"Removed {copies} of recordings whose adding had broken off; add those files again." if count else ""


def _move_left_over(study: "Study") -> str:
    from store.interviews import move_unnamed_media

    names = move_unnamed_media(study)
    if not names:
        return ""
    what = "a recording" if len(names) == 1 else f"{len(names)} recordings"
    return (
        f"Moved {what} of no interview to {study.media / 'left-over'}, as adding had broken off: {', '.join(names)}. "
        "Add the files again, and remove what lies there."
    )


def _drop_half_backups(study: "Study") -> str:
    count = drop_half_backups(study.folder)
    copies = "a half copy" if count == 1 else f"{count} half copies"
    return f"Removed {copies} of the database, which had broken off." if count else ""


def _drop_rooms(study: "Study") -> str:
    from store.rooms import drop_left_rooms

    count = drop_left_rooms(study.folder)
    return "Removed files that a broken-off export, backup or restore had left in the study." if count else ""


def _finish_moving(study: "Study") -> str:
    from store.moving import finish_moving

    return finish_moving(study)


def _drop_partial_settings(study: "Study") -> str:
    config.drop_partial(study.folder)
    return ""


_MENDS: "tuple[Callable[[Study], str], ...]" = (
    _finish_moving,
    _finish_erasures,
    _drop_half_copies,
    _move_left_over,
    _drop_half_backups,
    _drop_rooms,
    _drop_partial_settings,
)


def _days_since_check(folder: Path) -> float:
    try:
        return (time.time() - (folder / _CHECKED).stat().st_mtime) / 86_400
    except OSError:
        return _DAYS_BETWEEN


def _mark_checked(folder: Path) -> None:
    path = folder / _CHECKED
    path.touch(mode=0o600)
    os.utime(path)


def _chain(folder: Path, connection: sqlite3.Connection) -> str:
    head, broken = chain_of(connection)
    if broken is None:
        return ""
    return f"The log holds up to event {head.count} only: {broken}. `interview audit verify {shown(folder)}` says more."


def _tail(folder: Path, connection: sqlite3.Connection) -> str:
    """Whether the log reaches as far as the settings know; not where the journal was lost, or the file replaced."""
    try:
        known = config.read_head(folder)
    except (InvalidInputError, LockedError):  # said where the settings are needed
        return ""
    found = end_of(connection)
    there = connection.execute("SELECT hash FROM event WHERE id = ?", (known.count,)).fetchone()
    if not known.count or (there is not None and there[0] == known.hash):
        return ""
    if there is not None:
        return (
            f"Event {known.count} is not the one that {config.FILE_NAME} knows: the log was replaced. "
            f"`interview audit verify {shown(folder)}` says more."
        )
    good = newest_good(folder)
    way = (
        f" A copy holds {good.head.count}: `interview restore {shown(folder)} --from-backups newest` puts it in place."
        if good is not None and good.head.count > found.count
        else ""
    )
    return (
        f"The log ends at event {found.count}, but {config.FILE_NAME} knows of {known.count}: the last "
        f"{known.count - found.count} are missing.{way}"
    )
