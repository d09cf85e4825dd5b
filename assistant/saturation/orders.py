"""The cumulative curve over many orders of the same interviews, to show how much of it is only the order.

Each interview is a row of bits, one a code, so that a thousand orders of a thousand interviews are one running OR.
"""

from dataclasses import dataclass
from itertools import permutations
from math import factorial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assistant.saturation.incidence import as_found, incidence_of
from assistant.saturation.rarefaction import expected
from assistant.saturation.resampled import DRAWS, SEED

CHUNK = 1 << 21


@dataclass(frozen=True, slots=True)
class Band:
    """Codes after 1, 2, … interviews: the exact mean over all orders, and the band that holds the middle share of them.

    `every_order` says that the band is exact, too, because all orders were tried. `mostly_outside` is at how many
    interviews an order may lie outside the band without being unusual: as many as the same share of orders does, since
    a band that holds 95 % of them at each interview holds fewer throughout.
    """

    mean: tuple[float, ...]
    low: tuple[int, ...]
    high: tuple[int, ...]
    every_order: bool
    mostly_outside: int


def order_band(found: ArrayLike, draws: int = DRAWS, seed: int = SEED, level: float = 0.95) -> Band:
    """The band of the cumulative curve over random orders; `found` has the shape (codes, interviews).

    Point by point, `low` and `high` are the (1 - level)/2 and (1 + level)/2 quantiles, observed values. Where no more
    than `draws` orders exist, all are tried. It shows chance in the order alone, not in who was interviewed, so it
    closes at the last interview. The mean is that of rarefaction (Ugland, Gray & Ellingsen, 2003).

    >>> order_band([[1, 0, 0], [1, 1, 0]])
    Band(mean=(1.0, 1.6666666666666665, 2.0), low=(0, 1, 2), high=(2, 2, 2), every_order=True, mostly_outside=0)
    """
    matrix = as_found(found)
    if not matrix.shape[1]:
        return Band((), (), (), every_order=True, mostly_outside=0)
    orders, every = random_orders(matrix.shape[1], draws, seed)
    lines = curves(matrix, orders)
    low, high = quantiles(lines, ((1 - level) / 2, (1 + level) / 2))
    (outside,) = quantiles(((lines < low) | (lines > high)).sum(axis=1, keepdims=True), (level,))
    mean = expected(incidence_of(matrix), np.arange(1, matrix.shape[1] + 1))
    return Band(tuple(mean.tolist()), tuple(low.tolist()), tuple(high.tolist()), every, int(outside[0]))


def random_orders(interviews: int, draws: int, seed: int) -> tuple[NDArray[np.int64], bool]:
    """Orders as rows, and whether they are all there are."""
    if interviews <= 12 and factorial(interviews) <= draws:  # noqa: PLR2004
        return np.array(list(permutations(range(interviews)))), True
    start = np.broadcast_to(np.arange(interviews), (draws, interviews))
    return np.random.default_rng(seed).permuted(start, axis=1), False


def curves(found: NDArray[np.bool_], orders: NDArray[np.int64]) -> NDArray[np.int64]:
    """Codes found so far, an array like `orders` (rows of interview numbers, which may repeat)."""
    words = _words(found)
    rows = max(CHUNK // max(orders.shape[1] * words.shape[1], 1), 1)
    parts = [_curves(words, orders[start : start + rows]) for start in range(0, len(orders), rows)]
    return np.concatenate(parts) if parts else np.zeros(orders.shape, np.int64)


def quantiles(values: NDArray[np.int64], shares: tuple[float, ...]) -> tuple[NDArray[np.int64], ...]:
    """The smallest observed values with at least these shares of the rows at or below them, column by column."""
    ordered = np.sort(np.ascontiguousarray(values.T), axis=1)
    places = [max(int(np.ceil(share * len(values) - 1e-9)) - 1, 0) for share in shares]
    return tuple(ordered[:, place] for place in places)


def _words(found: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """Interviews as rows of 64-bit words, a bit for each code."""
    codes, interviews = found.shape
    padded = np.zeros((interviews, max(-(-codes // 64), 1) * 64), np.bool_)
    padded[:, :codes] = found.T
    return np.packbits(padded, axis=1).view(np.uint64)


def _curves(words: NDArray[np.uint64], orders: NDArray[np.int64]) -> NDArray[np.int64]:
    total = np.zeros(orders.shape, np.int64)
    for word in range(words.shape[1]):
        total += np.bitwise_count(np.bitwise_or.accumulate(words[orders, word], axis=1))
    return total
