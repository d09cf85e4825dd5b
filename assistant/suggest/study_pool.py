"""A study's latest run as a pool for the learner, with the sentences that can carry a suggestion."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.suggest.grouping import unit
from assistant.suggest.labels import Labels, labels_of
from assistant.suggest.pool import Pool, RawRows, build_pool
from assistant.suggest.retrieval import facets
from store.canonical import sha256_text
from store.codebook import codebook_versions, current_codebook
from store.decisions import stances
from store.runs import latest_run, load_scores
from store.segments import segments
from store.sentences import sentence_spans
from store.steps import decided_by_rule
from store.study import Study
from store.values import Codebook, Role, Run, ScoreMatrix, Segment, Span
from store.vectors import load_vectors

Matrix = NDArray[np.float32]

_SIGNALS = {"retrieval": "definition", "sentence": "sentence", "llm": "llm"}


@dataclass(frozen=True, slots=True)
class StudyPool:
    """The segments that were scored, in study order, as the learner sees them.

    `scores` are the run's raw signals (segments, codes), NaN where unknown. `sentences` holds, for a row whose segment
    has several, their spans in the interview and their embeddings; `meanings` the
    codes' embeddings (codes, dimensions), `own` the segments' (segments, dimensions).
    """

    run: Run
    codebook: Codebook
    segments: tuple[Segment, ...]
    pool: Pool
    scores: Mapping[str, Matrix]
    sentences: Mapping[int, tuple[tuple[Span, ...], Matrix]]
    meanings: Matrix
    own: Matrix

    @property
    def seed(self) -> int:
        """The run's seed."""
        seed = self.run.settings.get("seed", 0)
        return seed if isinstance(seed, int) else 0

    def labels(self, study: Study, before: Mapping[int, int] | None = None) -> Labels:
        """What is decided now; of a segment in `before`, what was decided just before that event.

        What a rule rejected is left out: nobody looked at it, and the rule had it from the machine's own guesses.
        """
        versions = {book.id: frozenset(code.guid for code in book.codes) for book in codebook_versions(study)}
        ruled = decided_by_rule(study)
        looked_at = [stance for stance in stances(study, past=bool(before)) if stance.event not in ruled]
        return labels_of(self.segments, self.codebook.codes, looked_at, versions, before)


def study_pool(study: Study) -> StudyPool | None:
    """The pool of the latest run with the newest codebook; None where nothing was scored or there are no codes.

    A code that the run did not know has no similarity to anything yet, but can be learned all the same.
    """
    run, codebook = latest_run(study), current_codebook(study)
    if run is None or codebook is None or not codebook.codes:
        return None
    everything = segments(study)
    matrices = [m for m in load_scores(study, run) if m.segments]
    scored = {key: (m, row) for m in matrices for row, key in enumerate(m.segments)}
    chosen = [s for s in everything if s.id in scored]
    if not chosen:
        return None
    vectors = _Vectors(study, str(run.settings.get("embedder", "")), everything, codebook)
    scores = _signals(chosen, codebook, matrices)
    raw = _raw(chosen, everything, vectors)
    signals = {own: scores.get(name, scores["retrieval"]) for name, own in _SIGNALS.items() if name != "llm"}
    if "llm" in scores:
        signals["llm"] = scores["llm"]
    pool = build_pool(raw, [c.guid for c in codebook.codes], {c.guid: c.parent for c in codebook.codes}, signals)
    return StudyPool(
        run, codebook, tuple(chosen), pool, scores, vectors.sentences(chosen), vectors.meanings(), unit(raw.own)
    )


class _Vectors:
    """The cached embeddings that a pool needs; zeros where a text was not embedded."""

    def __init__(self, study: Study, model: str, everything: Sequence[Segment], codebook: Codebook) -> None:
        self._spans = {s.id: sentence_spans(s.text) for s in everything if s.role is not Role.INTERVIEWER}
        self._codes = [sha256_text(facets(code, codebook)[0]) for code in codebook.codes]
        self._digests = {
            s.id: [sha256_text(span.of(s.text)) for span in self._spans[s.id]]
            for s in everything
            if len(self._spans.get(s.id, ())) > 1
        }
        wanted = {s.text_sha256 for s in everything} | set(self._codes)
        wanted |= {digest for digests in self._digests.values() for digest in digests}
        self._known = load_vectors(study, model, wanted)
        self._zeros = np.zeros(len(next(iter(self._known.values()), (0.0,))), np.float32)

    def of(self, digests: Iterable[str]) -> Matrix:
        return np.stack([self._known.get(digest, self._zeros) for digest in digests])

    def of_segment(self, segment: Segment | None) -> Matrix:
        vector: Matrix = self._zeros if segment is None else self._known.get(segment.text_sha256, self._zeros)
        return vector

    def meanings(self) -> Matrix:
        return self.of(self._codes)

    def sentences(self, chosen: Sequence[Segment]) -> dict[int, tuple[tuple[Span, ...], Matrix]]:
        found = {}
        for row, segment in enumerate(chosen):
            digests = self._digests.get(segment.id)
            if digests and all(digest in self._known for digest in digests):
                at = segment.span.start
                spans = tuple(Span(at + span.start, at + span.end) for span in self._spans[segment.id])
                found[row] = (spans, self.of(digests))
        return found


def _signals(chosen: Sequence[Segment], codebook: Codebook, matrices: Sequence[ScoreMatrix]) -> dict[str, Matrix]:
    """The run's signals over these segments and the newest codes, NaN where it has none."""
    row_of = {segment.id: row for row, segment in enumerate(chosen)}
    column_of = {code.guid: column for column, code in enumerate(codebook.codes)}
    found: dict[str, Matrix] = {}
    for matrix in matrices:
        rows = [row_of[key] for key in matrix.segments if key in row_of]
        there = [place for place, key in enumerate(matrix.segments) if key in row_of]
        columns = [column_of[code] for code in matrix.codes if code in column_of]
        taken = [place for place, code in enumerate(matrix.codes) if code in column_of]
        for name, values in matrix.signals.items():
            whole = found.setdefault(name, np.full((len(chosen), len(codebook.codes)), np.nan, np.float32))
            whole[np.ix_(rows, columns)] = values[np.ix_(there, taken)]
    return found


def _raw(chosen: Sequence[Segment], everything: Sequence[Segment], vectors: _Vectors) -> RawRows:
    before, asked = _context(everything)
    interviews = {label: number for number, label in enumerate(dict.fromkeys(s.interview for s in chosen))}
    return RawRows(
        ids=[s.id for s in chosen],
        interviews=[interviews[s.interview] for s in chosen],
        texts=[s.text for s in chosen],
        own=np.stack([vectors.of_segment(s) for s in chosen]),
        before=np.stack([vectors.of_segment(before[s.id]) for s in chosen]),
        asked=np.stack([vectors.of_segment(asked[s.id]) for s in chosen]),
    )


def _context(everything: Sequence[Segment]) -> tuple[dict[int, Segment | None], dict[int, Segment | None]]:
    """For each segment what was said right before it in its interview, and the interviewer's last words before it."""
    before: dict[int, Segment | None] = {}
    asked: dict[int, Segment | None] = {}
    last: Segment | None = None
    question: Segment | None = None
    for segment in everything:
        if last is not None and last.transcript_id != segment.transcript_id:
            last = question = None
        before[segment.id], asked[segment.id] = last, question
        last = segment
        if segment.role is Role.INTERVIEWER:
            question = segment
    return before, asked
