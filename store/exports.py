"""What left the study as a file: an event that says who took what, when, and by which query."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from store import events
from store.acting import require
from store.records import EventRow
from store.study import Study

EXPORTED_EVENT = "quotes.exported"
FILE_EVENT = "file.exported"
WITHHELD_EVENT = "file.withheld"
"""That a file which had been made was deleted before anybody had it."""


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file that was made of the study: its name, kind and SHA-256, what it holds by number, and how it was asked for.

    `events` and `head` are the end of the event log at that moment.
    """

    name: str
    kind: str
    sha256: str
    holds: Mapping[str, int]
    options: Mapping[str, Any]
    coder: str
    at: datetime
    events: int
    head: str


def require_export(study: Study) -> None:
    """Raise ForbiddenError where whoever the study is used for may not make files of it to give away."""
    require(study, FILE_EVENT, "make files of what is in the study")


def record_export(study: Study, coder: str, name: str, query: Mapping[str, Any], quotes: int) -> None:
    """Say in the log that so many quotes went into a file of that name; what they say is not repeated there."""
    with study.write() as session:
        events.append(session, EXPORTED_EVENT, {"name": name, "query": dict(query), "quotes": quotes}, coder=coder)


def record_file(
    study: Study,
    coder: str,
    *,
    name: str,
    kind: str,
    sha256: str,
    holds: Mapping[str, int],
    options: Mapping[str, Any],
) -> None:
    """Say in the log that a file was made, with the end of the log before it; no content of it is repeated there."""
    with study.write() as session:
        head = events.current_head(session)
        said = {"name": name, "kind": kind, "sha256": sha256, "holds": dict(holds), "options": dict(options)}
        events.append(session, FILE_EVENT, said | {"events": head.count, "head": head.hash}, coder=coder)


def withhold(study: Study, coder: str, sha256: str) -> None:
    """Say in the log that the last file with that hash was deleted, for it was not safe to share."""
    with study.write() as session:
        query = select(EventRow.id, EventRow.payload).where(EventRow.type == FILE_EVENT).order_by(EventRow.id.desc())
        made = (row.id for row in session.execute(query) if json.loads(row.payload or "{}").get("sha256") == sha256)
        number = next(made, None)
        if number is not None:
            events.append(session, WITHHELD_EVENT, {"event": number}, coder=coder)


def exports(study: Study) -> tuple[ExportedFile, ...]:
    """All files that were made and given away, oldest first."""
    query = select(EventRow.id, EventRow.type, EventRow.payload, EventRow.coder, EventRow.at)
    with study.read() as session:
        rows = session.execute(query.where(EventRow.type.in_((FILE_EVENT, WITHHELD_EVENT))).order_by(EventRow.id)).all()
    told = [(row, json.loads(row.payload)) for row in rows if row.payload is not None]
    withheld = {payload["event"] for row, payload in told if row.type == WITHHELD_EVENT}
    return tuple(
        ExportedFile(**payload, coder=row.coder, at=row.at)
        for row, payload in told
        if row.type == FILE_EVENT and row.id not in withheld
    )


def log_end(study: Study) -> events.Head:
    """How many events there are now, and the hash of the last: what a file says of the state it was made from."""
    with study.read() as session:
        return events.current_head(session)
