"""What agreement is computed from: sums over units that add up over interviews."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

MISSING = -1
BLOCK = 1 << 21  # ratings of one coder worked through at once: bounds the memory to some tens of megabytes
LISTED = 4096  # up to so many patterns all possible ones are listed; above, only those that occur

Floats = NDArray[np.float64]
Whole = NDArray[np.integer[Any]]


@dataclass(frozen=True, slots=True)
class Counts:
    """Sums over units, per code and group of units (an interview, say); every statistic is a function of them.

    `sums` is float64 of shape (codes, groups, cells): how many units have each pattern of ratings where patterns are
    few, else their features. `table` (cells, features) turns cells into features. Because they are sums, the counts
    of a bootstrap sample of interviews are the sum of the interviews' counts.
    """

    coders: int
    categories: int
    sums: Floats
    table: Floats

    @property
    def parts(self) -> "Parts":
        """The features by name, over all groups, of each code."""
        return self.parts_of(self.sums.sum(axis=1))

    def parts_of(self, sums: Floats) -> "Parts":
        """The features by name of sums (…, cells) of some of the groups."""
        return Parts.of(sums @ self.table, self.coders, self.categories)

    def pooled(self) -> "Counts":
        """One table of all (unit, code) pairs, as if they were units of a single code."""
        return replace(self, sums=self.sums.sum(axis=0, keepdims=True))

    def pooled_within(self, themes: Sequence[Sequence[int]]) -> "Counts":
        """One table per theme, of all (unit, code) pairs of the codes whose numbers it lists."""
        rows = [self.sums[list(codes)].sum(axis=0) for codes in themes]
        shape = (len(rows), *self.sums.shape[1:])
        return replace(self, sums=np.asarray(rows, np.float64).reshape(shape))


@dataclass(frozen=True, slots=True)
class Parts:
    """The features of ratings, summed over units; leading axes (…) are whatever was summed for: codes, draws.

    Of a unit with m ratings, r_k of them of category k: `pairs` (…, coder pairs, categories, categories) its cross
    tables; where m is two or more, `coincidences` (…, categories, categories) r_c (r_k - [c = k]) / (m - 1) as
    Krippendorff counts them, `agreeing` (…) the share of agreeing pairs and `units` (…) 1; where m is one or more,
    `shares` (…, categories) r_k / m.
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
    ordered, tidy = size[order], bool((group[1:] >= group[:-1]).all())
    step = max(1, BLOCK // max(1, units))
    blocks = [
        _block(block if tidy else block[..., order], ordered, starts, categories)
        for block in (rated[at : at + step] for at in range(0, codes, step))
    ]
    empty = np.zeros((0, number, _width(coders, categories)))
    return _counts(np.concatenate(blocks or [empty]), coders, categories)


def weighted_counts(
    patterns: Whole, weights: Floats, rows: Whole, shape: tuple[int, int], coders: int, categories: int = 2
) -> Counts:
    """Counts from patterns (n,) as `pattern_numbers` writes them, each standing for so many units, and its row.

    A row is code * groups + group, `shape` is (codes, groups); rows need not be sorted.
    """
    from scipy import sparse

    which, listed = _listed(patterns, coders, categories)
    table = sparse.csr_matrix((weights, (rows, which)), shape=(shape[0] * shape[1], len(listed)))
    sums = np.asarray(table @ _cells(listed, categories))
    return _counts(sums.reshape(*shape, sums.shape[1]), coders, categories)


def pattern_numbers(ratings: NDArray[np.integer], categories: int) -> Whole:
    """Ratings (…, coders, units) as one number per unit: to the base `categories` + 1, missing the digit 0."""
    base, coders = categories + 1, ratings.shape[-2]
    kind = np.int32 if base**coders < 1 << 31 else np.int64
    number = np.zeros(ratings.shape[:-2] + ratings.shape[-1:], kind)
    for coder in reversed(range(coders)):
        number *= base
        number += ratings[..., coder, :]
        number += 1
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
    """Cells of ratings (codes, coders, units), units sorted by group and of so many sizes: (codes, groups, cells)."""
    from scipy import sparse

    codes, coders, units = ratings.shape
    which, listed = _listed(pattern_numbers(ratings, categories).ravel(), coders, categories)
    ends = np.append((np.arange(codes)[:, None] * units + starts[:-1]).ravel(), codes * units)
    shape = (len(ends) - 1, len(listed))
    table = sparse.csr_matrix((np.tile(sizes, codes), which, ends), shape=shape)
    sums: Floats = np.asarray(table @ _cells(listed, categories))
    return sums.reshape(codes, len(starts) - 1, sums.shape[1])


def _few(coders: int, categories: int) -> bool:
    """Whether there are fewer patterns than features, as for two coders: then patterns are counted."""
    patterns: int = (categories + 1) ** coders
    return patterns <= _features(coders, categories)


def _cells(listed: NDArray[np.integer], categories: int) -> Floats:
    if _few(listed.shape[1], categories):
        return np.eye(len(listed))
    return features(listed, categories)


def _counts(sums: Floats, coders: int, categories: int) -> Counts:
    """Counts of cells, those left out that are empty throughout or hold no rating at all."""
    if not _few(coders, categories):
        return Counts(coders, categories, sums, np.eye(sums.shape[2]))
    table = features(_all_patterns(coders, categories), categories)
    used = sums.any(axis=(0, 1)) & table.any(axis=1)
    return Counts(coders, categories, np.ascontiguousarray(sums[..., used]), table[used])


def _listed(numbers: Whole, coders: int, categories: int) -> tuple[Whole, NDArray[np.integer]]:
    """Numbers (n,) as places in a list of patterns, and the list, ratings of shape (patterns, coders)."""
    base = categories + 1
    if base**coders <= LISTED:
        return numbers, _all_patterns(coders, categories)
    found, which = np.unique(numbers, return_inverse=True)
    return which, found[:, None] // base ** np.arange(coders) % base - 1


def _all_patterns(coders: int, categories: int) -> NDArray[np.integer]:
    base = categories + 1
    return np.arange(base**coders)[:, None] // base ** np.arange(coders) % base - 1


def _features(coders: int, categories: int) -> int:
    return (coders * (coders - 1) // 2 + 1) * categories**2 + 2 + categories


def _width(coders: int, categories: int) -> int:
    patterns = (categories + 1) ** coders
    return patterns if _few(coders, categories) else _features(coders, categories)


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
