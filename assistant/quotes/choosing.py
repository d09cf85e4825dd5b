"""Quotes for a paper: those that stand for many, those that stand apart, and those unlike what was picked already.

All three work on the vectors (length one) of the quotes found, and all ties go to what comes first in study order.
"""

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]

MOST_PICKED = 100
"""So many are picked one after the other; what is left follows by its distance to them."""
_DIGITS = 6


def typicality(vectors: Matrix) -> NDArray[np.float64]:
    """Cosine of each vector and the centroid of all; NaN for rows of zeros, which have no vector and do not count.

    The centroid is the mean of the vectors, so the highest is what the quotes have most in common (a Rocchio centroid:
    Manning, Raghavan & Schütze 2008, "Introduction to Information Retrieval", section 14.2), the lowest is farthest
    from it.

    >>> typicality(np.array([[1, 0], [1, 0], [0, 1]], np.float32)).round(3).tolist()
    [0.894, 0.894, 0.447]
    """
    there = vectors.any(axis=1)
    centre = vectors[there].sum(axis=0, dtype=np.float64)
    norm = np.linalg.norm(centre)
    unit = (centre / (norm or 1)).astype(np.float32)
    cosines: NDArray[np.float64] = np.round((vectors @ unit).astype(np.float64), _DIGITS)
    cosines[~there] = np.nan
    return cosines


def in_order(scores: NDArray[np.float64]) -> NDArray[np.intp]:
    """The places of the highest scores first, ties as they stand, NaN last."""
    order: NDArray[np.intp] = np.argsort(-scores, kind="stable")
    return order


def differing(vectors: Matrix, picked: Matrix, count: int) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """An order in which each comes as far as can be from all before it; and by place how far that was, NaN without one.

    Farthest-point traversal (Gonzalez 1985, "Clustering to minimize the maximum intercluster distance", Theoretical
    Computer Science 38): next comes the vector whose nearest among those `picked` (rows) and those taken so far is the
    farthest, in cosine distance 1 - cos. With nothing picked, the most typical one comes first, at distance 0. Rows of
    zeros come last. Only the first `count`, and at most `MOST_PICKED`, are taken so; the rest follows by its distance
    to those.
    """
    there = vectors.any(axis=1)
    distance = _nearest_distance(vectors, picked)
    distance[~there] = -np.inf
    far = np.full(len(vectors), np.nan)
    taken: list[int] = []
    for _ in range(min(count, MOST_PICKED, int(there.sum()))):
        first = not taken and not len(picked)
        place = int(in_order(typicality(vectors))[0]) if first else int(np.argmax(distance))
        far[place] = 0.0 if first else distance[place]
        taken.append(place)
        np.minimum(distance, _nearest_distance(vectors, vectors[place : place + 1]), out=distance)
        distance[taken] = -np.inf
    left = np.isfinite(distance)
    far[left] = distance[left]
    rest = in_order(distance)
    order = np.concatenate([np.array(taken, np.intp), rest[~np.isin(rest, taken)]])
    return order, far


def _nearest_distance(vectors: Matrix, others: Matrix) -> NDArray[np.float64]:
    """Cosine distance of each vector to the nearest of the others; infinite where there are none."""
    if not len(others):
        return np.full(len(vectors), np.inf)
    nearest: NDArray[np.float64] = (vectors @ others.T).max(axis=1).astype(np.float64)
    return np.round(1.0 - nearest, _DIGITS)
