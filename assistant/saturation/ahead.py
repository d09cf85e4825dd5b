"""What the next interviews will bring: new codes, the chance of any, and how many until coverage is reached."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, exp, log

import numpy as np
from numpy.typing import ArrayLike

from assistant.saturation.incidence import Incidence, deficit_ratio, incidence
from assistant.saturation.rarefaction import expected, expected_of_draws
from assistant.saturation.resampled import DRAWS, SEED, interval, resample, z_of

AHEAD = (1, 3, 5)


@dataclass(frozen=True, slots=True)
class NewCodes:
    """Codes to expect in the next `interviews`, together, that no interview has shown so far.

    `low` and `high` bound that expectation; `fewest` and `most` bound what will in fact be seen, which chance scatters
    more widely.
    """

    interviews: int
    codes: float
    low: float | None
    high: float | None
    fewest: int | None
    most: int | None


@dataclass(frozen=True, slots=True)
class Chance:
    """Chance that the next interview brings a new code: no more than `at_most`, and about `if_independent`."""

    at_most: float
    if_independent: float


def expected_new(
    y: ArrayLike, t: int, ahead: Sequence[int] = AHEAD, *, level: float = 0.95, draws: int = DRAWS, seed: int = SEED
) -> tuple[NewCodes, ...]:
    """S(t+h) - S for each h of `ahead` (Colwell et al., 2012); none where nothing can be estimated.

    The interval is by the estimators' bootstrap, of the difference itself, and never below 0. The range of what will be
    seen adds to that variance the expectation's own (Poisson; an upper bound for independent codes), rounded outwards.

    >>> [round(new.codes, 2) for new in expected_new([1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 6, 8, 10, 12], 12)]
    [0.38, 1.02, 1.54]
    """
    counts = incidence(y, t)
    if not counts.estimable:
        return ()
    sizes = t + np.array(ahead, int)
    new = expected(counts, sizes) - counts.observed
    drawn = resample(counts, draws, seed)
    if drawn is None:
        return tuple(NewCodes(h, float(n), *(None,) * 4) for h, n in zip(ahead, new, strict=True))
    others = expected_of_draws(drawn, sizes) - drawn.observed[:, None]
    low, high = interval(new, others, level)
    reach = z_of(level) * np.sqrt(others.var(axis=0, ddof=1) + new)
    rows = np.array([new, low, high, np.floor(np.maximum(new - reach, 0)), np.ceil(new + reach)]).T.tolist()
    return tuple(
        NewCodes(h, codes, below, above, int(fewest), int(most))
        for h, (codes, below, above, fewest, most) in zip(ahead, rows, strict=True)
    )


def chance_of_new(y: ArrayLike, t: int) -> Chance | None:
    """Chance that the next interview brings at least one new code, or None where nothing can be estimated.

    It cannot be above the number of new codes to expect (Markov); if the codes not found yet occur independently of
    each other it is close to 1 - exp(-that number). Codes that come in company make it lower.
    """
    following = expected_new(y, t, (1,), draws=0)
    if not following:
        return None
    return Chance(min(following[0].codes, 1.0), 1 - exp(-following[0].codes))


def interviews_to(y: ArrayLike, t: int, coverage: float = 0.95) -> int | None:
    """How many more interviews until coverage is reached: the smallest h with 1 - Q1/U·A^(h+1) >= `coverage`.

    0 where it is reached, None where it cannot be estimated. Beyond h = t it is a guess (Chao et al., 2014).
    Raises ValueError unless coverage is above 0 and below 1.

    >>> interviews_to([1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 6, 8, 10, 12], 12)
    4
    """
    if not 0 < coverage < 1:
        msg = f"Coverage to reach lies between 0 and 1, both left out; it was given as {coverage}."
        raise ValueError(msg)
    counts = incidence(y, t)
    return _interviews_to(counts, coverage) if counts.estimable else None


def interviews_to_interval(
    y: ArrayLike, t: int, coverage: float = 0.95, *, level: float = 0.95, draws: int = DRAWS, seed: int = SEED
) -> tuple[int, int] | None:
    """The middle share (`level`) of `interviews_to` over the estimators' bootstrap; None where there is none."""
    counts = incidence(y, t)
    drawn = resample(counts, draws, seed)
    if drawn is None:
        return None
    short = drawn.once / drawn.incidents
    needed = [_more(float(s), float(a), coverage) for s, a in zip(short, drawn.ratio, strict=True)]
    low, high = np.quantile(needed, [(1 - level) / 2, (1 + level) / 2], method="inverted_cdf")
    return int(low), int(high)


def _interviews_to(counts: Incidence, coverage: float) -> int:
    once = counts.q(1)
    return _more(once / counts.incidents, float(deficit_ratio(once, counts.unseen, counts.t)), coverage)


def _more(short: float, ratio: float, coverage: float) -> int:
    """Smallest h >= 0 with 1 - short·ratio^(h+1) >= coverage; what rounding moves by one is put right."""
    if 1 - short * ratio >= coverage:
        return 0
    h = max(ceil(log((1 - coverage) / short) / log(ratio)) - 1, 0)
    while h and 1 - short * ratio**h >= coverage:
        h -= 1
    return h if 1 - short * ratio ** (h + 1) >= coverage else h + 1
