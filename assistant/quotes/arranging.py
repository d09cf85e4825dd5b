"""In which order quotes come, and which of them where only so many are wanted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from assistant.quotes.choosing import Matrix, differing, in_order, typicality
from assistant.quotes.quote import Place as Spot
from assistant.quotes.ranking import best_first, by_relevance, embedded, mean_vector, vectors_of
from assistant.quotes.shelf import Shelf
from assistant.quotes.sieve import Sieve
from assistant.quotes.table import Place, Rows, Table
from assistant.segment import StudyEmbeddings
from store.values import Span


@dataclass(frozen=True, slots=True)
class Arranged:
    """Rows in the order asked for; by row, what the order goes by, and the cosines to the meaning asked for."""

    rows: Rows
    scores: Mapping[int, float] = field(default_factory=dict)
    nearness: Mapping[int, float] = field(default_factory=dict)


def arranged(
    sieve: Sieve, shelf: Shelf, embeddings: StudyEmbeddings | None, table: Table, rows: Rows, already: Sequence[Spot]
) -> Arranged:
    """What is listed, in order. A meaning asks for the most relevant ones; the order says how those come.

    Raises InvalidInputError where an order or a meaning needs embeddings and there are none.
    """
    query = sieve.query
    kept, meaning = Arranged(rows), bool(query.meaning.strip())
    by_rank = query.order == "relevance" and (meaning or sieve.words is not None)
    if len(rows) and (meaning or by_rank):
        kept = _most_relevant(sieve, shelf, embeddings, table, rows, sort=by_rank)
    if len(rows) and query.order in ("typical", "extreme", "different"):
        kept = _by_vectors(sieve, shelf, embeddings, table, kept, already)
    return replace(kept, rows=kept.rows[: query.limit])


def _most_relevant(
    sieve: Sieve, shelf: Shelf, embeddings: StudyEmbeddings | None, table: Table, rows: Rows, *, sort: bool
) -> Arranged:
    scores, cosines = by_relevance(sieve, shelf, embeddings, table, rows)
    best = best_first(scores, sieve.query.limit)
    chosen = best if sort else np.sort(best)
    return Arranged(
        rows[chosen],
        _rounded(rows, scores, chosen, 6) if sort else {},
        {} if cosines is None else _rounded(rows, cosines, chosen, 4),
    )


def _rounded(rows: Rows, values: NDArray[np.float64], chosen: NDArray[np.intp], digits: int) -> dict[int, float]:
    """By row, the values of the chosen ones that are known."""
    pairs = zip(rows[chosen].tolist(), values[chosen].tolist(), strict=True)
    return {row: round(value, digits) for row, value in pairs if np.isfinite(value)}


def _by_vectors(
    sieve: Sieve,
    shelf: Shelf,
    embeddings: StudyEmbeddings | None,
    table: Table,
    kept: Arranged,
    already: Sequence[Spot],
) -> Arranged:
    query, rows = sieve.query, kept.rows
    _, matrix = embedded(shelf, table.texts, embeddings)
    vectors = vectors_of(table, rows, matrix)
    if query.order == "different":
        picked = _picked(table, matrix, already)
        order, scores = differing(vectors, picked, len(rows) if query.limit is None else query.limit)
    else:
        scores = typicality(vectors)
        order = in_order(scores if query.order == "typical" else -scores)
    return Arranged(rows[order], _rounded(rows, scores, order[: query.limit], 4), kept.nearness)


def _picked(table: Table, matrix: Matrix, already: Sequence[Spot]) -> Matrix:
    """The vectors of what was picked, without those that have none or no place any more."""
    texts, found = table.texts, [np.zeros((0, matrix.shape[1]), np.float32)]
    transcripts = {texts.segments[rows[0]].interview: key for key, rows in texts.rows.items()}
    for label, start, end in already:
        if label in transcripts and 0 <= start < end:
            span = Span(start, end)
            place = Place(label, transcripts[label], span, texts.touched(transcripts[label], span))
            if place.segments:
                found.append(mean_vector(place, texts, matrix)[None])
    vectors = np.concatenate(found).astype(np.float32)
    return vectors[vectors.any(axis=1)]
