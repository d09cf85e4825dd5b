"""`interview.toml`: the study's settings, written by people, and the head of the event chain, kept by us.

The head is kept outside the database so that cutting off the end of the log is noticed.
"""

from collections.abc import Mapping
from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from typing import Any

import tomlkit
from filelock import FileLock
from tomlkit.exceptions import TOMLKitError

from store.errors import InvalidInputError
from store.events import EMPTY, Head
from store.written import replace_file

FILE_NAME = "interview.toml"
_PLACES = ("database", "index")
"""The tables that say on which servers parts of the study are."""
_NOTE = "kept by the program: the end of the event log, so that a missing tail is noticed"


def read_settings(folder: Path) -> dict[str, Any]:
    """The `[settings]` table as plain values."""
    table = _values(folder / FILE_NAME).get("settings", {})
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


def read_table(folder: Path, name: str) -> dict[str, Any] | None:
    """Another table as plain values; None where there is none. Raises InvalidInputError where that is no table."""
    table = _values(folder / FILE_NAME).get(name)
    if table is not None and not isinstance(table, dict):
        msg = f"`{name}` in {folder / FILE_NAME} is no table; write [{name}] on a line, the values below it."
        raise InvalidInputError(msg)
    return table


def keep_table(folder: Path, name: str, values: Mapping[str, str] | None) -> None:
    """Write another table anew, or take it away for None, in one step; all else and every comment stay."""
    path = folder / FILE_NAME
    with FileLock(folder / ".interview.lock"):
        document = _read(path)
        if values is None:
            document.pop(name, None)
        else:
            table = tomlkit.table()
            table.update(values)
            document[name] = table
        _replace(path, tomlkit.dumps(document))


def without_places(folder: Path) -> bytes:
    """The file as it goes into an archive: without the servers on which database and index of this study are."""
    path = folder / FILE_NAME
    if not path.exists():
        return b""
    document = _read(path)
    if not any(name in document for name in _PLACES):
        return path.read_bytes()
    for name in _PLACES:
        document.pop(name, None)
    return tomlkit.dumps(document).encode()


def drop_places(folder: Path) -> None:
    """Take the servers out of the file of a study that came from elsewhere: it is a file here, whatever it says."""
    if (folder / FILE_NAME).exists():
        replace_file(folder / FILE_NAME, without_places(folder))


def copy_settings(source: Path, folder: Path) -> None:
    """Take over the settings and comments of the study in `source`, but not the head of its log, nor its servers."""
    document = _read(source / FILE_NAME)
    for name in ("events", *_PLACES):
        document.pop(name, None)
    _replace(folder / FILE_NAME, tomlkit.dumps(document))


def read_head(folder: Path) -> Head:
    """The head as last kept; the empty head where none is."""
    return _head(_values(folder / FILE_NAME), folder / FILE_NAME)


def keep_head(folder: Path, head: Head) -> None:
    """Write the head unless a later one is there already; settings and comments stay as they are."""
    path = folder / FILE_NAME
    with FileLock(folder / ".interview.lock"):
        document = _read(path)
        if _head(document.unwrap(), path).count >= head.count:
            return
        table = tomlkit.table()
        table.comment(_NOTE)
        table.update({"count": head.count, "head": head.hash})
        document["events"] = table
        _replace(path, tomlkit.dumps(document), lasting=False)  # an earlier head only notices less


def replace_head(folder: Path, head: Head) -> None:
    """Write the head of a log that takes the place of another, be it shorter."""
    path = folder / FILE_NAME
    with FileLock(folder / ".interview.lock"):
        document = _read(path)
        document.pop("events", None)
        _replace(path, tomlkit.dumps(document))
    keep_head(folder, head)


def replace_database(folder: Path, database: Mapping[str, str], head: Head) -> None:
    """Write where the database is from now on and the head of its log, both in one step; all else stays."""
    path = folder / FILE_NAME
    with FileLock(folder / ".interview.lock"):
        document = _read(path)
        for name, values in (("database", database), ("events", {"count": head.count, "head": head.hash})):
            table = tomlkit.table()
            if name == "events":
                table.comment(_NOTE)
            table.update(values)
            document[name] = table
        _replace(path, tomlkit.dumps(document))


def drop_partial(folder: Path) -> None:
    """Remove what writing the file left behind where it broke off; raises Timeout while it is being written."""
    half = [*folder.glob(f".{FILE_NAME}.*.partial"), *folder.glob(f"{FILE_NAME}.partial")]
    if half:
        with FileLock(folder / ".interview.lock").acquire(timeout=0):
            for path in half:
                path.unlink(missing_ok=True)


def _replace(path: Path, text: str, *, lasting: bool = True) -> None:
    """Put `text` in place of the file, so that a power cut leaves the old one or the new one whole."""
    replace_file(path, text.encode(), lasting=lasting)


def _head(values: Mapping[str, Any], path: Path) -> Head:
    table = values.get("events")
    if table is None:
        return EMPTY
    match table:
        case {"count": int(count), "head": str(text)} if count >= 0:
            return Head(count, text)
    msg = f"The [events] table of {path} was changed by hand; put it back as it was, or remove that table."
    raise InvalidInputError(msg)


def _values(path: Path) -> dict[str, Any]:
    """The file as plain values, which the caller may change."""
    try:
        return deepcopy(_plain(_text(path)))
    except TOMLKitError as error:
        raise _invalid(path, error) from error


@lru_cache(maxsize=16)
def _plain(text: str) -> dict[str, Any]:
    """Kept, for a page asks many times between one change of the file and the next."""
    return tomlkit.parse(text).unwrap()


def _read(path: Path) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(_text(path))
    except TOMLKitError as error:
        raise _invalid(path, error) from error


def _text(path: Path) -> str:
    if not path.exists():
        return ""
    try:
        return path.read_text(encoding="utf-8-sig")  # Notepad writes a byte order mark
    except OSError as error:
        msg = f"{path} cannot be read ({error.strerror}); it has to be a file that your account may read."
        raise InvalidInputError(msg) from error
    except UnicodeDecodeError as error:
        raise _invalid(path, error) from error


def _invalid(path: Path, error: Exception) -> InvalidInputError:
    return InvalidInputError(
        f"{path} is not valid TOML ({error}); mend that line, or remove the file to go back to the defaults."
    )
