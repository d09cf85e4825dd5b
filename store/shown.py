"""Suggestions that were shown, as the drafts from which they were written: the same draft leads to the same row."""

from collections.abc import Iterable

from sqlalchemy import select

from store.records import SuggestionRow
from store.study import Study
from store.values import Span, SuggestionDraft

_AT_ONCE = 500


def shown_drafts(study: Study, suggestions: Iterable[int]) -> dict[int, SuggestionDraft]:
    """The drafts by the suggestions' ids; ids that are not known are left out."""
    wanted = sorted(set(suggestions))
    found: dict[int, SuggestionDraft] = {}
    with study.read() as session:
        for start in range(0, len(wanted), _AT_ONCE):
            query = select(SuggestionRow).where(SuggestionRow.id.in_(wanted[start : start + _AT_ONCE]))
            found |= {row.id: _draft(row) for row in session.scalars(query)}
    return found


def _draft(row: SuggestionRow) -> SuggestionDraft:
    return SuggestionDraft(
        run_id=row.run_id,
        segment_id=row.segment_id,
        code=row.code,
        probability=row.probability,
        evidence=tuple(Span(start, end) for start, end in row.evidence),
        scores=row.scores,
        learner=row.learner,
    )


def shown_probabilities(study: Study) -> dict[int, float]:
    """The probability of every suggestion that was ever shown, by its id."""
    with study.read() as session:
        return dict(session.execute(select(SuggestionRow.id, SuggestionRow.probability)).tuples().all())
