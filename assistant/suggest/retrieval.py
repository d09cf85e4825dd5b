"""The retrieval scores: how near a segment is in meaning to what the codebook says of a code."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from assistant.segment import StudyEmbeddings
from assistant.suggest.grouping import unit
from store.sentences import sentence_spans
from store.values import Code, Codebook, Segment

Matrix = NDArray[np.float32]


def facets(code: Code, codebook: Codebook) -> list[str]:
    """The texts that stand for a code: what it means first, then what it includes and each example."""
    theme = codebook.theme_of(code)
    name = code.name if theme is None else f"{theme.name}: {code.name}"
    meaning = f"{name}. {code.definition}".strip()
    return [text for text in (meaning, code.include, *code.examples) if text.strip()]


class Retrieval:
    """Similarities of segments to the codes of one codebook version."""

    def __init__(self, codebook: Codebook, codes: Sequence[Code], embeddings: StudyEmbeddings) -> None:
        self._embeddings = embeddings
        texts = [facets(code, codebook) for code in codes]
        vectors = embeddings.matrix([text for group in texts for text in group])
        edges = np.cumsum([0, *(len(group) for group in texts)])
        self._facets = [unit(vectors[a:b]) for a, b in pairwise(edges)]
        self._meanings = np.stack([group[0] for group in self._facets])

    def scores(self, segments: Sequence[Segment]) -> Matrix:
        """Cosine similarities of shape (segments, codes): the mean of the meaning's and the nearest facet's."""
        return self._similar([segment.text for segment in segments])

    def sentence_scores(self, segments: Sequence[Segment]) -> Matrix:
        """The same for the sentence of each segment that is nearest to a code; for a single sentence, the segment's."""
        found = self.scores(segments)
        sentences = [[span.of(s.text) for span in sentence_spans(s.text)] for s in segments]
        several = [row for row, group in enumerate(sentences) if len(group) > 1]
        similar = self._similar([text for row in several for text in sentences[row]])
        edges = np.cumsum([0, *(len(sentences[row]) for row in several)])
        for row, (a, b) in zip(several, pairwise(edges), strict=True):
            found[row] = np.maximum(found[row], similar[a:b].max(axis=0))
        return found

    def _similar(self, texts: Sequence[str]) -> Matrix:
        if not texts:
            return np.zeros((0, len(self._facets)), np.float32)
        vectors = unit(self._embeddings.matrix(texts))
        nearest = np.stack([(vectors @ group.T).max(axis=1) for group in self._facets], axis=1)
        scores: Matrix = (nearest + vectors @ self._meanings.T) / np.float32(2)
        return scores
