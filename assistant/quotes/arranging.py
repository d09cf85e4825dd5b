"""In which order quotes come, and which of them where only so many are wanted."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.quotes.choosing import Matrix, differing, in_order, typicality
from assistant.quotes.folding import Fold
from assistant.quotes.holding import Texts
from assistant.quotes.quote import Place
from assistant.quotes.ranking import best_first, by_relevance, embedded, vectors_of
from assistant.quotes.shelf import Shelf
from assistant.quotes.sieve import Sieve
from assistant.quotes.stand_ins import placed
from assistant.segment import StudyEmbeddings


@dataclass(frozen=True, slots=True)
class Arranged:
    """A quote in its place; `score` is what the order goes by, `nearness` its cosine to the meaning asked for."""

    fold: Fold
    score: float | None = None
    nearness: float | None = None


def arranged(
    sieve: Sieve, shelf: Shelf, embeddings: StudyEmbeddings | None, found: Sequence[Fold], already: Sequence[Place]
) -> list[Arranged]:
    """What is listed, in order. A meaning asks for the most relevant ones; the order says how those come.

    Raises InvalidInputError where an order or a meaning needs embeddings and there are none.
    """
    query = sieve.query
    kept = [Arranged(fold) for fold in found]
    by_rank = query.order == "relevance" and (query.meaning.strip() or sieve.words is not None)
    if kept and (query.meaning.strip() or by_rank):
        kept = _most_relevant(sieve, shelf, embeddings, kept, sort=bool(by_rank))
    if kept and query.order in ("typical", "extreme", "different"):
        kept = _by_vectors(sieve, shelf, embeddings, kept, already)
    return kept if query.limit is None else kept[: query.limit]


def _most_relevant(
    sieve: Sieve, shelf: Shelf, embeddings: StudyEmbeddings | None, kept: list[Arranged], *, sort: bool
) -> list[Arranged]:
    scores, cosines = by_relevance(sieve, shelf, embeddings, [each.fold.candidate for each in kept])
    best = best_first(scores)[: sieve.query.limit]
    return [
        Arranged(
            kept[place].fold,
            round(float(scores[place]), 6) if sort else None,
            None if cosines is None else round(float(cosines[place]), 4),
        )
        for place in (best if sort else np.sort(best))
    ]


def _by_vectors(
    sieve: Sieve, shelf: Shelf, embeddings: StudyEmbeddings | None, kept: list[Arranged], already: Sequence[Place]
) -> list[Arranged]:
    texts, query = sieve.holding.texts, sieve.query
    _, matrix = embedded(shelf, texts, embeddings)
    vectors = vectors_of([each.fold.candidate for each in kept], texts, matrix)
    order: Sequence[int] | NDArray[np.intp]
    if query.order == "different":
        picked = _picked(texts, matrix, already)
        order, values = differing(vectors, picked, len(kept) if query.limit is None else query.limit)
    else:
        scores = typicality(vectors)
        order = in_order(scores if query.order == "typical" else -scores)
        values = [float(scores[place]) for place in order]
    return [
        Arranged(kept[place].fold, round(value, 4) if np.isfinite(value) else None, kept[place].nearness)
        for place, value in zip(order, values, strict=True)
    ]


def _picked(texts: Texts, matrix: Matrix, already: Sequence[Place]) -> Matrix:
    """The vectors of what was picked, without those that have none or no place any more."""
    there = [each for each in (placed(texts, place) for place in already) if each is not None]
    vectors = vectors_of(there, texts, matrix)
    return vectors[vectors.any(axis=1)]
