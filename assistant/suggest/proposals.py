"""What the machine proposes now: derived from a run's scores and all decisions, written only when it is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from assistant.suggest.chances import Chances
from assistant.suggest.elsewhere import Elsewhere
from assistant.suggest.labels import Labels
from assistant.suggest.learner import CODES_PER_SEGMENT, Learned, learn
from assistant.suggest.order import informativeness, turns_by_lot
from assistant.suggest.precision import best_codes, threshold_for
from assistant.suggest.study_pool import StudyPool, study_pool
from store.decisions import last_decision
from store.runs import show_suggestions
from store.study import Study
from store.values import Run, Segment, Stance, Suggestion, SuggestionDraft

Matrix = NDArray[np.float32]

MOST_PER_SEGMENT = 3
THRESHOLD = 0.15
LIFT = 2.5
"""With many codes each one is rare: so many times the base rate is enough there."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the proposals rest on, and how good they are expected to be.

    `decided` segments have anything decided, of `segments`; `shown` suggestions on undecided segments are expected to
    be right in the share `precision`; of the codings that are left there, the share `coverage` is expected among them.
    `threshold` is the least probability shown; `silent` undecided segments get no suggestion. In a study that is too
    large for the learner, all of this is of the segments that it drew by chance; `scored` is how many there are then.
    """

    segments: int = 0
    decided: int = 0
    shown: int = 0
    silent: int = 0
    threshold: float = 0.0
    precision: float = 0.0
    coverage: float = 0.0
    scored: int = 0


@dataclass(frozen=True, slots=True)
class Proposals:
    """The proposals by segment id, best first; `best` holds the likeliest code's probability of every segment.

    `informative` tells by segment id when its turn comes where the most informative come first: the highest first.
    `chances` holds the probability of every segment and code, also of those that are not proposed.
    """

    run: Run | None
    by_segment: Mapping[int, tuple[SuggestionDraft, ...]]
    best: Mapping[int, float] = field(default_factory=lambda: MappingProxyType({}))
    informative: Mapping[int, float] = field(default_factory=lambda: MappingProxyType({}))
    outlook: Outlook = Outlook()
    chances: Chances | None = field(default=None, repr=False, compare=False)
    elsewhere: Elsewhere | None = field(default=None, repr=False, compare=False)
    """Knows of the interviews that the learner did not draw, in a study that is too large for it."""

    def of(self, segment: Segment) -> tuple[SuggestionDraft, ...]:
        """The proposals for a segment, best first, wherever in the study it is."""
        found = self.by_segment.get(segment.id)
        if found is not None or self.elsewhere is None or segment.id in self.best:
            return found or ()
        return self.elsewhere.of(segment)

    def __len__(self) -> int:
        return sum(len(drafts) for drafts in self.by_segment.values())


def propose(
    study: Study,
    *,
    precision: float | None = None,
    most: int = MOST_PER_SEGMENT,
    pool: StudyPool | None = None,
    said: Sequence[Stance] | None = None,
    through: int | None = None,
) -> Proposals:
    """At most so many codes per segment, as likely as the threshold asks.

    With `precision`, the threshold is the lowest at which that share of the suggestions shown on undecided segments (on
    all, where everything is decided) is expected to be right; else it is 0.15, or `LIFT` times the base rate where
    there are many codes. A theme is proposed once somebody coded with it, a retired code never. `pool` and
    `said` (all stances on it, the past ones too) spare making and reading them where they are at hand; `through` is the
    number of the last decision from before `said` was read.
    """
    pool = study_pool(study) if pool is None else pool
    if pool is None:
        return Proposals(None, {})
    through = last_decision(study) if through is None else through
    labels = pool.labels(study, said=said)
    learned = learn(pool.pool, labels, seed=pool.seed)
    found = proposals_of(pool, labels, learned, precision=precision, most=most, through=through)
    return found if pool.transcripts is None else _with_others(study, pool, labels, learned, found, most)


def proposals_of(
    pool: StudyPool,
    labels: Labels,
    learned: Learned,
    *,
    precision: float | None = None,
    most: int = MOST_PER_SEGMENT,
    through: int = 0,
) -> Proposals:
    """The same from what is learned already; `through` is the number of the last decision that it knows."""
    used = _used(labels)
    offered = _offered(pool, used)
    chances = np.where(offered, learned.probabilities, 0).astype(np.float32)
    best = best_codes(chances, most)
    likely = np.take_along_axis(chances, best, axis=1)
    left = ~learned.decided
    threshold = _threshold(likely[left] if left.any() else likely, precision, chances.shape[1])
    shown: NDArray[np.bool_] = (likely >= threshold) & (likely > 0)
    turns = turns_by_lot(informativeness(learned.probabilities, used), pool.seed)
    every = Chances(pool, learned, offered, through)
    return Proposals(
        run=pool.run,
        by_segment=every.chosen(shown, best),
        best=_by_id(pool.segments, likely.max(axis=1, initial=0)),
        informative=_by_id(pool.segments, turns),
        outlook=_outlook(chances, likely, shown, left, threshold),
        chances=every,
    )


def _with_others(
    study: Study, pool: StudyPool, labels: Labels, learned: Learned, found: Proposals, most: int
) -> Proposals:
    """The same with proposals for the interviews outside of the pool, by the threshold that holds within it."""
    offered = _offered(pool, _used(labels))

    def others(beside: StudyPool, learnt: Learned) -> Mapping[int, tuple[SuggestionDraft, ...]]:
        chances = np.where(offered, learnt.probabilities, 0).astype(np.float32)
        best = best_codes(chances, most)
        likely = np.take_along_axis(chances, best, axis=1)
        shown: NDArray[np.bool_] = (likely >= found.outlook.threshold) & (likely > 0)
        return Chances(beside, learnt, offered, int(last)).chosen(shown, best)

    last = 0 if found.chances is None else found.chances.through
    return replace(
        found, elsewhere=Elsewhere(study, pool, learned, others), outlook=replace(found.outlook, scored=pool.scored)
    )


def _used(labels: Labels) -> Matrix:
    used: Matrix = np.where(labels.known, labels.truth, 0).sum(axis=0).astype(np.float32)
    return used


def _by_id(segments: Sequence[Segment], values: Matrix) -> dict[int, float]:
    return {segment.id: float(value) for segment, value in zip(segments, values, strict=True)}


def _offered(pool: StudyPool, used: Matrix) -> NDArray[np.bool_]:
    themes = {theme.guid for theme in pool.codebook.themes}
    retired = {code.guid for code in pool.codebook.codes if code.retired}
    offered: NDArray[np.bool_] = np.array([code not in themes for code in pool.pool.codes]) | (used > 0)
    offered &= np.array([code not in retired for code in pool.pool.codes])
    return offered


def _threshold(likely: Matrix, precision: float | None, codes: int) -> float:
    if precision is None:
        return min(THRESHOLD, LIFT * CODES_PER_SEGMENT / max(1, codes))
    return threshold_for(likely.astype(np.float64).ravel(), precision)


def _outlook(
    chances: Matrix, likely: Matrix, shown: NDArray[np.bool_], left: NDArray[np.bool_], threshold: float
) -> Outlook:
    here = shown & left[:, None]
    right, count = float(likely[here].sum()), int(here.sum())
    whole = float(chances[left].sum())
    return Outlook(
        segments=len(left),
        decided=int((~left).sum()),
        shown=count,
        silent=int((left & ~shown.any(axis=1)).sum()),
        threshold=threshold,
        precision=right / count if count else 0.0,
        coverage=right / whole if whole else 0.0,
    )


def show(study: Study, drafts: Sequence[SuggestionDraft]) -> tuple[Suggestion, ...]:
    """Write proposals down because a person, or a file, is about to see them."""
    return show_suggestions(study, drafts)
