"""What the servers of a study say of themselves: whether they answer, which version they are, what they hold."""

import json
import os
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, make_url

from store import config
from store.database_place import DatabasePlace, new_place
from store.errors import InvalidInputError, StudyError
from store.hosts import refuse_foreign
from store.index_place import INDEX_VARIABLE, TOKEN_VARIABLE
from store.server_copies import engine_of, told

_SECONDS = 10
_MOST_BYTES = 10_000


def state_of_database(folder: Path, place: DatabasePlace) -> str:
    """The server's version, the schema of the study and how many events it holds.

    Raises StudyError where it cannot be reached or holds no study.
    """
    with engine_of(place) as engine, told(folder, place), engine.connect() as connection:
        version = _version(connection)
        schema = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        events = connection.exec_driver_sql("SELECT count(*) FROM event").scalar()
    return f"PostgreSQL {version}, {place.shown}, tables of {schema}, {events} events"


def state_for_new_studies(url: str) -> str:
    """The version of the server on which new studies are made; raises StudyError where none can be made there."""
    place = new_place(url, "studies")
    with engine_of(place) as engine, told(Path(), place), engine.connect() as connection:
        version = _version(connection)
        query = "SELECT has_database_privilege(current_database(), 'CREATE'), pg_encoding_to_char(encoding) "
        allowed, encoding = connection.exec_driver_sql(
            f"{query} FROM pg_catalog.pg_database WHERE datname = current_database()"
        ).one()
    parsed = make_url(place.url)
    if not allowed:
        who = parsed.username or "your account"
        msg = (
            f"The database {parsed.database} does not let “{who}” make studies; whoever looks after it grants it with "
            f'`GRANT CREATE ON DATABASE "{parsed.database}" TO "{who}"`.'
        )
        raise StudyError(msg)
    if encoding != "UTF8":
        msg = f"The database {parsed.database} is encoded in {encoding}; make one with `createdb --encoding=UTF8`."
        raise InvalidInputError(msg)
    return f"PostgreSQL {version}, the database {parsed.database} on {parsed.host or 'this machine'}"


def index_of(folder: Path | None) -> str | None:
    """The URL of the index server of a study, or of those that the environment names; None where there is none."""
    table = None if folder is None else config.read_table(folder, "index")
    url = (table or {}).get("url") or os.environ.get(INDEX_VARIABLE, "").strip()
    return str(url) if url else None


def state_of_index(url: str) -> str:
    """Whether an index server answers; raises StudyError where it does not, or this machine does not allow it."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        msg = "The URL of the index server is none; write it as http://host:8000."
        raise InvalidInputError(msg)
    where = f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname
    refuse_foreign(parts.hostname, "The index server")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    address = f"{parts.scheme}://{host}{f':{parts.port}' if parts.port else ''}{parts.path.rstrip('/')}"
    request = urllib.request.Request(f"{address}/api/v2/version")  # noqa: S310 - http or https, as was looked at
    token = os.environ.get(TOKEN_VARIABLE)
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)
    try:
        with opener.open(request, timeout=_SECONDS) as answer:
            version = json.loads(answer.read(_MOST_BYTES))
    except (OSError, ValueError) as error:
        said = getattr(error, "reason", None) or error
        msg = (
            f"The index server at {where} does not answer as one ({said}); see that it is up and that the URL is right."
        )
        raise StudyError(msg) from error
    return f"Chroma {version} at {where}"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows no server elsewhere."""

    def redirect_request(self, *_: Any) -> None:
        """Refuse."""


def _version(connection: Connection) -> str:
    return str(connection.exec_driver_sql("SHOW server_version").scalar()).split(" ", 1)[0]
