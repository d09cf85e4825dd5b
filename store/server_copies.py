"""A study's database in PostgreSQL as a database in one file: one state of it, with the same ids, compared row by row.

So its rolling copies and archives are what those of any other study are.
"""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import StaticPool

from store import database
from store.copied_rows import (
    VERSION_TABLE,
    CopiedTable,
    Counted,
    Progress,
    Side,
    copy_rows,
    counts,
    refuse_different,
    refuse_other_tables,
    revision_of,
    rows,
    tables_of,
)
from store.database_place import DatabasePlace
from store.errors import StudyError
from store.events import EMPTY, Head
from store.postgres import open_engine
from store.postgres_faults import explained
from store.soundness import EVENT_COLUMNS, chain_of_rows
from store.sqlite import sqlite3
from store.study import Study
from store.written import flush_folder, new_file, put_in_place

_READ_BACK = 2
"""Every row is written, then compared."""


def copy_to_sqlite(study: Study, path: Path, progress: Progress | None = None) -> None:
    """Write one state of a study in PostgreSQL to `path`, a new file for its owner alone; others may go on writing.

    The file has the schema, the ids and the log of the study, and every row of it was compared. Raises StudyError
    where the server or the disk does not do its part, and then leaves no file.
    """
    assert study.place is not None
    with told(study.folder, study.place), study.engine.connect() as connection:
        write_copy(Side(connection, study.place.schema), path, progress or silent)


def copy_of_place(folder: Path, place: DatabasePlace, path: Path) -> None:
    """The same of a study that is not open."""
    with engine_of(place) as engine, told(folder, place), engine.connect() as connection:
        write_copy(Side(connection, place.schema), path, silent)


def end_there(folder: Path, place: DatabasePlace) -> Head:
    """The last event in that database, unchecked; raises StudyError where it cannot be reached."""
    with engine_of(place) as engine, told(folder, place), engine.connect() as connection:
        last = connection.exec_driver_sql("SELECT id, hash FROM event ORDER BY id DESC LIMIT 1").first()
    return EMPTY if last is None else Head(*last)


def guid_there(folder: Path, place: DatabasePlace) -> str:
    """Which study that is; raises StudyError where it cannot be reached."""
    with engine_of(place) as engine, told(folder, place), engine.connect() as connection:
        return str(connection.exec_driver_sql("SELECT guid FROM study").scalar())


def back_up_there(folder: Path, place: DatabasePlace, backups: Path, tag: str | None = None) -> Path:
    """A copy in `backups`, named as `store.database.back_up` names it; raises StudyError, and then leaves none."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    partial = backups / f"study-{stamp}.partial"
    try:
        backups.mkdir(exist_ok=True, mode=0o700)
        copy_of_place(folder, place, partial)
        target = backups / f"study-{stamp}-{tag or schema_of(partial)}.db"
        put_in_place(partial, target)
    except OSError as error:
        msg = f"No copy of {place.shown} could be made in {backups} ({error.strerror or error}); mend that, try again."
        raise StudyError(msg) from error
    finally:
        for left in backups.glob(f"{partial.name}*"):
            left.unlink(missing_ok=True)
    return target


def schema_of(path: Path) -> str:
    """The schema of a database in a file."""
    with closing(database.connect(path)) as connection:
        (found,) = connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()  # noqa: S608 - our own name
    return str(found)


def write_copy(source: Side, path: Path, progress: Progress) -> dict[str, int]:
    """Write what a transaction on PostgreSQL sees to a new file, and compare it; returns the rows of each table."""
    source.take_time()
    revision = revision_of(source)
    tables = tables_of(revision)
    refuse_other_tables(source, tables)
    try:
        new_file(path).close()
        with _new_sqlite(path) as engine, engine.connect() as connection, connection.begin():
            database.upgrade(connection, revision)
            found = filled_and_compared(source, Side(connection), tables, progress)
        _keep(path)
    except (DatabaseError, OSError) as error:
        path.unlink(missing_ok=True)
        if isinstance(error, DatabaseError) and not isinstance(error.orig, sqlite3.Error):
            raise
        said = error.orig if isinstance(error, DatabaseError) else error.strerror or error
        msg = f"No copy could be written to {path} ({said}); see that the disk has space, then try again."
        raise StudyError(msg) from error
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return found


def filled_and_compared(
    source: Side, target: Side, tables: tuple[CopiedTable, ...], progress: Progress
) -> dict[str, int]:
    """Copy all rows and compare them, within one transaction on either side."""
    steps = Counted(_READ_BACK * sum(counts(source, tables).values()), progress)
    copy_rows(source, target, tables, steps.step)
    return refuse_different(source, target, tables, steps.step)


def chain_fault(side: Side) -> str | None:
    """What is wrong with the log of events, None where every hash fits the one before."""
    table = next(each for each in tables_of(revision_of(side)) if each.name == "event")
    places = [table.columns.index(name) for name in EVENT_COLUMNS]
    return chain_of_rows([row[place] for place in places] for row in rows(side, table))[1]


def silent(done: int, whole: int, name: str) -> None:
    """Progress that nobody looks at."""


@contextmanager
def engine_of(place: DatabasePlace) -> Iterator[Engine]:
    """An engine on that schema for a while."""
    engine = open_engine(place)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def told(folder: Path, place: DatabasePlace) -> Iterator[None]:
    """Turn what PostgreSQL says into a sentence."""
    try:
        yield
    except DatabaseError as error:
        raise explained(error, folder, place, writing=False) or error from error


@contextmanager
def _new_sqlite(path: Path) -> Iterator[Engine]:
    """A database that nobody else knows of yet: it needs no journal on the disk."""
    raw = database.connect(path, check_same_thread=False)
    engine = create_engine(
        URL.create("sqlite", database=str(path)), module=sqlite3, creator=lambda: raw, poolclass=StaticPool
    )
    event.listen(engine, "connect", _without_journal)
    event.listen(engine, "begin", _begin)
    try:
        yield engine
    finally:
        engine.dispose()
        raw.close()


def _without_journal(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=MEMORY", "synchronous=OFF", "foreign_keys=OFF"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _keep(path: Path) -> None:
    """Have the file on the disk."""
    descriptor = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    flush_folder(path.parent)
