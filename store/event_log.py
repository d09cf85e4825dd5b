"""Reading the event log: what happened, when, by whom, page by page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from string import ascii_lowercase, ascii_uppercase
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from store.errors import NotFoundError
from store.records import EventRow, InterviewRow
from store.study import Study

_SMALL = str.maketrans(ascii_uppercase, ascii_lowercase)
"""As every database's `lower` does for text that it compares by code points."""


@dataclass(frozen=True, slots=True)
class Logged:
    """One event for reading; `payload` is canonical JSON, None where it was erased."""

    id: int
    type: str
    at: str
    coder: str
    interview: str | None
    payload: str | None


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which events are wanted: what is not set does not matter.

    `text` is looked for in the payload, capitals do not count (of ASCII); `since` and `until` are points in time, the
    latter not included; `through` is the highest event number; `code` is a GUID. What others did in the interviews
    `blind_to` is left out for the reader `reader`, so that counting tells them nothing either.
    """

    types: tuple[str, ...] = ()
    coder: str | None = None
    interview: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""
    through: int | None = None
    code: str | None = None
    blind_to: frozenset[str] = frozenset()
    reader: str = ""


def log(study: Study, *, limit: int | None = None, wanted: LogFilter | None = None) -> tuple[Logged, ...]:
    """The events, oldest first; with `limit` only the newest so many of those that are wanted."""
    with study.read() as session:
        query = _filtered(session, select(EventRow), wanted or LogFilter()).order_by(EventRow.id.desc())
        rows = list(session.scalars(query if limit is None else query.limit(limit)))
        labels = _labels(session)
        return tuple(_logged(row, labels) for row in reversed(rows))


def count_events(study: Study, wanted: LogFilter) -> int:
    """How many events are wanted."""
    with study.read() as session:
        return session.scalar(_filtered(session, select(func.count(EventRow.id)), wanted)) or 0


def last_event(study: Study) -> int:
    """The number of the newest event."""
    with study.read() as session:
        return session.scalar(select(func.max(EventRow.id))) or 0


def hash_of(study: Study, number: int) -> str:
    """The hash of the chain after the event of that number; raises NotFoundError where there is none."""
    with study.read() as session:
        found = session.scalar(select(EventRow.hash).where(EventRow.id == number))
    if found is None:
        msg = f"There is no event {number} in this study; the newest is {last_event(study)}."
        raise NotFoundError(msg)
    return found


def event_types(study: Study) -> tuple[str, ...]:
    """The types of events that occur, in alphabetical order."""
    with study.read() as session:
        return tuple(session.scalars(select(EventRow.type).distinct().order_by(EventRow.type)))


def logged(study: Study, number: int) -> Logged:
    """One event by its number; raises NotFoundError where there is none."""
    return events_of(study, [number])[0]


def events_of(study: Study, numbers: Iterable[int]) -> tuple[Logged, ...]:
    """Several events by their numbers, in that order; raises NotFoundError where one is not there."""
    with study.read() as session:
        labels, found = _labels(session), []
        for number in numbers:
            row = session.get(EventRow, number)
            if row is None:
                msg = f"There is no event {number} in this study; `interview audit show` lists the newest ones."
                raise NotFoundError(msg)
            found.append(_logged(row, labels))
        return tuple(found)


def _filtered(session: Session, query: Select[Any], wanted: LogFilter) -> Select[Any]:
    if wanted.types:
        query = query.where(EventRow.type.in_(wanted.types))
    if wanted.coder is not None:
        query = query.where(EventRow.coder == wanted.coder)
    if wanted.interview is not None:
        guid = session.scalar(select(InterviewRow.guid).where(InterviewRow.label == wanted.interview))
        query = query.where(EventRow.interview == (guid or wanted.interview))
    if wanted.since is not None:
        query = query.where(EventRow.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(EventRow.at < wanted.until)
    if wanted.text:
        sought = wanted.text.translate(_SMALL)
        query = query.where(func.lower(EventRow.payload).contains(sought, autoescape=True))
    if wanted.code is not None:
        query = query.where(EventRow.payload.contains(f'"{wanted.code}"', autoescape=True))
    if wanted.blind_to:
        guids = select(InterviewRow.guid).where(InterviewRow.label.in_(wanted.blind_to))
        open_to_all = or_(EventRow.interview.is_(None), EventRow.interview.not_in(guids))
        query = query.where(or_(open_to_all, EventRow.coder == wanted.reader))
    if wanted.through is not None:
        query = query.where(EventRow.id <= wanted.through)
    return query


def _labels(session: Session) -> dict[str, str]:
    return {row.guid: row.label for row in session.scalars(select(InterviewRow))}


def _logged(row: EventRow, labels: dict[str, str]) -> Logged:
    interview = labels.get(row.interview or "", row.interview)
    return Logged(row.id, row.type, row.at.isoformat(), row.coder, interview, row.payload)
