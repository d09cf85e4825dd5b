"""The schema of a study in PostgreSQL: made, brought up to date by the same migrations as SQLite's, and looked at."""

import re
import time
import zlib
from pathlib import Path

from sqlalchemy import Connection, Engine, String, select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from store import config
from store.canonical import sha256_text
from store.database import SCHEMA_HEAD, refuse_unknown, upgrade
from store.database_place import DatabasePlace
from store.errors import ConflictError, InvalidInputError, LockedError, NotAStudyError
from store.events import GENESIS, Head, current_head, header_hash
from store.postgres import DEFINING
from store.postgres_faults import explained, refusal
from store.records import Base, EventRow

LEAST_SERVER = 13
"""The oldest version of PostgreSQL that knows what became of a transaction by its number."""
_EVENTS_AT_ONCE = 2_000
OLDER_SECONDS = 60.0
"""So long an erasure waits for transactions that began before it."""
_LOOK_SECONDS = 0.2
_OLDER = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "AND backend_xmin IS NOT NULL AND age(backend_xmin) > age(CAST(%(now)s AS xid))"
)


def make_schema(engine: Engine, place: DatabasePlace, folder: Path) -> None:
    """Make the schema with all its tables, in one transaction.

    Raises ConflictError where there is one of that name, InvalidInputError where the server is too old or its database
    does not hold every character, NotAStudyError where it cannot be reached or does not allow it.
    """
    try:
        with engine.execution_options(**{DEFINING: True}).begin() as connection:
            define_schema(connection, place)
    except DatabaseError as error:
        raise _said(error, folder, place) from error


def define_schema(connection: Connection, place: DatabasePlace) -> None:
    """Make the schema with all its tables, within the caller's transaction; raises as `make_schema` does."""
    _refuse_unfit(connection, place)
    _wait_for_turn(connection, place)
    if _has_schema(connection, place):
        msg = f"{place.shown[0].upper()}{place.shown[1:]} is there already; name another schema."
        raise ConflictError(msg)
    connection.exec_driver_sql(f'CREATE SCHEMA "{place.schema}"')
    _upgrade(connection)


def drop_schema(engine: Engine, place: DatabasePlace, folder: Path) -> None:
    """Remove the schema and everything in it; raises NotAStudyError where that cannot be done."""
    try:
        with engine.execution_options(**{DEFINING: True}).begin() as connection:
            connection.exec_driver_sql(f'DROP SCHEMA IF EXISTS "{place.schema}" CASCADE')
    except DatabaseError as error:
        raise _said(error, folder, place) from error


def rewrite_tables(engine: Engine, place: DatabasePlace, folder: Path) -> None:
    """Write every table's file anew, so that deleted rows are not left in it; raises NotAStudyError where that fails.

    A transaction that began before, in whatever study of the same database, may still see them: it is waited for.
    What the server keeps beside its tables, its own log and its copies, is for whoever looks after it.
    """
    tables = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
    try:
        with engine.execution_options(isolation_level="AUTOCOMMIT", **{DEFINING: True}).connect() as connection:
            _wait_for_older(connection, place)
            connection.exec_driver_sql(f"VACUUM (FULL) {tables}")
    except DatabaseError as error:
        raise _said(error, folder, place) from error


def _wait_for_older(connection: Connection, place: DatabasePlace) -> None:
    """Until no other connection of the database sees a state from before this moment.

    Deleted rows that somebody may still see are written into the new files, too.
    """
    now = connection.exec_driver_sql("SELECT CAST(CAST(pg_current_xact_id() AS xid) AS text)").scalar()
    end = time.monotonic() + OLDER_SECONDS
    while connection.exec_driver_sql(_OLDER, {"now": now}).scalar():
        if time.monotonic() > end:
            msg = (
                f"Somebody has been reading in {place.shown.partition(' (')[0]} for longer than {OLDER_SECONDS:.0f} s, "
                "be it another study, and may still see what was erased; it is taken out of the server's files when "
                "the study is opened again."
            )
            raise NotAStudyError(msg)
        time.sleep(_LOOK_SECONDS)


def migrate(engine: Engine, place: DatabasePlace, folder: Path) -> Path | None:
    """Bring the schema to the newest one and return the copy made before, if one was needed.

    Raises NotAStudyError where the server cannot be reached, the schema holds no study or is of a newer version.
    """
    try:
        with engine.connect() as connection:
            revision = _revision(connection, place, folder)
        if revision == SCHEMA_HEAD:
            return None
        refuse_unknown(revision, place.shown)
        from store.backups import keep_copy

        backup = keep_copy(folder).path
        with engine.execution_options(**{DEFINING: True}).begin() as connection:
            _wait_for_turn(connection, place)
            _upgrade(connection)  # what another process did meanwhile is not done again
    except DatabaseError as error:
        raise _said(error, folder, place) from error
    return backup


def checked(engine: Engine, folder: Path, place: DatabasePlace, *, whole: bool) -> tuple[str, ...]:
    """Check the end of the log, and with `whole` every event's hash; returns what a person should know."""
    from store.backups import shown

    try:
        with Session(engine) as session:
            said = [_chain(session, shown(folder))] if whole else []
            said.append(_tail(session, folder, shown(folder)))
    except DatabaseError as error:
        raise _said(error, folder, place) from error
    return tuple(sentence for sentence in said if sentence)


def _said(error: DatabaseError, folder: Path, place: DatabasePlace) -> Exception:
    return explained(error, folder, place, writing=False) or error


def _upgrade(connection: Connection) -> None:
    """Bring the tables up to date; the server takes no samples of what people said, which an erasure would not reach.

    Where PostgreSQL plans its queries by samples of a column, it keeps these in a table of its own.
    """
    upgrade(connection)
    for table in Base.metadata.sorted_tables:
        said = [column.name for column in table.columns if isinstance(column.type, String) and not column.type.length]
        if said:
            changes = ", ".join(f'ALTER COLUMN "{name}" SET STATISTICS 0' for name in said)
            connection.exec_driver_sql(f'ALTER TABLE "{table.name}" {changes}')


def _refuse_unfit(connection: Connection, place: DatabasePlace) -> None:
    version = str(connection.exec_driver_sql("SHOW server_version").scalar())
    number = re.match(r"\d+", version)
    if number is None or int(number[0]) < LEAST_SERVER:
        msg = f"The server of {place.shown} is PostgreSQL {version}; a study needs {LEAST_SERVER} or newer."
        raise InvalidInputError(msg)
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
    if encoding != "UTF8":
        msg = (
            f"{place.shown[0].upper()}{place.shown[1:]} is encoded in {encoding}, which does not hold every character; "
            "make one with `createdb --encoding=UTF8 --template=template0`."
        )
        raise InvalidInputError(msg)


def _wait_for_turn(connection: Connection, place: DatabasePlace) -> None:
    """Have nobody else make or change these tables until this transaction ends."""
    number = zlib.crc32(place.schema.encode())
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({number})")


def _has_schema(connection: Connection, place: DatabasePlace) -> bool:
    query = "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = %s"
    return connection.exec_driver_sql(query, (place.schema,)).scalar() is not None


def _revision(connection: Connection, place: DatabasePlace, folder: Path) -> str:
    table = "SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = %s AND tablename = 'alembic_version'"
    if connection.exec_driver_sql(table, (place.schema,)).scalar() is None:
        what = "holds no study" if _has_schema(connection, place) else "is not there any more"
        msg = (
            f"{place.shown[0].upper()}{place.shown[1:]} {what}; restore an archive that `interview backup` made, or "
            f"mend [database] in {folder / config.FILE_NAME}."
        )
        raise NotAStudyError(msg)
    may = connection.exec_driver_sql("SELECT has_schema_privilege(%s, 'USAGE')", (place.schema,)).scalar()
    if not may:
        raise NotAStudyError(f"{place.shown[0].upper()}{place.shown[1:]} {refusal(folder, place)}.")
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return str(found)


def _chain(session: Session, shown: str) -> str:
    previous, number = GENESIS, 0
    for event in session.scalars(select(EventRow).order_by(EventRow.id).execution_options(yield_per=_EVENTS_AT_ONCE)):
        fits = event.id == number + 1 and event.previous == previous and event.hash == header_hash(event)
        if not fits or (event.payload is not None and _content_hash(event) != event.payload_hash):
            return (
                f"The log holds up to event {number} only: event {number + 1} does not fit the one before it. "
                f"`interview audit verify {shown}` says more."
            )
        number, previous = event.id, event.hash
        session.expunge(event)
    return ""


def _content_hash(event: EventRow) -> str:
    return sha256_text((event.salt or "") + (event.payload or ""))


def _tail(session: Session, folder: Path, shown: str) -> str:
    """Whether the log reaches as far as the settings know; not where the database was put back, or replaced."""
    try:
        known: Head = config.read_head(folder)
    except (InvalidInputError, LockedError):  # said where the settings are needed
        return ""
    there = session.scalar(select(EventRow.hash).where(EventRow.id == known.count))
    if not known.count or there == known.hash:
        return ""
    if there is not None:
        return (
            f"Event {known.count} is not the one that {config.FILE_NAME} knows: the log was replaced. "
            f"`interview audit verify {shown}` says more."
        )
    found = current_head(session)
    return (
        f"The log ends at event {found.count}, but {config.FILE_NAME} knows of {known.count}: the last "
        f"{known.count - found.count} are missing. `interview audit verify {shown}` says more."
    )
