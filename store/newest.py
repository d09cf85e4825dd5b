"""What was decided, or changed otherwise, since one last looked: for whoever keeps what a study holds in memory.

Events are numbered for ever; the ids of rows can come again after an erasure, so it is events that are counted by.
"""

from typing import NamedTuple

from sqlalchemy import Executable, ScalarSelect, func, select
from sqlalchemy.orm import InstrumentedAttribute

from store.decisions import decision_columns, decision_value
from store.records import (
    AttributesRow,
    CodebookRow,
    DecisionRow,
    EventRow,
    InterviewRow,
    SegmentRow,
    SuggestionRow,
    TranscriptRow,
)
from store.study import Study
from store.values import Decision
from store.work_records import AdjudicationRow

Rows = tuple[int, int]
"""The number of a table's last event (or row), and a number that changes with every erasure."""

_ERASED = "interview.erased"


class StudyStamp(NamedTuple):
    """While a part stays the same, so does what it stands for; the second number of `decisions` is how many there are.

    Only an erasure takes rows away. Where rows were counted to notice that, a glance cost more the larger the study.
    """

    texts: tuple[Rows, ...]
    decisions: Rows
    codebook: Rows
    adjudications: Rows
    suggestions: Rows


def newest_event(event_type: str) -> ScalarSelect[int]:
    """The number of the last event of a type, to be asked for with others: found at the end of an index."""
    ordered = select(EventRow.id).where(EventRow.type == event_type).order_by(EventRow.id.desc())
    return ordered.limit(1).scalar_subquery()


def last_of(column: InstrumentedAttribute[int]) -> ScalarSelect[int]:
    """The highest number in a column, to be asked for with others."""
    return select(func.max(column)).scalar_subquery()


_TABLES = (InterviewRow, AttributesRow, TranscriptRow, DecisionRow, CodebookRow, AdjudicationRow, SuggestionRow)
# made once: putting a question together takes longer than answering it
_ALL = select(
    *(last_of(table.event_id) for table in _TABLES),
    last_of(SegmentRow.id),
    select(func.count()).select_from(DecisionRow).scalar_subquery(),
    newest_event(_ERASED),
)
_TEXTS = select(last_of(TranscriptRow.id), last_of(SegmentRow.id), newest_event(_ERASED))
_GLANCE = select(last_of(DecisionRow.event_id), newest_event(_ERASED), last_of(TranscriptRow.id))
_DECISIONS = select(
    last_of(DecisionRow.event_id),
    select(func.count()).select_from(DecisionRow).scalar_subquery(),
    last_of(TranscriptRow.id),
)


def study_stamp(study: Study) -> StudyStamp:
    """What decides texts and attributes, decisions, the codebook, adjudications, and suggestions that were shown."""
    *events, segment, count, erased = _numbers(study, _ALL)
    rows = [(event, erased) for event in events]
    rows[3] = (events[3], count)
    return StudyStamp((*rows[:3], (segment, erased)), *rows[3:])


def texts_stamp(study: Study) -> tuple[int, ...]:
    """What decides which segments there are: the newest transcript, the newest segment, and the last erasure."""
    return _numbers(study, _TEXTS)


class Glance(NamedTuple):
    """The event of the last decision, the last erasure and the newest transcript's id; 0 where there is none."""

    decision: int
    erased: int
    transcript: int


def glance(study: Study) -> Glance:
    """What shows cheaply, in a study of any size, whether anything was decided, erased or corrected."""
    return Glance(*_numbers(study, _GLANCE))


def _numbers(study: Study, query: Executable) -> tuple[int, ...]:
    """The one row of a query; 0 where there is nothing."""
    with study.read() as session:
        return tuple(int(value or 0) for value in session.execute(query).one())


def decisions_since(study: Study, event: int) -> tuple[tuple[int, Decision], ...]:
    """The decisions whose event comes after that number, in recorded order, each with the number of its event."""
    query = decision_columns().where(DecisionRow.event_id > event).order_by(DecisionRow.event_id)
    with study.read() as session:
        rows = session.execute(query)
        return tuple((row.event_id, decision_value(row, row.interview, row.coder)) for row in rows)


def decisions_stamp(study: Study) -> tuple[int, int, int]:
    """The event of the last decision, how many there are, and the newest transcript's id; 0 where there is none."""
    last, count, transcript = _numbers(study, _DECISIONS)
    return last, count, transcript
