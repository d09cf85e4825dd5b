"""Groups of like vectors: average linkage up to a similarity, in bounded memory and the same every time."""

import numpy as np
from numpy.typing import NDArray

SIMILARITY = 0.5
"""Mean cosine similarity within a group. Tried from 0.4 to 0.6 on coded interviews with MiniLM: above it few groups are
left, below it they mix codes; communities around one passage and HDBSCAN found fewer of the codes."""
FEWEST = 3
AT_ONCE = 4_000
"""Vectors whose pairs are held in memory together: 128 MB as they are linked."""
_ROUNDS = 4

Matrix = NDArray[np.float32]
Rows = NDArray[np.intp]


def groups(
    vectors: Matrix, similarity: float = SIMILARITY, *, fewest: int = FEWEST, at_once: int = AT_ONCE
) -> list[Rows]:
    """The rows of each group of at least `fewest`, nearest to its middle first; `vectors` are unit rows.

    Of more than `at_once` vectors a seeded sample is grouped, the others join the group that they are similar enough
    to, and what is left goes into the next round.
    """
    rng = np.random.default_rng(0)
    left = np.arange(len(vectors))
    found: list[Rows] = []
    for _ in range(_ROUNDS):
        if len(left) < fewest:
            break
        whole = len(left) <= at_once
        sample = left if whole else np.sort(rng.choice(left, at_once, replace=False))
        linked = [sample[rows] for rows in _linked(vectors[sample], similarity, fewest)]
        found += linked if whole else _joined(vectors, linked, np.setdiff1d(left, sample), similarity)
        if whole or not linked:
            break
        left = np.setdiff1d(left, np.concatenate(found))
    return [_nearest_first(vectors, rows) for rows in found]


def _linked(vectors: Matrix, similarity: float, fewest: int) -> list[Rows]:
    from sklearn.cluster import AgglomerativeClustering

    linkage = AgglomerativeClustering(
        n_clusters=None, distance_threshold=1 - similarity, metric="cosine", linkage="average"
    )
    labels: NDArray[np.intp] = linkage.fit_predict(vectors)
    sizes = np.bincount(labels)
    return [np.flatnonzero(labels == label) for label in np.flatnonzero(sizes >= fewest)]


def _joined(vectors: Matrix, linked: list[Rows], others: Rows, similarity: float) -> list[Rows]:
    """The groups with every other row that is as similar to one of them, on average, as its members are."""
    if not linked:
        return []
    means = np.stack([vectors[rows].mean(axis=0) for rows in linked])
    best, near = np.empty(len(others), np.intp), np.empty(len(others), np.float32)
    for start in range(0, len(others), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        similar = vectors[others[part]] @ means.T
        best[part], near[part] = similar.argmax(axis=1), similar.max(axis=1)
    return [np.concatenate([rows, others[(best == n) & (near >= similarity)]]) for n, rows in enumerate(linked)]


def _nearest_first(vectors: Matrix, rows: Rows) -> Rows:
    near = vectors[rows] @ middle(vectors[rows])
    return rows[np.lexsort((rows, -near))]


def middle(vectors: Matrix) -> Matrix:
    """The unit vector in the middle of unit rows, shape (dimensions,)."""
    mean: Matrix = vectors.mean(axis=0)
    norm = float(np.linalg.norm(mean))
    scaled: Matrix = (mean / norm if norm else mean).astype(np.float32)
    return scaled


def unit(vectors: Matrix) -> Matrix:
    """Rows of length one; rows of zeros stay."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.where(norms == 0, 1, norms)).astype(np.float32)
