"""`interview.toml`: the study's settings, written by people, and the head of the event chain, kept by us.

The head is kept outside the database so that cutting off the end of the log is noticed.
"""

from pathlib import Path
from typing import Any

import tomlkit
from filelock import FileLock
from tomlkit.exceptions import ParseError

from store.errors import InvalidInputError
from store.events import EMPTY, Head

FILE_NAME = "interview.toml"
_NOTE = "kept by the program: the end of the event log, so that a missing tail is noticed"


def read_settings(folder: Path) -> dict[str, Any]:
    """The `[settings]` table as plain values."""
    table = _read(folder / FILE_NAME).get("settings", {})
    return dict(table.unwrap() if hasattr(table, "unwrap") else table)


def read_head(folder: Path) -> Head:
    """The head as last kept; the empty head where none is."""
    table = _read(folder / FILE_NAME).get("events")
    return EMPTY if table is None else Head(int(table["count"]), str(table["head"]))


def keep_head(folder: Path, head: Head) -> None:
    """Write the head unless a later one is there already; settings and comments stay as they are."""
    path = folder / FILE_NAME
    with FileLock(folder / ".interview.lock"):
        document = _read(path)
        if "events" in document and int(document["events"]["count"]) >= head.count:
            return
        table = tomlkit.table()
        table.comment(_NOTE)
        table.update({"count": head.count, "head": head.hash})
        document["events"] = table
        partial = path.with_suffix(".toml.partial")
        partial.write_text(tomlkit.dumps(document), encoding="utf-8")
        partial.replace(path)


def _read(path: Path) -> tomlkit.TOMLDocument:
    if not path.exists():
        return tomlkit.document()
    try:
        return tomlkit.parse(path.read_text(encoding="utf-8"))
    except (ParseError, UnicodeDecodeError) as error:
        msg = f"{path} is not valid TOML ({error}); mend that line, or remove the file to go back to the defaults."
        raise InvalidInputError(msg) from error
