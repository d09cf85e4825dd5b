"""Intervals by resampling interviews: what would change had other interviews of the same kind been drawn?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.agreement.continua import Continua
from assistant.agreement.counts import Counts, Floats
from assistant.agreement.nominal import STATISTICS
from assistant.agreement.unitizing import alpha_from, disagreements, unitizing_parts

DRAWS = 1000
SEED = 20_201
LEVEL = 0.95
ESTIMABLE = 0.8
"""Below this share of draws in which a statistic can be estimated at all, no interval is given."""
CELLS = 1 << 21  # values (draws × codes × cells) worked through at once: bounds the memory
NAMES = ("percent", "kappa", "alpha", "ac1")


@dataclass(frozen=True, slots=True)
class Interval:
    """A percentile interval (Efron & Tibshirani 1993, ch. 13); `draws` is how many draws could be estimated."""

    low: float
    high: float
    level: float
    draws: int


Intervals = tuple[dict[str, Interval | None], ...]


def bootstrap(
    counts: Counts,
    *,
    names: Sequence[str] = NAMES,
    draws: int = DRAWS,
    seed: int = SEED,
    level: float = LEVEL,
) -> Intervals:
    """Intervals of the named statistics (keys of `STATISTICS`) for each code, by resampling the groups of `counts`.

    Groups are interviews: segments of one interview resemble each other, so that resampling segments would give
    intervals that are too narrow. The same draws serve every code, and every call with the same seed and number of
    interviews. None where there is one interview only, or a statistic can be estimated in less than `ESTIMABLE` of
    the draws.
    """
    found: list[dict[str, Interval | None]] = [dict.fromkeys(names) for _ in range(len(counts.sums))]
    weights = sample_weights(counts.sums.shape[1], draws, seed)
    if not len(weights):
        return tuple(found)
    for start, block in _blocks(counts.sums, draws):
        parts = counts.parts_of(_resampled(weights, block))
        for name in names:
            for code, interval in enumerate(percentiles(STATISTICS[name](parts), level)):
                found[start + code][name] = interval
    return tuple(found)


def bootstrap_alpha_u(
    continua: Continua,
    pools: Sequence[Sequence[int]] | None = None,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
    level: float = LEVEL,
) -> tuple[Interval | None, ...]:
    """Intervals of alpha for unitizing, of each code or of each pool of codes, by resampling interviews.

    Exact: each draw is the coefficient of the resampled interviews, one drawn twice standing there twice.
    """
    weights = sample_weights(continua.interviews, draws, seed)
    of = [[code] for code in range(continua.codes)] if pools is None else pools
    if not len(weights):
        return (None,) * len(of)
    observed, expected = disagreements(unitizing_parts(continua), weights)
    values = [alpha_from(observed[:, list(codes)], expected[:, list(codes)]) for codes in of]
    return percentiles(np.stack(values, axis=1), level) if values else ()


def sample_weights(interviews: int, draws: int, seed: int) -> NDArray[np.float64]:
    """How often each interview is in each draw, (draws, interviews), rows summing to `interviews`.

    No draws where there are fewer than two interviews: nothing can be resampled.
    """
    if interviews < 2:  # noqa: PLR2004
        return np.zeros((0, interviews))
    chosen = np.random.default_rng(seed).integers(0, interviews, (draws, interviews))
    cells = chosen + np.arange(draws)[:, None] * interviews
    return np.bincount(cells.ravel(), minlength=draws * interviews).astype(np.float64).reshape(draws, interviews)


def percentiles(values: Floats, level: float = LEVEL) -> tuple[Interval | None, ...]:
    """The interval of each column of values (draws, codes), NaN standing for a draw that could not be estimated."""
    ranked = np.sort(values, axis=0)
    known = len(values) - np.isnan(ranked).sum(axis=0)
    ends = [_quantile(ranked, known, share) for share in ((1 - level) / 2, (1 + level) / 2)]
    return tuple(
        Interval(float(low), float(high), level, int(draws)) if draws and draws >= ESTIMABLE * len(values) else None
        for low, high, draws in zip(*ends, known, strict=True)
    )


def _quantile(ranked: Floats, known: NDArray[np.int64], share: float) -> Floats:
    """Linear between order statistics, as numpy's default, over the first `known` of each column."""
    place = np.maximum(known - 1, 0) * share
    below = np.floor(place).astype(np.int64)
    above = np.minimum(below + 1, np.maximum(known - 1, 0))
    column = np.arange(ranked.shape[1])
    low, high = ranked[below, column], ranked[above, column]
    found: Floats = low + (high - low) * (place - below)
    return found


def _blocks(sums: Floats, draws: int) -> Iterator[tuple[int, Floats]]:
    step = max(1, CELLS // max(1, draws * sums.shape[2]))
    for start in range(0, len(sums), step):
        yield start, sums[start : start + step]


def _resampled(weights: Floats, sums: Floats) -> Floats:
    """Sums of every draw: (draws, interviews) × (codes, interviews, cells) → (draws, codes, cells)."""
    codes, interviews, cells = sums.shape
    flat = sums.transpose(1, 0, 2).reshape(interviews, codes * cells)
    drawn: Floats = (weights @ flat).reshape(len(weights), codes, cells)
    return drawn
