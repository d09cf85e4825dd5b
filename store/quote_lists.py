"""Lists of quotes that people pick, such as those for a paper, in the order that they gave them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from store import events
from store.coders import coder_row
from store.errors import InvalidInputError, NotFoundError
from store.quote_records import QuotePickRow
from store.records import TranscriptRow
from store.study import Study
from store.transcripts import SpanMover
from store.values import Span

_LONGEST_NAME = 200

Place = tuple[int, Span]
"""A stretch of a transcript by its id."""


@dataclass(frozen=True, slots=True)
class Pick:
    """A quote in a list, its stretch moved to the interview's current transcript.

    `coder` is who picked, moved or noted it last; `needs_look` is set where a correction touched the stretch.
    """

    list: str
    interview: str
    transcript_id: int
    span: Span
    note: str
    coder: str
    at: datetime
    needs_look: bool = False


@dataclass(frozen=True, slots=True)
class _Placed:
    pick: Pick
    place: float


def pick_quotes(study: Study, coder: str, name: str, places: Sequence[Place]) -> tuple[Pick, ...]:
    """Put quotes at the end of a list, which is made where there is none; those that are in it stay where they are.

    Raises InvalidInputError for a list without a name or a stretch outside its text, NotFoundError where the
    interview was erased.
    """
    name = _named(name)
    with study.write() as session:
        there = _in_order(session, name)
        known, last = _keys(there), there[-1].place if there else 0.0
        new = [place for place in dict.fromkeys(places) if place not in known]
        for number, place in enumerate(new, 1):
            _keep(session, coder, name, place, last + number, "")
        return _picks(session, name)


def drop_quotes(study: Study, coder: str, name: str, places: Sequence[Place]) -> tuple[Pick, ...]:
    """Take quotes out of a list; those that are not in it do not matter."""
    with study.write() as session:
        known = _keys(_in_order(session, name))
        for place in dict.fromkeys(places):
            if place in known:
                _keep(session, coder, name, place, None, known[place].pick.note)
        return _picks(session, name)


def place_quote(study: Study, coder: str, name: str, place: Place, before: Place | None) -> tuple[Pick, ...]:
    """Move a quote in front of another one of the list, or to its end; raises NotFoundError for one not in it."""
    with study.write() as session:
        there = _in_order(session, name)
        moved = _known(there, place)
        others = [each for each in there if _key(each.pick) != place]
        if before is None or before == place:
            between = others[-1].place + 1 if others and before is None else moved.place
        else:
            between = _in_front_of(others, _known(others, before))
        _keep(session, coder, name, place, between, moved.pick.note)
        return _picks(session, name)


def note_quote(study: Study, coder: str, name: str, place: Place, note: str) -> tuple[Pick, ...]:
    """Write a note to a quote of a list; raises NotFoundError for one not in it."""
    with study.write() as session:
        there = _known(_in_order(session, name), place)
        _keep(session, coder, name, place, there.place, note.strip())
        return _picks(session, name)


def picks(study: Study, name: str) -> tuple[Pick, ...]:
    """The quotes of a list in its order."""
    with study.read() as session:
        return _picks(session, name)


def quote_lists(study: Study) -> tuple[str, ...]:
    """The names of the lists that hold a quote, oldest first."""
    with study.read() as session:
        names = session.scalars(select(QuotePickRow.list).group_by(QuotePickRow.list).order_by(QuotePickRow.list))
        first = {name: min(each.pick.at for each in found) for name in names if (found := _in_order(session, name))}
    return tuple(sorted(first, key=lambda name: (first[name], name)))


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > _LONGEST_NAME:
        msg = f"A list of quotes needs a name of 1 to {_LONGEST_NAME} characters; nothing was picked."
        raise InvalidInputError(msg)
    return name


def _in_front_of(others: Sequence[_Placed], next_one: _Placed) -> float:
    for left, right in pairwise(others):
        if right is next_one:
            return (left.place + right.place) / 2
    return next_one.place - 1


def _in_order(session: Session, name: str) -> list[_Placed]:
    """What stands in a list: the last word on each stretch, wherever corrections have moved it to since."""
    query = (
        select(QuotePickRow)
        .where(QuotePickRow.list == name)
        .options(joinedload(QuotePickRow.coder), joinedload(QuotePickRow.transcript))
        .order_by(QuotePickRow.id)
    )
    mover, last = SpanMover(session), dict[Place, _Placed | None]()
    for row in session.scalars(query):
        moved = mover.move(row.transcript_id, Span(row.start, row.end))
        pick = Pick(
            list=row.list,
            interview=row.transcript.interview.label,
            transcript_id=moved.transcript_id,
            span=moved.span,
            note=row.note,
            coder=row.coder.name,
            at=row.at,
            needs_look=moved.needs_look,
        )
        last[_key(pick)] = None if row.place is None else _Placed(pick, row.place)
    return sorted((each for each in last.values() if each is not None), key=lambda each: each.place)


def _picks(session: Session, name: str) -> tuple[Pick, ...]:
    return tuple(each.pick for each in _in_order(session, name))


def _key(pick: Pick) -> Place:
    return pick.transcript_id, pick.span


def _keys(there: Sequence[_Placed]) -> dict[Place, _Placed]:
    return {_key(each.pick): each for each in there}


def _known(there: Sequence[_Placed], place: Place) -> _Placed:
    found = _keys(there).get(place)
    if found is None:
        msg = "That quote is not in the list any more; look at the page again."
        raise NotFoundError(msg)
    return found


def _keep(session: Session, coder: str, name: str, place: Place, at_place: float | None, note: str) -> None:
    transcript_id, span = place
    transcript = session.get(TranscriptRow, transcript_id)
    if transcript is None:
        msg = "The interview was erased in the meantime; nothing was kept."
        raise NotFoundError(msg)
    if span.end > len(transcript.text) or span.start >= span.end:
        msg = f"{transcript.interview.label} has no such stretch; nothing was kept."
        raise InvalidInputError(msg)
    who = coder_row(session, coder)
    row = QuotePickRow(
        list=name,
        transcript_id=transcript.id,
        transcript=transcript,
        start=span.start,
        end=span.end,
        place=at_place,
        note=note,
        coder_id=who.id,
        coder=who,
        at=datetime.now(UTC),
    )
    events.record(session, row, coder=who.name, interview=transcript.interview.guid)
