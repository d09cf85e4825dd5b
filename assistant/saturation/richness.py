"""How many codes there are, the ones not found yet included, and how much of what people say the codes cover.

All of these are lower bounds or approximations under one assumption: the interviews are a sample of the people the
study is about, and each code has some chance of its own to be found in any of them.
"""

from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
from numpy.typing import ArrayLike

from assistant.saturation.incidence import Incidence, deficit_ratio, incidence
from assistant.saturation.resampled import DRAWS, SEED, interval, resample, z_of

INFREQUENT = 10
IMPROVED_FROM = 4

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Richness:
    """Estimates of the number of codes and of coverage; None where the data do not allow one.

    `observed` is S, `q1` and `q2` the codes found in exactly one and two interviews. Intervals are (low, high).
    """

    observed: int
    chao2: float | None
    chao2_se: float | None
    chao2_ci: Interval | None
    chao2_bc: float | None
    chao2_bc_se: float | None
    chao2_bc_ci: Interval | None
    ichao2: float | None
    ice: float | None
    jack1: float | None
    jack1_se: float | None
    jack2: float | None
    boot: float | None
    coverage: float | None
    coverage_ci: Interval | None
    q1: int
    q2: int


def richness(y: ArrayLike, t: int, *, level: float = 0.95, draws: int = DRAWS, seed: int = SEED) -> Richness:
    """Every estimate from incidence counts `y` (one per code) in `t` interviews; with fewer than two, none.

    Sources stand at each estimator. `level` is that of all intervals; `draws` and `seed` are for coverage's.

    >>> found = richness([1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 6, 8, 10, 12], 12)
    >>> round(found.chao2, 4), round(found.jack1, 4), round(found.coverage, 4)
    (19.8194, 20.5833, 0.9273)
    """
    counts = incidence(y, t)
    if not counts.estimable:
        return Richness(counts.observed, *(None,) * 14, counts.q(1), counts.q(2))
    return Richness(
        counts.observed,
        *_with_interval(counts, chao2(counts), _chao2_variance(counts), level),
        *_with_interval(counts, chao2_bc(counts), _chao2_bc_variance(counts), level),
        ichao2(counts),
        ice(counts),
        jack1(counts),
        _jack1_se(counts, level),
        jack2(counts),
        boot(counts),
        coverage(counts),
        _coverage_interval(counts, level, draws, seed),
        counts.q(1),
        counts.q(2),
    )


def chao2(counts: Incidence) -> float:
    """Chao2 (Chao, 1987, Biometrics 43:783–791, with the factor (t-1)/t): a lower bound of the number of codes."""
    return counts.observed + counts.unseen


def chao2_bc(counts: Incidence) -> float:
    """Bias-corrected Chao2 (Chao, 2005), defined for any Q2: S + (t-1)/t · Q1(Q1-1) / (2(Q2+1))."""
    once, twice = counts.q(1), counts.q(2)
    return counts.observed + _factor(counts) * once * (once - 1) / (2 * (twice + 1))


def ichao2(counts: Incidence) -> float | None:
    """Improved Chao2 (Chiu, Wang, Walther & Chao, 2014, Biometrics 70:671–682), from four interviews on.

    With Q4 = 0 it takes Q4 as 1, as SpadeR does.
    """
    t, q1, q2, q3, q4 = counts.t, counts.q(1), counts.q(2), counts.q(3), max(counts.q(4), 1)
    if t < IMPROVED_FROM:
        return None
    gain = max(q1 - (t - 3) / (t - 1) * q2 * q3 / (2 * q4), 0)
    return chao2(counts) + (t - 3) / t * q3 / (4 * q4) * gain


def ice(counts: Incidence) -> float:
    """Incidence-based coverage estimator (Lee & Chao, 1994, Biometrics 50:88–97), cut-off 10 interviews."""
    rare = [n for n in counts.y if n <= INFREQUENT]
    total, once = sum(rare), counts.q(1)
    if not total:
        return float(counts.observed)
    ratio = float(deficit_ratio(once, counts.unseen, counts.t)) if once else 0.0
    covered = 1 - once / total * ratio
    pairs = sum(n * (n - 1) for n in rare)
    spread = len(rare) / covered * counts.t / (counts.t - 1) * pairs / (total * (total - 1)) - 1 if total > 1 else 0.0
    return counts.observed - len(rare) + len(rare) / covered + once / covered * max(spread, 0)


def jack1(counts: Incidence) -> float:
    """First-order jackknife (Burnham & Overton, 1978; Heltshe & Forrester, 1983): S + (t-1)/t · Q1."""
    return counts.observed + _factor(counts) * counts.q(1)


def jack2(counts: Incidence) -> float:
    """Second-order jackknife (Smith & van Belle, 1984, Biometrics 40:119–129)."""
    t = counts.t
    return counts.observed + (2 * t - 3) / t * counts.q(1) - (t - 2) ** 2 / (t * (t - 1)) * counts.q(2)


def boot(counts: Incidence) -> float:
    """Bootstrap estimator (Smith & van Belle, 1984): S + Σ (1 - y/t)^t. It is known to be low for small samples."""
    return counts.observed + float(((1 - np.array(counts.y) / counts.t) ** counts.t).sum())


def coverage(counts: Incidence) -> float:
    """Sample coverage (Chao & Jost, 2012, Ecology 93:2533–2547; Good & Turing): 1 - Q1/U · t·q0/(t·q0 + Q1).

    Of all places where people speak of something a code could name, the share that the codes found so far name.
    """
    once = counts.q(1)
    return 1 - once / counts.incidents * float(deficit_ratio(once, counts.unseen, counts.t)) if once else 1.0


def _factor(counts: Incidence) -> float:
    return (counts.t - 1) / counts.t


def _chao2_variance(counts: Incidence) -> float:
    """Chao (1987), as in SpadeR and iNEXT."""
    a, q1, q2 = _factor(counts), counts.q(1), counts.q(2)
    if q2:
        r = q1 / q2
        return q2 * (a * r**2 / 2 + a**2 * r**3 + a**2 * r**4 / 4)
    return max(a * q1 * (q1 - 1) / 2 + a**2 * q1 * (2 * q1 - 1) ** 2 / 4 - a**2 * q1**4 / (4 * chao2(counts)), 0)


def _chao2_bc_variance(counts: Incidence) -> float:
    """The bias-corrected form has a variance of its own, as in SpadeR."""
    a, q1, q2 = _factor(counts), counts.q(1), counts.q(2)
    return (
        a * q1 * (q1 - 1) / (2 * (q2 + 1))
        + a**2 * q1 * (2 * q1 - 1) ** 2 / (4 * (q2 + 1) ** 2)
        + a**2 * q1**2 * q2 * (q1 - 1) ** 2 / (4 * (q2 + 1) ** 4)
    )


def _with_interval(counts: Incidence, value: float, variance: float, level: float) -> tuple[float, float, Interval]:
    """Value, standard error and Chao's (1987) interval, which is log-normal for what is above S and never below S."""
    above = value - counts.observed
    if above <= 0:
        return (value, *_all_seen(counts, level))
    reach = exp(z_of(level) * sqrt(log(1 + variance / above**2)))
    return value, sqrt(variance), (counts.observed + above / reach, counts.observed + above * reach)


def _all_seen(counts: Incidence, level: float) -> tuple[float, Interval]:
    """Where nothing points to unseen codes: the variance of S itself, as SpadeR gives it then.

    The estimate is S, so that the interval begins there; SpadeR's own lower end can lie above it in two interviews.
    """
    y = np.array(counts.y, float)
    variance = float((np.exp(-y) - np.exp(-2 * y)).sum() - (y * np.exp(-y)).sum() ** 2 / counts.t)
    error = sqrt(max(variance, 0))
    missed = float(np.exp(-y).mean())
    middle, reach = counts.observed / (1 - missed), z_of(level) * error / (1 - missed)
    return error, (float(counts.observed), middle + reach)


def _jack1_se(counts: Incidence, level: float) -> float:
    """Burnham & Overton's, as in SpadeR; vegan's (Heltshe & Forrester) counts per interview and differs."""
    a, once = _factor(counts), counts.q(1)
    return sqrt(once * a * (1 + a)) if once else _all_seen(counts, level)[0]


def _coverage_interval(counts: Incidence, level: float, draws: int, seed: int) -> Interval | None:
    """By the estimators' bootstrap (Chao et al., 2014)."""
    drawn = resample(counts, draws, seed)
    if drawn is None:
        return None
    covered = 1 - drawn.once / drawn.incidents * drawn.ratio
    low, high = interval(np.array(coverage(counts)), covered, level, (0, 1))
    return float(low), float(high)
