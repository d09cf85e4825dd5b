"""Opening `study.db`: SQLite in WAL mode with foreign keys, migrated by Alembic after a backup."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError

from store.errors import NotAStudyError

SCHEMA_HEAD = "0005"
"""The newest migration; opening a study at this revision does not need Alembic at all."""

_MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY_SECONDS = 30.0
_REMEDIES = {
    "readonly": "let your account write in the study's folder, then try again",
    "unable to open": "let your account write in the study's folder, then try again",
    "full": "free space on that disk, then try again",
    "locked": "close other programs that use the study, then try again",
}
"""What to do, by a word of SQLite's own message."""


def open_engine(path: Path) -> Engine:
    """An engine on `path` whose transactions take the write lock at once where `write` is among their options."""
    url = URL.create("sqlite", database=str(path))  # a folder's name may hold `?`, which means something in a URL
    engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS})
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def remedy(error: DatabaseError) -> str:
    """What a person can do about it; where nothing else is known, the database itself is damaged."""
    said = str(error.orig)
    return next((do for word, do in _REMEDIES.items() if word in said), "restore the newest copy from `backups`")


def _configure(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun by us, not by the driver
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def migrate(engine: Engine, path: Path) -> Path | None:
    """Bring the database to the newest schema and return the backup made before, if one was needed.

    Raises NotAStudyError where the file is no study database or comes from a newer version.
    """
    revision = _revision(engine, path)
    if revision == SCHEMA_HEAD:
        return None
    backup = None
    if revision is not None:
        _refuse_unknown(revision, path)
        backup = back_up(path, path.parent / "backups", revision)
    _upgrade(engine)
    return backup


def _revision(engine: Engine, path: Path) -> str | None:
    try:
        with engine.connect() as connection:
            tables = set(connection.exec_driver_sql("SELECT name FROM sqlite_master").scalars())
            if not tables:
                return None
            if "alembic_version" not in tables:
                msg = f"{path} is a database, but not that of a study; choose another folder."
                raise NotAStudyError(msg)
            return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    except DatabaseError as error:
        msg = f"{path} cannot be used as a database ({error.orig}); {remedy(error)}."
        raise NotAStudyError(msg) from error


def _refuse_unknown(revision: str, path: Path) -> None:
    from alembic.script import ScriptDirectory

    known = {script.revision for script in ScriptDirectory.from_config(_alembic_config()).walk_revisions()}
    if revision not in known:
        msg = f"{path} was made by a newer version of this program (schema {revision}); update, then open it again."
        raise NotAStudyError(msg)


def _alembic_config() -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config


def _upgrade(engine: Engine) -> None:
    from alembic import command

    config = _alembic_config()
    with engine.execution_options(write=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def back_up(database: Path, folder: Path, tag: str) -> Path:
    """Copy the database through SQLite's backup API, safe beside running writers; returns the copy's path."""
    folder.mkdir(exist_ok=True)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    target = folder / f"study-{stamp}-{tag}.db"
    partial = target.with_suffix(".partial")
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(partial)) as copy:
        source.backup(copy)
    return partial.rename(target)
