"""What was decided since one last looked: for whoever keeps the decisions of a study in memory.

Events are numbered for ever; the ids of rows can come again after an erasure, so it is events that are counted by.
"""

from sqlalchemy import func, select

from store.decisions import decision_columns, decision_value
from store.records import DecisionRow, TranscriptRow
from store.study import Study
from store.values import Decision


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
