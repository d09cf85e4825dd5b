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
    return np.argsort(-scores, kind="stable")


def differing(vectors: Matrix, picked: Matrix, count: int) -> tuple[list[int], list[float]]:
    """The places in an order in which each is as far as can be from all before it, and how far that was.

    Farthest-point traversal (Gonzalez 1985, "Clustering to minimize the maximum intercluster distance", Theoretical
    Computer Science 38): next comes the vector whose nearest among those `picked` (rows) and those taken so far is the
    farthest, in cosine distance 1 - cos. With nothing picked, the most typical one comes first, at distance 0. Rows of
    zeros come last. Distances after the first `MOST_PICKED` are to those alone.
    """
    there = vectors.any(axis=1)
    distance = _nearest_distance(vectors, picked)
    distance[~there] = -np.inf
    taken: list[int] = []
    far: list[float] = []
    if not len(picked) and there.any():
        _take(int(in_order(typicality(vectors))[0]), 0.0, vectors, distance, taken, far)
    for _ in range(min(count, MOST_PICKED) - len(taken)):
        place = int(np.argmax(distance))
        if not len(vectors) or distance[place] == -np.inf:
            break
        _take(place, float(distance[place]), vectors, distance, taken, far)
    chosen = set(taken)
    rest = [int(place) for place in in_order(distance) if int(place) not in chosen]
    return taken + rest, far + [float(distance[place]) for place in rest]


def _take(
    place: int, far: float, vectors: Matrix, distance: NDArray[np.float64], taken: list[int], fars: list[float]
) -> None:
    """Take that one, and let all others know how near it is."""
    taken.append(place)
    fars.append(far)
    np.minimum(distance, _nearest_distance(vectors, vectors[place : place + 1]), out=distance)
    distance[place] = -np.inf


def _nearest_distance(vectors: Matrix, others: Matrix) -> NDArray[np.float64]:
    """Cosine distance of each vector to the nearest of the others; infinite where there are none."""
    if not len(others):
        return np.full(len(vectors), np.inf)
    nearest: NDArray[np.float64] = (vectors @ others.T).max(axis=1).astype(np.float64)
    return np.round(1.0 - nearest, _DIGITS)
