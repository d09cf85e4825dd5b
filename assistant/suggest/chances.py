"""The probability of every segment and code, also of those that are not proposed, and any of them as a draft."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.suggest.learner import Learned
from assistant.suggest.study_pool import StudyPool
from store.values import Segment, Span, SuggestionDraft

_DIGITS = 6


class Chances:
    """What the learner makes of a study's segments and codes; `through` is the last decision that it knows.

    `offered` marks the codes (codes,) that may be suggested at all.
    """

    def __init__(self, pool: StudyPool, learned: Learned, offered: NDArray[np.bool_], through: int) -> None:
        self._pool = pool
        self._learned = learned
        self._offered = offered
        self.through = through
        self._row = {segment.id: row for row, segment in enumerate(pool.segments)}
        self._column = {code: column for column, code in enumerate(pool.pool.codes)}
        spread = pool.scores["retrieval"].std(axis=0)
        spread = np.where(np.isfinite(spread) & (spread > 0), spread, 1)
        weight = learned.weights["definition"] + learned.weights["sentence"]
        self._speaks = weight * pool.meanings.T / spread + pool.pool.basis @ learned.direction

    def of(self, segment_id: int, code: str) -> float | None:
        """How likely it is that a segment carries a code; None where that was not scored or the code is not offered."""
        row, column = self._row.get(segment_id), self._column.get(code)
        if row is None or column is None or not self._offered[column]:
            return None
        return round(float(self._learned.probabilities[row, column]), _DIGITS)

    def below(self, limit: float, codes: Collection[str] | None = None) -> dict[int, list[str]]:
        """By segment id, in study order, the offered codes that are less likely than that; of some codes, or of all."""
        wanted = [
            column
            for code, column in self._column.items()
            if self._offered[column] and (codes is None or code in codes)
        ]
        chances = np.round(self._learned.probabilities[:, wanted].astype(np.float64), _DIGITS)
        found: dict[int, list[str]] = {}
        for row, place in zip(*(index.tolist() for index in np.nonzero(chances < limit)), strict=True):
            found.setdefault(self._pool.segments[row].id, []).append(self._pool.pool.codes[wanted[place]])
        return found

    def drafts(self, pairs: Sequence[tuple[int, str]]) -> tuple[SuggestionDraft, ...]:
        """Suggestions for pairs of a segment's id and a code that were scored, in that order, as if they were shown."""
        rows = np.array([self._row[segment] for segment, _ in pairs], np.intp)
        columns = np.array([self._column[code] for _, code in pairs], np.intp)
        return tuple(self._drafts(rows, columns))

    def chosen(self, shown: NDArray[np.bool_], best: NDArray[np.intp]) -> dict[int, tuple[SuggestionDraft, ...]]:
        """The drafts by segment id, where `shown` says so of each row's `best` columns."""
        rows, places = np.nonzero(shown)
        found: dict[int, list[SuggestionDraft]] = {}
        for draft in self._drafts(rows, best[rows, places]):
            found.setdefault(draft.segment_id, []).append(draft)
        return {key: tuple(drafts) for key, drafts in found.items()}

    def _drafts(self, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> list[SuggestionDraft]:
        """Rows and columns with their evidence and what spoke for them."""
        said = self._learned.said(rows, columns)
        pairs = zip(rows.tolist(), columns.tolist(), said, strict=True)
        return [self._draft(self._pool.segments[row], row, column, voices) for row, column, voices in pairs]

    def _draft(self, segment: Segment, row: int, column: int, voices: Mapping[str, float]) -> SuggestionDraft:
        return SuggestionDraft(
            run_id=self._pool.run.id,
            segment_id=segment.id,
            code=self._pool.pool.codes[column],
            probability=round(float(self._learned.probabilities[row, column]), _DIGITS),
            evidence=self._carrying(segment, row, column),
            scores={**self._scores(row, column), **voices},
            learner=self._learned.state,
        )

    def _scores(self, row: int, column: int) -> dict[str, float]:
        """The run's raw scores, and the number of the last decision that the learner knew."""
        raw = {name: float(values[row, column]) for name, values in self._pool.scores.items()}
        known = {name: round(value, 6) for name, value in raw.items() if np.isfinite(value)}
        return known | {"decisions": float(self.through)}

    def _carrying(self, segment: Segment, row: int, column: int) -> tuple[Span, ...]:
        """The sentence that speaks most for the code, by the same weights as the segment."""
        if row not in self._pool.sentences:
            return (segment.span,)
        spans, vectors = self._pool.sentences[row]
        return (spans[int((vectors @ self._speaks[:, column]).argmax())],)
