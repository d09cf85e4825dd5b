"""What agreement is computed from: sums over units that add up over interviews."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

MISSING = -1
BLOCK = 1 << 21  # ratings of one coder worked through at once: bounds the memory to some tens of megabytes
LISTED = 4096  # up to so many patterns all possible ones are listed; above, only those that occur

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Counts:
    """Sums over units, per code and group of units (an interview, say); every statistic is a function of them.

    `sums` is float64 of shape (codes, groups, features). Per unit, with m ratings of which r_k are of category k,
    the features are: the cross table of every pair of coders; Krippendorff's coincidences r_c (r_k - [c = k]) /
    (m - 1), the share of agreeing pairs, and 1, all three where m is two or more; and the shares r_k / m where m is
    one or more.
    Because they are sums, the counts of a bootstrap sample of interviews are the sum of the interviews' counts.
    """

    coders: int
    categories: int
    sums: Floats

    @property
    def total(self) -> Floats:
        """Summed over groups: (codes, features)."""
        summed: Floats = self.sums.sum(axis=1)
        return summed

    def pooled(self) -> "Counts":
        """One table of all (unit, code) pairs, as if they were units of a single code."""
        return Counts(self.coders, self.categories, self.sums.sum(axis=0, keepdims=True))

    def pooled_within(self, themes: Sequence[Sequence[int]]) -> "Counts":
        """One table per theme, of all (unit, code) pairs of the codes whose numbers it lists."""
        rows = [self.sums[list(codes)].sum(axis=0) for codes in themes]
        shape = (len(rows), *self.sums.shape[1:])
        return Counts(self.coders, self.categories, np.asarray(rows, np.float64).reshape(shape))


@dataclass(frozen=True, slots=True)
class Parts:
    """The features of `Counts` by name; leading axes (…) are whatever was summed for: codes, draws.

    `pairs` (…, coder pairs, categories, categories), `coincidences` (…, categories, categories),
    `agreeing` and `units` (…), `shares` (…, categories).
    """

    pairs: Floats
    coincidences: Floats
    agreeing: Floats
    units: Floats
    shares: Floats

    @classmethod
    def of(cls, sums: Floats, coders: int, categories: int) -> "Parts":
        """Split the last axis of `sums` into its parts (views, nothing is copied)."""
        square, several = categories * categories, coders * (coders - 1) // 2
        ends = np.cumsum([several * square, square, 1, 1])
        pairs, coincidences, agreeing, units, shares = np.split(sums, ends, axis=-1)
        front = sums.shape[:-1]
        return cls(
            pairs.reshape(*front, several, categories, categories),
            coincidences.reshape(*front, categories, categories),
            agreeing[..., 0],
            units[..., 0],
            shares,
        )


def counts_of(
    ratings: ArrayLike, groups: ArrayLike | None = None, *, sizes: ArrayLike | None = None, categories: int = 2
) -> Counts:
    """Count ratings (codes, coders, units), int8 from 0 to `categories` - 1 and -1 where a coder did not rate.

    `groups` (units,) numbers the interview of each unit from 0; without it all units are one group. `sizes` (units,)
    says for how many equal units each stands (the characters of a stretch); without it each stands for one. Raises
    ValueError for another shape, fewer than two coders or a rating out of range.
    """
    rated = np.asarray(ratings)
    _check(rated, categories)
    codes, coders, units = rated.shape
    group = np.zeros(units, np.int64) if groups is None else np.asarray(groups, np.int64)
    size = np.ones(units) if sizes is None else np.asarray(sizes, np.float64)
    if group.shape != (units,) or size.shape != (units,):
        msg = f"groups and sizes need one number per unit: {units} units, {group.shape} and {size.shape}"
        raise ValueError(msg)
    order = np.argsort(group, kind="stable")
    number = int(group.max()) + 1 if units else 0
    starts = np.searchsorted(group[order], np.arange(number + 1))
    step = max(1, BLOCK // max(1, units))
    blocks = [
        _block(rated[at : at + step][..., order], size[order], starts, categories) for at in range(0, codes, step)
    ]
    empty = np.zeros((0, number, _width(coders, categories)))
    return Counts(coders, categories, np.concatenate([empty, *blocks]))


def weighted_counts(
    patterns: Whole, weights: Floats, rows: Whole, shape: tuple[int, int], coders: int, categories: int = 2
) -> Counts:
    """Counts from patterns (n,) as `pattern_numbers` writes them, each standing for so many units, and its row.

    A row is code * groups + group, `shape` is (codes, groups); rows need not be sorted.
    """
    from scipy import sparse

    which, listed = _listed(patterns, coders, categories)
    table = sparse.csr_matrix((weights, (rows, which)), shape=(shape[0] * shape[1], len(listed)))
    sums = np.asarray(table @ features(listed, categories))
    return Counts(coders, categories, sums.reshape(*shape, sums.shape[1]))


def pattern_numbers(ratings: NDArray[np.integer], categories: int) -> Whole:
    """Ratings (…, coders, units) as one number per unit: to the base `categories` + 1, missing the digit 0."""
    base = categories + 1
    number: Whole = np.zeros(ratings.shape[:-2] + ratings.shape[-1:], np.int64)
    for coder in range(ratings.shape[-2]):
        number += (ratings[..., coder, :].astype(np.int64) + 1) * base**coder
    return number


def features(patterns: NDArray[np.integer], categories: int) -> Floats:
    """What a unit with such ratings adds to the sums: patterns (patterns, coders) → (patterns, features)."""
    given = patterns[..., None] == np.arange(categories)
    r = given.sum(axis=1).astype(np.float64)
    m = r.sum(axis=1)
    several, rated = m > 1, m > 0
    twos = r[:, :, None] * r[:, None, :] - r[:, :, None] * np.eye(categories)
    coincidences = np.where(several, 1 / np.maximum(m - 1, 1), 0)[:, None, None] * twos
    agreeing = np.trace(twos, axis1=1, axis2=2) / np.maximum(m * (m - 1), 1)
    shares = np.where(rated, 1 / np.maximum(m, 1), 0)[:, None] * r
    pairs = [given[:, i, :, None] & given[:, j, None, :] for i, j in combinations(range(patterns.shape[1]), 2)]
    rows = len(patterns)
    flat = [part.reshape(rows, -1).astype(np.float64) for part in (*pairs, coincidences, agreeing, several, shares)]
    return np.concatenate(flat, axis=1)


def _block(ratings: NDArray[np.integer], sizes: Floats, starts: Whole, categories: int) -> Floats:
    from scipy import sparse

    codes, coders, units = ratings.shape
    which, listed = _listed(pattern_numbers(ratings, categories).ravel(), coders, categories)
    ends = np.append((np.arange(codes)[:, None] * units + starts[:-1]).ravel(), codes * units)
    shape = (len(ends) - 1, len(listed))
    table = sparse.csr_matrix((np.tile(sizes, codes), which, ends), shape=shape)
    sums: Floats = np.asarray(table @ features(listed, categories))
    return sums.reshape(codes, len(starts) - 1, sums.shape[1])


def _listed(numbers: Whole, coders: int, categories: int) -> tuple[Whole, NDArray[np.integer]]:
    """Numbers (n,) as places in a list of patterns, and the list, ratings of shape (patterns, coders)."""
    base = categories + 1
    which, found = numbers, np.arange(base**coders) if base**coders <= LISTED else None
    if found is None:
        found, which = np.unique(numbers, return_inverse=True)
    return which, found[:, None] // base ** np.arange(coders) % base - 1


def _width(coders: int, categories: int) -> int:
    return (coders * (coders - 1) // 2 + 1) * categories**2 + 2 + categories


def _check(ratings: NDArray[np.integer], categories: int) -> None:
    if ratings.ndim != 3 or ratings.shape[1] < 2:  # noqa: PLR2004
        msg = f"ratings need the shape (codes, two or more coders, units), not {ratings.shape}"
        raise ValueError(msg)
    if categories < 2 or (categories + 1) ** ratings.shape[1] >= 1 << 62:  # noqa: PLR2004
        msg = f"{ratings.shape[1]} coders with {categories} categories cannot be compared"
        raise ValueError(msg)
    if ratings.size and (ratings.min() < MISSING or ratings.max() >= categories):
        msg = f"ratings are -1 (missing) or 0 to {categories - 1}"
        raise ValueError(msg)
