"""Quotes by relevance: nearness in meaning and the words themselves, two rankings made one."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.quotes.holding import Texts
from assistant.quotes.shelf import Shelf
from assistant.quotes.sieve import Sieve
from assistant.quotes.table import Place, Rows, Table
from assistant.quotes.words import wanted_phrases
from assistant.segment import StudyEmbeddings
from store.errors import InvalidInputError
from store.wording import words_of
from store.words_index import Phrase, spoken

Matrix = NDArray[np.float32]

SMOOTHING = 60
"""The constant k of reciprocal rank fusion, as its authors set it."""
RANKED = 10_000
"""So many of each ranking count, more than most studies have: what comes after would get less than 0.0001."""
_FEW = 8
"""Where less than one row in so many is asked for, these are picked out first; else all are faster in one go."""
_DIGITS = 6
"""To which cosines are compared: equal texts must tie, wherever their rows stand in a matrix."""


def fused(rankings: Iterable[Sequence[int] | NDArray[np.intp]], count: int) -> NDArray[np.float64]:
    """Reciprocal rank fusion: the sum over rankings of 1 / (60 + rank), rank from 1, for each of `count` things.

    A ranking lists the numbers of things, best first; what it does not list gets nothing from it. Cormack, Clarke &
    Büttcher 2009, "Reciprocal rank fusion outperforms Condorcet and individual rank learning methods", SIGIR.

    >>> fused([[1, 0], [1]], 3).round(4).tolist()
    [0.0161, 0.0328, 0.0]
    """
    scores = np.zeros(count, np.float64)
    for ranking in rankings:
        numbers = np.asarray(ranking, np.intp)
        scores[numbers] += 1.0 / (SMOOTHING + 1 + np.arange(len(numbers)))
    return scores


def best_first(scores: NDArray[np.float64], most: int | None = None) -> NDArray[np.intp]:
    """The places of the highest scores first, of the `most` highest alone; ties in the order in which they stand.

    >>> best_first(np.array([0.1, 0.3, 0.2, 0.3]), 3).tolist()
    [1, 3, 2]
    """
    if most is None or not 0 < most < len(scores) // 2:
        order: NDArray[np.intp] = np.argsort(-scores, kind="stable")
        return order[:most]
    least = np.partition(scores, len(scores) - most)[len(scores) - most]
    among = np.flatnonzero(scores >= least)  # with all that tie at the end
    return among[np.argsort(-scores[among], kind="stable")][:most]


def vectors_of(table: Table, rows: Rows, matrix: Matrix) -> Matrix:
    """The vectors of length one of some rows (rows, dimensions), from those of all segments (segments, dimensions).

    A stretch over several segments has their mean, each weighted by the characters of the stretch that lie in it; what
    has no vector yet has zeros.
    """
    made: Matrix = matrix[table.first[rows]]
    for at in np.flatnonzero(table.spread[rows]).tolist():
        made[at] = mean_vector(table.place(int(rows[at])), table.texts, matrix)
    return made


def mean_vector(place: Place, texts: Texts, matrix: Matrix) -> Matrix:
    """The vector of a stretch from those of the segments that it touches."""
    spans = [texts.segments[row].span for row in place.segments]
    shared = [min(s.end, place.span.end) - max(s.start, place.span.start) for s in spans]
    mean: Matrix = np.array(shared, np.float32) @ matrix[place.segments.start : place.segments.stop]
    return mean / (np.linalg.norm(mean) or 1)


def nearness(table: Table, rows: Rows, matrix: Matrix, question: Matrix) -> NDArray[np.float64]:
    """Cosine of each row and a question (dimensions,) of length one; 0 where a row has no vector."""
    few = _FEW * len(rows) < len(matrix)
    cosines = matrix[table.first[rows]] @ question if few else (matrix @ question)[table.first[rows]]
    for at in np.flatnonzero(table.spread[rows]).tolist():
        cosines[at] = mean_vector(table.place(int(rows[at])), table.texts, matrix) @ question
    exact: NDArray[np.float64] = cosines.astype(np.float64)
    return np.round(exact, _DIGITS)


def embedded(shelf: Shelf, texts: Texts, embeddings: StudyEmbeddings | None) -> tuple[StudyEmbeddings, Matrix]:
    """The embeddings and the segments' vectors; raises InvalidInputError where there are none."""
    matrix = None if embeddings is None else shelf.vectors(texts, embeddings.model)
    if embeddings is None or matrix is None:
        msg = "Nothing of this study is embedded yet; run `interview suggest` or `interview reindex` first."
        raise InvalidInputError(msg)
    return embeddings, matrix


def by_relevance(
    sieve: Sieve, shelf: Shelf, embeddings: StudyEmbeddings | None, table: Table, rows: Rows
) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
    """How relevant each row is; and, where a meaning is asked for, the cosine of its meaning and that one."""
    texts, meaning = table.texts, sieve.query.meaning.strip()
    cosines: NDArray[np.float64] | None = None
    rankings: list[NDArray[np.intp]] = []
    if meaning:
        embeddings, matrix = embedded(shelf, texts, embeddings)
        cosines = nearness(table, rows, matrix, shelf.question(embeddings, meaning))
        rankings.append(best_first(cosines, RANKED))
    phrases = [Phrase((word,)) for word in dict.fromkeys(words_of(meaning))]
    if sieve.words is not None:
        phrases += wanted_phrases(sieve.words)
    by_words = _by_words(shelf, table, rows, phrases)
    spoken_of = np.flatnonzero(by_words > 0)
    rankings.append(spoken_of[best_first(by_words[spoken_of], RANKED)])
    return fused(rankings, len(rows)), cosines


def _by_words(shelf: Shelf, table: Table, rows: Rows, phrases: Sequence[Phrase]) -> NDArray[np.float64]:
    """BM25 of the best of each row's segments; 0 where none of the words stands in its own text."""
    texts, every = table.texts, shelf.ranked(table.texts, phrases)
    scores = every[table.first[rows]] if len(every) else np.zeros(len(rows), np.float64)
    for at in np.flatnonzero(~table.whole[rows]).tolist():
        place = table.place(int(rows[at]))
        score = every[place.segments.start : place.segments.stop].max(initial=0.0)
        if score:
            said = shelf.said(texts, place.transcript_id, place.span)
            score *= any(spoken(phrase, said) for phrase in phrases)
        scores[at] = score
    return np.round(scores, _DIGITS)
