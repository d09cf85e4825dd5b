"""Suggestions that come with a guarantee: of those marked as assured, at most a stated share is wrong on average.

Conformal selection (Jin & Candès 2023, Journal of Machine Learning Research 24:244, with the procedure of Benjamini &
Hochberg 1995): a suggestion is tested against those of the blind sample that were wrong. The guarantee holds for the
segments that the sample was drawn from, and only for a learner that has not seen the sample. Nothing is ever coded by
it: a person still confirms every code.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from assistant.privacy.instructions import reads_like_instruction
from assistant.suggest.labels import Labels
from assistant.suggest.learner import learn
from assistant.suggest.pool import Pool
from assistant.suggest.sampling import SHARE, blind_rows
from assistant.suggest.study_pool import StudyPool
from store.runs import first_shown
from store.study import Study
from store.values import Stance

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Rows = NDArray[np.intp]

_ROUNDING = 1e-12
"""0.05 × 43 / 43 is a little less than 0.05."""
MOST_WRONG = 0.1
"""The share of wrong suggestions among the assured ones that is allowed on average."""


@dataclass(frozen=True, slots=True)
class Assurance:
    """Which best suggestions are assured: by row, the column of the code.

    `sample` is how many segments of the blind sample were decided blind in the interviews where all of it was, `needed`
    how many it takes before anything can be promised, `segments` how many undecided ones the promise is about.
    """

    assured: dict[int, int]
    most_wrong: float
    sample: int
    needed: int
    segments: int
    interviews: tuple[int, ...]

    @property
    def holds(self) -> bool:
        """Whether there is enough to promise anything."""
        return self.sample >= self.needed


@dataclass(frozen=True, slots=True)
class StudyAssurance:
    """The assured code by segment id, what is promised in a sentence, and how many segments chance drew."""

    assured: Mapping[int, str]
    sentence: str
    drawn: int
    result: Assurance


def fewest(most_wrong: float) -> int:
    """How large the sample must be: below it no p-value can be small enough.

    >>> fewest(0.1)
    9
    """
    return int(np.ceil(1 / most_wrong - 1e-9)) - 1


def p_values(sample: Array, wrong: Mask, tested: Array) -> Array:
    """Conformal p-values: the share of the sample that was wrong though at least as sure, shape (tested,).

    p_j = (1 + #{i : wrong_i and s_i >= s_j}) / (1 + n), for scores `sample` (n,) and `tested`.

    >>> p_values(np.array([.9, .5, .4]), np.array([False, True, True]), np.array([.8, .45])).tolist()
    [0.25, 0.5]
    """
    failed = np.sort(sample[wrong])
    above = len(failed) - np.searchsorted(failed, tested, side="left")
    values: Array = (1 + above) / (1 + len(sample))
    return values


def selected(values: Array, most_wrong: float) -> Rows:
    """Benjamini & Hochberg's selection: the places of the p-values that are small enough together.

    >>> selected(np.array([.01, .5, .04]), 0.1).tolist()
    [0, 2]
    """
    order = np.argsort(values, kind="stable")
    small = values[order] <= most_wrong * np.arange(1, len(values) + 1) / max(1, len(values)) + _ROUNDING
    count = int(np.flatnonzero(small).max()) + 1 if small.any() else 0
    return np.sort(order[:count]).astype(np.intp)


def assure(
    pool: Pool,
    labels: Labels,
    blind: Mask,
    blind_labels: Labels,
    *,
    left_out: Mask | None = None,
    most_wrong: float = MOST_WRONG,
    seed: int = 0,
) -> Assurance:
    """Test the best suggestion of every segment outside the blind sample, and assure those that pass.

    `blind` marks the rows that chance drew, `blind_labels` hold what was decided of them before anything was shown.
    Only interviews whose whole sample was decided blind take part, since the sample stands for nothing else; of them,
    decided segments count as tests that nothing passes, since chance alone may tell sample and rest apart: the promise
    then holds for the undecided ones alone, whatever was decided before. Rows that are `left_out` are neither sample
    nor test: which ones that are must not depend on any decision.
    """
    told = blind_labels.known.all(axis=1)
    open_ = set(pool.interview[blind & ~told].tolist())
    whole = [number for number in np.unique(pool.interview[blind]).tolist() if number not in open_]
    within = np.isin(pool.interview, whole)
    if left_out is not None:
        within &= ~left_out
    sample = np.flatnonzero(blind & within)
    tested = np.flatnonzero(within & ~blind)
    left: Mask = np.asarray(~labels.known.any(axis=1), np.bool_)
    count = int(left[tested].sum())
    needed = fewest(most_wrong)
    if len(sample) < needed or not count:
        return Assurance({}, most_wrong, len(sample), needed, count, tuple(whole))
    chances = learn(pool, labels.without(blind), seed=seed).probabilities
    best = chances.argmax(axis=1)
    score = chances.max(axis=1).astype(np.float64)
    wrong = blind_labels.truth[sample, best[sample]] < 0.5  # noqa: PLR2004 - true or not
    values = np.where(left[tested], p_values(score[sample], wrong, score[tested]), 1)
    assured = {int(row): int(best[row]) for row in tested[selected(values, most_wrong)]}
    return Assurance(assured, most_wrong, len(sample), needed, count, tuple(whole))


def assure_study(
    study: Study,
    pool: StudyPool,
    *,
    share: float = SHARE,
    most_wrong: float = MOST_WRONG,
    said: Sequence[Stance] | None = None,
) -> StudyAssurance:
    """The same for a study, whose blind sample is what chance drew and a person decided before anything was shown.

    Nothing is promised of passages that read like an instruction to a machine: they may have told it how sure to be.
    `said` spares reading all stances, with the past ones, where they are at hand.
    """
    seed = pool.seed
    blind = blind_rows(pool.segments, seed, share)
    drawn = {segment.id for segment, chosen in zip(pool.segments, blind, strict=True) if chosen}
    shown = {key: event for key, event in first_shown(study).items() if key in drawn}
    doubtful = np.array([_is_doubtful(segment.text) for segment in pool.segments], np.bool_)
    found = assure(
        pool.pool,
        pool.labels(study, said=said),
        blind,
        pool.labels(study, shown, said=said),
        left_out=doubtful,
        most_wrong=most_wrong,
        seed=seed,
    )
    names = list(dict.fromkeys(segment.interview for segment in pool.segments))
    return StudyAssurance(
        assured={pool.segments[row].id: pool.pool.codes[column] for row, column in found.assured.items()},
        sentence=_sentence(found, names) + _left_out(int(doubtful.sum())),
        drawn=len(drawn),
        result=found,
    )


@lru_cache(maxsize=2**15)
def _is_doubtful(text: str) -> bool:
    """Kept, for every fit asks again for every segment."""
    return reads_like_instruction(text)


def _left_out(passages: int) -> str:
    """What is said of passages of which nothing is promised."""
    if not passages:
        return ""
    what = "One passage reads" if passages == 1 else f"{passages} passages read"
    return f" {what} like an instruction to a machine: nothing is promised there."


def _sentence(found: Assurance, names: Sequence[str]) -> str:
    """What is promised, of which segments, and from how many decisions; `names` are the interviews' by number."""
    share = f"{round(100 * found.most_wrong)} %"
    if not found.holds or not found.interviews:
        return (
            f"No guarantee yet. It takes at least {found.needed} segments of the blind sample, and the whole of it in"
            f" an interview, decided before their suggestions were shown; {found.sample} count so far."
        )
    where = ", ".join(names[number] for number in found.interviews)
    return (
        f"{len(found.assured)} of the {found.segments} undecided segments in {where} have an assured suggestion: on"
        f" average at most {share} of the assured ones are wrong. This rests on {found.sample} segments decided blind"
        " and holds for these interviews only."
    )
