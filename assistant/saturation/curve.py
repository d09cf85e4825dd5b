"""New and cumulative codes by interview: a pure function over the code × interview matrix."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True)
class Curve:
    """Per interview, in order: codes found for the first time, and codes found so far."""

    new_codes: tuple[int, ...]
    cumulative_codes: tuple[int, ...]


def curve(incidents: ArrayLike) -> Curve:
    """New codes per interview, as in Guest, Namey & Chen (2020, PLOS ONE 15:e0232076).

    `incidents` is a count matrix of shape (codes, interviews), interviews in study order; a code is found in an
    interview where its count is above zero.

    >>> curve([[1, 0, 2], [0, 1, 1], [0, 0, 0]])
    Curve(new_codes=(1, 1, 0), cumulative_codes=(1, 2, 2))
    """
    found = np.asarray(incidents) > 0
    if found.ndim != 2:  # noqa: PLR2004
        msg = f"incidents need the shape (codes, interviews), not {found.shape}"
        raise ValueError(msg)
    so_far = np.logical_or.accumulate(found, axis=1).sum(axis=0) if found.size else np.zeros(found.shape[1], int)
    new = np.diff(so_far, prepend=0)
    return Curve(tuple(int(n) for n in new), tuple(int(n) for n in so_far))
