"""Which decided segments are left out together: whole interviews, since what one person says hangs together."""

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.intp]

MOST = 20
"""Folds; beyond so many interviews, several are left out together."""
_FEWEST_INTERVIEWS = 3
_PARTS = 8


def fold_numbers(interview: Rows) -> Rows:
    """A fold number from 0 for each row, given the number of its interview; rows of one interview are in order.

    With fewer than three interviews, each is cut into eight stretches instead.

    >>> fold_numbers(np.array([7, 7, 8, 9])).tolist()
    [0, 0, 1, 2]
    """
    _, place, size = np.unique(interview, return_inverse=True, return_counts=True)
    if len(size) >= _FEWEST_INTERVIEWS:
        numbers: Rows = (place % MOST).astype(np.intp)
        return numbers
    numbers = np.zeros(len(interview), np.intp)
    for which, count in enumerate(size):
        numbers[place == which] = which * _PARTS + np.arange(count) * _PARTS // count
    _, dense = np.unique(numbers, return_inverse=True)
    return dense.astype(np.intp)
