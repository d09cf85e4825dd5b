"""Where a study's vectors are searched when not in its folder: `[index]` in `interview.toml`, the URL of a server.

The environment may name one for all studies of this machine. No token is ever kept in a study; the server's is taken
from the environment.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from store.config import FILE_NAME, read_table
from store.errors import InvalidInputError
from store.hosts import refuse_foreign
from store.study import Study

INDEX_VARIABLE = "INTERVIEW_INDEX"
"""The environment variable with the URL of the index server for studies that name none."""
TOKEN_VARIABLE = "INTERVIEW_CHROMA_TOKEN"  # noqa: S105 - the name of it
_EXAMPLE = "http://localhost:8000"


@dataclass(frozen=True, slots=True)
class IndexPlace:
    """A Chroma server by its parts; `path` is what a reverse proxy may put before its own."""

    secure: bool
    host: str
    port: int
    path: str = ""

    @property
    def url(self) -> str:
        """The address as it is kept."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.secure else 'http'}://{host}:{self.port}{self.path}"

    @property
    def shown(self) -> str:
        """How a person is told of it."""
        return f"the index server at {self.host}:{self.port}"

    def refuse_foreign(self) -> None:
        """Raise InvalidInputError unless this machine allows that host."""
        refuse_foreign(self.host, "The index server")


def place_at(url: str) -> IndexPlace:
    """The place that a URL names; raises InvalidInputError where it is none, or holds a password or a token.

    >>> place_at("https://chroma.example.org/dept")
    IndexPlace(secure=True, host='chroma.example.org', port=443, path='/dept')
    """
    try:
        parts = urlsplit(url.strip())
        port, host = parts.port, parts.hostname
    except ValueError:
        parts, port, host = urlsplit(""), None, None
    if parts.scheme not in ("http", "https") or not host or port == 0:
        msg = f"The URL of the index server is none; write it as {_EXAMPLE}."
        raise InvalidInputError(msg)
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        msg = (
            "The URL of the index server holds more than where it is; write it as "
            f"{_EXAMPLE}, and set {TOKEN_VARIABLE} where it asks for a token."
        )
        raise InvalidInputError(msg)
    secure = parts.scheme == "https"
    return IndexPlace(secure, host, port or (443 if secure else 80), parts.path.rstrip("/"))


def kept_index(folder: Path) -> IndexPlace | None:
    """The server that the study in that folder names itself; raises InvalidInputError where its `[index]` is none."""
    table = read_table(folder, "index")
    if table is None:
        return None
    url = table.get("url")
    if not isinstance(url, str):
        msg = f"[index] in {folder / FILE_NAME} needs a `url`, as text; mend it there, or take [index] out."
        raise InvalidInputError(msg)
    return place_at(url)


def index_place(study: Study) -> IndexPlace | None:
    """Where the study's vectors are searched; None: in its folder.

    Raises InvalidInputError where its own `[index]` cannot be used: it is none, or the study is encrypted. A server
    that only the environment names is not used for an encrypted study.
    """
    kept = kept_index(study.folder)
    if study.key is not None:
        if kept is not None:
            msg = (
                f"The study in {study.folder} is encrypted, and its vectors would lie open on {kept.shown}; take "
                f"[index] out of {FILE_NAME}: an encrypted study is searched in memory."
            )
            raise InvalidInputError(msg)
        return None
    if kept is not None:
        return kept
    named = os.environ.get(INDEX_VARIABLE, "").strip()
    return place_at(named) if named else None
