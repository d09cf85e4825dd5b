"""Whether a process needs sockets of a network for its study: read from `interview.toml`, before anything is loaded.

A process that needs none is sealed. Where a study is on servers, or asks a served model, the guard stands alone, and
`store.hosts` decides where anything may be sent.
"""

import os
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_FILE = "interview.toml"
_MOST_BYTES = 1_000_000
_WITH_MODEL = ("suggest", "candidates", "summary")
"""Commands that ask a language model."""


def on_servers(folder: Path) -> bool:
    """Whether the study there, or one made now, has its database or its index on a server."""
    told = _told(folder)
    return _named_here() or "database" in told or "index" in told


def asks_servers(arguments: Sequence[str]) -> bool:
    """Whether a command with these arguments names a server, or works with a study that has one."""
    if any("://" in given for given in arguments) or _named_here():
        return True
    folders = [Path(given) for given in arguments if not given.startswith("-")]
    if any(on_servers(folder) for folder in folders):
        return True
    if not arguments or arguments[0] not in _WITH_MODEL:
        return False
    endpoints = [os.environ.get("INTERVIEW_ENDPOINT"), *map(_endpoint, folders)]
    return any(_is_served(endpoint) for endpoint in endpoints)


def _named_here() -> bool:
    """Whether this machine's environment names a server for the database or the index of studies."""
    return any(os.environ.get(name) for name in ("INTERVIEW_DATABASE", "INTERVIEW_INDEX"))


def _endpoint(folder: Path) -> object:
    settings = _told(folder).get("settings")
    return settings.get("endpoint") if isinstance(settings, dict) else None


def _is_served(endpoint: object) -> bool:
    return isinstance(endpoint, str) and bool(endpoint) and endpoint.partition(":")[0] != "local"


def _told(folder: Path) -> dict[str, Any]:
    """What the study's file says; nothing where there is none, or one that the command itself will refuse."""
    try:
        with (folder / _FILE).open("rb") as file:
            return tomllib.loads(file.read(_MOST_BYTES).decode("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
