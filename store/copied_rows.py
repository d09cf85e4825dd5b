"""Rows of a study from one database into another, SQLite or PostgreSQL: streamed in the order of their keys, compared.

Between the two, a row is what SQLite's driver gives for it: times and JSON are text, to the character.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any

from sqlalchemy import JSON, Connection, DateTime, create_engine, inspect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from store.errors import InvalidInputError, StudyError
from store.sqlite import sqlite3

Progress = Callable[[int, int, str], None]
"""Called with the rows done, the rows in all, and the table at hand."""
Row = tuple[Any, ...]

VERSION_TABLE = "alembic_version"
_ROWS_AT_ONCE = 200
_ROWS_BETWEEN_CALLS = 1_000
_TIME = "%Y-%m-%d %H:%M:%S.%f"
_LENGTH_OF_TIME = 26


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a copying: an open connection, and the schema in which its tables are; SQLite has none."""

    connection: Connection
    schema: str | None = None

    @property
    def is_postgres(self) -> bool:
        """Whether that is PostgreSQL."""
        return self.connection.dialect.name == "postgresql"

    def take_time(self) -> None:
        """Have this transaction last as long as it takes, whatever the server lets a statement have otherwise."""
        if self.is_postgres:
            for name in ("statement_timeout", "idle_in_transaction_session_timeout"):
                self.connection.exec_driver_sql(f"SET LOCAL {name} = 0")


@dataclass(frozen=True, slots=True)
class CopiedTable:
    """A table by its name, its columns, those of its key, and which hold JSON or times."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    json: frozenset[str]
    times: frozenset[str]


def tables_of(revision: str) -> tuple[CopiedTable, ...]:
    """All tables of that schema but the one with its version, each after those to which it points."""
    from store.database import upgrade

    engine = create_engine("sqlite://", module=sqlite3, poolclass=StaticPool)
    try:
        with engine.begin() as connection:
            upgrade(connection, revision)
            inspector = inspect(connection)
            found = inspector.get_sorted_table_and_fkc_names()
            return tuple(_table(inspector, name) for name, _ in found if name not in (None, VERSION_TABLE))
    finally:
        engine.dispose()


def revision_of(side: Side) -> str:
    """The schema of the tables on that side."""
    return str(side.connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").scalar())  # noqa: S608


def refuse_other_tables(side: Side, tables: Sequence[CopiedTable]) -> None:
    """Raise StudyError unless there are these very tables, to the column."""
    query = (
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = %s"
        if side.is_postgres
        else "SELECT m.name, c.name FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS c WHERE m.type = 'table'"
    )
    given = (side.schema,) if side.is_postgres else ()
    there = {
        (table, column)
        for table, column in side.connection.exec_driver_sql(query, given)
        if table != VERSION_TABLE and not table.startswith("sqlite_")
    }
    wanted = {(table.name, column) for table in tables for column in table.columns}
    if there != wanted:
        differing = ", ".join(sorted({table for table, _ in there ^ wanted}))
        msg = f"The database does not have the tables of its schema ({differing}); nothing was moved or copied."
        raise StudyError(msg)


def _table(inspector: Any, name: str) -> CopiedTable:
    columns = inspector.get_columns(name)
    return CopiedTable(
        name=name,
        columns=tuple(column["name"] for column in columns),
        key=tuple(inspector.get_pk_constraint(name)["constrained_columns"]),
        json=frozenset(column["name"] for column in columns if isinstance(column["type"], JSON)),
        times=frozenset(column["name"] for column in columns if isinstance(column["type"], DateTime)),
    )


def counts(side: Side, tables: Iterable[CopiedTable]) -> dict[str, int]:
    """How many rows each table has."""
    query = "SELECT count(*) FROM {}"
    return {
        table.name: int(side.connection.exec_driver_sql(query.format(_quoted(table.name))).scalar() or 0)
        for table in tables
    }


def rows(side: Side, table: CopiedTable) -> Iterator[Row]:
    """Every row, in the order of the key; no more than a few hundred are held at once."""
    chosen = ", ".join(_read(side, table, name) for name in table.columns)
    order = ", ".join(map(_quoted, table.key))
    query = f"SELECT {chosen} FROM {_quoted(table.name)} ORDER BY {order}"  # noqa: S608 - our own names
    result = side.connection.exec_driver_sql(query, execution_options={"yield_per": _ROWS_AT_ONCE})
    times = [index for index, name in enumerate(table.columns) if name in table.times]
    for row in result:
        yield tuple(row) if side.is_postgres or not times else _with_whole_times(row, times)


def copy_rows(source: Side, target: Side, tables: Sequence[CopiedTable], step: Callable[[str], None]) -> None:
    """Fill empty tables, within the target's transaction; `step` is called with the table's name for every row.

    Raises InvalidInputError, which names table and row, for what PostgreSQL cannot hold.
    """
    write = _write_to_postgres if target.is_postgres else _write_to_sqlite
    for table in tables:
        write(target.connection, table, _stepping(rows(source, table), table.name, step))
    _set_counters(target, tables, _counters(source, tables))


def refuse_different(
    source: Side, target: Side, tables: Sequence[CopiedTable], step: Callable[[str], None]
) -> dict[str, int]:
    """Compare every column of every row; returns how many rows each table has. Raises StudyError where one differs."""
    found = {}
    for table in tables:
        number = 0
        for one, other in zip_longest(rows(source, table), rows(target, table)):
            number += 1
            if one is None or other is None or not _same(one, other):
                key = _key(table, one or other or ())
                msg = f"Row {number} of the table “{table.name}” ({key}) is not the same in both databases."
                raise StudyError(msg)
            step(table.name)
        found[table.name] = number
    return found


class Counted:
    """Progress over a known number of steps, told every thousand."""

    def __init__(self, whole: int, progress: Progress) -> None:
        self._done, self._whole, self._progress = 0, whole, progress

    def step(self, name: str) -> None:
        """One more."""
        self._done += 1
        if self._done % _ROWS_BETWEEN_CALLS == 0 or self._done == self._whole:
            self._progress(min(self._done, self._whole), self._whole, name)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _read(side: Side, table: CopiedTable, name: str) -> str:
    if name in table.json:
        return f"CAST({_quoted(name)} AS TEXT)"
    if name in table.times and side.is_postgres:
        return f"to_char({_quoted(name)}, 'YYYY-MM-DD HH24:MI:SS.US')"
    return _quoted(name)


def _with_whole_times(row: Sequence[Any], times: Sequence[int]) -> Row:
    found = list(row)
    for index in times:
        value = found[index]
        if isinstance(value, str) and len(value) != _LENGTH_OF_TIME:  # as no version of ours writes it
            found[index] = datetime.fromisoformat(value).strftime(_TIME)
    return tuple(found)


def _stepping(found: Iterable[Row], name: str, step: Callable[[str], None]) -> Iterator[Row]:
    for row in found:
        yield row
        step(name)


def _same(one: Row, other: Row) -> bool:
    """NaN is the same as NaN here."""
    return one == other or all(a == b or (a != a and b != b) for a, b in zip(one, other, strict=True))  # noqa: PLR0124


def _key(table: CopiedTable, row: Row) -> str:
    by_name = dict(zip(table.columns, row, strict=False))
    return ", ".join(f"{name} {str(by_name.get(name))[:60]}" for name in table.key)


def _write_to_sqlite(connection: Connection, table: CopiedTable, found: Iterator[Row]) -> None:
    names, places = ", ".join(map(_quoted, table.columns)), ", ".join("?" * len(table.columns))
    statement = f"INSERT INTO {_quoted(table.name)} ({names}) VALUES ({places})"  # noqa: S608 - our own names
    connection.exec_driver_sql("SELECT 1")  # the transaction is begun by the engine
    raw: Any = connection.connection.dbapi_connection
    try:
        raw.executemany(statement, found)
    except sqlite3.Error as error:
        raise DBAPIError.instance(statement, (), error, sqlite3.Error, dialect=connection.dialect) from error


def _write_to_postgres(connection: Connection, table: CopiedTable, found: Iterator[Row]) -> None:
    import psycopg

    names = ", ".join(map(_quoted, table.columns))
    statement = f"COPY {_quoted(table.name)} ({names}) FROM STDIN"
    raw: Any = connection.connection.dbapi_connection
    number = 0
    try:
        with raw.cursor() as cursor, cursor.copy(statement) as copy:
            for row in found:
                number += 1
                _refuse_null_character(table, number, row)
                copy.write_row(row)
    except psycopg.errors.DataError as error:
        where = error.diag.context or f"table {table.name}, row {number}"
        msg = f"PostgreSQL cannot hold what is in the table “{table.name}” ({where}: {error}); mend it, then try again."
        raise InvalidInputError(msg) from error
    except psycopg.Error as error:
        raise DBAPIError.instance(statement, (), error, psycopg.Error, dialect=connection.dialect) from error


def _refuse_null_character(table: CopiedTable, number: int, row: Row) -> None:
    for name, value in zip(table.columns, row, strict=True):
        if isinstance(value, str) and "\0" in value:
            msg = (
                f"Row {number} of the table “{table.name}” ({_key(table, row)}) has a NUL character in `{name}`, which "
                "PostgreSQL cannot keep; take it out of that text, then try again."
            )
            raise InvalidInputError(msg)


def _counters(side: Side, tables: Iterable[CopiedTable]) -> Mapping[str, int]:
    """The last number that each counter gave, so that none is given twice, though its row be erased."""
    if not side.is_postgres:
        return {str(name): int(last) for name, last in _sqlite_sequence(side.connection)}
    found = {}
    for table in tables:
        sequence = _sequence(side, table)
        if sequence is not None:
            query = f"SELECT last_value, is_called FROM {sequence}"  # noqa: S608 - as the server names it
            last, called = side.connection.exec_driver_sql(query).one()
            found[table.name] = int(last) if called else 0
    return found


def _set_counters(side: Side, tables: Iterable[CopiedTable], last: Mapping[str, int]) -> None:
    if not side.is_postgres:
        there = dict(_sqlite_sequence(side.connection))
        counted = side.connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'")
        for name in counted.scalars().all():
            number = max(int(there.get(name, 0)), last.get(name, 0))
            side.connection.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = ?", (name,))
            if number:
                side.connection.exec_driver_sql("INSERT INTO sqlite_sequence VALUES (?, ?)", (name, number))
        return
    for table in tables:
        sequence = _sequence(side, table)
        if sequence is not None:
            query = f"SELECT max({_quoted(table.key[0])}) FROM {_quoted(table.name)}"  # noqa: S608 - our own names
            highest = side.connection.exec_driver_sql(query).scalar() or 0
            number = max(int(highest), last.get(table.name, 0))
            side.connection.exec_driver_sql("SELECT setval(%s, %s, %s)", (sequence, max(1, number), number > 0))


def _sqlite_sequence(connection: Connection) -> Sequence[Any]:
    there = connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").scalar()
    return connection.exec_driver_sql("SELECT name, seq FROM sqlite_sequence").all() if there else ()


def _sequence(side: Side, table: CopiedTable) -> str | None:
    """The counter of a table's key as the server names it, quoted and with its schema."""
    if len(table.key) != 1:
        return None
    named = f"{_quoted(side.schema or '')}.{_quoted(table.name)}"
    found = side.connection.exec_driver_sql("SELECT pg_get_serial_sequence(%s, %s)", (named, table.key[0])).scalar()
    return None if found is None else str(found)
