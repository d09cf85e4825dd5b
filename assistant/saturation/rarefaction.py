"""The curve of codes over interviews, in no particular order: what fewer interviews would have shown, what more will.

Colwell, Chao, Gotelli, Lin, Mao, Chazdon & Longino (2012, Journal of Plant Ecology 5:3–21) for both directions, Chao &
Jost (2012, Ecology 93:2533–2547) for coverage. Intervals are ± z standard deviations of the estimators' bootstrap
(Chao et al., 2014), as in iNEXT; they are unconditional, that is, they also tell how another sample would differ.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assistant.saturation.incidence import Incidence, deficit_ratio, incidence
from assistant.saturation.resampled import DRAWS, SEED, Resampled, interval, resample

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Point:
    """Codes and coverage to expect after so many `interviews`; None where the data do not allow an estimate."""

    interviews: int
    codes: float
    low: float | None
    high: float | None
    coverage: float | None
    coverage_low: float | None
    coverage_high: float | None


def rarefaction(
    y: ArrayLike, t: int, *, level: float = 0.95, draws: int = DRAWS, seed: int = SEED
) -> tuple[Point, ...]:
    """S(1) … S(t) and their coverage: the exact mean over all choices of interviews, so no order matters.

    S(m) = Σ [1 - C(t-y, m) / C(t, m)] over codes, known as Mao's tau (Ugland, Gray & Ellingsen, 2003, Journal of Animal
    Ecology 72:888–897; Colwell et al., 2012, eq. 17).

    >>> [round(point.codes, 2) for point in rarefaction([1, 2, 3], 3)]
    [2.0, 2.67, 3.0]
    """
    counts = incidence(y, t)
    return _points(counts, np.arange(1, t + 1), level, resample(counts, draws, seed))


def extrapolation(
    y: ArrayLike, t: int, ahead: Sequence[int], *, level: float = 0.95, draws: int = DRAWS, seed: int = SEED
) -> tuple[Point, ...]:
    """S(t+h) for each h of `ahead`, none where nothing can be estimated (fewer than two interviews, no code).

    S(t+h) = S + q0·[1 - A^h] with A = t·q0/(t·q0 + Q1) and q0 of Chao2, which is eq. 18 of Colwell et al. (2012) in the
    form of iNEXT; coverage 1 - Q1/U·A^(h+1). Chao et al. (2014) trust it up to h = t.

    The interviews read stay part of the larger sample, so `low` is never below the codes they have shown.

    >>> y = [1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 6, 8, 10, 12]
    >>> [round(point.codes, 3) for point in extrapolation(y, 12, (3, 6))]
    [17.02, 17.767]
    """
    counts = incidence(y, t)
    if not counts.estimable:
        return ()
    points = _points(counts, t + np.array(ahead, int), level, resample(counts, draws, seed))
    return tuple(replace(p, low=None if p.low is None else max(p.low, float(counts.observed))) for p in points)


def coverage_at(y: ArrayLike, t: int, interviews: int) -> float | None:
    """Coverage to expect after so many interviews, fewer or more than `t`; None where it cannot be estimated."""
    counts = incidence(y, t)
    return float(covered(counts, np.array([interviews]))[0]) if counts.estimable and interviews > 0 else None


def expected(counts: Incidence, sizes: NDArray[np.int64]) -> Floats:
    """S at each of `sizes`; beyond `t` only where something can be estimated."""
    fewer = sizes[sizes <= counts.t]
    inside = _seen(_kinds(counts)[None, :], counts.t, fewer)
    ahead = (sizes[sizes > counts.t] - counts.t)[None, :]
    beyond = _beyond(_row(counts.observed), _row(counts.unseen), _row(_ratio(counts)), ahead)
    return np.asarray(_both(sizes, counts.t, inside, beyond)[0])


def covered(counts: Incidence, sizes: NDArray[np.int64]) -> Floats:
    """Coverage at each of `sizes`."""
    return np.asarray(_covered(_kinds(counts)[None, :], counts.t, _row(_ratio(counts)), sizes)[0])


def expected_of_draws(drawn: Resampled, sizes: NDArray[np.int64]) -> Floats:
    """S of each draw at each of `sizes`, as an array (draws, sizes)."""
    fewer, more = sizes[sizes <= drawn.t], sizes[sizes > drawn.t]
    inside = _seen(drawn.q, drawn.t, fewer)
    beyond = _beyond(drawn.observed[:, None], drawn.unseen[:, None], drawn.ratio[:, None], (more - drawn.t)[None, :])
    return _both(sizes, drawn.t, inside, beyond)


def covered_of_draws(drawn: Resampled, sizes: NDArray[np.int64]) -> Floats:
    """Coverage of each draw at each of `sizes`, as an array (draws, sizes)."""
    return _covered(drawn.q, drawn.t, drawn.ratio[:, None], sizes)


def _points(counts: Incidence, sizes: NDArray[np.int64], level: float, drawn: Resampled | None) -> tuple[Point, ...]:
    codes = expected(counts, sizes)
    if drawn is None:
        return tuple(Point(int(m), float(s), *(None,) * 5) for m, s in zip(sizes, codes, strict=True))
    share = covered(counts, sizes)
    low, high = interval(codes, expected_of_draws(drawn, sizes), level)
    share_low, share_high = interval(share, covered_of_draws(drawn, sizes), level, (0, 1))
    columns = np.array([codes, low, high, share, share_low, share_high]).T.tolist()
    return tuple(Point(int(m), *column) for m, column in zip(sizes, columns, strict=True))


def _row(value: float) -> Floats:
    return np.array([[value]], float)


def _ratio(counts: Incidence) -> float:
    return float(deficit_ratio(counts.q(1), counts.unseen, counts.t)) if counts.estimable else 1.0


def _kinds(counts: Incidence) -> Floats:
    """Q_1 … Q_t."""
    return np.bincount(np.array(counts.y, int), minlength=counts.t + 1)[1:].astype(float)


def _both(sizes: NDArray[np.int64], t: int, inside: Floats, beyond: Floats) -> Floats:
    """The two parts of a curve in the order of `sizes`."""
    whole = np.empty((len(inside), len(sizes)))
    whole[:, sizes <= t], whole[:, sizes > t] = inside, beyond
    return whole


def _beyond(observed: Floats, unseen: Floats, ratio: Floats, ahead: NDArray[np.int64]) -> Floats:
    return np.asarray(observed + unseen * (1 - ratio**ahead))


def _covered(q: Floats, t: int, ratio: Floats, sizes: NDArray[np.int64]) -> Floats:
    """1 - Σ y/U · C(t-y, m)/C(t-1, m) for m < t (Chao & Jost, 2012), 1 - Q1/U · A^(m-t+1) from t on."""
    fewer, more = sizes[sizes < t], sizes[sizes >= t]
    incidents = (q @ np.arange(1, t + 1))[:, None]
    inside = 1 - _missed(q * np.arange(1, t + 1), t, t - 1, fewer) / incidents
    beyond = 1 - q[:, :1] / incidents * ratio ** (more - t + 1)
    return np.clip(_both(sizes, t - 1, inside, beyond), 0, 1)


def _seen(q: Floats, t: int, sizes: NDArray[np.int64]) -> Floats:
    """Codes that a choice of m interviews shows on average, from rows of Q_1 … Q_t: an array (rows, sizes)."""
    return np.asarray(q.sum(axis=1, keepdims=True) - _missed(q, t, t, sizes))


def _missed(weights: Floats, t: int, of: int, sizes: NDArray[np.int64]) -> Floats:
    """Σ over k of weights_k · C(t-k, m) / C(of, m), for rows of weights and m of `sizes`: an array (rows, sizes).

    Binomials through logarithms of factorials; the k that no row has are left out.
    """
    used = np.flatnonzero(weights.any(axis=0))
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, t + 1)))])
    rest = (t - 1 - used)[:, None]
    left = rest - sizes
    size = logs[rest] - logs[np.maximum(left, 0)] + (logs[np.maximum(of - sizes, 0)] - logs[of])
    return np.asarray(weights[:, used] @ np.exp(np.where(left >= 0, size, -np.inf)))
