"""What the machine proposes now: derived from a run's scores, written only when it is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.suggest.fusion import CODES_PER_SEGMENT, Fused, fuse
from store.codebook import current_codebook
from store.runs import latest_run, load_scores, show_suggestions
from store.segments import segments
from store.sentences import sentence_spans
from store.study import Study
from store.values import Run, ScoreMatrix, Segment, Span, Suggestion, SuggestionDraft

MOST_PER_SEGMENT = 3
THRESHOLD = 0.15
LIFT = 2.5
"""With many codes each one is rare: so many times the base rate is enough there."""


@dataclass(frozen=True, slots=True)
class Proposals:
    """The proposals of the latest run by segment id, best first; empty where nothing was suggested yet."""

    run: Run | None
    by_segment: Mapping[int, tuple[SuggestionDraft, ...]]

    def __len__(self) -> int:
        return sum(len(drafts) for drafts in self.by_segment.values())


def propose(study: Study, *, threshold: float = THRESHOLD, most: int = MOST_PER_SEGMENT) -> Proposals:
    """At most so many codes per segment whose probability reaches the threshold, for the current transcripts.

    With many codes each is rare, and `LIFT` times their base rate is enough.
    """
    run = latest_run(study)
    codebook = current_codebook(study)
    if run is None or codebook is None:
        return Proposals(None, {})
    present = {s.id: s for s in segments(study)}
    known = {code.guid for code in codebook.assignable}
    matrices = [m for m in load_scores(study, run) if all(key in present for key in m.segments)]
    fused = fuse(matrices)
    threshold = min(threshold, LIFT * CODES_PER_SEGMENT / max(1, len(known)))
    found: dict[int, tuple[SuggestionDraft, ...]] = {}
    for matrix in matrices:
        found |= _of_matrix(matrix, run.id, fused, present, known, threshold, most)
    return Proposals(run, found)


def _of_matrix(
    matrix: ScoreMatrix,
    run_id: int,
    fused: Fused,
    present: Mapping[int, Segment],
    known: set[str],
    threshold: float,
    most: int,
) -> dict[int, tuple[SuggestionDraft, ...]]:
    chances = fused.probabilities[matrix.transcript_id]
    found = {}
    for row, segment_id in enumerate(matrix.segments):
        order = chances[row].argsort(kind="stable")[::-1]
        columns = [c for c in order if chances[row, c] >= threshold and matrix.codes[c] in known][:most]
        if columns:
            segment = present[segment_id]
            found[segment_id] = tuple(_draft(run_id, matrix, row, column, segment, fused) for column in columns)
    return found


def _draft(run_id: int, matrix: ScoreMatrix, row: int, column: int, segment: Segment, fused: Fused) -> SuggestionDraft:
    scores = {
        name: round(float(values[row, column]), 6)
        for name, values in matrix.signals.items()
        if name != "carrier" and values[row, column] == values[row, column]
    }
    return SuggestionDraft(
        run_id=run_id,
        segment_id=segment.id,
        code=matrix.codes[column],
        probability=round(float(fused.probabilities[matrix.transcript_id][row, column]), 6),
        evidence=_carrying(matrix, row, column, segment),
        scores=scores,
        learner=fused.state,
    )


def _carrying(matrix: ScoreMatrix, row: int, column: int, segment: Segment) -> tuple[Span, ...]:
    sentences: Sequence[Span] = sentence_spans(segment.text, segment.span.start)
    if "carrier" not in matrix.signals or not sentences:
        return (segment.span,)
    return (sentences[int(matrix.signals["carrier"][row, column])],)


def show(study: Study, drafts: Sequence[SuggestionDraft]) -> tuple[Suggestion, ...]:
    """Write proposals down because a person, or a file, is about to see them."""
    return show_suggestions(study, drafts)
