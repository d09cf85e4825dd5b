"""Quotes by relevance: nearness in meaning and the words themselves, two rankings made one."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.quotes.candidates import Candidate
from assistant.quotes.holding import Texts
from assistant.quotes.shelf import Shelf
from assistant.quotes.sieve import Sieve
from assistant.quotes.words import wanted_phrases
from assistant.segment import StudyEmbeddings
from store.errors import InvalidInputError
from store.wording import words_of
from store.words_index import Phrase, spoken

Matrix = NDArray[np.float32]

SMOOTHING = 60
"""The constant k of reciprocal rank fusion, as its authors set it."""
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


def best_first(scores: NDArray[np.float64]) -> NDArray[np.intp]:
    """The places of the highest scores first; ties in the order in which they stand."""
    order: NDArray[np.intp] = np.argsort(-scores, kind="stable")
    return order


def vectors_of(found: Sequence[Candidate], texts: Texts, matrix: Matrix) -> Matrix:
    """The candidates' vectors of length one (candidates, dimensions), from their segments' (segments, dimensions).

    A stretch over several segments has their mean, each weighted by the characters of the stretch that lie in it; what
    has no vector yet has zeros.
    """
    made: Matrix = matrix[np.array([c.rows.start if c.rows else 0 for c in found], np.intp)]
    for number, candidate in enumerate(found):
        if len(candidate.rows) != 1:
            made[number] = _mean(candidate, texts, matrix)
    return made


def _mean(candidate: Candidate, texts: Texts, matrix: Matrix) -> Matrix:
    spans = [texts.segments[row].span for row in candidate.rows]
    shared = [min(s.end, candidate.span.end) - max(s.start, candidate.span.start) for s in spans]
    mean: Matrix = np.array(shared, np.float32) @ matrix[candidate.rows.start : candidate.rows.stop]
    return mean / (np.linalg.norm(mean) or 1)


def nearness(found: Sequence[Candidate], texts: Texts, matrix: Matrix, question: Matrix) -> NDArray[np.float64]:
    """Cosine of each candidate and a question (dimensions,) of length one; 0 where a candidate has no vector."""
    every = matrix @ question
    cosines = every[np.array([c.rows.start if c.rows else 0 for c in found], np.intp)]
    for number, candidate in enumerate(found):
        if len(candidate.rows) != 1:
            cosines[number] = _mean(candidate, texts, matrix) @ question
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
    sieve: Sieve, shelf: Shelf, embeddings: StudyEmbeddings | None, found: Sequence[Candidate]
) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
    """How relevant each candidate is; and, where a meaning is asked for, the cosine of its meaning and that one."""
    texts, meaning = sieve.holding.texts, sieve.query.meaning.strip()
    cosines: NDArray[np.float64] | None = None
    rankings: list[NDArray[np.intp]] = []
    if meaning:
        embeddings, matrix = embedded(shelf, texts, embeddings)
        cosines = nearness(found, texts, matrix, shelf.question(embeddings, meaning))
        rankings.append(best_first(cosines))
    phrases = [Phrase((word,)) for word in dict.fromkeys(words_of(meaning))]
    if sieve.words is not None:
        phrases += wanted_phrases(sieve.words)
    by_words = _by_words(sieve, shelf, found, phrases)
    rankings.append(best_first(by_words)[: int((by_words > 0).sum())])
    return fused(rankings, len(found)), cosines


def _by_words(sieve: Sieve, shelf: Shelf, found: Sequence[Candidate], phrases: Sequence[Phrase]) -> NDArray[np.float64]:
    """BM25 of the best of each candidate's segments; 0 where none of the words stands in its own text."""
    texts = sieve.holding.texts
    ranked = shelf.ranked(texts, phrases) if phrases else {}
    scores = np.zeros(len(found), np.float64)
    for number, candidate in enumerate(found):
        score = max((ranked.get(texts.segments[row].id, 0.0) for row in candidate.rows), default=0.0)
        if score and sieve.by_coding:
            said = shelf.said(texts, candidate.transcript_id, candidate.span)
            score *= any(spoken(phrase, said) for phrase in phrases)
        scores[number] = score
    return np.round(scores, _DIGITS)
