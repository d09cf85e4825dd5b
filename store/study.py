"""A study: one folder with `study.db`, `index/`, `media/`, `exports/` and `interview.toml`."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Engine, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from store import config, database, events
from store.errors import ConflictError, NotAStudyError, StudyError
from store.records import StudyRow

DATABASE = "study.db"


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
        with Session(self.engine) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction that holds the write lock; all of it is on disk afterwards, or none of it."""
        try:
            with Session(self.engine.execution_options(write=True)) as session:
                yield session
                session.commit()
                head = events.appended_head(session)
        except OperationalError as error:
            msg = (
                f"Nothing was written to {self.folder} ({error.orig}); free space or close other programs, then try again."
            )
            raise StudyError(msg) from error
        if head is not None:
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
    if (folder / DATABASE).exists():
        msg = f"{folder} already holds a study; add to it, or choose another folder."
        raise ConflictError(msg)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        msg = f"{folder} exists and is not an empty folder; choose another name for the study."
        raise ConflictError(msg)
    for name in ("", "media", "exports", "index"):
        (folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = database.open_engine(folder / DATABASE)
    database.migrate(engine, folder / DATABASE)
    study = Study(folder, engine, str(uuid.uuid4()), title or folder.name)
    with study.write() as session:
        row = StudyRow(guid=study.guid, title=study.title, created_at=datetime.now(UTC))
        events.record(session, row)
    return study


def open_study(folder: Path) -> Study:
    """Open a study, bringing an older one to the present schema after a backup.

    Raises NotAStudyError where there is none, or it is damaged, or it is newer than this program.
    """
    path = folder / DATABASE
    if not path.is_file():
        msg = f"{folder} holds no study; make one with `interview new {folder}`."
        raise NotAStudyError(msg)
    engine = database.open_engine(path)
    backup = database.migrate(engine, path)
    with Session(engine) as session:
        row = session.scalars(select(StudyRow)).first()
    if row is None:
        engine.dispose()
        msg = f"{folder} holds a study that was never finished being made; remove the folder and make it again."
        raise NotAStudyError(msg)
    return Study(folder, engine, row.guid, row.title, backup)
