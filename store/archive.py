"""The whole study as one zip file: the database as it stood at one moment, the settings, and the recordings.

The database is a file in it, also where the study's is in PostgreSQL: an archive belongs to no server. The index is
left out, for it is computed again, and so are `exports/`, `backups/` and locks. Of an encrypted study database and
recordings go in as they are, encrypted, with the key under its passphrase.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from store import config
from store.acting import require
from store.canonical import sha256_file
from store.database import connect, connect_copy
from store.errors import ConflictError, InvalidInputError, StudyError
from store.events import EMPTY, Head
from store.exports import record_file
from store.keys import KEY_FILE, is_encrypted
from store.manifest import MANIFEST, ArchivedFile, Manifest, is_kept_place
from store.rooms import room
from store.sqlite import sqlite3
from store.study import DATABASE, Study
from store.written import OWNER_ONLY, flush, new_file, put_in_place

Progress = Callable[[int, int, str], None]
"""Called with the bytes done, the bytes in all, and the file at hand."""

_CHUNK = 1 << 20
_ZIP64_FROM = 1 << 31


def back_up_study(
    study: Study, path: Path, *, media: bool = True, force: bool = False, progress: Progress | None = None
) -> Manifest:
    """Write the study to `path`, a file that ends in .zip, whole or not at all; others may write meanwhile.

    Nobody but its owner may read the file. Raises InvalidInputError where the name or the folder will not do,
    ConflictError where the file is there already, unless `force` is given.
    """
    require(study, "study.archived", "make an archive of the study")
    if path.suffix.lower() != ".zip":
        msg = f"An archive of a study is a zip file; give {path.name} a name that ends in .zip."
        raise InvalidInputError(msg)
    try:
        if path.is_dir() or ((path.is_symlink() or path.exists()) and not force):
            msg = f"{path} is there already; choose another name, or give --force to replace it."
            raise ConflictError(msg)
        with room(study.folder) as place, room(path.parent) as there:
            beside = there / path.name
            with new_file(beside) as file:
                manifest = _written(study, place / DATABASE, file, progress or silent, media=media)
                flush(file)
            put_in_place(beside, path)
    except OSError as error:
        msg = f"{path} cannot be written ({error.strerror or error}); check its folder and the space on that disk."
        raise InvalidInputError(msg) from error
    return manifest


def record_backup(study: Study, coder: str, path: Path, made: Manifest) -> None:
    """Say in the log that the study was archived in that file."""
    holds = {"files": len(made.files), "recordings": sum(file.path.startswith("media/") for file in made.files)}
    record_file(
        study,
        coder,
        name=path.name,
        kind="backup",
        sha256=sha256_file(path),
        holds=holds,
        options={"media": made.media},
    )


def silent(done: int, whole: int, name: str) -> None:
    """Progress that nobody looks at."""


def _written(study: Study, copy: Path, file: IO[bytes], progress: Progress, *, media: bool) -> Manifest:
    kept = config.without_places(study.folder)  # first: its head must not be later than the database's
    state = _snapshot(study, copy)
    there = [place for place in state.media if media and is_kept_place(place) and (study.folder / place).is_file()]
    whole = copy.stat().st_size + len(kept) + sum((study.folder / place).stat().st_size for place in there)
    with zipfile.ZipFile(file, "w") as archive:
        adding = _Adding(archive, progress, whole)
        with copy.open("rb") as source:
            adding.add(DATABASE, source, zipfile.ZIP_DEFLATED)
        if kept:
            adding.add(config.FILE_NAME, io.BytesIO(kept), zipfile.ZIP_DEFLATED)
        if is_encrypted(study.folder):
            with (study.folder / KEY_FILE).open("rb") as source:
                adding.add(KEY_FILE, source, zipfile.ZIP_DEFLATED)
        for place in there:
            with (study.folder / place).open("rb") as source:
                adding.add(place, source, zipfile.ZIP_STORED)
        manifest = Manifest(
            guid=study.guid,
            title=study.title,
            schema=state.schema,
            made_at=datetime.now(UTC).isoformat(),
            head=state.head,
            media=media,
            files=tuple(adding.files),
            absent=tuple(place for place in state.media if place not in there),
        )
        adding.add(MANIFEST, io.BytesIO(json.dumps(manifest.to_json(), indent=2).encode()), zipfile.ZIP_DEFLATED)
    return manifest


@dataclass
class _Adding:
    """Files on their way into an archive, hashed as they pass; `whole` is how many bytes there will be."""

    archive: zipfile.ZipFile
    progress: Progress
    whole: int
    files: list[ArchivedFile] = field(default_factory=list)

    def add(self, name: str, source: IO[bytes], method: int) -> None:
        """Add one file; recordings are packed already, so that packing them again would only cost time."""
        entry = zipfile.ZipInfo(name, datetime.now(UTC).timetuple()[:6])
        entry.compress_type = method
        entry.external_attr = OWNER_ONLY << 16
        before, size, digest = sum(file.size for file in self.files), 0, hashlib.sha256()
        with self.archive.open(entry, "w", force_zip64=self.whole >= _ZIP64_FROM) as target:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                target.write(chunk)
                size += len(chunk)
                self.progress(before + size, max(self.whole, before + size), name)
        self.files.append(ArchivedFile(name, size, digest.hexdigest()))


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """What a copy of the database holds: its schema, the end of its log, and the places of the study's recordings."""

    schema: str
    head: Head
    media: tuple[str, ...]


def _snapshot(study: Study, copy: Path) -> DatabaseState:
    """Copy the database through SQLite's backup API, which gives one state of it, whoever writes."""
    database = study.folder / DATABASE
    try:
        if study.place is not None:
            from store.server_copies import copy_to_sqlite

            copy_to_sqlite(study, copy)
            return database_state(copy)
        with closing(connect(database)) as source, closing(connect_copy(copy, database)) as target:
            source.backup(target)
        return database_state(copy)
    except sqlite3.Error as error:
        msg = f"{database} could not be copied ({error}); free space on that disk and try again. Nothing was written."
        raise StudyError(msg) from error


def database_state(path: Path) -> DatabaseState:
    """What that database holds; raises sqlite3.Error where it is none of a study."""
    with closing(connect(path)) as connection:
        (schema,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        last = connection.execute("SELECT id, hash FROM event ORDER BY id DESC LIMIT 1").fetchone()
        media = connection.execute(
            "SELECT media FROM interview WHERE media IS NOT NULL AND guid NOT IN"
            " (SELECT interview FROM event WHERE type = 'recording.erased' AND interview IS NOT NULL) ORDER BY position"
        )
        return DatabaseState(schema, EMPTY if last is None else Head(*last), tuple(place for (place,) in media))
