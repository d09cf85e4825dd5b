"""Milestones: a named state of the study, such as “synthesis after I10”, that can be asked for later."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from store import events
from store.codebook import newest_version
from store.coders import coder_row
from store.errors import ConflictError, InvalidInputError
from store.study import Study
from store.work_records import MilestoneRow

_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Milestone:
    """A state of the study by its last event; `codebook` is the version that was the newest then."""

    guid: str
    name: str
    note: str
    through: int
    codebook: int | None
    coder: str
    at: datetime


def keep_milestone(study: Study, coder: str, name: str, note: str = "") -> Milestone:
    """Freeze the state of now under a name; raises ConflictError where the name is taken."""
    name = " ".join(name.split())
    if not name or len(name) > _LONGEST_NAME:
        msg = f"A milestone needs a name of 1 to {_LONGEST_NAME} characters; nothing was kept."
        raise InvalidInputError(msg)
    with study.write() as session:
        if session.scalar(select(MilestoneRow.id).where(MilestoneRow.name == name)) is not None:
            msg = f"There is a milestone “{name}” already; choose another name."
            raise ConflictError(msg)
        who, codebook = coder_row(session, coder), newest_version(session)
        row = MilestoneRow(
            guid=str(uuid.uuid4()),
            name=name,
            note=note.strip(),
            through=events.current_head(session).count,
            codebook=None if codebook is None else codebook.version,
            coder_id=who.id,
            coder=who,
            at=datetime.now(UTC),
        )
        events.record(session, row, coder=who.name)
        return _value(row)


def milestones(study: Study) -> tuple[Milestone, ...]:
    """All milestones, oldest first."""
    query = select(MilestoneRow).options(joinedload(MilestoneRow.coder)).order_by(MilestoneRow.id)
    with study.read() as session:
        return tuple(_value(row) for row in session.scalars(query))


def _value(row: MilestoneRow) -> Milestone:
    return Milestone(row.guid, row.name, row.note, row.through, row.codebook, row.coder.name, row.at)
