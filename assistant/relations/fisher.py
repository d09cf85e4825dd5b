"""Fisher's exact test of one code against two groups of interviews, and Holm's correction over the codes tested."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

Table = tuple[tuple[int, int], tuple[int, int]]
"""Rows: the two groups of interviews. Columns: with the code, without it."""


@dataclass(frozen=True, slots=True)
class OddsRatio:
    """The conditional maximum likelihood estimate with its exact interval; `high` may be infinite, `low` zero."""

    estimate: float
    low: float
    high: float


@lru_cache(maxsize=2**14)
def fisher(table: Table) -> float:
    """The two-sided p of Fisher's exact test (Fisher 1935, The Design of Experiments, ch. 2).

    The sum of the probabilities of all tables with the same margins that are no likelier than this one. Of the lady
    who told three of four cups with milk first from three of four with tea first:

    >>> round(fisher(((3, 1), (1, 3))), 4)
    0.4857
    """
    from scipy.stats import fisher_exact

    return min(float(fisher_exact(table).pvalue), 1.0)


@lru_cache(maxsize=2**14)
def odds_ratio(table: Table, level: float = 0.95) -> OddsRatio:
    """The odds of the code in the first group over those in the second, with an exact interval.

    Estimate and interval are those of Fisher's noncentral hypergeometric distribution (Cornfield 1956; as in R's
    `fisher.test`); they need both a group of interviews in each row and a code that is found somewhere but not
    everywhere.

    >>> round(odds_ratio(((3, 1), (1, 3))).estimate, 3)
    6.408
    """
    from scipy.stats.contingency import odds_ratio as conditional

    found = conditional(table, kind="conditional")
    interval = found.confidence_interval(level)
    return OddsRatio(float(found.statistic), float(interval.low), float(interval.high))


def smallest_p(first: int, second: int, found: int) -> float:
    """The smallest p that any split of `found` interviews with the code could reach, groups of these sizes given.

    >>> round(smallest_p(3, 3, 3), 3)
    0.1
    """
    most, least = min(first, found), max(0, found - second)
    return min(fisher(((here, first - here), (found - here, second - found + here))) for here in (least, most))


def holm(p: Sequence[float]) -> tuple[float, ...]:
    """The p values adjusted by Holm (1979, Scandinavian Journal of Statistics 6:65), whatever their dependence.

    >>> [round(each, 3) for each in holm([0.01, 0.04, 0.03, 0.005])]
    [0.03, 0.06, 0.06, 0.02]
    """
    adjusted, highest = [0.0] * len(p), 0.0
    for rank, index in enumerate(sorted(range(len(p)), key=lambda each: p[each])):
        highest = max(highest, min(1.0, (len(p) - rank) * p[index]))
        adjusted[index] = highest
    return tuple(adjusted)
