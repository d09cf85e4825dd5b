"""When the interviews stopped bringing new codes: base size, run length and new-information threshold.

Guest, Namey & Chen (2020, PLOS ONE 15:e0232076). The base is the number of different codes in the first interviews; a
run is that many interviews in a row, moved on by one each time; saturation is where a run brings no more new codes
than the threshold's share of the base. "6+2" says: after the sixth interview, as the next two show.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assistant.saturation.incidence import as_found
from assistant.saturation.orders import curves, quantiles
from assistant.saturation.resampled import DRAWS, SEED

BASES = (4, 5, 6)
RUNS = (2, 3)
THRESHOLDS = (0.05, 0.0)
SLACK = 1e-12


@dataclass(frozen=True, slots=True)
class GuestResult:
    """One setting. `result` is the last interview before the run that met the threshold, None where none did.

    `ratios` are the shares of new codes of each run, the first beginning after the base; none without a code in it.
    """

    base: int
    run: int
    threshold: float
    result: int | None
    ratios: tuple[float, ...]
    base_codes: int

    @property
    def reported(self) -> str | None:
        """As the authors write it: "6+2"."""
        return None if self.result is None else f"{self.result}+{self.run}"


@dataclass(frozen=True, slots=True)
class GuestDraws:
    """One setting over resampled interviews: how often it was reached, and where.

    `median`, `low`, `high` (5th and 95th percentile) are the last interview before the run; None where the percentile
    falls among draws that never met the threshold. `found_…` is the share of the study's codes seen by the run's end,
    over the draws that met it.
    """

    base: int
    run: int
    threshold: float
    reached: float
    median: int | None
    low: int | None
    high: int | None
    found_median: float | None
    found_low: float | None
    found_high: float | None


def guest(
    new_or_found: ArrayLike,
    bases: Sequence[int] = BASES,
    runs: Sequence[int] = RUNS,
    thresholds: Sequence[float] = THRESHOLDS,
) -> tuple[GuestResult, ...]:
    """Saturation for every base, run and threshold, in study order.

    Takes either the new codes of each interview or what was found, with the shape (codes, interviews).

    >>> new = [16, 9, 7, 5, 4, 3, 1, 0, 1, 0, 0]
    >>> [setting.reported for setting in guest(new, bases=[4], thresholds=[0.05])]
    ['6+2', '7+3']
    """
    so_far = _so_far(new_or_found)
    return tuple(_setting(so_far, *setting) for setting in _settings(bases, runs, thresholds))


def guest_bootstrap(
    found: ArrayLike,
    bases: Sequence[int] = BASES,
    runs: Sequence[int] = RUNS,
    thresholds: Sequence[float] = THRESHOLDS,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
    replace: bool = True,
) -> tuple[GuestDraws, ...]:
    """The same over resampled interviews: as many as were read, drawn with replacement, as the authors did.

    With `replace=False` only the order changes. Drawn twice, an interview brings nothing new the second time, so that
    with replacement saturation comes earlier than it would with as many different people. Empty without interviews.
    """
    matrix = as_found(found)
    interviews, codes = matrix.shape[1], int(matrix.any(axis=1).sum())
    if not interviews or draws < 1:
        return ()
    random = np.random.default_rng(seed)
    start = np.broadcast_to(np.arange(interviews), (draws, interviews))
    orders = random.integers(interviews, size=(draws, interviews)) if replace else random.permuted(start, axis=1)
    so_far = curves(matrix, orders)
    return tuple(_over_draws(so_far, codes, *setting) for setting in _settings(bases, runs, thresholds))


def _settings(
    bases: Sequence[int], runs: Sequence[int], thresholds: Sequence[float]
) -> Iterator[tuple[int, int, float]]:
    if min((*bases, *runs), default=1) < 1 or min(thresholds, default=0) < 0:
        msg = f"Bases {bases} and runs {runs} are numbers of interviews from 1, thresholds {thresholds} shares from 0."
        raise ValueError(msg)
    return product(bases, runs, thresholds)


def _so_far(new_or_found: ArrayLike) -> NDArray[np.int64]:
    given = np.asarray(new_or_found)
    if given.ndim == 1:
        return np.asarray(np.cumsum(given.astype(np.int64)))
    matrix = as_found(given)
    return np.asarray(curves(matrix, np.arange(matrix.shape[1])[None, :])[0])


def _setting(so_far: NDArray[np.int64], base: int, run: int, threshold: float) -> GuestResult:
    ratios, codes = _ratios(so_far[None, :], base, run)
    met = np.flatnonzero(ratios[0] <= threshold + SLACK)
    known = tuple(ratios[0].tolist()) if codes[0] else ()
    return GuestResult(base, run, threshold, base + int(met[0]) if met.size else None, known, int(codes[0]))


def _ratios(so_far: NDArray[np.int64], base: int, run: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """For each row: new codes of each run over those of the base (infinite with none in it), and codes of the base."""
    interviews = so_far.shape[1]
    if base + run > interviews:
        codes = so_far[:, base - 1] if base <= interviews else np.zeros(len(so_far), np.int64)
        return np.zeros((len(so_far), 0)), codes
    codes = so_far[:, base - 1]
    new = so_far[:, base + run - 1 :] - so_far[:, base - 1 : interviews - run]
    return np.where(codes[:, None] > 0, new / np.maximum(codes, 1)[:, None], np.inf), codes


def _over_draws(so_far: NDArray[np.int64], codes: int, base: int, run: int, threshold: float) -> GuestDraws:
    ratios, _ = _ratios(so_far, base, run)
    met = ratios <= threshold + SLACK
    reached = met.any(axis=1) if met.shape[1] else np.zeros(len(so_far), np.bool_)
    never = so_far.shape[1] + 1
    last = np.where(reached, base + met.argmax(axis=1), never) if met.shape[1] else np.full(len(so_far), never)
    median, low, high = (None if q[0] == never else int(q[0]) for q in quantiles(last[:, None], (0.5, 0.05, 0.95)))
    seen = so_far[reached, last[reached] + run - 1]
    shares = [float(q[0]) / codes for q in quantiles(seen[:, None], (0.5, 0.05, 0.95))] if seen.size else [None] * 3
    return GuestDraws(base, run, threshold, float(reached.mean()), median, low, high, *shares)
