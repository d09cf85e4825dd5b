"""A study's database in PostgreSQL: one schema, text compared by code points as in SQLite, one writer at a time.

A writer locks the table of events before it sees anything; readers see one consistent state and cannot write.
"""

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.dialects.postgresql.base import PGTypeCompiler
from sqlalchemy.exc import DatabaseError, NoSuchModuleError
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from store.database_place import DatabasePlace, host_of
from store.errors import StudyError
from store.hosts import is_this_machine, refuse_foreign
from store.postgres_faults import is_lost

LOCK_SECONDS = 30
"""How long a connection waits for another one's transaction."""
_CONNECT_SECONDS = 10
_STRONG = ("require", "verify-ca", "verify-full")
DEFINING = "defining"
"""The execution option of transactions that make or change tables, before there is a table of events to lock."""


class UnknownOutcomeError(Exception):
    """The connection broke while a transaction was ending, and nobody answers what became of it."""


def open_engine(place: DatabasePlace) -> Engine:
    """An engine on that schema whose transactions take the write lock at once where `write` is among their options.

    Nothing is connected yet. Raises InvalidInputError where this machine does not allow that server, StudyError where
    the driver is not installed.
    """
    url = make_url(place.url)
    host = host_of(url)
    refuse_foreign(host or "/", f"The database of the study (schema {place.schema})")
    try:
        engine = create_engine(
            url,
            connect_args=_connecting(place, host, dict(url.query)),
            pool_pre_ping=True,
            max_overflow=25,  # an app for a team has as many threads at work as people who look at it
        )
    except (ImportError, NoSuchModuleError) as error:
        msg = 'A study in PostgreSQL needs more packages: pip install "interview-assistant[servers]".'
        raise StudyError(msg) from error
    # as in SQLite: text is ordered and compared by code points, has no greatest length, and numbers have 64 bits
    engine.dialect.type_compiler_instance = _TypesAsInSqlite(engine.dialect)
    event.listen(engine, "connect", _configured(place.schema))
    event.listen(engine, "begin", _begin)
    return engine


def is_postgres(engine: Engine) -> bool:
    """Whether that engine is one of PostgreSQL."""
    return engine.dialect.name == "postgresql"


def commit(session: Session) -> None:
    """End a writing transaction and tell the truth of it, also where the connection breaks at that very moment.

    Then a new connection asks what became of it: where it is in the database, that is no error. Raises DatabaseError
    where it is not, UnknownOutcomeError where nobody answers.
    """
    session.flush()
    engine = session.get_bind()
    number = session.scalar(text("SELECT pg_current_xact_id_if_assigned()::text"))
    try:
        session.commit()
    except DatabaseError as error:
        if number is None or not is_lost(error):
            raise
        if not _is_committed(engine, number, error):
            raise


def _is_committed(engine: Engine | Connection, number: str, broke: DatabaseError) -> bool:
    """Whether that transaction is in the database for good; waits until it can be no longer on its way."""
    try:
        with Session(engine) as session:  # a writing one: it holds the lock only after the other has let go of it
            found = session.scalar(text("SELECT pg_xact_status(CAST(:number AS xid8))"), {"number": number})
    except DatabaseError:
        raise UnknownOutcomeError from broke
    return bool(found == "committed")


def _connecting(place: DatabasePlace, host: str | None, asked: dict[str, Any]) -> dict[str, Any]:
    """What the driver is told beside the URL's parts."""
    told: dict[str, Any] = {
        "connect_timeout": asked.get("connect_timeout", _CONNECT_SECONDS),
        "application_name": "interview-assistant",
        "client_encoding": "utf8",
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
    }
    if host is not None:
        told["host"] = host  # the one that was looked at, and no other
    if place.password is not None:
        told["password"] = place.password
    if not is_this_machine(host or "/"):
        told["sslmode"] = asked["sslmode"] if asked.get("sslmode") in _STRONG else "require"
    return told


def _configured(schema: str) -> Any:
    def configure(connection: Any, _record: object) -> None:
        before = connection.autocommit
        connection.autocommit = True
        for setting in (
            f'SET search_path TO "{schema}"',
            "SET TIME ZONE 'UTC'",
            f"SET lock_timeout TO '{LOCK_SECONDS}s'",
            "SET synchronous_commit TO 'on'",
        ):
            connection.execute(setting)
        connection.autocommit = before

    return configure


def _begin(connection: Connection) -> None:
    from psycopg import IsolationLevel

    options = connection.get_execution_options()
    writing, defining = options.get("write", False), options.get(DEFINING, False)
    raw: Any = connection.connection.dbapi_connection
    raw.read_only = not (writing or defining)
    raw.isolation_level = IsolationLevel.READ_COMMITTED if defining else IsolationLevel.REPEATABLE_READ
    if writing:
        # the lock comes before anything is looked at: what this transaction sees is what the writer before it left
        connection.exec_driver_sql("LOCK TABLE event IN EXCLUSIVE MODE")


class _TypesAsInSqlite(PGTypeCompiler):
    """Text without a greatest length, by code points; 64 bits for whole numbers."""

    def visit_VARCHAR(self, type_: TypeEngine[Any], **kw: Any) -> str:  # noqa: ARG002, N802
        """A column's text is of the collation C; a cast's is of whatever it is compared with."""
        return 'TEXT COLLATE "C"' if "type_expression" in kw else "TEXT"

    def visit_INTEGER(self, type_: TypeEngine[Any], **kw: Any) -> str:  # noqa: ARG002, N802
        """As large as SQLite's."""
        return "BIGINT"
