"""Where a study's database is when it is no file: `[database]` in `interview.toml`, a URL and a schema.

Passwords are never kept there. PostgreSQL's is taken from where its own programs take it: `PGPASSWORD`, `~/.pgpass`.
"""

import os
import re
import secrets
import unicodedata
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from store.errors import InvalidInputError

DATABASE_VARIABLE = "INTERVIEW_DATABASE"
"""The environment variable with the URL of the database in which new studies are made."""
DRIVER = "postgresql+psycopg"
_DRIVERS = ("postgres", "postgresql", DRIVER)
_SCHEMA = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_TAKEN_SCHEMAS = ("information_schema", "public")
_OPTIONS = frozenset(
    {"host", "port", "sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl", "channel_binding", "connect_timeout"}
)
"""What a URL may set beside its parts; others could run code, read files or say another server."""
_VALUES = {
    "port": frozenset(map(str, range(1, 65_536))),
    "connect_timeout": frozenset(map(str, range(1, 601))),
    "sslmode": frozenset({"disable", "allow", "prefer", "require", "verify-ca", "verify-full"}),
    "channel_binding": frozenset({"disable", "prefer", "require"}),
}
_EXAMPLE = "postgresql+psycopg://name@localhost:5432/studies"


@dataclass(frozen=True, slots=True)
class DatabasePlace:
    """A schema in a PostgreSQL database; `url` holds no password, `password` is what was given with it, if any."""

    url: str
    schema: str
    password: str | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Raises InvalidInputError for a URL or schema that is none of PostgreSQL's, or asks for what it may not."""
        parsed = parsed_url(self.url)
        if parsed.password is not None:
            object.__setattr__(self, "password", self.password or parsed.password)
        object.__setattr__(self, "url", _without_password(parsed))
        _refuse_schema(self.schema)

    @property
    def shown(self) -> str:
        """How a person is told of it: database, server and schema."""
        parsed = make_url(self.url)
        host = host_of(parsed) or "this machine"
        where = host if parsed.port is None else f"{host}:{parsed.port}"
        return f"the database {parsed.database} on {where} (schema {self.schema})"


def new_place(url: str, schema: str | None = None) -> DatabasePlace:
    """A place for a study in that database, in a schema that no other has by chance."""
    return DatabasePlace(url, schema or f"study_{secrets.token_hex(4)}")


def kept_place(folder: Path) -> DatabasePlace | None:
    """Where the study in that folder has its database; None: in a file in the folder.

    Raises InvalidInputError where `interview.toml` cannot be read, or its `[database]` is none.
    """
    from store.config import FILE_NAME, read_table

    table = read_table(folder, "database")
    if table is None:
        return None
    match table:
        case {"url": str(url), "schema": str(schema)}:
            pass
        case _:
            msg = f"[database] in {folder / FILE_NAME} needs a `url` and a `schema`, both as text; mend it there."
            raise InvalidInputError(msg)
    if parsed_url(url).password is not None:
        msg = f"[database] in {folder / FILE_NAME} holds a password; take it out there and set PGPASSWORD instead."
        raise InvalidInputError(msg)
    return _with_password(DatabasePlace(url, schema))


def keep_place(folder: Path, place: DatabasePlace | None) -> None:
    """Write `[database]` into `interview.toml`, or take it away; the file is replaced in one step."""
    from store.config import keep_table

    keep_table(folder, "database", None if place is None else {"url": place.url, "schema": place.schema})


def place_for_new() -> str | None:
    """The URL of the database that the environment names for new studies; None where it names none."""
    return os.environ.get(DATABASE_VARIABLE, "").strip() or None


def parsed_url(text: str) -> URL:
    """The URL as SQLAlchemy reads it, for our driver; raises InvalidInputError where it is none that may be used.

    >>> parsed_url("postgres://ann@localhost/studies").drivername
    'postgresql+psycopg'
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        msg = f"That is no URL of a database; write it as {_EXAMPLE}."
        raise InvalidInputError(msg) from error
    if any(unicodedata.category(sign) in {"Cc", "Cs"} for sign in f"{text}{unquote(text)}"):
        msg = f"The URL of the database holds signs that no address has; write it as {_EXAMPLE}."
        raise InvalidInputError(msg)
    if url.drivername not in _DRIVERS:
        msg = f"A study can be kept in PostgreSQL, not in `{url.drivername}`; write the URL as {_EXAMPLE}."
        raise InvalidInputError(msg)
    if not url.database or "=" in url.database or "://" in url.database:
        msg = f"The URL of the database names no database; write it as {_EXAMPLE}."
        raise InvalidInputError(msg)
    _refuse_options(url)
    return url.set(drivername=DRIVER)


def host_of(url: URL) -> str | None:
    """The host, or folder of a Unix socket, that this URL leads to; None: where the machine's own PostgreSQL listens.

    Raises InvalidInputError where it names several.
    """
    named = url.query.get("host") or url.host or os.environ.get("PGHOST") or None
    if isinstance(named, tuple):  # which `parsed_url` refuses
        msg = "The URL of the database names several hosts; name one."
        raise InvalidInputError(msg)
    if named is None and os.environ.get("PGSERVICE"):
        msg = "The URL of the database names no host, but PGSERVICE is set; write the host into the URL."
        raise InvalidInputError(msg)
    return named


def _refuse_options(url: URL) -> None:
    for name, value in url.query.items():
        if name not in _OPTIONS:
            msg = f"The URL of a study's database may not set `{name}`; it may set {', '.join(sorted(_OPTIONS))}."
            raise InvalidInputError(msg)
        known = _VALUES.get(name)
        good = isinstance(value, str) and value and (known is None or value in known)
        if not good or (name in {"host", "port"} and getattr(url, name)):
            msg = f"`{name}` in the URL of the database is said twice, or is none; say it once, as in {_EXAMPLE}."
            raise InvalidInputError(msg)


def _refuse_schema(schema: str) -> None:
    if not _SCHEMA.fullmatch(schema) or schema in _TAKEN_SCHEMAS or schema.startswith("pg_"):
        msg = (
            f"`{schema}` cannot be the schema of a study; use up to 63 of a-z, 0-9 and _, not beginning with a digit "
            f"or pg_, such as study_gp."
        )
        raise InvalidInputError(msg)


def _with_password(place: DatabasePlace) -> DatabasePlace:
    """The password that the environment's own URL has for the same database, if it has one."""
    named = place_for_new()
    if named is None:
        return place
    given = parsed_url(named)
    return replace(place, password=given.password) if _without_password(given) == place.url else place


def _without_password(url: URL) -> str:
    bare = URL.create(url.drivername, url.username, None, url.host, url.port, url.database, url.query)
    return bare.render_as_string(hide_password=False)
