"""From a wish — “so many of the shown suggestions should be right” — to a threshold, by calibrated probabilities."""

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
Array = NDArray[np.float64]


def best_codes(chances: Matrix, most: int) -> NDArray[np.intp]:
    """The columns of each row's likeliest codes, best first, shape (rows, at most `most`); equals keep their order."""
    count = min(most, chances.shape[1])
    return np.argsort(-chances, axis=1, kind="stable")[:, :count]


def threshold_for(chances: Array, precision: float) -> float:
    """The lowest probability from which on so large a share is expected to be right; infinity where none is.

    The expected precision of a set of suggestions is the mean of their probabilities.

    >>> round(threshold_for(np.array([.9, .8, .2, .1]), 0.6), 2)
    0.2
    >>> threshold_for(np.array([.3, .2]), 0.6)
    inf
    """
    order = np.sort(chances)[::-1]
    expected = np.cumsum(order) / np.arange(1, len(order) + 1)
    last_of_equals = np.append(order[1:] < order[:-1], True)[: len(order)]
    enough = np.flatnonzero((expected >= precision - 1e-12) & last_of_equals)
    return float(order[enough[-1]]) if len(enough) else float("inf")
