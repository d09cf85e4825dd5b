"""The learner: from what people decided to probabilities for every segment and code.

Regressions over meaning, words and the interviewer's question are fitted to the decisions, for all codes and themes at
once; a logistic regression then weighs what they say beside the similarity to the codebook and the language model's
answers. It sees each decided segment as the regressions would have seen it undecided, and so learns how far each voice
can be trusted: a useless one is not listened to, and one that is always right becomes the loudest. Before the first
decision, the weights are those believed beforehand.
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from assistant.suggest import logistic
from assistant.suggest.folds import fold_numbers
from assistant.suggest.labels import Labels
from assistant.suggest.logistic import sigmoid
from assistant.suggest.pool import Pool, one_core
from assistant.suggest.ridge import Ridge, ridge
from store.canonical import sha256_json

Matrix = NDArray[np.float32]
Array = NDArray[np.float64]
Rows = NDArray[np.intp]

ALGORITHM = 7
"""Counts up whenever the same input would give other probabilities."""
CODES_PER_SEGMENT = 1.0
"""Expected before anyone has decided anything."""
RANKS_CALIBRATED = 5
_PENALTIES = {"meaning": 2.0, "words": 1.0, "asked": 1.0}
_REJECTED = -0.2
"""What the regressions are fitted to where a person said no; merely uncoded is just below zero."""
_SCALE = 8.0
_TRUSTED_FROM = 4.0
_PRIOR_SEGMENTS = 2.0
_PRIOR_PAIRS = 20.0
_MOST_NEGATIVES = 60_000
_STRENGTH = 20.0
_LEVEL_STRENGTH = 4.0
_WEAK = 0.01
_LEVELLED_BELOW = 200
"""Decided segments; from so many on, they tell themselves how many codes a segment carries."""
_MUTE = 5e-4
VOICE = "voice: "
"""Before the name of a voice among the scores of a suggestion."""

BELIEFS: Mapping[str, float] = {
    "definition": 0.3,
    "sentence": 0.4,
    "definition beside": 0.1,
    "llm": 0.25,
    "llm asked": 0.0,
    "prior": 0.3,
    "meaning": 0.5,
    "meaning, often used": 0.0,
    "words": 0.5,
    "words, often used": 0.0,
    "asked": 0.2,
    "meaning before": 0.2,
    "meaning after": 0.2,
    "meaning around": 0.2,
    "theme": 0.1,
    "topmost theme": 0.2,
    "anything": 0.1,
    "never used": 0.0,
    "often used": 0.0,
}
"""The weight of each voice that is believed before there are decisions, rounded from coded studies of other people.
In standard deviations for the scores, in eighths for the regressions."""
_UNDECIDED = ("definition", "sentence", "definition beside")
"""These speak before anything is decided, and so do the language model's where it was asked; the others then."""
_LLM = ("llm", "llm asked")
_EITHER_WAY = ("llm asked", "meaning, often used", "words, often used", "never used", "often used", "anything")
"""These may speak against a code; a negative weight of any other voice would be chance."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What the learner makes of a pool and its decisions.

    `probabilities` is (rows, codes): for what was decided, as if it had not been. `weights` are those of the voices,
    `direction` is (dimensions of meaning, codes): how meaning speaks for a code, in log-odds. `decided` marks rows on
    which anything is known.
    """

    probabilities: Matrix
    weights: Mapping[str, float]
    direction: Matrix
    decided: NDArray[np.bool_]
    state: str
    _voices: "_Voices"
    _trusted: tuple[Array, float, float]
    """The weights before calibration, the intercept first; and the shift and slope of calibration."""

    def over(self, pool: Pool) -> "Learned":
        """What the same learner makes of other rows (`pool_beside`), on which nothing is known."""
        voices = self._voices.over(pool)
        weights, shift, slope = self._trusted
        with one_core():
            logits = voices.logits(weights[1:], weights[0])
        chances = sigmoid(shift + slope * logits).astype(np.float32)
        return replace(self, probabilities=chances, decided=voices.decided, _voices=voices)

    def said(self, rows: Rows, columns: Rows) -> list[dict[str, float]]:
        """What each voice said for or against some pairs, in log-odds; voices that said nothing are left out."""
        names = [f"{VOICE}{name}" for name in self.weights]
        values = self._voices.at(rows, columns)[:, 1:] * np.array(list(self.weights.values()))
        return [_telling(names, row) for row in values]


def _telling(names: Sequence[str], values: Array) -> dict[str, float]:
    return {name: round(float(value), 4) for name, value in zip(names, values, strict=True) if abs(value) > _MUTE}


def learn(pool: Pool, labels: Labels, *, seed: int = 0) -> Learned:
    """Fit everything anew; the same pool, labels and seed give the same probabilities."""
    with one_core():
        return _learned(pool, labels, seed)


def _learned(pool: Pool, labels: Labels, seed: int) -> Learned:
    state = sha256_json({"algorithm": ALGORITHM, "labels": labels.digest(), "seed": seed, "pool": pool.digest})
    labels = labels.with_absences(pool.interview)
    voices = _Voices(pool, labels)
    beliefs = np.array([BELIEFS[name] for name in voices.names])
    level = _level(voices.logits(beliefs, 0.0), pool.shape) if len(voices.rows) < _LEVELLED_BELOW else 0.0
    weights, shift, slope = np.concatenate([[level], beliefs]), 0.0, 1.0
    if len(voices.rows):
        weights = _weighed(voices, labels, weights, seed)
    logits = voices.logits(weights[1:], weights[0])
    if len(voices.rows):
        shift, slope = _calibrated(logits, labels, voices.rows)
    found = dict(zip(voices.names, (slope * weights[1:]).tolist(), strict=True))
    return Learned(
        probabilities=sigmoid(shift + slope * logits).astype(np.float32),
        weights=found,
        direction=voices.direction(found),
        decided=voices.decided,
        state=state,
        _voices=voices,
        _trusted=(weights, shift, slope),
    )


class _Voices:
    """Everything that speaks for or against a code, one matrix (rows, codes) at a time."""

    def __init__(self, pool: Pool, labels: Labels) -> None:
        self._pool = pool
        self.decided: NDArray[np.bool_] = np.asarray(labels.known.any(axis=1), np.bool_)
        self.rows: Rows = np.flatnonzero(self.decided)
        folds = fold_numbers(pool.interview[self.rows])
        undecided = int(folds.max(initial=-1)) + 1
        self._fold = np.full(pool.shape[0], undecided, np.intp)
        self._fold[self.rows] = folds
        self._used, self._prior, self._mean = _frequencies(labels, self._fold, undecided)
        self._said: dict[str, Ridge] = {}
        if len(self.rows):
            targets = _targets(pool, labels, self._prior[-1])[self.rows]
            width = pool.shape[1]
            for name, penalty in _PENALTIES.items():
                wanted = targets if name == "meaning" else targets[:, :width]
                self._said[name] = ridge(getattr(pool, name), self.rows, wanted, folds, penalty)
        self.names = [name for name in BELIEFS if self._speaks(name)]

    def over(self, pool: Pool) -> "_Voices":
        """The same voices about other rows, none of which was decided."""
        others = copy(self)
        others._turn_to(pool)  # noqa: SLF001 - its own kind
        return others

    def _turn_to(self, pool: Pool) -> None:
        self._pool = pool
        self.decided = np.zeros(pool.shape[0], np.bool_)
        self.rows = np.flatnonzero(self.decided)
        self._fold = np.full(pool.shape[0], len(self._used) - 1, np.intp)
        kept = {name: said.weights for name, said in self._said.items()}
        self._said = {name: Ridge(getattr(pool, name) @ weights, weights, ()) for name, weights in kept.items()}

    def _speaks(self, name: str) -> bool:
        if name in _LLM:
            return self._pool.llm_asked is not None
        return name in _UNDECIDED or bool(self._said)

    def direction(self, weights: Mapping[str, float]) -> Matrix:
        """How meaning speaks for each code in log-odds, shape (dimensions, codes)."""
        width = self._pool.shape[1]
        if not self._said:
            return np.zeros((self._pool.meaning.shape[1], width), np.float32)
        trust = self._used[-1] / (self._used[-1] + _TRUSTED_FROM)
        weight = _SCALE * (weights["meaning"] + weights["meaning, often used"] * trust)
        spoken: Matrix = (self._said["meaning"].weights[:, :width] * weight).astype(np.float32)
        return spoken

    def logits(self, weights: Array, level: float) -> Matrix:
        """The weighted sum of all voices, shape (rows, codes)."""
        total = np.full(self._pool.shape, level, np.float32)
        for weight, (_, values) in zip(weights, self._each(), strict=True):
            if weight:
                total += np.float32(weight) * values
        return total

    def at(self, rows: Rows, columns: Rows) -> Array:
        """The voices at some pairs with a column of ones before them, shape (pairs, 1 + voices)."""
        found = np.ones((len(rows), 1 + len(self.names)))
        for column, (_, values) in enumerate(self._each(), start=1):
            found[:, column] = np.broadcast_to(values, self._pool.shape)[rows, columns]
        return found

    def _each(self) -> Iterator[tuple[str, Matrix]]:
        pool = self._pool
        definition = pool.signals["definition"]
        yield "definition", definition
        yield "sentence", pool.signals["sentence"]
        yield "definition beside", (definition[pool.before] + definition[pool.after]) / np.float32(2)
        if pool.llm_asked is not None:
            yield "llm", pool.signals["llm"]
            yield "llm asked", pool.llm_asked.astype(np.float32)
        if self._said:
            yield from self._learned()

    def _of_theme(self, said: Matrix, theme: Rows) -> Matrix:
        """What is said of each code's theme; 0 for a code without one."""
        spoken = np.zeros(self._pool.shape, np.float32)
        below = np.flatnonzero(theme >= 0)
        spoken[:, below] = said[:, theme[below]]
        return spoken

    def _beside(self, place: Rows) -> Matrix:
        """What meaning says of another row for each row, as if the row itself had not been decided."""
        said = self._said["meaning"].beside(self._pool.meaning, place, self._fold)
        return said[:, : self._pool.shape[1]] * np.float32(_SCALE)

    def _learned(self) -> Iterator[tuple[str, Matrix]]:
        pool, width = self._pool, self._pool.shape[1]
        scale = np.float32(_SCALE)
        used = self._used[self._fold]
        trust = used / (used + np.float32(_TRUSTED_FROM))
        yield "prior", (np.log(self._prior / (1 - self._prior)) - self._mean).astype(np.float32)[self._fold]
        for name in ("meaning", "words"):
            said = self._said[name].predictions[:, :width] * scale
            yield name, said
            yield f"{name}, often used", said * trust
        yield "asked", self._said["asked"].predictions * scale
        meaning = self._said["meaning"].predictions * scale
        before, after = pool.before, pool.after
        here = np.arange(len(before))
        first, last = (before == here)[:, None], (after == here)[:, None]
        yield "meaning before", self._beside(before) * ~first
        yield "meaning after", self._beside(after) * ~last
        yield "meaning around", (self._beside(before[before]) + self._beside(after[after])) / np.float32(2)
        for name, theme in (("theme", pool.nearest), ("topmost theme", pool.topmost)):
            yield name, self._of_theme(meaning[:, width:-1], theme)
        yield "anything", np.broadcast_to(meaning[:, -1:], pool.shape)
        yield "never used", (used == 0).astype(np.float32)
        yield "often used", trust


def _frequencies(labels: Labels, fold: Rows, undecided: int) -> tuple[Matrix, Matrix, float]:
    """How often each code was used, and its share of segments, without each fold and (last) with all: (folds+1, codes).

    Shares are drawn towards the mean of all codes, as if so many more segments had been read; the log-odds of that mean
    come last.
    """
    used = np.zeros((undecided + 1, labels.truth.shape[1]), np.float32)
    seen = np.zeros_like(used)
    hit = np.where(labels.known, labels.truth, 0)
    np.add.at(used, fold, hit)
    np.add.at(seen, fold, labels.known.astype(np.float32))
    used, seen = used.sum(axis=0) - used, seen.sum(axis=0) - seen
    # nothing is known of the undecided, so that leaving them out leaves everything in
    expected = min(CODES_PER_SEGMENT / used.shape[1], 0.5)
    mean = (float(used[-1].sum()) + _PRIOR_PAIRS * expected) / (float(seen[-1].sum()) + _PRIOR_PAIRS)
    share = (used + _PRIOR_SEGMENTS * mean) / (seen + _PRIOR_SEGMENTS)
    return used, np.clip(share, 1e-5, 1 - 1e-5).astype(np.float32), float(np.log(mean / (1 - mean)))


def _targets(pool: Pool, labels: Labels, prior: Matrix) -> Matrix:
    """What the regressions are fitted to: codes, then themes, then whether anything is coded; 0 where unknown."""
    codes = np.where(labels.known, labels.truth - prior, 0)
    codes[labels.rejected] = _REJECTED
    hit = np.where(labels.known, labels.truth, 0)
    above = [hit[:, np.flatnonzero(below)].max(axis=1) for below in pool.themes]
    groups = np.stack([*above, hit.max(axis=1)], axis=1)
    decided = np.flatnonzero(labels.known.any(axis=1))
    centred = np.zeros_like(groups)
    centred[decided] = groups[decided] - groups[decided].mean(axis=0)
    targets: Matrix = np.hstack([codes, centred]).astype(np.float32)
    return targets


def _level(logits: Matrix, shape: tuple[int, int]) -> float:
    """What to add so that a segment is expected to carry so many codes; by bisection."""
    rows, codes = shape
    if not rows or not codes:
        return 0.0
    sample = logits[:: max(1, rows // 2_000)]
    goal = min(CODES_PER_SEGMENT, codes / 2)
    low, high = -30.0, 30.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if sigmoid(sample + middle).sum() / len(sample) < goal else (low, middle)
    return (low + high) / 2


def _weighed(voices: _Voices, labels: Labels, beliefs: Array, seed: int) -> Array:
    """The weights of the voices, the intercept first, from pairs on which something is known."""
    telling = (labels.truth > 0) | labels.rejected
    kept, silent = np.flatnonzero(labels.known & telling), np.flatnonzero(labels.known & ~telling)
    weight = 1.0
    if len(silent) > _MOST_NEGATIVES:
        weight = len(silent) / _MOST_NEGATIVES
        silent = np.sort(np.random.default_rng(seed).choice(silent, _MOST_NEGATIVES, replace=False))
    rows, columns = np.divmod(np.concatenate([kept, silent]), labels.known.shape[1])
    of_row = np.concatenate([np.ones(len(kept)), np.full(len(silent), weight)])
    strength = np.full(len(beliefs), _STRENGTH)
    strength[0] = _LEVEL_STRENGTH if len(voices.rows) < _LEVELLED_BELOW else _WEAK
    return logistic.fit(
        voices.at(rows, columns),
        labels.truth[rows, columns].astype(np.float64),
        beliefs,
        strength,
        of_row,
        np.array([False, *(name not in _EITHER_WAY for name in voices.names)]),
    )


def _calibrated(logits: Matrix, labels: Labels, rows: Rows) -> tuple[float, float]:
    """Shift and slope by which the best few codes of a segment become as likely as they are (Platt 1999)."""
    known = np.where(labels.known[rows], logits[rows], -np.inf)
    ranks = min(RANKS_CALIBRATED, known.shape[1])
    best = np.argpartition(-known, ranks - 1, axis=1)[:, :ranks]
    scores = np.take_along_axis(known, best, axis=1).ravel().astype(np.float64)
    truth = np.take_along_axis(labels.truth[rows], best, axis=1).ravel().astype(np.float64)
    told = np.isfinite(scores)
    features = np.stack([np.ones(int(told.sum())), scores[told]], axis=1)
    shift, slope = logistic.fit(features, truth[told], np.array([0.0, 1.0]), np.array([1.0, 4.0]))
    return float(shift), float(max(slope, 0.0))
