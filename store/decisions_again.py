"""Decisions whose rows are gone, written again from the events that tell of them."""

import json
from datetime import datetime
from typing import Any

from store.sqlite import sqlite3

_EVENT = "decision.made"
_PLAIN = ("guid", "start", "end", "slice_sha256", "verdict", "code", "memo", "sitting", "replaces")
_TIMES = ("at", "recorded_at")
_POINTS = {
    "transcript_id": "SELECT t.id FROM transcript t JOIN interview i ON i.id = t.interview_id"
    " WHERE i.guid = :interview AND t.revision = :revision",
    "coder_id": "SELECT id FROM coder WHERE guid = :coder",
    "suggestion_id": "SELECT id FROM suggestion WHERE guid = :suggestion",
    "codebook_id": "SELECT id FROM codebook WHERE version = :codebook",
}


def write_decisions_again(connection: Any) -> int:
    """Write every decision that only its event still knows, and return how many.

    Whether they fit is the audit's to say. Their numbers go on from the decision before, as they once did. Raises
    sqlite3.Error where something is in the way.
    """
    there = dict(connection.execute("SELECT event_id, id FROM decision"))
    told = connection.execute("SELECT id, payload FROM event WHERE type = ? ORDER BY id", (_EVENT,)).fetchall()
    last = written = 0
    for event, payload in told:
        if event in there:
            last = there[event]
        elif payload is not None:
            last += 1
            _write(connection, last, event, json.loads(payload))
            written += 1
    return written


def _write(connection: Any, number: int, event: int, said: dict[str, Any]) -> None:
    columns: dict[str, Any] = {"id": number, "event_id": event}
    columns |= {name: said.get(name) for name in _PLAIN}
    columns |= {name: _stored(said[name]) for name in _TIMES}
    for name, query in _POINTS.items():
        columns[name] = _pointed_at(connection, query, said)
    names = ", ".join(f'"{name}"' for name in columns)
    places = ", ".join("?" * len(columns))
    connection.execute(f"INSERT INTO decision ({names}) VALUES ({places})", list(columns.values()))  # noqa: S608 - our own names


def _stored(moment: str) -> str:
    return datetime.fromisoformat(moment).strftime("%Y-%m-%d %H:%M:%S.%f")


def _pointed_at(connection: Any, query: str, said: dict[str, Any]) -> int | None:
    row = connection.execute(query, said).fetchone()
    if row is None:
        if query.rpartition(":")[2] in said and said[query.rpartition(":")[2]] is None:
            return None
        msg = "what a decision points at is lost"
        raise sqlite3.DatabaseError(msg)
    return int(row[0])
