"""The append-only event log and its hash chain.

Each event's hash covers its header (number, type, time, coder, interview), the salted hash of its payload, and the
hash before it. Erasing an interview removes payloads and salts, not their hashes: the chain still verifies, and
nobody can guess back what was there.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from store.acting import ACTING
from store.canonical import canonical_json, sha256_json, sha256_text
from store.permissions import refuse_event
from store.records import EventRow, Witnessed

GENESIS = "0" * 64
_HEAD_KEY = "head"
_HEADER = ("id", "type", "at", "coder", "interview", "payload_hash", "previous")


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain: how many events there are and the hash of the last."""

    count: int
    hash: str


EMPTY = Head(0, GENESIS)


@dataclass(frozen=True, slots=True)
class Told:
    """A row by its columns, what its event says of it as its own `payload` would, and the GUID of its interview."""

    columns: Mapping[str, Any]
    payload: Mapping[str, Any]
    interview: str


def append(
    session: Session,
    event_type: str,
    payload: Any,
    *,
    coder: str = "",
    interview: str | None = None,
) -> EventRow:
    """Add one event to the end of the chain, within the caller's write transaction."""
    row = EventRow(**_linked(session, event_type, payload, coder, interview))
    session.add(row)
    session.flush([row])
    return row


def _linked(session: Session, event_type: str, payload: Any, coder: str, interview: str | None) -> dict[str, Any]:
    """The columns of the next event of the chain, which the caller must write in this transaction."""
    refuse_event(session.info.get(ACTING), event_type, coder)
    head = current_head(session)
    text = canonical_json(payload)
    salt = secrets.token_hex(16)
    columns: dict[str, Any] = {
        "id": head.count + 1,
        "type": event_type,
        "at": datetime.now(UTC),
        "coder": coder,
        "interview": interview,
        "payload": text,
        "salt": salt,
        "payload_hash": sha256_text(salt + text),
        "previous": head.hash,
        "erased_at": None,
    }
    columns["hash"] = _hash(columns)
    session.info[_HEAD_KEY] = Head(head.count + 1, columns["hash"])
    return columns


def record(
    session: Session,
    row: Witnessed,
    *,
    coder: str = "",
    interview: str | None = None,
) -> EventRow:
    """Append the event that vouches for `row`, and add the row beside it."""
    with session.no_autoflush:
        event = append(session, row.event_type, dict(row.payload()), coder=coder, interview=interview)
        row.event_id = event.id
    session.add(row)
    session.flush()
    return event


def record_all(session: Session, rows: Sequence[tuple[Witnessed, str]], *, coder: str = "") -> None:
    """The same for many rows, each with the GUID of its interview: in a few statements, not in two for each."""
    if not rows:
        return
    with session.no_autoflush:
        events = [_linked(session, row.event_type, dict(row.payload()), coder, interview) for row, interview in rows]
        for event, (row, _) in zip(events, rows, strict=True):
            row.event_id = event["id"]
        session.execute(insert(EventRow), events)
    session.add_all(row for row, _ in rows)
    session.flush()


def insert_all(session: Session, table: type[Witnessed], rows: Sequence[Told], *, coder: str = "") -> None:
    """The same for rows that are no objects of the ORM, which take several times as long to make and to write."""
    if not rows:
        return
    session.flush()
    events = [_linked(session, table.event_type, dict(row.payload), coder, row.interview) for row in rows]
    session.execute(insert(EventRow), events)
    columns = [{**row.columns, "event_id": event["id"]} for row, event in zip(rows, events, strict=True)]
    session.execute(insert(table), columns)


def header_hash(row: EventRow) -> str:
    """The hash that links an event to the one before it."""
    return _hash({name: getattr(row, name) for name in _HEADER})


def _hash(columns: Mapping[str, Any]) -> str:
    return sha256_json({name: columns[name] for name in _HEADER} | {"at": columns["at"].isoformat()})


def current_head(session: Session) -> Head:
    """The end of the chain as this transaction sees it."""
    known: Head | None = session.info.get(_HEAD_KEY)
    if known is not None:
        return known
    last = session.execute(select(EventRow.id, EventRow.hash).order_by(EventRow.id.desc()).limit(1)).first()
    return EMPTY if last is None else Head(last.id, last.hash)


def holds(session: Session, kept: Head) -> bool:
    """Whether the log, as this transaction sees it, goes through that head."""
    there = session.scalar(select(EventRow.hash).where(EventRow.id == kept.count)) if kept.count else kept.hash
    return there == kept.hash


def appended_head(session: Session) -> Head | None:
    """The head that this transaction has reached, if it appended anything."""
    head: Head | None = session.info.get(_HEAD_KEY)
    return head
