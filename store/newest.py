"""What was decided, or changed otherwise, since one last looked: for whoever keeps what a study holds in memory.

Events are numbered for ever; the ids of rows can come again after an erasure, so it is events that are counted by.
"""

from typing import NamedTuple

from sqlalchemy import func, select

from store.decisions import decision_columns, decision_value
from store.records import (
    AttributesRow,
    CodebookRow,
    DecisionRow,
    InterviewRow,
    SegmentRow,
    SuggestionRow,
    TranscriptRow,
)
from store.study import Study
from store.values import Decision
from store.work_records import AdjudicationRow

Rows = tuple[int, int]
"""The number of a table's last event (or row), and how many rows it has: an erasure makes the second fall."""


class StudyStamp(NamedTuple):
    """While a part stays the same, so does what it stands for."""

    texts: tuple[Rows, ...]
    decisions: Rows
    codebook: Rows
    adjudications: Rows
    suggestions: Rows


def study_stamp(study: Study) -> StudyStamp:
    """What decides texts and attributes, decisions, the codebook, adjudications, and suggestions that were shown."""
    tables = (InterviewRow, AttributesRow, TranscriptRow, DecisionRow, CodebookRow, AdjudicationRow, SuggestionRow)
    last = [select(func.max(table.event_id)).scalar_subquery() for table in tables]
    count = [select(func.count(table.event_id)).scalar_subquery() for table in tables]
    segments = [select(each).scalar_subquery() for each in (func.max(SegmentRow.id), func.count(SegmentRow.id))]
    with study.read() as session:
        found = [int(value or 0) for value in session.execute(select(*last, *count, *segments)).one()]
    *rows, segmented = [*zip(found[: len(tables)], found[len(tables) : -2], strict=True), (found[-2], found[-1])]
    return StudyStamp((*rows[:3], segmented), *rows[3:])


def decisions_since(study: Study, event: int) -> tuple[tuple[int, Decision], ...]:
    """The decisions whose event comes after that number, in recorded order, each with the number of its event."""
    query = decision_columns().where(DecisionRow.event_id > event).order_by(DecisionRow.event_id)
    with study.read() as session:
        rows = session.execute(query)
        return tuple((row.event_id, decision_value(row, row.interview, row.coder)) for row in rows)


def decisions_stamp(study: Study) -> tuple[int, int, int]:
    """The event of the last decision, how many there are, and the newest transcript's id; 0 where there is none."""
    with study.read() as session:
        last, count = session.execute(select(func.max(DecisionRow.event_id), func.count())).one()
        return last or 0, count, session.scalar(select(func.max(TranscriptRow.id))) or 0
