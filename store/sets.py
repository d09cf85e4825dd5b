"""Named sets of codes, interviews and memos; every revision is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from store import events
from store.coders import coder_row
from store.errors import InvalidInputError
from store.exchange_records import NamedSetRow
from store.study import Study


@dataclass(frozen=True, slots=True)
class NamedSet:
    """A named set; its members are GUIDs of codes, interviews and memos, whether these are still there or not."""

    guid: str
    name: str
    description: str = ""
    codes: tuple[str, ...] = ()
    interviews: tuple[str, ...] = ()
    memos: tuple[str, ...] = ()


def keep_set(study: Study, coder: str, given: NamedSet) -> NamedSet:
    """Keep a set, or another revision of it; raises InvalidInputError without a name."""
    with study.write() as session:
        add_sets(session, coder, [given])
    return given


def add_sets(session: Session, coder: str, given: Sequence[NamedSet]) -> None:
    """The same for several, within a write transaction of the caller's."""
    newest = _newest(session)
    for each in given:
        if not each.name.strip():
            msg = "A set needs a name; nothing was kept."
            raise InvalidInputError(msg)
        who = coder_row(session, coder)
        before = newest.get(each.guid)
        row = NamedSetRow(
            guid=each.guid,
            revision=1 if before is None else before.revision + 1,
            name=each.name,
            description=each.description,
            codes=list(each.codes),
            interviews=list(each.interviews),
            memos=list(each.memos),
            gone=False,
            coder_id=who.id,
            coder=who,
            at=datetime.now(UTC),
        )
        events.record(session, row, coder=who.name)


def named_sets(study: Study) -> tuple[NamedSet, ...]:
    """All sets as they stand, oldest first."""
    with study.read() as session:
        return tuple(
            NamedSet(
                guid=row.guid,
                name=row.name,
                description=row.description,
                codes=tuple(row.codes),
                interviews=tuple(row.interviews),
                memos=tuple(row.memos),
            )
            for row in _newest(session).values()
            if not row.gone
        )


def _newest(session: Session) -> dict[str, NamedSetRow]:
    return {row.guid: row for row in session.scalars(select(NamedSetRow).order_by(NamedSetRow.id))}
