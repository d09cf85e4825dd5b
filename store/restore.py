"""An archive of a study, checked and unpacked: every file by its size and hash, into a new folder or nowhere."""

import hashlib
import os
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sqlalchemy.exc import SQLAlchemyError

from store import config
from store.archive import Progress, database_state, silent
from store.audit import AuditReport, verify
from store.database import connect, connect_copy, is_plain, key_for
from store.errors import ConflictError, InvalidInputError, StudyError
from store.keys import KEY_FILE
from store.manifest import MANIFEST, Manifest, is_kept_place, no_archive, read_manifest
from store.rooms import room
from store.sqlite import sqlite3
from store.study import DATABASE, holds_study, open_study
from store.written import flush, flush_folder

_CHUNK = 1 << 20
_LONGEST_MANIFEST = 50_000_000
_MOST_FILES = 100_000
_TIGHTEST = 200
"""No database packs to less than a two-hundredth of its size; what claims to is a bomb."""
_ALWAYS_FITS = 100_000_000
_OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True)
class Restored:
    """A study that was restored: where it lies, what the audit says of it, and the recordings that it lacks."""

    folder: Path
    guid: str
    title: str
    report: AuditReport
    absent: tuple[str, ...]
    migrated_from: Path | None = None
    """Its database as it was archived, where that had an older schema."""


def check_archive(path: Path, *, progress: Progress | None = None) -> Manifest:
    """Read an archive through, every file against its size and hash; nothing is written.

    Raises InvalidInputError where it is none, was cut off or changed, or comes from a newer version.
    """
    with _opened(path) as archive:
        return _unpacked(archive, path.name, None, progress or silent)


def restore_study(path: Path, folder: Path, *, progress: Progress | None = None) -> Restored:
    """Unpack an archive, or a copy of a database from `backups/`, into a new or empty folder, and check its record.

    Nothing is left behind where it cannot be done: raises InvalidInputError as `check_archive` does, ConflictError
    where the folder holds something already.
    """
    folder = folder.absolute()
    try:
        _refuse_taken(folder)
        with room(folder.parent) as place:
            made = place / folder.name
            made.mkdir(mode=0o700)
            if _is_database(path):
                _copied(path, made)
            else:
                with _opened(path) as archive:
                    _unpacked(archive, path.name, made, progress or silent)
            return _placed(path, made, folder)
    except OSError as error:
        msg = f"{folder} cannot be written ({error.strerror or error}); check the place and the space on that disk."
        raise InvalidInputError(msg) from error


def _refuse_taken(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        msg = f"{folder} exists and is not an empty folder; restore into a new one. Nothing was changed."
        raise ConflictError(msg)


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        if path.exists() and not path.is_file():
            msg = f"{path} is no file; choose the archive itself."
            raise InvalidInputError(msg)
        archive = zipfile.ZipFile(path)
    except FileNotFoundError as error:
        msg = f"There is no file {path}; correct the name."
        raise InvalidInputError(msg) from error
    except OSError as error:
        msg = f"{path} cannot be read ({error.strerror or error}); it has to be a file that your account may read."
        raise InvalidInputError(msg) from error
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        msg = f"{path.name} is no archive of a study, or is cut off; take another copy of it."
        raise InvalidInputError(msg) from error
    with archive:
        yield archive


def _unpacked(archive: zipfile.ZipFile, name: str, into: Path | None, progress: Progress) -> Manifest:
    """Check every file, and write it where `into` is given."""
    entries = _entries(archive, name)
    manifest = _manifest(archive, entries, name)
    _refuse_bombs(manifest, entries, name, into)
    done = 0
    for file in manifest.files:
        digest, size = hashlib.sha256(), 0
        with _target(into, file.path) as target:
            for chunk in _read(archive, entries[file.path], name, file.size):
                digest.update(chunk)
                size += len(chunk)
                if target is not None:
                    target.write(chunk)
                progress(done + size, manifest.size, file.path)
        if size != file.size or digest.hexdigest() != file.sha256:
            msg = f"{file.path} in {name} is not what was archived: its hash does not fit. Take another copy of it."
            raise InvalidInputError(msg)
        done += size
    if into is not None:
        config.drop_places(into)
        config.keep_head(into, manifest.head)
    return manifest


def _entries(archive: zipfile.ZipFile, name: str) -> dict[str, zipfile.ZipInfo]:
    found = archive.infolist()
    entries = {entry.filename: entry for entry in found}
    if len(found) > _MOST_FILES or len(entries) != len(found) or MANIFEST not in entries:
        raise InvalidInputError(no_archive(name))
    for entry in found:
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if entry.flag_bits & 1 or kind not in (0, stat.S_IFREG) or not _is_known(entry.filename):
            msg = f"{name} holds something that no archive of a study has ({entry.filename[:80]!r}); it was not read."
            raise InvalidInputError(msg)
    return entries


def _is_known(place: str) -> bool:
    return place == MANIFEST or is_kept_place(place)


def _manifest(archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo], name: str) -> Manifest:
    manifest = read_manifest(b"".join(_read(archive, entries[MANIFEST], name, _LONGEST_MANIFEST)), name)
    if {file.path for file in manifest.files} | {MANIFEST} != set(entries):
        msg = f"{name} does not hold the files that its manifest names; take another copy of the archive."
        raise InvalidInputError(msg)
    return manifest


def _refuse_bombs(manifest: Manifest, entries: dict[str, zipfile.ZipInfo], name: str, into: Path | None) -> None:
    for file in manifest.files:
        packed = entries[file.path].compress_size
        if file.size > max(_ALWAYS_FITS, packed * _TIGHTEST):
            msg = f"{file.path} in {name} would unpack to {file.size:,} bytes from {packed:,}; it was not read."
            raise InvalidInputError(msg)
    if into is not None and manifest.size > (free := shutil.disk_usage(into).free):
        msg = f"{name} needs {manifest.size:,} bytes and the disk has {free:,} free; make room, then restore it again."
        raise InvalidInputError(msg)


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, most: int) -> Iterator[bytes]:
    """A file of the archive in pieces, one piece further than it may be long at the most."""
    left = most
    try:
        with archive.open(entry) as source:
            while left >= 0 and (chunk := source.read(min(_CHUNK, left + 1))):
                left -= len(chunk)
                yield chunk
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, NotImplementedError) as error:
        msg = f"{name} is damaged ({entry.filename[:80]} cannot be unpacked); take another copy of it."
        raise InvalidInputError(msg) from error


@contextmanager
def _target(into: Path | None, place: str) -> Iterator[IO[bytes] | None]:
    if into is None:
        yield None
        return
    path = into / place
    path.parent.mkdir(exist_ok=True, mode=0o700)
    with path.open("xb") as file:
        path.chmod(_OWNER_ONLY)
        yield file
        flush(file)


def _is_database(path: Path) -> bool:
    """A copy of a database; an encrypted one does not look like it, but its study's key lies beside `backups`."""
    try:
        return path.is_file() and (is_plain(path) or (not zipfile.is_zipfile(path) and key_for(path) is not None))
    except OSError:  # said by whatever opens it as an archive
        return False


def _copied(path: Path, made: Path) -> None:
    """The database, and from the study in whose `backups/` it lies, the settings and the recordings."""
    home = path.resolve().parent.parent
    if not is_plain(path):
        shutil.copyfile(home / KEY_FILE, made / KEY_FILE)
        (made / KEY_FILE).chmod(_OWNER_ONLY)
    try:
        with closing(connect(path)) as source, closing(connect_copy(made / DATABASE, path)) as target:
            source.backup(target)
        state = database_state(made / DATABASE)
    except (sqlite3.Error, TypeError) as error:
        msg = f"{path} is no database of a study, or is damaged ({error}); choose another copy."
        raise InvalidInputError(msg) from error
    (made / DATABASE).chmod(_OWNER_ONLY)
    if path.resolve().parent.name == "backups" and holds_study(home):
        config.copy_settings(home, made)
        for place in state.media:
            if is_kept_place(place) and (home / place).is_file():
                (made / place).parent.mkdir(exist_ok=True, mode=0o700)
                shutil.copyfile(home / place, made / place)
    config.keep_head(made, state.head)


def _placed(path: Path, made: Path, folder: Path) -> Restored:
    """Open the study where it was unpacked, so that nothing is moved into its place that does not open."""
    for name in ("media", "exports", "index"):
        (made / name).mkdir(exist_ok=True, mode=0o700)
    try:
        with open_study(made) as study:
            report = verify(study)
            state = database_state(made / DATABASE)
            absent = tuple(place for place in state.media if not (made / place).is_file())
            before = None if study.migrated_from is None else folder / study.migrated_from.relative_to(made)
            found = Restored(folder, study.guid, study.title, report, absent, before)
    except (StudyError, SQLAlchemyError, sqlite3.Error, ValueError, TypeError) as error:
        said = str(error).replace(f"{made}{os.sep}{DATABASE}", path.name).replace(str(made), path.name)
        msg = f"The study in {path.name} does not open, and nothing was restored. {said}"
        raise InvalidInputError(msg) from error
    if folder.exists():
        folder.rmdir()
    for place in (made, *(path for path in made.iterdir() if path.is_dir())):
        flush_folder(place)
    made.rename(folder)
    flush_folder(folder.parent)
    return found
