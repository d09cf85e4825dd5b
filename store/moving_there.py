"""The schema to which a study is moved: filled in one transaction, and marked until the study is opened there.

The mark is a word that only the study's folder and the schema know, so that nothing else is ever taken for what a
moving left and cleared away.
"""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DatabaseError

from store.copied_rows import (
    Counted,
    Progress,
    Side,
    copy_rows,
    counts,
    refuse_different,
    refuse_other_tables,
    revision_of,
    tables_of,
)
from store.database_place import DatabasePlace
from store.errors import InvalidInputError, StudyError
from store.postgres import DEFINING
from store.postgres_schema import define_schema
from store.server_copies import chain_fault, engine_of, told
from store.written import flush_folder, replace_file

FILE = ".moving.json"
"""Tells of a moving that is going on, or was broken off: its mark, and the schema to which it leads, if to one."""
_MARK = "interview-assistant: half moved, "
_LEFT = "interview-assistant: left by the study "
_QUOTE = "'"
_LONGEST_NAME = 40
_NOT_THERE = ("42P01", "3F000")


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A moving of the study in `folder` to a schema, or to a file where `target` is None."""

    folder: Path
    target: DatabasePlace | None
    token: str
    source: DatabasePlace | None = None
    """The schema that it leaves; None for a file."""

    @classmethod
    def begun(cls, folder: Path, target: DatabasePlace | None, source: DatabasePlace | None) -> Self:
        """Say in the folder that it has begun."""
        made = cls(folder, target, secrets.token_hex(16), source)
        said = {"token": made.token, "to": _said_of(target), "from": _said_of(source)}
        replace_file(folder / FILE, json.dumps(said).encode())
        return made

    @classmethod
    def found(cls, folder: Path) -> Self | None:
        """The one that the folder tells of; a file that tells of none is none."""
        try:
            said = json.loads((folder / FILE).read_text(encoding="utf-8"))
            return cls(folder, _place_said(said["to"]), str(said["token"]), _place_said(said.get("from")))
        except (OSError, ValueError, TypeError, KeyError, InvalidInputError):
            return None

    def filled(self, source: Side, progress: Progress) -> dict[str, int]:
        """Make the schema and copy every row into it, all or nothing; then compare every row, and the log.

        Returns how many rows each table has. Raises ConflictError where the schema is there already,
        InvalidInputError for what cannot be kept there, StudyError where the server does not do its part.
        """
        assert self.target is not None
        source.take_time()
        tables = tables_of(revision_of(source))
        refuse_other_tables(source, tables)
        steps = Counted(2 * sum(counts(source, tables).values()), progress)
        with engine_of(self.target) as engine, told(self.folder, self.target):
            with _defining(engine) as connection:
                Side(connection).take_time()
                define_schema(connection, self.target)
                _comment(connection, self.target, f"{_MARK}{self.token}")
                copy_rows(source, Side(connection, self.target.schema), tables, steps.step)
                for table in tables:
                    connection.exec_driver_sql(f'ANALYZE "{self.target.schema}"."{table.name}"')
            with engine.connect() as connection:
                there = Side(connection, self.target.schema)
                there.take_time()
                found = refuse_different(source, there, tables, steps.step)
                fault = chain_fault(there)
        if fault is not None:
            msg = f"The log of {self.folder} does not hold ({fault}); restore a copy that `interview backups` lists."
            raise StudyError(msg)
        return found

    def given_up(self) -> None:
        """Leave everything as it was; a server that does not answer is asked again by the next moving."""
        with suppress(StudyError, DatabaseError):
            self.cleared()

    def cleared(self) -> None:
        """Drop the schema where it bears our mark; raises StudyError where its server does not answer."""
        if self.target is not None:
            with engine_of(self.target) as engine, told(self.folder, self.target), _defining(engine) as connection:
                if _comment_of(connection, self.target) == f"{_MARK}{self.token}":
                    connection.exec_driver_sql(f'DROP SCHEMA "{self.target.schema}" CASCADE')
        self.forgotten()

    def finished(self) -> None:
        """The study is opened from there from now on: take the mark away; raises StudyError where that cannot be."""
        if self.target is not None:
            with engine_of(self.target) as engine, told(self.folder, self.target), _defining(engine) as connection:
                if _comment_of(connection, self.target) == f"{_MARK}{self.token}":
                    _comment(connection, self.target, None)
        self.forgotten()

    def source_left(self) -> tuple[str, ...]:
        """Set the schema aside that the study has left; what a person should know of it, where it cannot be also."""
        if self.source is None or self.source == self.target:
            return ()
        try:
            with (
                engine_of(self.source) as engine,
                told(self.folder, self.source),
                engine.execution_options(write=True).connect() as connection,
            ):
                return set_aside(connection, self.source, drop=False)[1]
        except StudyError as error:
            return (f"The study has left {self.source.shown}, which could not be set aside: {error}",)

    def forgotten(self) -> None:
        """Say no more of it in the folder."""
        (self.folder / FILE).unlink(missing_ok=True)
        flush_folder(self.folder)


def _said_of(place: DatabasePlace | None) -> dict[str, str] | None:
    return None if place is None else {"url": place.url, "schema": place.schema}


def _place_said(said: Any) -> DatabasePlace | None:
    return None if said is None else DatabasePlace(str(said["url"]), str(said["schema"]))


def clear_unfinished(folder: Path, place: DatabasePlace | None, target: DatabasePlace | None) -> None:
    """Clear away what a moving that was killed left; `place` is where the study is, `target` where it is to be now.

    Raises StudyError where the server on which that is does not answer.
    """
    left = Unfinished.found(folder)
    if left is None or left.target == place:
        (folder / FILE).unlink(missing_ok=True)
        return
    if left.target is not None and target is not None and left.target.url == target.url:
        left = replace(left, target=replace(left.target, password=target.password))
    try:
        left.cleared()
    except StudyError as error:
        assert left.target is not None
        msg = (
            f"An earlier moving broke off and may have left {left.target.shown}, which cannot be cleared away now: "
            f"{error} Try again then, or remove {folder / FILE} to have it stay there."
        )
        raise StudyError(msg) from error


def set_aside(
    connection: Connection, place: DatabasePlace, *, drop: bool
) -> tuple[DatabasePlace | None, tuple[str, ...]]:
    """Rename the schema that a study has left, or drop it, and end the transaction, which holds its lock.

    Under its old name, folders of the same study elsewhere would go on writing to it. Returns where it is now, None
    where it is not any more, and what a person should know of it.
    """
    name = f"{place.schema[:_LONGEST_NAME]}_left_{datetime.now(UTC):%Y%m%dt%H%M%S}"
    old, left = f'"{place.schema}"', replace(place, schema=name)
    try:
        if drop:
            connection.exec_driver_sql(f"DROP SCHEMA {old} CASCADE")
        else:
            guid = connection.exec_driver_sql("SELECT guid FROM study").scalar()
            connection.exec_driver_sql(f'ALTER SCHEMA {old} RENAME TO "{name}"')
            _comment(connection, left, f"{_LEFT}{str(guid).replace(_QUOTE, '')}")
        connection.commit()
    except DatabaseError as error:
        if getattr(error.orig, "sqlstate", None) in _NOT_THERE:
            return None, ()
        said = str(error.orig).strip().splitlines()[0]
        note = (
            f"The study does not use {place.shown} any more, but it could not be {'dropped' if drop else 'renamed'} "
            f"({said}); whoever looks after that server removes it with `DROP SCHEMA {old} CASCADE`."
        )
        return place, (note,)
    if drop:
        return None, ()
    note = (
        f'The old database is left as {left.shown}, with everything in it; `DROP SCHEMA "{name}" CASCADE` removes it, '
        "which the erasure of an interview does only while the study is in that database."
    )
    return left, (note,)


def drop_left(folder: Path, place: DatabasePlace, guid: str) -> tuple[str, ...]:
    """Drop every schema that this study has left in its database, for it may hold what is to be erased.

    Returns their names. Raises StudyError where the server does not do its part.
    """
    query = (
        "SELECT nspname FROM pg_catalog.pg_namespace WHERE obj_description(oid, 'pg_namespace') = %s "
        "AND nspname LIKE %s AND pg_catalog.pg_has_role(nspowner, 'USAGE') ORDER BY nspname"
    )
    with engine_of(place) as engine, told(folder, place), _defining(engine) as connection:
        found = connection.exec_driver_sql(query, (f"{_LEFT}{guid}", "%\\_left\\_%")).scalars().all()
        for name in found:
            connection.exec_driver_sql(f'DROP SCHEMA "{name}" CASCADE')
    return tuple(found)


@contextmanager
def _defining(engine: Engine) -> Iterator[Connection]:
    with engine.execution_options(**{DEFINING: True}).begin() as connection:
        yield connection


def _comment(connection: Connection, place: DatabasePlace, text: str | None) -> None:
    said = "NULL" if text is None else f"'{text}'"
    connection.exec_driver_sql(f'COMMENT ON SCHEMA "{place.schema}" IS {said}')


def _comment_of(connection: Connection, place: DatabasePlace) -> Any:
    query = "SELECT obj_description(oid, 'pg_namespace') FROM pg_catalog.pg_namespace WHERE nspname = %s"
    return connection.exec_driver_sql(query, (place.schema,)).scalar()
