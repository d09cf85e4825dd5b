"""What to say when PostgreSQL did not do as asked: one sentence for each thing that happens to servers."""

import os
from pathlib import Path
from typing import Any

from sqlalchemy import make_url
from sqlalchemy.exc import DatabaseError

from store.database_place import DatabasePlace
from store.errors import InvalidInputError, NotAStudyError, StudyError
from store.one_line import one_line

_BY_STATE = {
    "28P01": "does not accept the password of “{user}”; set PGPASSWORD, or write it into ~/.pgpass",
    "28000": "does not let “{user}” in; ask whoever looks after that server",
    "3D000": "is not there; make it with `createdb {database}`, or mend the URL",
    "3F000": "is not there any more; restore an archive that `interview backup` made, or mend [database] in {settings}",
    "42P01": "lacks a table of the study; restore an archive that `interview backup` made, or mend [database] in "
    "{settings}",
    "42501": "does not let “{user}” do this; whoever looks after it grants it with `GRANT CREATE, CONNECT ON DATABASE "
    '"{database}" TO "{user}"`, and the study\'s tables have to belong to that account',
    "53100": "has no space left on its disk; free some on that server, then try again",
    "53200": "has no memory left; try again later",
    "53300": "lets in no more connections; close other programs that use it, or raise its max_connections",
    "55P03": "is held by another program that has been writing for a while; try again when it is done",
    "57014": "broke the statement off; try again",
    "25006": "is a copy that can only be read; name the server that is written to",
    "40001": "was changed by another program meanwhile; try again",
    "40P01": "was changed by another program meanwhile; try again",
    "57P03": "is starting or stopping; try again in a moment",
}
_BY_CLASS = {
    "08": "cannot be reached any more; see that the server is up, then try again",
    "57": "was shut down or let go of the connection; try again when the server is up",
    "58": "cannot read or write its own files; whoever looks after that server has to see to it",
    "XX": "says that its data are damaged; whoever looks after that server has to see to it",
}
_BY_WORDS = {
    "password authentication failed": _BY_STATE["28P01"],
    "no password supplied": _BY_STATE["28P01"],
    "no pg_hba.conf entry": _BY_STATE["28000"],
    "does not support SSL": "offers no encrypted connection, as is needed beyond this machine; switch `ssl` on there",
    "certificate": "has a certificate that cannot be trusted; name the right one with `sslrootcert` in the URL",
    "too many clients": _BY_STATE["53300"],
    "connection slots": _BY_STATE["53300"],
    "is not permitted to log in": _BY_STATE["28000"],
    "permission denied": _BY_STATE["42501"],
    "starting up": _BY_STATE["57P03"],
    "shutting down": _BY_STATE["57P03"],
    "could not translate host name": "is on a host that is not known; mend the URL in {settings}",
    "Connection refused": "does not answer; see that the server is up and that host and port are right",
    "timeout expired": "does not answer; see that the server is up and that host and port are right",
    "No such file": "does not answer; see that the server is up and that host and port are right",
}
"""Of refusals to connect, the driver knows only the words."""
_GONE = "let go of the connection; see that the server is up, then try again"
_TOO_LONG, _TOO_LARGE = "54000", "22003"


def explained(error: DatabaseError, folder: Path, place: DatabasePlace, *, writing: bool) -> StudyError | None:
    """The sentence for that error; None where it can only be a mistake of the program."""
    said = _input(error)
    if said is not None:
        return InvalidInputError(f"Nothing was written to {folder}: {said}")
    way = _way(error)
    if way is None:
        return None
    told = way.format(**_names(folder, place))
    sentence = f"{place.shown[0].upper()}{place.shown[1:]} {told}"
    words = _words(error)
    sentence = f"{sentence} ({words})." if words else f"{sentence}."
    return StudyError(f"Nothing was written to {folder}. {sentence}") if writing else NotAStudyError(sentence)


def unknown_outcome(folder: Path, place: DatabasePlace) -> StudyError:
    """What to say where the connection broke while the end of a transaction was on its way, and nobody answers."""
    return StudyError(
        f"The connection to {place.shown} broke at the moment of writing, and the server does not answer: whether the "
        f"last act is in {folder} is not known; when the server is up, look whether it is there before doing it again."
    )


def refusal(folder: Path, place: DatabasePlace) -> str:
    """What to say after the name of a database that does not let this account do what it must."""
    return _BY_STATE["42501"].format(**_names(folder, place))


def is_lost(error: DatabaseError) -> bool:
    """Whether the connection itself broke."""
    return bool(error.connection_invalidated) or _state(error)[:2] in {"08", "57"}


def _input(error: DatabaseError) -> str | None:
    """What is wrong with what was to be written, where that is it."""
    state, words = _state(error), str(error.orig)
    if "NUL (0x00)" in words or state == "22021":
        return "a text holds a NUL character, which PostgreSQL cannot keep; take it out, then try again."
    if state == _TOO_LARGE or "out of range" in words:
        return "a number is too large for the database; mend it, then try again."
    if state == _TOO_LONG:
        return "a name is too long for PostgreSQL to find it again (about 2,700 bytes); shorten it, then try again."
    return None


def _way(error: DatabaseError) -> str | None:
    import psycopg

    state, words = _state(error), str(error.orig)
    if state:
        found = _BY_STATE.get(state) or _BY_CLASS.get(state[:2])
        return found or (_GONE if isinstance(error.orig, psycopg.OperationalError) else None)
    if not isinstance(error.orig, psycopg.OperationalError):
        return None
    if "database" in words and "does not exist" in words:
        return _BY_STATE["3D000"]
    if "role" in words and "does not exist" in words:
        return _BY_STATE["28000"]
    return next((way for part, way in _BY_WORDS.items() if part in words), _GONE)


def _state(error: DatabaseError) -> str:
    return getattr(error.orig, "sqlstate", None) or ""


def _words(error: DatabaseError) -> str:
    """The first line of what the server or the driver says, without the full stop that ends our own sentence."""
    lines = str(error.orig).strip().splitlines()
    return one_line(lines[0]).rstrip(".").strip() if lines else ""


def _names(folder: Path, place: DatabasePlace) -> dict[str, Any]:
    from store.config import FILE_NAME

    url = make_url(place.url)
    user = url.username or os.environ.get("PGUSER") or "your account"
    return {"user": user, "database": url.database, "settings": folder / FILE_NAME}
