"""Whether a database can be read through and its chain of events holds: raw reads, so that any copy can be checked.

What a row must say is a matter of the audit (`store.audit`); here it is whether the file is whole.
"""

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from store.canonical import sha256_json, sha256_text
from store.database import connect, connect_reading
from store.events import GENESIS, Head
from store.sqlite import sqlite3

EVENT_COLUMNS = ("id", "type", "at", "coder", "interview", "payload_hash", "previous", "payload", "salt", "hash")
_EVENTS = f"SELECT {', '.join(EVENT_COLUMNS)} FROM event ORDER BY id"  # noqa: S608 - our own names


@dataclass(frozen=True, slots=True)
class Soundness:
    """What reading a database through found: its schema, the end of its log, and the first fault, None where none is.

    The head is that of the last event that holds. A database may be `readable` all the same: then its pages are whole,
    and something in it was changed.
    """

    schema: str | None
    head: Head
    fault: str | None = None
    readable: bool = True


def soundness(path: Path, *, still: bool = False) -> Soundness:
    """Read a database through: its pages and indexes, and the chain of events.

    With `still`, nobody writes to it, and nothing is made beside it. Raises LockedError where it is encrypted and
    nobody unlocked its study.
    """
    try:
        if not path.stat().st_size:
            return Soundness(None, Head(0, GENESIS), "it is empty", readable=False)
        with closing(connect_reading(path) if still else connect(path)) as connection:
            return soundness_of(connection)
    except (OSError, sqlite3.Error) as error:
        return Soundness(None, Head(0, GENESIS), _first_line(str(error)), readable=False)


def soundness_of(connection: Any) -> Soundness:
    """The same through an open connection."""
    schema, head = None, Head(0, GENESIS)
    try:
        (schema,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        fault = page_fault(connection)
        head, broken = chain_of(connection)
    except (sqlite3.Error, TypeError, ValueError) as error:
        return Soundness(schema, head, _first_line(str(error)), readable=False)
    return Soundness(schema, head, fault or broken, readable=fault is None)


def page_fault(connection: Any, *, quick: bool = False) -> str | None:
    """The first thing that SQLite's own check finds; `quick` does not compare indexes with their tables."""
    try:
        found = connection.execute(f"PRAGMA {'quick_check' if quick else 'integrity_check'}(1)").fetchone()
        loose = None if quick else connection.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.Error as error:
        return _first_line(str(error))
    if found is None or found[0] != "ok":
        return "it cannot be read through" if found is None else _first_line(str(found[0]))
    return None if loose is None else f"a row of the table “{loose[0]}” points at nothing"


def chain_of(connection: Any) -> tuple[Head, str | None]:
    """The last event up to which every hash fits the one before, and what is wrong with the next, if there is one."""
    return chain_of_rows(connection.execute(_EVENTS))


def chain_of_rows(events: Iterable[Sequence[Any]]) -> tuple[Head, str | None]:
    """The same of events as rows with the columns `EVENT_COLUMNS`, in order."""
    head = Head(0, GENESIS)
    for row in events:
        number, kind, at, coder, interview, payload_hash, previous, payload, salt, own = row
        header = {
            "id": number,
            "type": kind,
            "at": datetime.fromisoformat(at).replace(tzinfo=UTC).isoformat(),
            "coder": coder,
            "interview": interview,
            "payload_hash": payload_hash,
            "previous": previous,
        }
        if number != head.count + 1 or previous != head.hash or own != sha256_json(header):
            return head, f"event {head.count + 1} does not fit the one before it"
        if payload is not None and payload_hash != sha256_text((salt or "") + payload):
            return head, f"the content of event {number} does not fit its hash"
        head = Head(number, own)
    return head, None


def end_of(connection: Any) -> Head:
    """The last event as it stands, unchecked."""
    last = connection.execute("SELECT id, hash FROM event ORDER BY id DESC LIMIT 1").fetchone()
    return Head(0, GENESIS) if last is None else Head(*last)


def _first_line(text: str) -> str:
    return text.strip().splitlines()[-1].strip() if text.strip() else "it cannot be read through"
