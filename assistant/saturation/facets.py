"""Meaning saturation, exploratory: when the quotes of one code stopped saying something new about it.

Hennink, Kaiser & Marconi (2017, Qualitative Health Research 27:591–608) note by hand the dimensions of each code and
the last interview that brought a new one. Here a facet is a cluster of quotes with similar embeddings, which is a
machine's guess at a dimension and no more. Nothing is drawn at random.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

MOST_FACETS = 10
FLOOR = 0.1
FEWEST_QUOTES = 4
DECIDED_BY = (
    "Quotes are joined by average linkage on the cosine distance of their embeddings. There are as many facets as give "
    "the largest mean silhouette (Rousseeuw, 1987), up to {most} and with two quotes each on average, but one alone "
    "where that silhouette is below {floor:g} or there are fewer than {fewest} quotes."
)


@dataclass(frozen=True, slots=True)
class Facets:
    """Facets of one code. `facet_of` numbers the facet of each quote from 0, in the order in which they appear.

    `new` and `cumulative` count facets per interview, `last_new` is the number (from 1) of the last interview that
    brought one, `silhouette` the mean silhouette of the division, None with one facet only.
    """

    facet_of: tuple[int, ...]
    new: tuple[int, ...]
    cumulative: tuple[int, ...]
    last_new: int | None
    silhouette: float | None
    decided_by: str

    @property
    def number(self) -> int:
        """How many facets there are."""
        return self.cumulative[-1] if self.cumulative else 0

    @property
    def structure(self) -> str:
        """Kaufman & Rousseeuw's (1990, p. 88) words for such a silhouette; sentence embeddings seldom pass 0.25."""
        steps = ((0.70, "strong"), (0.50, "reasonable"), (0.25, "weak"))
        value = self.silhouette or 0.0
        return next((word for step, word in steps if value > step), "none of substance")


def facets(
    vectors: ArrayLike,
    interview_index: Sequence[int],
    interviews: int | None = None,
    *,
    most: int = MOST_FACETS,
    floor: float = FLOOR,
) -> Facets:
    """New facets per interview, from embeddings (quotes, dimensions) of the quotes of one code.

    `interview_index` gives for each quote its interview, from 0 in study order; `interviews` is how many were read (as
    far as the last quote's if left out). Length of a vector does not count, nor the order of quotes but for ties.
    Raises ValueError where shapes do not fit or a number is not finite.

    >>> found = facets([[1, 0], [1, 0.1], [0, 1], [0.1, 1]], [0, 1, 1, 3], 5)
    >>> found.new, found.last_new
    ((1, 1, 0, 0, 0), 2)
    """
    points = np.asarray(vectors, float)
    where = np.asarray(interview_index, np.int64)
    points = points if points.size else np.zeros((len(where), 1))
    last = int(where.max()) + 1 if where.size else 0
    total = last if interviews is None else interviews
    _check(points, where, total)
    order = np.argsort(where, kind="stable")
    labels, silhouette = _divided(points[order], most, floor)
    facet_of = np.empty(len(where), np.int64)
    facet_of[order] = labels
    new = np.bincount(_first(facet_of, where), minlength=total)
    said = DECIDED_BY.format(most=most, floor=floor, fewest=FEWEST_QUOTES)
    so_far = tuple(np.cumsum(new).tolist())
    last_new = int(np.flatnonzero(new)[-1]) + 1 if new.any() else None
    return Facets(tuple(facet_of.tolist()), tuple(new.tolist()), so_far, last_new, silhouette, said)


def _check(points: NDArray[np.float64], where: NDArray[np.int64], interviews: int) -> None:
    if points.ndim != 2 or where.shape != points.shape[:1]:  # noqa: PLR2004
        msg = f"Facets need one vector and one interview per quote; shapes are {points.shape} and {where.shape}."
        raise ValueError(msg)
    if not np.isfinite(points).all():
        msg = "An embedding holds a number that is not finite; make the index anew with `interview reindex`."
        raise ValueError(msg)
    if where.size and not 0 <= where.min() <= where.max() < interviews:
        msg = f"Interviews of quotes are numbered from 0 to {interviews - 1}; one is not."
        raise ValueError(msg)


def _divided(points: NDArray[np.float64], most: int, floor: float) -> tuple[NDArray[np.int64], float | None]:
    """Facet of each quote, numbered by first appearance, and the silhouette that decided."""
    one = np.zeros(len(points), np.int64)
    if len(points) < FEWEST_QUOTES:
        return one, None
    apart = _distances(points)
    best, kept = floor, one
    for labels in _divisions(apart, min(most, len(points) // 2)):
        value = _silhouette(apart, labels)
        if value > best + 1e-12:
            best, kept = value, labels
    return _by_appearance(kept), best if kept.any() else None


def _distances(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cosine distances; a vector of zeros is at distance 1 from every other."""
    length = np.linalg.norm(points, axis=1, keepdims=True)
    unit = points / np.where(length > 0, length, 1)
    apart = np.clip(1 - unit @ unit.T, 0, 2)
    apart = (apart + apart.T) / 2
    np.fill_diagonal(apart, 0)
    return np.asarray(np.where(apart < 1e-12, 0, apart))  # noqa: PLR2004


def _divisions(apart: NDArray[np.float64], most: int) -> list[NDArray[np.int64]]:
    """Divisions into 2 … `most` facets by average linkage; joins at the same distance are not torn apart."""
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    tree = linkage(squareform(apart, checks=False), "average")
    cuts = [fcluster(tree, number, "maxclust").astype(np.int64) - 1 for number in range(2, most + 1)]
    return [cut for cut in cuts if cut.any()]


def _silhouette(apart: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """Mean silhouette (Rousseeuw, 1987, J. Comp. Appl. Math. 20:53–65); a quote alone in its facet counts 0."""
    members = np.eye(int(labels.max()) + 1)[labels]
    sizes, sums = members.sum(axis=0), apart @ members
    own = labels[:, None] == np.arange(len(sizes))
    inside = sums[own] / np.maximum(sizes[labels] - 1, 1)
    nearest = np.where(own, np.inf, sums / sizes).min(axis=1)
    widest = np.maximum(inside, nearest)
    width = np.where((sizes[labels] > 1) & (widest > 0), (nearest - inside) / np.where(widest > 0, widest, 1), 0)
    return float(width.mean())


def _by_appearance(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    return np.asarray(np.argsort(np.argsort(first))[inverse])


def _first(facet_of: NDArray[np.int64], where: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each facet, the interview that brought it."""
    number = int(facet_of.max()) + 1 if facet_of.size else 0
    first = np.full(number, np.iinfo(np.int64).max)
    np.minimum.at(first, facet_of, where)
    return first
