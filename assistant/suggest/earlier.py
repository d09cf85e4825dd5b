"""Answers of the language model that earlier runs have got already, to be taken over instead of asked for again."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from store.runs import load_scores, runs
from store.study import Study
from store.values import Run, ScoreMatrix

Matrix = NDArray[np.float32]

SAME = ("algorithm", "llm_sha256", "llm_details", "context_tokens", "prompt", "prompt_sha256", "seen")
"""The settings of a run that decide what a pair of segment and code scores, besides the code's own words."""
CODES_SEEN = "codes_seen"
"""The setting that holds, by code, the hash of what the model reads of it."""


class EarlierScores:
    """What runs with the same model and prompt scored; a segment's question is settled by its id for good."""

    def __init__(self, study: Study, run: Run) -> None:
        self._study = study
        self._hashes = _hashes(run)
        self._alike = [other for other in runs(study) if other.id != run.id and _asks_alike(other, run)]

    def _found(self, transcript_id: int) -> Iterator[tuple[Mapping[str, str], ScoreMatrix]]:
        for other in self._alike:
            for matrix in load_scores(self._study, other, [transcript_id]):
                if "llm" in matrix.signals:
                    yield _hashes(other), matrix

    def of(self, transcript_id: int, segments: Sequence[int], codes: Sequence[str]) -> Matrix:
        """Scores of shape (segments, codes), NaN for pairs that nobody has asked about."""
        known = np.full((len(segments), len(codes)), np.nan, np.float32)
        places = {segment: row for row, segment in enumerate(segments)}
        for hashes, matrix in self._found(transcript_id):
            columns = {guid: column for column, guid in enumerate(matrix.codes)}
            same = [(i, columns[c]) for i, c in enumerate(codes) if c in columns and hashes[c] == self._hashes[c]]
            rows = [(places[s], row) for row, s in enumerate(matrix.segments) if s in places]
            if same and rows:
                (here, there), (mine, theirs) = np.array(rows).T, np.array(same).T
                values = matrix.signals["llm"][np.ix_(there, theirs)]
                known[np.ix_(here, mine)] = np.where(np.isnan(values), known[np.ix_(here, mine)], values)
        return known


def _asks_alike(run: Run, other: Run) -> bool:
    return all(key in run.settings and run.settings[key] == other.settings.get(key) for key in SAME)


def _hashes(run: Run) -> Mapping[str, str]:
    hashes = run.settings[CODES_SEEN]
    assert isinstance(hashes, Mapping)
    return hashes
