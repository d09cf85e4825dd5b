"""`interview.toml`: the study's settings, written by people, and the head of the event chain, kept by us.

The head is kept outside the database so that cutting off the end of the log is noticed.
"""

import os
import time
from pathlib import Path
from typing import Any

import tomlkit
from filelock import FileLock
from tomlkit.exceptions import ParseError

from store.errors import InvalidInputError
from store.events import EMPTY, Head

FILE_NAME = "interview.toml"
_NOTE = "kept by the program: the end of the event log, so that a missing tail is noticed"
_ATTEMPTS = 20
_PAUSE_SECONDS = 0.02


def read_settings(folder: Path) -> dict[str, Any]:
    """The `[settings]` table as plain values."""
    table = _read(folder / FILE_NAME).unwrap().get("settings", {})
    if not isinstance(table, dict):
        msg = f"`settings` in {folder / FILE_NAME} is no table; write [settings] on a line, the values below it."
        raise InvalidInputError(msg)
    return table


def keep_setting(folder: Path, name: str, value: float | str | bool | None) -> None:
    """Write one value of the `[settings]` table, or take it away for None; all else and every comment stay."""
    path = folder / FILE_NAME
    with FileLock(folder / ".interview.lock"):
        read_settings(folder)  # refuses a `settings` that is no table
        document = _read(path)
        table = document.setdefault("settings", tomlkit.table())
        if table.get(name) == value:
            return
        if value is None:
            del table[name]
        else:
            table[name] = value
        _replace(path, tomlkit.dumps(document))


def read_head(folder: Path) -> Head:
    """The head as last kept; the empty head where none is."""
    return _head(_read(folder / FILE_NAME), folder / FILE_NAME)


def keep_head(folder: Path, head: Head) -> None:
    """Write the head unless a later one is there already; settings and comments stay as they are."""
    path = folder / FILE_NAME
    with FileLock(folder / ".interview.lock"):
        document = _read(path)
        if _head(document, path).count >= head.count:
            return
        table = tomlkit.table()
        table.comment(_NOTE)
        table.update({"count": head.count, "head": head.hash})
        document["events"] = table
        _replace(path, tomlkit.dumps(document))


def _replace(path: Path, text: str) -> None:
    """Put `text` in place of the file, so that a power cut leaves the old one or the new one whole."""
    partial = path.with_suffix(".toml.partial")
    with partial.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    for _ in range(_ATTEMPTS):
        try:
            partial.replace(path)
        except PermissionError:  # on Windows, while another program reads the file
            time.sleep(_PAUSE_SECONDS)
        else:
            return
    partial.replace(path)


def _head(document: tomlkit.TOMLDocument, path: Path) -> Head:
    table = document.unwrap().get("events")
    if table is None:
        return EMPTY
    match table:
        case {"count": int(count), "head": str(text)} if count >= 0:
            return Head(count, text)
    msg = f"The [events] table of {path} was changed by hand; put it back as it was, or remove that table."
    raise InvalidInputError(msg)


def _read(path: Path) -> tomlkit.TOMLDocument:
    if not path.exists():
        return tomlkit.document()
    try:
        return tomlkit.parse(path.read_text(encoding="utf-8-sig"))  # Notepad writes a byte order mark
    except OSError as error:
        msg = f"{path} cannot be read ({error.strerror}); it has to be a file that your account may read."
        raise InvalidInputError(msg) from error
    except (ParseError, UnicodeDecodeError) as error:
        msg = f"{path} is not valid TOML ({error}); mend that line, or remove the file to go back to the defaults."
        raise InvalidInputError(msg) from error
