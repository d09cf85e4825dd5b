"""In which order undecided segments are best read."""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]

TOP = 5
_RARE = 3.0
_LEAST_TAUGHT = 1e-6


class Order(StrEnum):
    """The orders of the queue."""

    CHRONOLOGICAL = "chronological"
    CODE = "code"
    INFORMATIVE = "informative"
    LIKELY = "likely"
    BLIND = "blind"


def informativeness(chances: Matrix, used: Matrix) -> Matrix:
    """How much reading a segment teaches, shape (rows,).

    Uncertainty p(1 − p) of its five likeliest codes, each counted more the less often its code was `used` (codes,) so
    far, so that rare codes are looked for too.
    """
    weight = 1 + _RARE / (1 + used)
    worth = chances * (1 - chances) * weight
    count = min(TOP, chances.shape[1])
    best = np.argpartition(-chances, count - 1, axis=1)[:, :count]
    taught: Matrix = np.take_along_axis(worth, best, axis=1).sum(axis=1)
    return taught


def turns_by_lot(taught: Matrix, seed: int) -> Matrix:
    """When a segment's turn comes, the highest first, shape (rows,): by lot, in favour of what teaches more.

    Each next one is drawn with a chance in proportion to the square of what it teaches (Efraimidis & Spirakis 2006,
    Weighted random sampling with a reservoir). To take the most uncertain ones outright did worse than chance
    (docs/benchmarks.md): they are odd ones, and like each other. The same seed gives the same lots.
    """
    lots = np.random.default_rng(seed).random(len(taught))
    weight = np.maximum(taught.astype(np.float64), _LEAST_TAUGHT) ** 2
    turns: Matrix = (np.log(np.maximum(lots, _LEAST_TAUGHT)) / weight).astype(np.float32)
    return turns
