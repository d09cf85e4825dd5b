"""Paths that are typed on a page: a researcher's own machine is theirs, a server's files are no member's."""

from pathlib import Path

from assistant.pseudonyms.key_file import default_path
from assistant.ui.login_here import is_served
from store.errors import InvalidInputError
from store.study import Study


def refuse_typed_path() -> None:
    """Raise InvalidInputError where the app is served to a team: members bring files, and name none of the server."""
    if is_served():
        msg = "This app is served to a team, and its members name no files of the server; upload the file instead."
        raise InvalidInputError(msg)


def key_path(study: Study, typed: str) -> Path:
    """Where the key of the pseudonyms lies: as typed, or, in an app that is served, at its place beside the study."""
    return default_path(study) if is_served() else Path(typed).expanduser()
