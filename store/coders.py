"""Who codes: people with a role, and models that are treated as coders too."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from store import events
from store.errors import InvalidInputError, NotAllowedError, NotFoundError
from store.records import CoderRow
from store.study import Study
from store.values import CoderRole
from store.work_records import CoderRoleRow

_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Coder:
    """A coder with the role that counts now."""

    name: str
    kind: str
    role: CoderRole
    guid: str = ""


def coder_row(
    session: Session,
    name: str,
    kind: Literal["person", "model"] = "person",
    guid: str | None = None,
    *,
    by: str | None = None,
) -> CoderRow:
    """The coder of that name, made now where there is none; then `guid` is theirs, where one is given.

    `by` is who makes them known, where that is somebody else.
    """
    name = coder_name(name)
    row = session.scalar(select(CoderRow).where(CoderRow.name == name))
    if row is None:
        row = CoderRow(guid=guid or str(uuid.uuid4()), name=name, kind=kind)
        events.record(session, row, coder=name if by is None else by)
    return row


def coder_name(name: str) -> str:
    """A name as it is kept, without white space at its ends; raises InvalidInputError where it cannot be one."""
    name = name.strip()
    if not name or len(name) > _LONGEST_NAME:
        msg = f"A coder needs a name of 1 to {_LONGEST_NAME} characters; give one with --coder."
        raise InvalidInputError(msg)
    return name


def coders(study: Study) -> tuple[str, ...]:
    """The names of all coders, in the order in which they came."""
    return tuple(coder.name for coder in coder_list(study))


def coder_list(study: Study) -> tuple[Coder, ...]:
    """All coders with their roles, in the order in which they came."""
    with study.read() as session:
        roles = _roles(session)
        rows = session.scalars(select(CoderRow).order_by(CoderRow.id))
        return tuple(Coder(row.name, row.kind, roles.get(row.id, CoderRole.CODER), row.guid) for row in rows)


def add_coder(study: Study, name: str, *, by: str) -> Coder:
    """Make a coder known before they decide anything; one who is known stays as they are."""
    with study.write() as session:
        row = coder_row(session, name, by=None if study.acting is None else by)
        return Coder(row.name, row.kind, _roles(session).get(row.id, CoderRole.CODER), row.guid)


def set_role(study: Study, name: str, role: CoderRole, *, by: str) -> Coder:
    """Give a coder a role.

    While nobody is a lead, anybody may; afterwards only a lead. Raises NotAllowedError where that is not so or the
    last lead would be gone, NotFoundError for an unknown coder.
    """
    with study.write() as session:
        require_lead(session, by, f"give {name} the role “{role}”")
        row = session.scalar(select(CoderRow).where(CoderRow.name == name.strip()))
        if row is None:
            msg = f"There is no coder “{name}” in this study; add them first."
            raise NotFoundError(msg)
        leads = _leads(session)
        if role is not CoderRole.LEAD and leads == {row.id}:
            msg = f"{row.name} is the only lead; make somebody else a lead first."
            raise NotAllowedError(msg)
        if _roles(session).get(row.id, CoderRole.CODER) is not role:
            given = CoderRoleRow(coder_id=row.id, coder=row, role=str(role), by=by.strip(), at=datetime.now(UTC))
            events.record(session, given, coder=by.strip())
        return Coder(row.name, row.kind, role, row.guid)


def require_lead(session: Session, name: str, what: str) -> None:
    """Raise NotAllowedError unless this coder is a lead, or there is none yet."""
    leads = _leads(session)
    row = session.scalar(select(CoderRow).where(CoderRow.name == name.strip()))
    if leads and (row is None or row.id not in leads):
        names = session.scalars(select(CoderRow.name).where(CoderRow.id.in_(leads)).order_by(CoderRow.id))
        msg = f"Only a lead can {what}; ask {' or '.join(names)}."
        raise NotAllowedError(msg)


def _roles(session: Session) -> dict[int, CoderRole]:
    rows = session.execute(select(CoderRoleRow.coder_id, CoderRoleRow.role).order_by(CoderRoleRow.id))
    return {row.coder_id: CoderRole(row.role) for row in rows}


def _leads(session: Session) -> set[int]:
    return {key for key, role in _roles(session).items() if role is CoderRole.LEAD}
