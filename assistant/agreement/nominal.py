"""Agreement of two or more coders on categories: what is shared, and what is left of it beyond chance."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assistant.agreement.counts import Counts, Floats, Parts, counts_of


@dataclass(frozen=True, slots=True)
class Nominal:
    """Agreement on one code, or on a pool; what cannot be estimated is None, never NaN.

    `n` units that two or more coders rated (pooled: pairs of unit and code). `table` for binary ratings: how often
    (both, only the earlier, only the later, neither) coder of a pair applied the code, summed over pairs of coders.
    `prevalence` is the share of "applied" among the ratings of these units. `kappa` is Cohen's for two coders; for
    more the mean over the `pairs` of coders for which it can be estimated (Light 1971). `f1` equals `positive`.
    """

    n: int
    table: tuple[int, int, int, int] | None
    percent: float | None
    kappa: float | None
    pairs: int
    alpha: float | None
    ac1: float | None
    scott: float | None
    brennan_prediger: float | None
    pabak: float | None
    prevalence: float | None
    positive: float | None
    negative: float | None
    jaccard: float | None
    f1: float | None

    def as_record(self) -> dict[str, Any]:
        """The values by name, as JSON can hold them."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return values | {"table": None if self.table is None else list(self.table)}


def agreement_of(ratings: ArrayLike, *, categories: int = 2) -> tuple[Nominal, ...]:
    """Agreement on each code: ratings (codes, coders, units), int8; 1 applied, 0 not applied, -1 not rated.

    Two coders, 50 units; both applied the code to 20, only the first to 5, only the second to 10, neither to 15:

    >>> first, second = [1] * 25 + [0] * 25, [1] * 20 + [0] * 5 + [1] * 10 + [0] * 15
    >>> found, = agreement_of([[first, second]])
    >>> found.table, found.percent, round(found.kappa, 6), round(found.ac1, 6)
    ((20, 5, 10, 15), 0.7, 0.4, 0.405941)
    """
    return agreement_from(counts_of(ratings, categories=categories))


def pooled_agreement(ratings: ArrayLike, *, categories: int = 2) -> Nominal:
    """Agreement over one table of all (unit, code) pairs; frequent and rare codes weigh by their counts alone.

    This is one coefficient over all decisions, not the mean of the codes' coefficients.
    """
    return agreement_from(counts_of(ratings, categories=categories).pooled())[0]


def agreement_from(counts: Counts) -> tuple[Nominal, ...]:
    """Agreement on each code of `counts`, over all of its groups."""
    parts = counts.parts
    values = {name: compute(parts) for name, compute in STATISTICS.items()}
    pairs = (~np.isnan(_pairwise_kappa(parts))).sum(axis=-1)
    tables = np.rint(parts.pairs.sum(axis=-3)).astype(np.int64)
    return tuple(
        Nominal(
            n=round(float(parts.units[code])),
            table=_table(tables[code]),
            pairs=int(pairs[code]),
            **{name: estimable(found[code]) for name, found in values.items()},
        )
        for code in range(len(tables))
    )


def percent(parts: Parts) -> Floats:
    """Share of units on which the coders agree; with more than two, the mean share of agreeing pairs (Fleiss 1971)."""
    return _ratio(parts.agreeing, parts.units)


def kappa(parts: Parts) -> Floats:
    """Cohen (1960): (po - pe) / (1 - pe), pe from each coder's own shares; more than two coders: Light (1971).

    Light's is the mean of the kappas of all pairs of coders; a pair of which both used one and the same category
    throughout has no kappa and is left out of the mean.
    """
    each = _pairwise_kappa(parts)
    known = ~np.isnan(each)
    return _ratio(np.where(known, each, 0).sum(axis=-1), known.sum(axis=-1).astype(np.float64))


def alpha(parts: Parts) -> Floats:
    """Krippendorff (2004, ch. 11), nominal, missing ratings allowed: 1 - (n - 1)(n - Σ o_cc) / (n² - Σ n_c²)."""
    n_c = parts.coincidences.sum(axis=-1)
    n = n_c.sum(axis=-1)
    differing = n - np.trace(parts.coincidences, axis1=-2, axis2=-1)
    return 1 - _ratio((n - 1) * differing, n**2 - (n_c**2).sum(axis=-1))


def ac1(parts: Parts) -> Floats:
    """Gwet (2008): chance agreement Σ π_k (1 - π_k) / (K - 1), π_k the mean share over units with any rating."""
    pi = _shares(parts)
    return _beyond(percent(parts), (pi * (1 - pi)).sum(axis=-1) / (pi.shape[-1] - 1))


def scott(parts: Parts) -> Floats:
    """Scott (1955) for two coders, Fleiss (1971) for more: chance agreement Σ π_k², π_k as in AC1."""
    return _beyond(percent(parts), (_shares(parts) ** 2).sum(axis=-1))


def brennan_prediger(parts: Parts) -> Floats:
    """Brennan & Prediger (1981): chance agreement 1 / K."""
    return _beyond(percent(parts), np.asarray(1 / parts.shares.shape[-1]))


def pabak(parts: Parts) -> Floats:
    """Byrt, Bishop & Carlin (1993): 2 po - 1, of binary ratings only."""
    return _binary(parts, 2 * percent(parts) - 1)


def prevalence(parts: Parts) -> Floats:
    """Share of "applied" among the ratings of units that two or more coders rated (binary)."""
    n_c = parts.coincidences.sum(axis=-1)
    return _binary(parts, _ratio(n_c[..., 1], n_c.sum(axis=-1)))


def positive(parts: Parts) -> Floats:
    """Specific agreement on "applied" (Cicchetti & Feinstein 1990): 2a / (2a + b + c), tables of all pairs summed."""
    both, one, _ = _cells(parts)
    return _binary(parts, _ratio(2 * both, 2 * both + one))


def negative(parts: Parts) -> Floats:
    """Specific agreement on "not applied": 2d / (2d + b + c)."""
    _, one, neither = _cells(parts)
    return _binary(parts, _ratio(2 * neither, 2 * neither + one))


def jaccard(parts: Parts) -> Floats:
    """Units to which both applied the code, of those to which at least one did: a / (a + b + c)."""
    both, one, _ = _cells(parts)
    return _binary(parts, _ratio(both, both + one))


STATISTICS: dict[str, Callable[[Parts], Floats]] = {
    "percent": percent,
    "kappa": kappa,
    "alpha": alpha,
    "ac1": ac1,
    "scott": scott,
    "brennan_prediger": brennan_prediger,
    "pabak": pabak,
    "prevalence": prevalence,
    "positive": positive,
    "negative": negative,
    "jaccard": jaccard,
    "f1": positive,
}


def estimable(value: float | np.floating[Any]) -> float | None:
    """The value as a Python float, or None for NaN: not estimable."""
    return None if np.isnan(value) else float(value)


def _pairwise_kappa(parts: Parts) -> Floats:
    """Cohen's kappa of each pair of coders, (…, pairs); NaN where chance agreement is certain or nothing was rated."""
    n = parts.pairs.sum(axis=(-2, -1))
    agreed = _ratio(np.trace(parts.pairs, axis1=-2, axis2=-1), n)
    by_chance = _ratio((parts.pairs.sum(axis=-1) * parts.pairs.sum(axis=-2)).sum(axis=-1), n**2)
    return _beyond(agreed, by_chance)


def _shares(parts: Parts) -> Floats:
    return _ratio(parts.shares, parts.shares.sum(axis=-1, keepdims=True))


def _cells(parts: Parts) -> tuple[Floats, Floats, Floats]:
    cells = parts.pairs.sum(axis=-3)
    return cells[..., 1, 1], cells[..., 0, 1] + cells[..., 1, 0], cells[..., 0, 0]


def _beyond(agreed: Floats, by_chance: Floats) -> Floats:
    """(po - pe) / (1 - pe), NaN where pe is 1; the bound absorbs rounding, 1 - pe is at least 1/n² otherwise."""
    left = 1 - by_chance
    return _ratio(agreed - by_chance, np.where(left < 1e-15, 0, left))  # noqa: PLR2004


def _ratio(above: Floats, below: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = np.where(below == 0, np.nan, above / below)
    return found


def _binary(parts: Parts, found: Floats) -> Floats:
    return found if parts.shares.shape[-1] == 2 else np.full_like(found, np.nan)  # noqa: PLR2004


def _table(cells: NDArray[np.int64]) -> tuple[int, int, int, int] | None:
    if cells.shape != (2, 2):
        return None
    return int(cells[1, 1]), int(cells[1, 0]), int(cells[0, 1]), int(cells[0, 0])
