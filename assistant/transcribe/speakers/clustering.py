"""Which of the voices in all windows are one person's."""

import numpy as np
from numpy.typing import NDArray

from assistant.transcribe.speakers.voices import Voices

APART = 0.55
"""Voices further apart than this (cosine distance between groups) are two people, where nobody said how many speak."""
SURELY_ONE = 0.4
"""Closer than this they are one person, even where more were said to speak."""
LONG_S = 0.5
"""Voices heard for less are only assigned, they make no group."""
FEWEST_SHARE = 0.03
FEWEST_S = 1.0
"""A group with less speech than this, and than its share of all, is no person of its own."""
MOST_VOICES = 4_000
"""Of longer recordings an even sample makes the groups; the rest is assigned."""
NOBODY = -1


def assign(voices: Voices, count: int | None) -> NDArray[np.int64]:
    """The person behind each local speaker, from 0 in order of appearance: (windows, 3), -1 where there is none.

    `count` is how many people speak; None finds out. Groups are made by average-linkage clustering of cosine
    distances; within one window two local speakers are never the same person while there are others to be.
    """
    known = np.isfinite(voices.vectors[..., 0])
    people = np.full(known.shape, NOBODY, dtype=np.int64)
    if not known.any():
        return people
    centres = _centres(voices.vectors[known], voices.seconds[known], count)
    for window in np.flatnonzero(known.any(axis=1)):
        here = np.flatnonzero(known[window])
        people[window, here] = _matched(voices.vectors[window, here] @ centres.T, voices.seconds[window, here])
    return _in_order(people)


def _centres(vectors: NDArray[np.float32], seconds: NDArray[np.float32], count: int | None) -> NDArray[np.float32]:
    """One vector for each person: (people, 192)."""
    strong = np.flatnonzero(seconds >= LONG_S)
    if len(strong) < max(2, count or 1):
        strong = np.arange(len(vectors))
    strong = strong[:: -(-len(strong) // MOST_VOICES)]
    chosen, weights = vectors[strong], np.maximum(seconds[strong], 0.1)
    groups = _groups(chosen, weights, count)
    return _refined(chosen, weights, np.stack([_centre(chosen, weights, group) for group in groups]))


def _groups(vectors: NDArray[np.float32], weights: NDArray[np.float32], count: int | None) -> list[NDArray[np.int64]]:
    if len(vectors) == 1 or count == 1:
        return [np.arange(len(vectors))]
    from scipy.cluster.hierarchy import fcluster, linkage

    tree = linkage(vectors.astype(np.float64), "average", metric="cosine")
    if count is None:
        labels = fcluster(tree, APART, "distance")
    else:
        labels = fcluster(tree, count, "maxclust")
        careful = fcluster(tree, SURELY_ONE, "distance")
        labels = careful if careful.max() < labels.max() else labels
    groups = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    if count is not None:
        return groups
    total = float(weights.sum())
    large = [group for group in groups if weights[group].sum() >= max(FEWEST_S, FEWEST_SHARE * total)]
    return large or [max(groups, key=lambda group: float(weights[group].sum()))]


def _centre(
    vectors: NDArray[np.float32], weights: NDArray[np.float32], group: NDArray[np.int64]
) -> NDArray[np.float32]:
    middle = (vectors[group] * weights[group, None]).sum(axis=0)
    return np.asarray(middle / max(float(np.linalg.norm(middle)), 1e-9), dtype=np.float32)


def _refined(
    vectors: NDArray[np.float32], weights: NDArray[np.float32], centres: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Two rounds of k-means on the sphere: the early merges of a tree are never looked at again."""
    for _ in range(2):
        nearest = (vectors @ centres.T).argmax(axis=1)
        moved = [np.flatnonzero(nearest == person) for person in range(len(centres))]
        centres = np.stack(
            [_centre(vectors, weights, group) if len(group) else centres[n] for n, group in enumerate(moved)]
        )
    return centres


def _matched(likeness: NDArray[np.float32], seconds: NDArray[np.float32]) -> NDArray[np.int64]:
    """A person for each local speaker of a window: another one for each, as far as there are enough.

    Who speaks for long decides more.
    """
    from scipy.optimize import linear_sum_assignment

    people: NDArray[np.int64] = likeness.argmax(axis=1)
    rows, columns = linear_sum_assignment(-likeness * np.maximum(seconds, 0.1)[:, None])
    people[rows] = columns
    return people


def _in_order(people: NDArray[np.int64]) -> NDArray[np.int64]:
    """The same, numbered by who is heard first."""
    met = list(dict.fromkeys(int(person) for person in people.ravel() if person != NOBODY))
    renamed = np.full(people.shape, NOBODY, dtype=np.int64)
    for number, person in enumerate(met):
        renamed[people == person] = number
    return renamed
