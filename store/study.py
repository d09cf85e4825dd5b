"""A study: one folder with `study.db`, `index/`, `media/`, `exports/` and `interview.toml`."""

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from filelock import Timeout
from sqlalchemy import Engine, select
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.orm import Session

from store import config, database, events
from store.errors import ConflictError, InvalidInputError, NotAStudyError, StudyError
from store.records import StudyRow

DATABASE = "study.db"
TRANSCRIBE_LOCK = ".transcribe.lock"
SUGGEST_LOCK = ".suggest.lock"
"""Held by the one process that transcribes or suggests; what must not happen meanwhile takes them too."""
_BROKEN = (DatabaseError, OperationalError)  # a damaged, locked or full disk; their other children are bugs


@dataclass(frozen=True, slots=True)
class Study:
    """An open study; close it, or use it as a context manager. Safe to share between threads."""

    folder: Path
    engine: Engine
    guid: str
    title: str
    migrated_from: Path | None = None
    """The backup made before an old study was brought to the present schema."""

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one consistent state and writes nothing."""
        try:
            with Session(self.engine) as session:
                yield session
        except DatabaseError as error:
            if type(error) not in _BROKEN:
                raise
            msg = f"{self.folder / DATABASE} cannot be read ({error.orig}); {database.remedy(error)}."
            raise StudyError(msg) from error

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction that holds the write lock; all of it is on disk afterwards, or none of it."""
        config.read_head(self.folder)  # what cannot be read is refused before anything is written
        try:
            with Session(self.engine.execution_options(write=True)) as session:
                yield session
                session.commit()
                head = events.appended_head(session)
        except UnicodeEncodeError as error:
            msg = f"Nothing was written to {self.folder}: a text holds half a character ({error}); mend it, try again."
            raise InvalidInputError(msg) from error
        except DatabaseError as error:
            if type(error) not in _BROKEN:
                raise
            msg = f"Nothing was written to {self.folder} ({error.orig}); {database.remedy(error)}."
            raise StudyError(msg) from error
        if head is not None:
            # the rows are on disk, which must not look like a failure; the next write keeps a later head
            with suppress(OSError):
                config.keep_head(self.folder, head)

    @property
    def media(self) -> Path:
        """Where recordings are kept."""
        return self.folder / "media"

    @property
    def index(self) -> Path:
        """Where the vector index lives; everything in it can be computed again."""
        return self.folder / "index"

    def settings(self) -> dict[str, Any]:
        """The study's own settings, from `interview.toml`."""
        return config.read_settings(self.folder)

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def create_study(folder: Path, title: str | None = None) -> Study:
    """Make a new study in an empty or new folder.

    Raises ConflictError where the folder already holds something.
    """
    try:
        _refuse_taken(folder)
        for name in ("", "media", "exports", "index"):
            (folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / DATABASE).touch(exist_ok=False)  # of two commands at once, one makes it
    except FileExistsError as error:
        msg = f"{folder} already holds a study; add to it, or choose another folder."
        raise ConflictError(msg) from error
    except OSError as error:
        msg = f"{folder} cannot be made ({error.strerror}); choose another place for the study."
        raise InvalidInputError(msg) from error
    try:
        return _begun(folder, title or folder.name)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _refuse_taken(folder: Path) -> None:
    if (folder / DATABASE).exists():
        msg = f"{folder} already holds a study; add to it, or choose another folder."
        raise ConflictError(msg)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        msg = f"{folder} exists and is not an empty folder; choose another name for the study."
        raise ConflictError(msg)


def _begun(folder: Path, title: str) -> Study:
    study = _opened(folder, title=title)
    try:
        with study.write() as session:
            row = StudyRow(guid=study.guid, title=study.title, created_at=datetime.now(UTC))
            events.record(session, row)
    except BaseException:
        study.close()
        raise
    return study


def open_study(folder: Path) -> Study:
    """Open a study, bringing an older one to the present schema after a backup and finishing broken-off erasures.

    Raises NotAStudyError where there is none, or it is damaged, or it is newer than this program.
    """
    try:
        there = (folder / DATABASE).is_file()
    except OSError as error:
        msg = f"{folder} cannot be opened ({error.strerror}); let your account read and write in that folder."
        raise NotAStudyError(msg) from error
    if not there:
        msg = f"{folder} holds no study; make one with `interview new {folder}`."
        raise NotAStudyError(msg)
    study = _opened(folder)
    _finish_erasures(study)
    _drop_half_copies(study)
    return study


def _opened(folder: Path, title: str | None = None) -> Study:
    """The study in that folder; with a title, a new one whose row is still to be written."""
    path = folder / DATABASE
    engine = database.open_engine(path)
    try:
        backup = database.migrate(engine, path)
        if title is not None:
            return Study(folder, engine, str(uuid.uuid4()), title)
        guid, title = _identity(engine, folder)
    except BaseException:
        engine.dispose()
        raise
    return Study(folder, engine, guid, title, backup)


def _identity(engine: Engine, folder: Path) -> tuple[str, str]:
    try:
        with Session(engine) as session:
            row = session.scalars(select(StudyRow)).first()
    except DatabaseError as error:
        msg = f"{folder / DATABASE} cannot be read ({error.orig}); {database.remedy(error)}."
        raise NotAStudyError(msg) from error
    if row is None:
        msg = (
            f"{folder / DATABASE} is empty: restore the newest copy from `backups`, or, if this study was never "
            f"used, remove the folder and make it again."
        )
        raise NotAStudyError(msg)
    return row.guid, row.title


def _finish_erasures(study: Study) -> None:
    from store.erase import finish_erasures

    # a study that others are using opens all the same: the next opening tries again, and the audit tells of it
    with suppress(Timeout, StudyError):
        finish_erasures(study)


def _drop_half_copies(study: Study) -> None:
    from store.interviews import drop_half_copies

    with suppress(Timeout, OSError):  # one is being made, or the folder is read-only
        drop_half_copies(study)
