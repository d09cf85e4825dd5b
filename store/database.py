"""Opening `study.db`: SQLite in WAL mode with foreign keys, migrated by Alembic after a backup."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import QueuePool

from store.errors import DamagedError, NotAStudyError, StudyError
from store.keys import KEY_FILE, StudyKey, key_of
from store.sqlite import sqlite3
from store.written import new_file, put_in_place

SCHEMA_HEAD = "0008"
"""The newest migration; opening a study at this revision does not need Alembic at all."""

_MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_SECONDS = 30.0
"""How long a connection waits for another one's transaction."""
PLAIN_HEADER = b"SQLite format 3\0"
_REMEDIES = {
    "readonly": "let your account write in the study's folder, then try again",
    "unable to open": "let your account write in the study's folder, then try again",
    "full": "free space on that disk, then try again",
    "No space left": "free space on that disk, then try again",
    "Permission denied": "let your account write in the study's folder, then try again",
    "disk I/O": "see that the disk is there and has space, then try again; if that does not help, check the disk",
    "locked": "close other programs that use the study, then try again",
}
"""What to do, by a word of SQLite's own message."""


def open_engine(path: Path) -> Engine:
    """An engine on `path` whose transactions take the write lock at once where `write` is among their options."""
    url = URL.create("sqlite", database=str(path))  # a folder's name may hold `?`, which means something in a URL
    key = key_for(path)
    engine = create_engine(
        url, module=sqlite3, creator=lambda: connect(path, key=key, check_same_thread=False), poolclass=QueuePool
    )
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def connect(
    path: Path, *, key: StudyKey | None = None, timeout: float = BUSY_SECONDS, check_same_thread: bool = True
) -> Any:
    """A raw connection to a database of a study; `key` where it is encrypted, which is found out if not given."""
    key = key or key_for(path)
    connection = sqlite3.connect(str(path), timeout=timeout, check_same_thread=check_same_thread)
    if key is not None:
        connection.execute(f"PRAGMA key = {key.for_database()}")
    return connection


def connect_copy(path: Path, source: Path) -> Any:
    """A raw connection to a new file that is to be a copy of `source`, and so in the clear where that one is.

    Between an encrypted database and a plain one SQLCipher copies nothing; while a study is being encrypted, both kinds
    lie in its folder.
    """
    return sqlite3.connect(str(path), timeout=BUSY_SECONDS) if is_plain(source) else connect(path)


def connect_reading(path: Path) -> Any:
    """A raw connection to a database that nobody writes to: no lock is taken, no file is made beside it."""
    key = key_for(path)
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    if key is not None:
        connection.execute(f"PRAGMA key = {key.for_database()}")
    return connection


def key_for(path: Path) -> StudyKey | None:
    """The key that opens this database: that of the study in whose folder it lies, unless the file itself is plain.

    A new file follows its study. Raises LockedError where nobody unlocked the study.
    """
    if is_plain(path):
        return None
    near = (folder for folder in list(path.absolute().parents)[:2] if (folder / KEY_FILE).exists())
    folder = next(near, None)
    return None if folder is None else key_of(folder)


def is_plain(path: Path) -> bool:
    """Whether there is a database that anybody can read."""
    try:
        with path.open("rb") as file:
            return file.read(len(PLAIN_HEADER)) == PLAIN_HEADER
    except OSError:
        return False


def remedy(error: DatabaseError) -> str:
    """What a person can do about it; where nothing else is known, the database itself is damaged."""
    return _advice(str(error.orig))


def is_damage(error: DatabaseError) -> bool:
    """Whether the database itself is damaged, and not the disk full, say, or another program in the way."""
    return not any(word in str(error.orig) for word in _REMEDIES)


def _advice(said: str) -> str:
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
        refuse_unknown(revision, str(path))
        from store.backups import keep_copy

        backup = keep_copy(path.parent).path  # read back: what cannot be copied soundly is not changed
    try:
        _upgrade(engine)
    except OperationalError as error:
        msg = f"{path} could not be brought up to date ({error.orig}) and is as it was; {remedy(error)}."
        raise NotAStudyError(msg) from error
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
        if is_damage(error):
            from store.backups import offer

            what = f"cannot be used as a database ({error.orig})"
            raise DamagedError(offer(path.parent, what), path.parent) from error
        msg = f"{path} cannot be used as a database ({error.orig}); {remedy(error)}."
        raise NotAStudyError(msg) from error


def refuse_unknown(revision: str, what: str) -> None:
    """Raise NotAStudyError where that schema is of a newer version of this program; `what` names the database."""
    from alembic.script import ScriptDirectory

    known = {script.revision for script in ScriptDirectory.from_config(_alembic_config()).walk_revisions()}
    if revision not in known:
        named = f"{what[0].upper()}{what[1:]}"
        msg = f"{named} was made by a newer version of this program (schema {revision}); update, then open it again."
        raise NotAStudyError(msg)


def _alembic_config() -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config


def _upgrade(engine: Engine) -> None:
    with engine.execution_options(write=True).begin() as connection:
        upgrade(connection)


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Make or change the tables, within the caller's transaction, until they are of that schema, or the newest."""
    from alembic import command

    config = _alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def back_up(database: Path, folder: Path, tag: str | None = None) -> Path:
    """Copy the database through SQLite's backup API, safe beside running writers; returns the copy's path.

    The name ends in the tag, or in its schema. Raises StudyError where the copy cannot be made, and leaves none.
    """
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    partial = folder / f"study-{stamp}.partial"
    try:
        folder.mkdir(exist_ok=True, mode=0o700)
        new_file(partial).close()
        with closing(connect(database)) as source, closing(connect_copy(partial, database)) as copy:
            source.backup(copy)
            (schema,) = copy.execute("SELECT version_num FROM alembic_version").fetchone()
        target = folder / f"study-{stamp}-{tag or schema}.db"
        put_in_place(partial, target)
    except (OSError, sqlite3.Error, TypeError) as error:
        said = error.strerror if isinstance(error, OSError) else error
        msg = f"No copy of {database} could be made in {folder} ({said}); {_advice(str(said))}."
        raise StudyError(msg) from error
    finally:
        for left in folder.glob(f"{partial.name}*"):
            left.unlink(missing_ok=True)
    return target
