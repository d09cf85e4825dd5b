"""A study: one folder with `study.db`, `index/`, `media/`, `exports/` and `interview.toml`."""

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Engine, select
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.orm import Session

from store import config, database, events
from store.acting import admitted, refuse_silent
from store.database_place import DatabasePlace, kept_place, new_place, place_for_new
from store.errors import ConflictError, DamagedError, InvalidInputError, NotAStudyError, StudyError
from store.keys import StudyKey, key_of, make_key, refuse_weak
from store.permissions import member_name
from store.presence import Presence
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
    repairs: tuple[str, ...] = ()
    """What opening it mended, finished or found missing: a sentence each."""
    presence: Presence | None = field(default=None, repr=False, compare=False)
    place: DatabasePlace | None = None
    """Where its database is; None: in a file in the folder."""
    acting: str | None = None
    """The member for whom it is used; None: a researcher on their own machine, who may do everything."""

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one consistent state and writes nothing."""
        try:
            with Session(self.engine) as session:
                yield session
        except DatabaseError as error:
            failure = self._failure(error, writing=False)
            if failure is None:
                raise
            raise failure from error

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction that holds the write lock; all of it is on disk afterwards, or none of it."""
        kept = config.read_head(self.folder)  # what cannot be read is refused before anything is written
        try:
            with Session(self.engine.execution_options(write=True)) as session:
                if self.acting is not None:
                    admitted(session, self.acting)
                yield session
                refuse_silent(session, told=events.appended_head(session) is not None)
                head = events.appended_head(session) if events.holds(session, kept) else None
                self._commit(session)
        except UnicodeEncodeError as error:
            msg = f"Nothing was written to {self.folder}: a text holds half a character ({error}); mend it, try again."
            raise InvalidInputError(msg) from error
        except DatabaseError as error:
            failure = self._failure(error, writing=True)
            if failure is None:
                raise
            raise failure from error
        if head is not None:
            # the rows are on disk, which must not look like a failure; the next write keeps a later head. Where the log
            # was replaced or cut off, the head that is kept goes on telling of it
            with suppress(OSError):
                config.keep_head(self.folder, head)

    def acting_as(self, name: str) -> Self:
        """The same open study, used for that member of a team: what their role does not allow is refused."""
        return replace(self, acting=member_name(name))

    @property
    def media(self) -> Path:
        """Where recordings are kept."""
        return self.folder / "media"

    @property
    def index(self) -> Path:
        """Where the vector index lives; everything in it can be computed again."""
        return self.folder / "index"

    @property
    def key(self) -> StudyKey | None:
        """What encrypts it; None for a study in the clear. Raises LockedError where it was locked meanwhile."""
        return key_of(self.folder)

    def settings(self) -> dict[str, Any]:
        """The study's own settings, from `interview.toml`; of an encrypted one, nothing is to be kept elsewhere."""
        kept = config.read_settings(self.folder)
        return kept if self.key is None else {**kept, "keep_prefixes": False}

    @property
    def is_closed(self) -> bool:
        """Whether it was closed, by anybody who shares it."""
        return self.presence is not None and self.presence.left

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()
        if self.presence is not None:
            self.presence.leave()

    def _commit(self, session: Session) -> None:
        if self.place is None:
            session.commit()
            return
        from store.postgres import UnknownOutcomeError, commit
        from store.postgres_faults import unknown_outcome

        try:
            commit(session)
        except UnknownOutcomeError as error:
            raise unknown_outcome(self.folder, self.place) from error

    def _failure(self, error: DatabaseError, *, writing: bool) -> StudyError | None:
        """What to say of it; None where it is a mistake of the program."""
        if self.place is not None:
            from store.postgres_faults import explained

            return explained(error, self.folder, self.place, writing=writing)
        if type(error) not in _BROKEN:
            return None
        if not writing or database.is_damage(error):
            return _unreadable(self.folder, error)
        return StudyError(f"Nothing was written to {self.folder} ({error.orig}); {database.remedy(error)}.")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def create_study(
    folder: Path, title: str | None = None, *, passphrase: str | None = None, database: str | None = None
) -> Study:
    """Make a new study in an empty or new folder, encrypted from its first byte where a passphrase is given.

    Its database is a file in the folder, or a new schema in the PostgreSQL database with the URL `database`, which the
    environment may name too. Raises ConflictError where the folder already holds something,
    InvalidInputError for a weak passphrase or a URL that cannot be used, NotAStudyError where the server does not
    answer or does not allow it.
    """
    if passphrase is not None:
        refuse_weak(passphrase)
    url = place_for_new() if database is None else database
    place = None if url is None else new_place(url)
    if place is not None and passphrase is not None:
        msg = (
            "A study in PostgreSQL is not encrypted by this program, its server's disk is its administrator's to "
            "encrypt; leave the passphrase out, or keep this study in a file (no --database, no INTERVIEW_DATABASE)."
        )
        raise InvalidInputError(msg)
    try:
        _refuse_taken(folder)
        for name in ("", "media", "exports", "index"):
            (folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        # of two commands at once, one makes it
        (folder / (DATABASE if place is None else config.FILE_NAME)).touch(mode=0o600, exist_ok=False)
    except FileExistsError as error:
        msg = f"{folder} already holds a study; add to it, or choose another folder."
        raise ConflictError(msg) from error
    except OSError as error:
        msg = f"{folder} cannot be made ({error.strerror}); choose another place for the study."
        raise InvalidInputError(msg) from error
    presence = None
    try:
        presence = Presence(folder)
        if passphrase is not None:
            make_key(folder, passphrase)
        if place is None:
            made = _begun(folder, title or folder.name)
        else:
            from store.postgres_study import begun

            made = begun(folder, title or folder.name, place)
        return replace(made, presence=presence)
    except BaseException:
        if presence is not None:
            presence.leave()
        shutil.rmtree(folder, ignore_errors=True)
        raise


def holds_study(folder: Path) -> bool:
    """Whether there is a study in that folder: its database, or where that is. Raises OSError where nobody may look."""
    return (folder / DATABASE).is_file() or ((folder / config.FILE_NAME).is_file() and kept_place(folder) is not None)


def _refuse_taken(folder: Path) -> None:
    if (folder / DATABASE).exists() or place_of(folder) is not None:
        msg = f"{folder} already holds a study; add to it, or choose another folder."
        raise ConflictError(msg)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        msg = f"{folder} exists and is not an empty folder; choose another name for the study."
        raise ConflictError(msg)


def _begun(folder: Path, title: str) -> Study:
    study = _opened(folder, title=title)
    try:
        record_new(study)
    except BaseException:
        study.close()
        raise
    return study


def record_new(study: Study) -> None:
    """Write the row of a new study, its first event."""
    with study.write() as session:
        row = StudyRow(guid=study.guid, title=study.title, created_at=datetime.now(UTC))
        events.record(session, row)


def open_study(folder: Path) -> Study:
    """Open a study, bringing an older one to the present schema after a backup and mending what broke off.

    Raises NotAStudyError where there is none, or it is newer than this program, DamagedError where it cannot be read,
    ConflictError while its database is being restored.
    """
    from store.opening import checked, mended, refuse_empty, was_left_open
    from store.replacing import finish_replacing, is_half_replaced

    place = place_of(folder)
    said: tuple[str, ...] = ()
    if place is None:
        said = finish_replacing(folder)
        _refuse_none(folder)
        refuse_empty(folder)
    presence = Presence(folder)
    if is_half_replaced(folder) or place_of(folder) != place:
        presence.leave()  # while this one waited; what it wrote now would go with the old database
        return open_study(folder)
    left_open = presence.alone and place is None and was_left_open(folder)
    try:
        study = _opened(folder) if place is None else _opened_there(folder, place)
    except BaseException:
        presence.leave()
        raise
    try:
        said += checked(study, left_open=left_open)
        return replace(study, presence=presence, repairs=(*said, *mended(study)))
    except BaseException:
        study.close()
        presence.leave()
        raise


def place_of(folder: Path) -> DatabasePlace | None:
    """Where its database is; what is said of settings that nobody can read is said where they are needed."""
    try:
        return kept_place(folder) if (folder / config.FILE_NAME).is_file() else None
    except OSError:
        return None
    except InvalidInputError:
        if (folder / DATABASE).is_file():
            return None
        raise


def _refuse_none(folder: Path) -> None:
    try:
        there = (folder / DATABASE).is_file()
    except OSError as error:
        msg = f"{folder} cannot be opened ({error.strerror}); let your account read and write in that folder."
        raise NotAStudyError(msg) from error
    if not there:
        msg = f"{folder} holds no study; make one with `interview new {folder}`."
        raise NotAStudyError(msg)


def _opened_there(folder: Path, place: DatabasePlace) -> Study:
    from store.postgres_study import opened

    return opened(folder, place)


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
        raise _unreadable(folder, error) from error
    if row is None:
        msg = (
            f"{folder / DATABASE} is empty: restore the newest copy from `backups`, or, if this study was never "
            f"used, remove the folder and make it again."
        )
        raise NotAStudyError(msg)
    return row.guid, row.title


def _unreadable(folder: Path, error: DatabaseError) -> StudyError:
    """What to say of a database that cannot be read: damaged, or only out of reach."""
    from store.backups import offer
    from store.opening import forget_check

    if database.is_damage(error):
        forget_check(folder)
        return DamagedError(offer(folder, f"cannot be read ({error.orig})"), folder)
    return NotAStudyError(f"{folder / DATABASE} cannot be read ({error.orig}); {database.remedy(error)}.")
