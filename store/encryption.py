"""Encrypting a study that is there, and making it plain again; each step can be broken off and taken up again.

First the key is written, then the recordings are encrypted one by one, then the database is written anew and put in
place in one step, then its copies in `backups/`; the index is thrown away, for it holds texts. What a file is, it says
itself, so that a study in the middle of it opens like any other.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import IO, Any

from filelock import FileLock, Timeout

from store import database
from store.errors import ConflictError, NotAStudyError, StudyError
from store.index_folder import LOCK, discard_index
from store.keys import KEY_FILE, StudyKey, is_encrypted, key_of, make_key, unlock
from store.left_over import remove_queue_log
from store.media import MediaFile
from store.rooms import room
from store.sealed import is_sealed, seal
from store.sqlite import sqlite3
from store.study import DATABASE, SUGGEST_LOCK, TRANSCRIBE_LOCK, place_of
from store.written import flush, flush_folder, new_file, put_in_place

Progress = Callable[[int, int, str], None]
"""Called with the files done, the files in all, and the one at hand."""

_CHUNK = 1 << 20
_WAIT_SECONDS = 5.0
_OPEN_FILES_CAN_GO = os.name == "posix"
"""Whether a file that somebody has open can be replaced."""


@dataclass(frozen=True, slots=True)
class Converted:
    """What was written anew, and what still lies in the clear because only a person can judge it."""

    recordings: int
    backups: int
    in_the_clear: tuple[str, ...]
    """Files in `exports/`, made to be given to others, and damaged databases that were set aside, by their places."""


def encrypt_study(folder: Path, passphrase: str, progress: Progress | None = None) -> Converted:
    """Encrypt a study with a new key under this passphrase, or go on with it where that was broken off.

    Raises ConflictError while others use the study or where all of it is encrypted already, WrongPassphraseError where
    it was begun with another passphrase, InvalidInputError for a weak one.
    """
    _refuse_no_study(folder)
    with _alone(folder):
        if is_encrypted(folder):
            key = unlock(folder, passphrase)
            if not plain_files(folder):
                msg = f"The study in {folder} is encrypted already; nothing was changed."
                raise ConflictError(msg)
        else:
            _lock_probe(folder)
            key = make_key(folder, passphrase)
        return _converted(folder, key, progress or _silent)


def decrypt_study(folder: Path, progress: Progress | None = None) -> Converted:
    """Write everything in the clear again and remove the key; its passphrase has to be known already.

    Raises ConflictError while others use the study or where it is not encrypted, LockedError where it is locked.
    """
    _refuse_no_study(folder)
    with _alone(folder):
        if not is_encrypted(folder):
            msg = f"The study in {folder} is not encrypted; nothing was changed."
            raise ConflictError(msg)
        key_of(folder)
        made = _converted(folder, None, progress or _silent)
        (folder / KEY_FILE).unlink()
        flush_folder(folder)
        return made


def plain_files(folder: Path) -> tuple[Path, ...]:
    """The files of an encrypted study that anybody can read all the same: it was not encrypted to its end."""
    return tuple(_plain_left(folder)) if is_encrypted(folder) else ()


def _refuse_no_study(folder: Path) -> None:
    place = place_of(folder)
    if place is not None:
        msg = (
            f"The study in {folder} has its database in {place.shown}, which this program does not encrypt; have that "
            "server's disk encrypted, or move the study into a file first (`interview migrate --to sqlite`)."
        )
        raise ConflictError(msg)
    if not (folder / DATABASE).is_file():
        msg = f"{folder} holds no study; name the study's folder."
        raise NotAStudyError(msg)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    try:
        with ExitStack() as stack:
            for name in (TRANSCRIBE_LOCK, SUGGEST_LOCK, LOCK):
                stack.enter_context(FileLock(folder / name).acquire(timeout=_WAIT_SECONDS))
            yield
    except Timeout as error:
        raise _in_use(folder) from error
    except OSError as error:
        msg = (
            f"Not all of {folder} could be written anew ({error.strerror or error}); nothing is lost. Make room or "
            "mend the disk, then give the same command again."
        )
        raise StudyError(msg) from error


def _in_use(folder: Path) -> ConflictError:
    return ConflictError(
        f"The study in {folder} is in use; close the app and other commands that use it, then try again. "
        "What was done so far is kept."
    )


def _converted(folder: Path, key: StudyKey | None, progress: Progress) -> Converted:
    recordings = [path for path in _media(folder) if is_sealed(path) is (key is None)]
    copies = [path for path in _copies(folder) if database.is_plain(path) is (key is not None)]
    whole, done = len(recordings) + len(copies) + 1, 0
    for path in recordings:
        progress(done, whole, path.name)
        _convert_media(folder, path, key)
        done += 1
    progress(done, whole, DATABASE)
    if database.is_plain(folder / DATABASE) is (key is not None):
        _convert_database(folder, folder / DATABASE, key)
    for path in copies:
        progress(done := done + 1, whole, path.name)
        _convert_database(folder, path, key)
    discard_index(folder / "index")
    remove_queue_log(folder)
    progress(whole, whole, "")
    others = [*(folder / "exports").rglob("*"), *(folder / "backups").glob("damaged-*/*")]
    left = sorted(path.relative_to(folder).as_posix() for path in others if path.is_file())
    return Converted(len(recordings), len(copies), tuple(left))


def _plain_left(folder: Path) -> Iterator[Path]:
    yield from (path for path in (folder / DATABASE, *_copies(folder)) if database.is_plain(path))
    yield from (path for path in _media(folder) if not is_sealed(path))


def _media(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "media").rglob("*") if path.is_file() and path.suffix != ".partial")


def _copies(folder: Path) -> list[Path]:
    return sorted((folder / "backups").glob("*.db"))


def _convert_media(folder: Path, path: Path, key: StudyKey | None) -> None:
    with room(folder) as place:
        beside = place / path.name
        with MediaFile(path, key_of(folder)).open() as given, new_file(beside) as file:
            if key is not None:
                seal(given, file, key)
            else:
                while chunk := given.read(_CHUNK):
                    file.write(chunk)
            flush(file)
        if not _OPEN_FILES_CAN_GO:
            put_in_place(beside, path)
            return
        with path.open("r+b") as old:
            put_in_place(beside, path)
            _spoil(old)


def _convert_database(folder: Path, path: Path, key: StudyKey | None) -> None:
    """Write a database anew and put it in place; nobody can write to the old one meanwhile, nor afterwards.

    A process that still has the old file open would write into a file without a name; so the old file is made
    unreadable before its lock is released.
    """
    try:
        with room(folder) as place:
            beside = place / path.name
            with closing(database.connect(path, timeout=_WAIT_SECONDS)) as source:
                _take_whole(source)
                _export(source, beside, key)
                _refuse_different(source, beside, key)
                source.execute("BEGIN EXCLUSIVE")
                state = _state(path)
                if _OPEN_FILES_CAN_GO:
                    with path.open("r+b") as old:
                        put_in_place(beside, path)
                        _spoil(old)
                source.execute("ROLLBACK")
            if not _OPEN_FILES_CAN_GO:
                _put_in_place_of_closed(folder, beside, path, state)
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise _in_use(folder) from error
        msg = f"{path} could not be written anew ({error}); nothing is lost. Mend that, then give the command again."
        raise StudyError(msg) from error
    except sqlite3.DatabaseError as error:
        msg = f"{path} cannot be read ({error}); restore the newest copy from `backups` first. Nothing was changed."
        raise StudyError(msg) from error


def _state(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def _put_in_place_of_closed(folder: Path, beside: Path, path: Path, state: tuple[int, int]) -> None:
    """Windows replaces no file that anybody has open, ourselves too; whoever wrote since we let go of it is noticed."""
    journal = path.with_name(f"{path.name}-wal")
    if _state(path) != state or journal.exists():
        raise _in_use(folder)
    try:
        put_in_place(beside, path)
    except PermissionError as error:
        raise _in_use(folder) from error


def _take_whole(source: Any) -> None:
    """Have the whole database in its one file, and this connection alone in it; raises OperationalError otherwise."""
    source.execute("PRAGMA busy_timeout = 5000")
    (mode,) = source.execute("PRAGMA journal_mode = DELETE").fetchone()
    if mode != "delete":
        msg = "database is locked"
        raise sqlite3.OperationalError(msg)
    source.execute("PRAGMA locking_mode = EXCLUSIVE")
    source.execute("BEGIN EXCLUSIVE")
    source.execute("COMMIT")  # in this mode the lock is kept


def _export(source: Any, target: Path, key: StudyKey | None) -> None:
    with new_file(target):
        pass
    secret = "''" if key is None else key.for_database()
    source.execute(f"ATTACH DATABASE ? AS target KEY {secret}", (str(target),))
    source.execute("SELECT sqlcipher_export('target')").fetchone()
    source.execute("DETACH DATABASE target")
    descriptor = os.open(target, os.O_RDWR | getattr(os, "O_BINARY", 0))
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refuse_different(source: Any, target: Path, key: StudyKey | None) -> None:
    """Every table row by row, so that nothing is put in place that is not the same."""
    written = sqlite3.connect(str(target))
    with closing(written):
        if key is not None:
            written.execute(f"PRAGMA key = {key.for_database()}")
        names = [name for (name,) in source.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        same = written.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",)
        for name in names:
            query = f'SELECT * FROM "{name}"'  # noqa: S608 - a table of our own; both hold it in the order of its key
            same = same and _equal(source.execute(query), written.execute(query))
    if not same:
        msg = "the new file is not the same as the old one"
        raise sqlite3.OperationalError(msg)


def _equal(before: Any, after: Any) -> bool:
    return all(one == other for one, other in zip_longest(before, after))


def _spoil(old: IO[bytes]) -> None:
    """Make the old file unreadable for whoever has it open, and as much of it as lies in its place on the disk."""
    size = old.seek(0, os.SEEK_END)
    old.seek(0)
    while (left := size - old.tell()) > 0:
        old.write(bytes(min(left, _CHUNK)))
    flush(old)


def _lock_probe(folder: Path) -> None:
    """Raise ConflictError where others have the database open, before anything is written."""
    try:
        with closing(database.connect(folder / DATABASE, timeout=_WAIT_SECONDS)) as probe:
            (mode,) = probe.execute("PRAGMA journal_mode = DELETE").fetchone()
            probe.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:
        raise _in_use(folder) from error
    except sqlite3.DatabaseError as error:
        msg = f"{folder / DATABASE} cannot be read ({error}); restore the newest copy from `backups` first."
        raise StudyError(msg) from error
    if mode != "delete":
        raise _in_use(folder)


def _silent(done: int, whole: int, name: str) -> None:
    """Progress that nobody looks at."""
