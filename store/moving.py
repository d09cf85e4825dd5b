"""A study's database moved between a file and PostgreSQL, or between two schemas: copied, compared, then switched to.

`interview.toml` says where the database is, so replacing that file is the whole of the switch: before it, the study is
as it was, after it, as it is to be. A file of our own in the folder tells of a moving that is going on, so that what a
killed one left is cleared away by the next opening or moving.
"""

import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy.exc import DatabaseError

from store import database
from store.backups import FOLDER as BACKUPS
from store.backups import LOCK as BACKUP_LOCK
from store.backups import keep_copy, plan_of
from store.config import read_settings
from store.copied_rows import Progress, Side
from store.database_place import DatabasePlace, keep_place, new_place, parsed_url
from store.errors import ConflictError, InvalidInputError, NotAStudyError, StudyError
from store.index_folder import LOCK as INDEX_LOCK
from store.keys import is_encrypted
from store.moving_there import Unfinished, clear_unfinished, set_aside
from store.presence import nobody_else
from store.rooms import room
from store.server_copies import engine_of, silent, told, write_copy
from store.soundness import soundness
from store.sqlite import sqlite3
from store.study import DATABASE, SUGGEST_LOCK, TRANSCRIBE_LOCK, Study, open_study, place_of
from store.written import flush_folder, put_in_place

TO_FILE = "sqlite"
"""The destination that is a file in the study's folder."""
_TAG = "moved"
_BESIDE = ("-wal", "-shm", "-journal")
_WAIT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Moved:
    """A study that was moved: where its database is now and was before, None being a file in its folder.

    `rows` has the number of rows of each table, `kept` the copy of the database as it was, in `backups`, and `left`
    the schema in which the old one still lies, as it is named now; None where there is none.
    """

    place: DatabasePlace | None
    before: DatabasePlace | None
    rows: Mapping[str, int]
    seconds: float
    kept: Path
    left: DatabasePlace | None = None
    notes: tuple[str, ...] = field(default=())
    """What a person should know of it: a sentence each."""

    @property
    def password_left_out(self) -> bool:
        """Whether the URL held a password, which `interview.toml` does not."""
        return self.place is not None and self.place.password is not None

    def to_json(self) -> dict[str, Any]:
        """As a script reads it."""
        return {
            "database": _as_json(self.place),
            "before": _as_json(self.before),
            "tables": dict(self.rows),
            "rows": sum(self.rows.values()),
            "seconds": round(self.seconds, 3),
            "copy": self.kept.name,
            "left": _as_json(self.left),
            "notes": list(self.notes),
        }


def move_study(
    folder: Path, to: str, *, schema: str | None = None, drop: bool = False, progress: Progress | None = None
) -> Moved:
    """Move the database of a study to the PostgreSQL database with the URL `to`, or to a file for `sqlite`.

    Every row is compared on both sides before the study is opened from there. With `drop`, the schema that it leaves
    is removed, and set aside otherwise; a file that it leaves is kept as a copy in `backups`. Raises ConflictError
    while others use the study or where it is there already, InvalidInputError for what cannot be moved, StudyError
    where a server or a disk does not do its part: then the study is as it was.
    """
    began, target = time.monotonic(), _target(to, schema)
    before, notes = _looked_at(folder, target)
    move = _move_to_file if target is None else _move_to_schema
    with alone(folder, before):
        clear_unfinished(folder, before, target)
        made = move(folder, before, target, drop=drop, progress=progress or silent)
    return Moved(target, before, made.rows, time.monotonic() - began, made.kept, made.left, (*notes, *made.notes))


@dataclass(frozen=True, slots=True)
class _Made:
    rows: Mapping[str, int]
    kept: Path
    left: DatabasePlace | None = None
    notes: tuple[str, ...] = ()


def _target(to: str, schema: str | None) -> DatabasePlace | None:
    if to != TO_FILE:
        return new_place(to, schema)
    if schema is not None:
        msg = "A file has no schema; leave --schema out, or name the URL of a database."
        raise InvalidInputError(msg)
    return None


def _looked_at(folder: Path, target: DatabasePlace | None) -> tuple[DatabasePlace | None, tuple[str, ...]]:
    """Open it once, which brings it up to date and finishes what broke off, and ask for the server, if there is one."""
    if is_encrypted(folder):
        msg = (
            f"The study in {folder} is encrypted, and this program encrypts no database on a server, whose disk is its "
            "administrator's to encrypt. Decrypt the study first (`interview decrypt`); nothing was changed."
        )
        raise InvalidInputError(msg)
    with open_study(folder) as study:
        before, said = study.place, study.repairs
        if study.migrated_from is not None:
            said = (f"The study was brought up to date; its state before is kept as {study.migrated_from}.", *said)
    if before == target or (before is not None and target is not None and _is_same(before, target)):
        where = f"a file, {folder / DATABASE}" if target is None or before is None else before.shown
        msg = f"The database of this study is there already ({where}); nothing was changed."
        raise ConflictError(msg)
    if target is not None:
        with engine_of(target) as engine, told(folder, target), engine.connect() as connection:
            connection.exec_driver_sql("SELECT 1")  # before anything is copied
    return before, said


def _is_same(before: DatabasePlace, target: DatabasePlace) -> bool:
    return before.schema == target.schema and parsed_url(before.url) == parsed_url(target.url)


@contextmanager
def alone(folder: Path, before: DatabasePlace | None) -> Iterator[None]:
    """Hold off everybody: who has the study open, transcribes, suggests or searches in it.

    Raises ConflictError where somebody does, or where its database is not any more where it was before.
    """
    try:
        with ExitStack() as stack:
            stack.enter_context(nobody_else(folder))
            for name in (TRANSCRIBE_LOCK, SUGGEST_LOCK, INDEX_LOCK):
                stack.enter_context(FileLock(folder / name).acquire(timeout=_WAIT_SECONDS))
            if place_of(folder) != before:
                msg = f"The database of {folder} was moved by another program just now; look where it is first."
                raise ConflictError(msg)
            yield
    except Timeout as error:
        msg = f"The study in {folder} is in use; close the app and other commands that use it, then try again."
        raise ConflictError(msg) from error
    except OSError as error:
        msg = f"{folder} cannot be written ({error.strerror or error}); make room or mend the disk, then try again."
        raise StudyError(msg) from error


def _move_to_schema(
    folder: Path, before: DatabasePlace | None, target: DatabasePlace | None, *, drop: bool, progress: Progress
) -> _Made:
    assert target is not None
    kept = keep_copy(folder, plan_of(read_settings(folder)), tag=_TAG).path
    with ExitStack() as stack:
        if before is None:
            source = stack.enter_context(held_file(folder))
        else:
            engine = stack.enter_context(engine_of(before))
            stack.enter_context(told(folder, before))
            connection = stack.enter_context(engine.execution_options(write=True).connect())
            source = Side(connection, before.schema)
        moving = Unfinished.begun(folder, target, before)
        try:
            rows = moving.filled(source, progress)
            keep_place(folder, target)
        except BaseException:
            if place_of(folder) != target:  # a key that was pressed in the very moment of the switch undoes nothing
                moving.given_up()
            raise
        left, notes = (None, ()) if before is None else set_aside(source.connection, before, drop=drop)
    with suppress(StudyError, OSError):  # the study is moved already; opening it tries this again
        if before is None:
            _remove_file(folder)
        moving.finished()
    return _Made(rows, kept, left, notes)


def _move_to_file(
    folder: Path, before: DatabasePlace | None, target: DatabasePlace | None, *, drop: bool, progress: Progress
) -> _Made:
    assert before is not None
    assert target is None
    with room(folder) as place, engine_of(before) as engine, told(folder, before):
        made = place / DATABASE
        with engine.execution_options(write=True).connect() as connection:
            rows = write_copy(Side(connection, before.schema), made, progress)
            _refuse_broken(soundness(made, still=True).fault, folder)
            kept = _copied(folder, made)
            moving = Unfinished.begun(folder, None, before)
            _put_away(folder)
            put_in_place(made, folder / DATABASE)
            keep_place(folder, None)
            left, notes = set_aside(connection, before, drop=drop)
    moving.forgotten()
    return _Made(rows, kept, left, notes)


def _refuse_broken(fault: str | None, folder: Path) -> None:
    """Raise StudyError where the log does not hold."""
    if fault is not None:
        msg = f"The log of {folder} does not hold ({fault}); restore a copy that `interview backups` lists first."
        raise StudyError(msg)


@contextmanager
def held_file(folder: Path) -> Iterator[Side]:
    """The database in the folder with nobody else in it, nor able to get in; raises ConflictError where somebody is."""
    engine = database.open_engine(folder / DATABASE)
    try:
        with engine.connect() as connection:
            _take_whole(connection.connection.dbapi_connection)
            yield Side(connection)
    except DatabaseError as error:
        if isinstance(error.orig, sqlite3.Error):
            raise _unreadable(folder, error.orig) from error
        raise
    except sqlite3.Error as error:
        raise _unreadable(folder, error) from error
    finally:
        engine.dispose()


def _take_whole(raw: Any) -> None:
    raw.execute("PRAGMA busy_timeout = 5000")
    (mode,) = raw.execute("PRAGMA journal_mode = DELETE").fetchone()
    if mode != "delete":
        msg = "database is locked"
        raise sqlite3.OperationalError(msg)
    raw.execute("PRAGMA locking_mode = EXCLUSIVE")
    raw.execute("BEGIN EXCLUSIVE")
    raw.execute("COMMIT")  # in this mode the lock is kept


def _unreadable(folder: Path, error: Exception) -> StudyError:
    if "locked" in str(error) or "busy" in str(error):
        return ConflictError(
            f"The database of {folder} is open in another program; close it there, then try again. Nothing was changed."
        )
    return NotAStudyError(
        f"{folder / DATABASE} cannot be read ({error}); restore the newest copy from `backups` first. Nothing was "
        "changed."
    )


def _copied(folder: Path, made: Path) -> Path:
    """The new file as a copy in `backups` too, for the schema may be dropped."""
    backups, target = folder / BACKUPS, _name_of_copy(folder)
    partial = target.with_suffix(".partial")
    with FileLock(folder / BACKUP_LOCK):
        backups.mkdir(exist_ok=True, mode=0o700)
        try:
            shutil.copyfile(made, partial)
            partial.chmod(0o600)
            put_in_place(partial, target)
        finally:
            partial.unlink(missing_ok=True)
    return target


def _remove_file(folder: Path) -> None:
    """Remove the database in the folder, all of which is elsewhere, with what SQLite lays beside it."""
    for ending in ("", *_BESIDE):
        (folder / f"{DATABASE}{ending}").unlink(missing_ok=True)
    flush_folder(folder)


def _put_away(folder: Path) -> None:
    """Keep a database that the study does not use as a copy in `backups`: nobody knows where it comes from."""
    if not (folder / DATABASE).is_file():
        return
    (folder / BACKUPS).mkdir(exist_ok=True, mode=0o700)
    put_in_place(folder / DATABASE, _name_of_copy(folder))
    _remove_file(folder)


def _name_of_copy(folder: Path) -> Path:
    return folder / BACKUPS / f"study-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}-{_TAG}.db"


def finish_moving(study: Study) -> str:
    """Clear away what a moving that was killed left beside the study that is open; returns a sentence, or nothing.

    A file that the study has left, or was to get, is kept in `backups`. A schema that it was to get stays until the
    next moving, for opening a study on this machine asks no server. Raises filelock.Timeout while it goes on.
    """
    left = Unfinished.found(study.folder)
    if left is None:
        return ""
    with FileLock(study.folder / INDEX_LOCK).acquire(timeout=0):
        if left.target == study.place:
            if study.place is not None:
                _put_away(study.folder)
            notes = left.source_left()
            replace(left, target=study.place).finished()
            return " ".join(("Moving the database had broken off and was finished.", *notes))
        if left.target is not None:
            return ""
        _put_away(study.folder)
        left.forgotten()
        return "Moving the database into a file had broken off; the study is where it was."


def _as_json(place: DatabasePlace | None) -> dict[str, str] | None:
    return None if place is None else {"url": place.url, "schema": place.schema}
