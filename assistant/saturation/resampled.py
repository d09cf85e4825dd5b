"""The estimators' bootstrap: studies that might have been, drawn from an estimate of how often each code occurs.

Chao, Gotelli, Hsieh, Sander, Ma, Colwell & Ellison (2014, Ecological Monographs 84:45–67, appendix G): a code found in
y of t interviews occurs in less than y/t of them on average, because codes never found must have their share; the
codes not found, as many as Chao2 says, share the coverage deficit equally. Each draw makes t new interviews.
"""

from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from assistant.saturation.incidence import Incidence, deficit_ratio, unseen_codes

DRAWS = 1000
SEED = 20_200_505


@dataclass(frozen=True, slots=True)
class Resampled:
    """`q` (draws, t): codes each draw found in exactly 1, 2, … t interviews; draws without any are left out."""

    q: NDArray[np.float64]
    t: int

    @property
    def observed(self) -> NDArray[np.float64]:
        """S of each draw."""
        return np.asarray(self.q.sum(axis=1))

    @property
    def incidents(self) -> NDArray[np.float64]:
        """U of each draw."""
        return np.asarray(self.q @ np.arange(1, self.t + 1))

    @property
    def once(self) -> NDArray[np.float64]:
        """Q1 of each draw."""
        return self.q[:, 0]

    @property
    def unseen(self) -> NDArray[np.float64]:
        """q0 of each draw, by Chao2."""
        return unseen_codes(self.once, self.q[:, 1], self.t)

    @property
    def ratio(self) -> NDArray[np.float64]:
        """A of each draw."""
        return deficit_ratio(self.once, self.unseen, self.t)


@lru_cache(maxsize=4)
def resample(counts: Incidence, draws: int = DRAWS, seed: int = SEED) -> Resampled | None:
    """Draws by the estimators' bootstrap, or None where nothing can be estimated or every draw came out empty.

    The same counts, draws and seed give the same result, whatever the order of codes or interviews.
    """
    if not counts.estimable or draws < 2:  # noqa: PLR2004
        return None
    chances = detection(counts)
    y = np.random.default_rng(seed).binomial(counts.t, chances, size=(draws, chances.size))
    places = y + np.arange(draws)[:, None] * (counts.t + 1)
    q = np.bincount(places.ravel(), minlength=draws * (counts.t + 1)).reshape(draws, counts.t + 1)[:, 1:]
    kept = q[q.any(axis=1)].astype(float)
    kept.flags.writeable = False
    return Resampled(kept, counts.t) if len(kept) > 1 else None


def detection(counts: Incidence) -> NDArray[np.float64]:
    """Estimated chance of each code to occur in an interview: those found, then those not found yet.

    Their sum over all codes is U/t, as it was in the interviews read.
    """
    share = np.array(counts.y) / counts.t
    unseen = counts.unseen
    deficit = counts.q(1) / counts.t * float(deficit_ratio(counts.q(1), unseen, counts.t))
    missing = int(np.ceil(unseen))
    if not missing:
        return np.asarray(share)
    lost = (1 - share) ** counts.t
    weight = deficit / (share * lost).sum()
    chances = np.append(share * (1 - weight * lost), np.full(missing, deficit / missing))
    return np.asarray(np.clip(chances, 0, 1))


def interval(
    value: NDArray[np.float64], draws: NDArray[np.float64], level: float, bounds: tuple[float, float] = (0, np.inf)
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Value ± z · standard deviation of the draws (first axis), kept within bounds, as iNEXT reports intervals."""
    reach = z_of(level) * draws.std(axis=0, ddof=1)
    return np.clip(value - reach, *bounds), np.clip(value + reach, *bounds)


def z_of(level: float) -> float:
    """The normal deviate of a two-sided interval: 1.96 for 0.95."""
    return NormalDist().inv_cdf((1 + level) / 2)
