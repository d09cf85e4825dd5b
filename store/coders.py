"""Who codes: people, and models that are treated as coders too."""

import uuid
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from store import events
from store.errors import InvalidInputError
from store.records import CoderRow
from store.study import Study

_LONGEST_NAME = 200


def coder_row(session: Session, name: str, kind: Literal["person", "model"] = "person") -> CoderRow:
    """The coder of that name, made now where there is none."""
    name = name.strip()
    if not name or len(name) > _LONGEST_NAME:
        msg = f"A coder needs a name of 1 to {_LONGEST_NAME} characters; give one with --coder."
        raise InvalidInputError(msg)
    row = session.scalar(select(CoderRow).where(CoderRow.name == name))
    if row is None:
        row = CoderRow(guid=str(uuid.uuid4()), name=name, kind=kind)
        events.record(session, row, coder=name)
    return row


def coders(study: Study) -> tuple[str, ...]:
    """The names of all coders, in the order in which they came."""
    with study.read() as session:
        return tuple(session.scalars(select(CoderRow.name).order_by(CoderRow.id)))
