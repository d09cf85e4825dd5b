"""Reading what can be read of a damaged database into a new one, which counts only where it can be proved.

The proof is the event log: every hash fits the one before up to the last event that the study is known to have had, and
every record says what its event says. What of a damaged database cannot be read comes from a copy made before; rows
that neither holds, of records that no event vouches for, make the proof impossible, and then nothing is saved.
"""

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from store.database import connect, connect_copy, connect_reading, is_plain, migrate, open_engine
from store.decisions_again import write_decisions_again
from store.errors import StudyError
from store.events import Head
from store.soundness import chain_of, end_of, page_fault
from store.sqlite import sqlite3

_DATABASE = "study.db"
_DAMAGED = "damaged.db"
_AT_ONCE = 4096
_LARGEST_PAGE = 65536
_COUNT_OF_PAGES = slice(28, 32)
"""Where it stands in the header of a database; see https://sqlite.org/fileformat.html."""
_BEYOND = 256
_MOST_TRIES = 200_000
_COMPUTED = frozenset({"vector"})
"""What can be computed again, and may be lost from where it cannot be read on."""
_PROVED_TOO = frozenset({"event", "turn", "code", "scores"})
"""Tables that the audit checks though their rows are not witnessed one by one."""


class _Damaged:
    """A damaged database that is read; after a page that does not decrypt, SQLCipher wants a new connection."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.connection = _opened(path)

    def open_again(self) -> None:
        """Forget the connection that met the damage."""
        self.connection.close()
        self.connection = _opened(self._path)

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()


@dataclass
class _Reading:
    """Rows read from a damaged table, and the row numbers that could not be."""

    damaged: "_Damaged"
    table: str
    columns: str
    tries: int = 0
    bad: list[tuple[int, int]] = field(default_factory=list)

    def rows(self, lowest: int, highest: int) -> Iterator[tuple[Any, ...]]:
        """Every row that can be read, each with its number first; halves a stretch that cannot until it is one row."""
        for start in range(lowest, highest + 1, _AT_ONCE):
            yield from self._stretch(start, min(start + _AT_ONCE - 1, highest))

    def _stretch(self, low: int, high: int) -> Iterator[tuple[Any, ...]]:
        self.tries += 1
        if self.tries > _MOST_TRIES:
            msg = "too much of it is damaged"
            raise sqlite3.DatabaseError(msg)
        query = f'SELECT rowid, {self.columns} FROM "{self.table}" NOT INDEXED WHERE rowid BETWEEN ? AND ?'  # noqa: S608 - our own names
        try:
            found = self.damaged.connection.execute(query, (low, high)).fetchall()
        except sqlite3.Error:
            self.damaged.open_again()
            if low == high:
                self.bad.append((low, high))
                return
            middle = (low + high) // 2
            yield from self._stretch(low, middle)
            yield from self._stretch(middle + 1, high)
        else:
            yield from found


def salvaged_database(folder: Path, place: Path, base: Path | None, known: Head) -> Path | None:
    """A new database in `place` with all that the study's damaged one held, None where that cannot be proved.

    `base` is a copy made before, `known` the last event that the study is known to have had. The damaged file is not
    touched. Raises OSError where the disk is full.
    """
    source = _second_copy(folder, place)
    made = place / _DATABASE
    if _saved(source, base, made, known):
        return made
    if base is not None and _lend_first_page(source, base) and _saved(source, base, made, known):
        return made
    return None


def _saved(source: Path, base: Path | None, made: Path, known: Head) -> bool:
    try:
        _fill(source, base, made)
        if _is_proved(made, known):
            return True
    except (sqlite3.Error, StudyError, ValueError, TypeError):
        pass  # what stands in the way is a part of the proof that is missing
    for path in made.parent.glob(f"{_DATABASE}*"):
        path.unlink()
    return False


def _lend_first_page(source: Path, base: Path) -> bool:
    """Give a database whose head is destroyed that of its copy, whose tables begin at the same pages.

    Nothing is done where the head is whole, or where the study is encrypted: there, the head is another in every file.
    """
    if is_plain(source) or not is_plain(base):
        return False
    with base.open("rb") as copy, source.open("r+b") as damaged:
        size = int.from_bytes(copy.read(18)[16:18], "big")
        size = _LARGEST_PAGE if size == 1 else size
        copy.seek(0)
        page = bytearray(copy.read(size))
        page[_COUNT_OF_PAGES] = bytes(4)  # that is told by the file's own size, then
        damaged.write(page)
    return True


def _second_copy(folder: Path, place: Path) -> Path:
    """The damaged file with its journal, copied: reading it through SQLite may write to it."""
    for ending in ("", "-wal"):
        if (folder / f"{_DATABASE}{ending}").is_file():
            shutil.copyfile(folder / f"{_DATABASE}{ending}", place / f"{_DAMAGED}{ending}")
    return place / _DAMAGED


def _fill(source: Path, base: Path | None, made: Path) -> None:
    with closing(_Damaged(source)) as damaged:
        schema = _schema(damaged.connection)
        _make_empty(made, base, schema)
        with closing(connect(made)) as target:
            target.isolation_level = None
            target.execute("PRAGMA foreign_keys=OFF")
            target.execute("BEGIN IMMEDIATE")
            with closing(_base(base)) as before:
                for table in _tables(target):
                    _take(damaged, before, target, table)
            write_decisions_again(target)
            target.execute("COMMIT")
            target.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _opened(source: Path) -> Any:
    connection = connect(source)
    connection.execute("PRAGMA writable_schema=ON")  # an index that is damaged does not keep its table from being read
    return connection


def _base(base: Path | None) -> Any:
    return sqlite3.connect(":memory:") if base is None else connect_reading(base)


def _schema(connection: Any) -> str:
    (schema,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(schema)


def _make_empty(made: Path, base: Path | None, schema: str) -> None:
    """A database of that schema without a row: of the copy, or as the migrations make it."""
    if base is None:
        engine = open_engine(made)
        try:
            migrate(engine, made)
        finally:
            engine.dispose()
    else:
        with closing(connect_reading(base)) as before, closing(connect_copy(made, base)) as target:
            before.backup(target)
    with closing(connect(made)) as target:
        if _schema(target) != schema:
            msg = "the copy has another schema"
            raise sqlite3.DatabaseError(msg)
        target.execute("PRAGMA foreign_keys=OFF")
        for table in _tables(target):
            target.execute(f'DELETE FROM "{table}"')  # noqa: S608 - our own names
        target.commit()


def _tables(connection: Any) -> list[str]:
    found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    names = [name for (name,) in found if not name.startswith("sqlite_") and name != "alembic_version"]
    return sorted(names, key=lambda name: name != "event")  # first, for without it all else is in vain


def _take(damaged: _Damaged, before: Any, target: Any, table: str) -> None:
    names = [row[1] for row in target.execute(f'PRAGMA table_info("{table}")')]
    columns = ", ".join(f'"{name}"' for name in names)
    if table in _COMPUTED:
        _take_up_to_damage(damaged, target, table, columns, len(names))
        return
    places = ", ".join("?" * (len(names) + 1))
    insert = f'INSERT INTO "{table}" (rowid, {columns}) VALUES ({places})'  # noqa: S608 - our own names
    reading = _Reading(damaged, table, columns)
    highest = _highest(damaged, before, table)
    target.executemany(insert, reading.rows(0, highest))
    if reading.bad:
        _take_from_copy(before, target, table, insert, reading)


def _take_up_to_damage(damaged: _Damaged, target: Any, table: str, columns: str, count: int) -> None:
    insert = f'INSERT INTO "{table}" ({columns}) VALUES ({", ".join("?" * count)})'  # noqa: S608 - our own names
    try:
        for row in damaged.connection.execute(f'SELECT {columns} FROM "{table}"'):  # noqa: S608 - our own names
            target.execute(insert, row)
    except sqlite3.Error:
        damaged.open_again()


def _take_from_copy(before: Any, target: Any, table: str, insert: str, reading: _Reading) -> None:
    query = f'SELECT rowid, {reading.columns} FROM "{table}" WHERE rowid BETWEEN ? AND ?'  # noqa: S608 - our own names
    for low, high in reading.bad:
        rows = before.execute(query, (low, high)).fetchall() if _tables(before) else []
        if not rows and table not in _proved():
            msg = f"rows of the table {table} are lost"
            raise sqlite3.DatabaseError(msg)
        target.executemany(insert, rows)


def _proved() -> frozenset[str]:
    from store.audit import WITNESSED

    return _PROVED_TOO | {table.__tablename__ for table in WITNESSED}


def _highest(damaged: _Damaged, before: Any, table: str) -> int:
    """The last row number of a table; where that cannot be read, a guess, for what it lacks the audit finds."""
    query = f'SELECT max(rowid) FROM "{table}"'  # noqa: S608 - our own names
    try:
        return damaged.connection.execute(query).fetchone()[0] or 0
    except sqlite3.Error:
        damaged.open_again()
        if table not in _proved():
            raise
        last = (before.execute(query).fetchone()[0] or 0) if _tables(before) else 0
        return int(last) + _BEYOND


def _is_proved(made: Path, known: Head) -> bool:
    from store.audit import verify
    from store.study import Study

    with closing(connect(made)) as connection:
        head, broken = chain_of(connection)
        sound = page_fault(connection) is None and broken is None and head == end_of(connection)
        through = connection.execute("SELECT hash FROM event WHERE id = ?", (known.count,)).fetchone()
    if not sound or not head.count or (known.count and (through is None or through[0] != known.hash)):
        return False
    engine = open_engine(made)
    try:
        return not verify(Study(made.parent, engine, "", "")).faults
    finally:
        engine.dispose()
