"""Saved queries: what was asked, under a name; every revision is kept."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from store import events
from store.coders import coder_row
from store.errors import ConflictError, InvalidInputError, NotFoundError
from store.quote_records import SavedQueryRow
from store.study import Study

_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """The newest revision of a saved query; `asked` holds JSON values, `coder` is who saved this revision."""

    guid: str
    revision: int
    name: str
    asked: Mapping[str, Any]
    note: str
    coder: str
    at: datetime


def save_query(
    study: Study, coder: str, name: str, asked: Mapping[str, Any], *, guid: str | None = None, note: str = ""
) -> SavedQuery:
    """Keep a query under a name; with `guid`, another revision of one that was saved, which also brings it back.

    Raises InvalidInputError without a name, ConflictError where another query has it, NotFoundError for no such query.
    """
    name = " ".join(name.split())
    if not name or len(name) > _LONGEST_NAME:
        msg = f"A saved query needs a name of 1 to {_LONGEST_NAME} characters; nothing was saved."
        raise InvalidInputError(msg)
    with study.write() as session:
        newest = _newest(session)
        if any(row.name.casefold() == name.casefold() and key != guid for key, row in _there(newest).items()):
            msg = f"There is a saved query “{name}” already; choose another name, or save that one anew."
            raise ConflictError(msg)
        revision = 1 if guid is None else _known(newest, guid).revision + 1
        return _keep(session, coder, guid or str(uuid.uuid4()), revision, name, asked, note.strip(), gone=False)


def remove_query(study: Study, coder: str, guid: str) -> SavedQuery:
    """Hide a saved query; saving it anew under its GUID brings it back. Raises NotFoundError."""
    with study.write() as session:
        row = _known(_there(_newest(session)), guid)
        return _keep(session, coder, guid, row.revision + 1, row.name, row.asked, row.note, gone=True)


def saved_queries(study: Study) -> tuple[SavedQuery, ...]:
    """All that were not removed, by name."""
    with study.read() as session:
        found = [_value(row) for row in _there(_newest(session)).values()]
    return tuple(sorted(found, key=lambda each: each.name.casefold()))


def _keep(
    session: Session,
    coder: str,
    guid: str,
    revision: int,
    name: str,
    asked: Mapping[str, Any],
    note: str,
    *,
    gone: bool,
) -> SavedQuery:
    who = coder_row(session, coder)
    row = SavedQueryRow(
        guid=guid,
        revision=revision,
        name=name,
        asked=dict(asked),
        note=note,
        gone=gone,
        coder_id=who.id,
        coder=who,
        at=datetime.now(UTC),
    )
    events.record(session, row, coder=who.name)
    return _value(row)


def _newest(session: Session) -> dict[str, SavedQueryRow]:
    query = select(SavedQueryRow).options(joinedload(SavedQueryRow.coder)).order_by(SavedQueryRow.id)
    return {row.guid: row for row in session.scalars(query)}


def _there(newest: Mapping[str, SavedQueryRow]) -> dict[str, SavedQueryRow]:
    return {guid: row for guid, row in newest.items() if not row.gone}


def _known(rows: Mapping[str, SavedQueryRow], guid: str) -> SavedQueryRow:
    if guid not in rows:
        msg = "There is no such saved query any more; look at the page again."
        raise NotFoundError(msg)
    return rows[guid]


def _value(row: SavedQueryRow) -> SavedQuery:
    return SavedQuery(row.guid, row.revision, row.name, dict(row.asked), row.note, row.coder.name, row.at)
