"""Asking a Chroma server: through Chroma's own client, with an end to every wait and no way around by a proxy.

Chroma 1.x checks no token itself (chroma-core/chroma, issues 4965 and 5363); a reverse proxy before it does, and gets
ours as `Authorization: Bearer`.
"""

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import SimpleNamespace
from typing import Any

from store.errors import StudyError
from store.index_place import TOKEN_VARIABLE, IndexPlace

_CONNECT_SECONDS, _ANSWER_SECONDS = 5.0, 60.0
_REFUSED = {401: "refuses the token", 403: "refuses the token"}
_AT_ONCE = 500


class IndexServerError(StudyError):
    """The index server cannot be asked: it is away, refuses, or answers what no such server answers."""


@contextmanager
def connection(place: IndexPlace) -> Iterator[Any]:
    """Chroma's client of that server. Whatever goes wrong with the server inside is an IndexServerError.

    Raises InvalidInputError where this machine does not allow that host; nothing is sent there then.
    """
    place.refuse_foreign()
    with told(place):
        client = _client(place)
    try:
        with told(place):
            yield client
    finally:
        client.close()


@contextmanager
def told(place: IndexPlace) -> Iterator[None]:
    """Turn what a client raises of its server into one sentence."""
    try:
        yield
    except (StudyError, AssertionError):
        raise
    except Exception as error:
        if not _of_server(error):
            raise
        raise IndexServerError(_sentence(place, error)) from error


def _client(place: IndexPlace) -> Any:
    import chromadb
    from chromadb.config import Settings

    from store.index import name_no_code

    name_no_code()
    _bound_sessions()
    token = os.environ.get(TOKEN_VARIABLE, "").strip()
    host = f"[{place.host}]" if ":" in place.host else place.host
    address = place.url if place.path else host  # with a path, Chroma wants the whole address
    return chromadb.HttpClient(
        address,
        place.port,
        ssl=place.secure,
        headers={"Authorization": f"Bearer {token}"} if token else {},
        settings=Settings(anonymized_telemetry=False),
    )


@cache
def _bound_sessions() -> None:
    """Have Chroma's client wait no longer than so long, follow nobody, and ask no proxy that the environment names."""
    import httpx
    from chromadb.api import fastapi

    class _Session(httpx.Client):
        def __init__(self, **named: Any) -> None:
            bounded = {
                "timeout": httpx.Timeout(_ANSWER_SECONDS, connect=_CONNECT_SECONDS),
                "trust_env": False,
                "follow_redirects": False,
                "verify": ssl.create_default_context(),
            }
            super().__init__(**{**named, **bounded})

    fastapi.httpx = SimpleNamespace(**{**vars(httpx), "Client": _Session})


def _of_server(error: Exception) -> bool:
    """Whether an error may come from a server, and what it sent, rather than from the study's own parts."""
    import httpx
    from chromadb.errors import ChromaError

    # Chroma's client reads an answer as it comes: what is none shows as one of the plain kinds
    kinds = (httpx.HTTPError, httpx.InvalidURL, ChromaError, OSError, ValueError, KeyError, TypeError, AttributeError)
    return isinstance(error, kinds)


def _sentence(place: IndexPlace, error: Exception) -> str:
    import httpx

    reason: BaseException = error
    while not isinstance(reason, httpx.HTTPError) and (behind := reason.__cause__ or reason.__context__) is not None:
        reason = behind
    if isinstance(reason, httpx.TransportError) or "Could not connect" in str(error):
        said = str(reason) or type(reason).__name__
        return f"{_capital(place)} does not answer ({said}); see that it is up and that [index] names it rightly."
    status = getattr(getattr(reason, "response", None), "status_code", None) or _status(error)
    if status in _REFUSED:
        return f"{_capital(place)} {_REFUSED[status]}; set {TOKEN_VARIABLE} to the one that it takes."
    return (
        f"{_capital(place)} answers what no index server does ({type(error).__name__}: {str(error)[:120]}); see that "
        "[index] names a Chroma server of version 1."
    )


def _status(error: Exception) -> int | None:
    code = getattr(error, "code", None)
    found = code() if callable(code) else None
    return found if isinstance(found, int) else None


def _capital(place: IndexPlace) -> str:
    return place.shown[:1].upper() + place.shown[1:]


def collections_of(client: Any, prefix: str) -> list[Any]:
    """The collections of a server whose names begin so."""
    found: list[Any] = []
    start = 0
    while True:
        some = client.list_collections(limit=_AT_ONCE, offset=start)
        found += [each for each in some if str(each.name).startswith(prefix)]
        if len(some) < _AT_ONCE:
            return found
        start += len(some)
