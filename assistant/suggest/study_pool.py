"""A study's latest run as a pool for the learner, with the sentences that can carry a suggestion."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.suggest.grouping import unit
from assistant.suggest.labels import Labels, labels_of
from assistant.suggest.pool import Pool, RawRows, build_pool, pool_beside
from assistant.suggest.retrieval import facets
from store.canonical import sha256_text
from store.codebook import codebook_versions, current_codebook
from store.decisions import decided_transcripts, stances
from store.placing import current_transcript_ids
from store.runs import latest_run, load_scores, scored_transcripts
from store.segments import segments_among
from store.sentences import sentence_spans
from store.steps import decided_by_rule
from store.study import Study
from store.values import Codebook, Role, Run, ScoreMatrix, Segment, Span, Stance
from store.vectors import load_vectors

Matrix = NDArray[np.float32]

_SIGNALS = {"retrieval": "definition", "sentence": "sentence", "llm": "llm"}

MOST_SEGMENTS = 20_000
"""Of a larger study, the learner sees whole interviews drawn by chance, so many segments together."""


@dataclass(frozen=True, slots=True)
class StudyPool:
    """The segments that were scored, in study order, as the learner sees them.

    `scores` are the run's raw signals (segments, codes), NaN where unknown. `sentences` holds, for a row whose segment
    has several, their spans in the interview and their embeddings; `meanings` the
    codes' embeddings (codes, dimensions), `own` the segments' (segments, dimensions). `scored` is how many segments the
    run has scores for; where they are more than the pool holds, `transcripts` are those of the interviews in it.
    """

    run: Run
    codebook: Codebook
    segments: tuple[Segment, ...]
    pool: Pool
    scores: Mapping[str, Matrix]
    sentences: Mapping[int, tuple[tuple[Span, ...], Matrix]]
    meanings: Matrix
    own: Matrix
    scored: int = 0
    transcripts: frozenset[int] | None = None

    @property
    def seed(self) -> int:
        """The run's seed."""
        return _seed(self.run)

    def labels(
        self, study: Study, before: Mapping[int, int] | None = None, *, said: Sequence[Stance] | None = None
    ) -> Labels:
        """What is decided now; of a segment in `before`, what was decided just before that event.

        What a rule rejected is left out: nobody looked at it, and the rule had it from the machine's own guesses.
        `said` spares reading all stances, with the past ones, where they are at hand.
        """
        versions = {book.id: frozenset(code.guid for code in book.codes) for book in codebook_versions(study)}
        ruled = decided_by_rule(study)
        if said is None:
            said = stances(study, past=bool(before), transcripts=self.transcripts)
        looked_at = [stance for stance in said if stance.event not in ruled]
        return labels_of(self.segments, self.codebook.codes, looked_at, versions, before)

    def beside(self, study: Study, transcript_id: int) -> "StudyPool | None":
        """The segments of an interview that is not among these, as numbers of the same kind; None where unscored."""
        made = _read(study, self.run, self.codebook, {transcript_id})
        if made is None:
            return None
        pool = pool_beside(self.pool, made.raw, _named(made.scores))
        return made.pool_with(pool, self.scored, frozenset({transcript_id}))


def study_pool(study: Study, *, most: int = MOST_SEGMENTS) -> StudyPool | None:
    """The pool of the latest run with the newest codebook; None where nothing was scored or there are no codes.

    A code that the run did not know has no similarity to anything yet, but can be learned all the same. Where more than
    `most` segments were scored, whole interviews are drawn by the run's seed: up to half of what there is room for
    among those in which somebody decided anything, the others among the rest.
    """
    run, codebook = latest_run(study), current_codebook(study)
    if run is None or codebook is None or not codebook.codes:
        return None
    current = current_transcript_ids(study)  # what was corrected since is scored anew, and its old words count no more
    found = scored_transcripts(study, run)
    scored = {each.transcript_id: each.segments for each in found if each.segments and each.transcript_id in current}
    total = sum(scored.values())
    drawn = None if total <= most else _drawn(study, scored, most, _seed(run))
    made = _read(study, run, codebook, scored.keys() if drawn is None else drawn)
    if made is None:
        return None
    parents = {code.guid: code.parent for code in codebook.codes}
    signals = _named(made.scores)
    pool = build_pool(made.raw, list(parents), parents, signals, projecting=drawn is not None)
    return made.pool_with(pool, total, drawn)


def _seed(run: Run) -> int:
    seed = run.settings.get("seed", 0)
    return seed if isinstance(seed, int) else 0


def _drawn(study: Study, scored: Mapping[int, int], most: int, seed: int) -> frozenset[int]:
    """The transcripts of the interviews that are drawn; a new interview changes the lot of none."""
    decided = decided_transcripts(study)
    lots = sorted(scored, key=lambda key: sha256_text(f"pool|{seed}|{key}"))
    found: set[int] = set()
    room = most
    for some, until in (([k for k in lots if k in decided], most // 2), ([k for k in lots if k not in decided], 0)):
        for key in some:
            if room - scored[key] < until:
                break
            found.add(key)
            room -= scored[key]
    return frozenset(found or lots[:1])


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of the study for a pool."""

    run: Run
    codebook: Codebook
    chosen: tuple[Segment, ...]
    scores: Mapping[str, Matrix]
    raw: RawRows
    vectors: "_Vectors"

    def pool_with(self, pool: Pool, scored: int, transcripts: frozenset[int] | None) -> StudyPool:
        """All of it with the numbers that were made of it."""
        return StudyPool(
            run=self.run,
            codebook=self.codebook,
            segments=self.chosen,
            pool=pool,
            scores=self.scores,
            sentences=self.vectors.sentences(self.chosen),
            meanings=self.vectors.meanings(),
            own=unit(self.raw.own),
            scored=scored,
            transcripts=transcripts,
        )


def _read(study: Study, run: Run, codebook: Codebook, transcripts: Collection[int]) -> _Read | None:
    """The scored segments of these transcripts, as far as they are current; None where there are none."""
    everything = segments_among(study, transcripts)
    matrices = [m for m in load_scores(study, run, transcripts) if m.segments]
    scored = {key for m in matrices for key in m.segments}
    chosen = tuple(s for s in everything if s.id in scored)
    if not chosen:
        return None
    vectors = _Vectors(study, str(run.settings.get("embedder", "")), everything, codebook)
    return _Read(
        run, codebook, chosen, _signals(chosen, codebook, matrices), _raw(chosen, everything, vectors), vectors
    )


def _named(scores: Mapping[str, Matrix]) -> dict[str, Matrix]:
    """The run's signals by the names that the learner has for them."""
    signals = {own: scores.get(name, scores["retrieval"]) for name, own in _SIGNALS.items() if name != "llm"}
    if "llm" in scores:
        signals["llm"] = scores["llm"]
    return signals


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
