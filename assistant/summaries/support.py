"""How near sentences and quotes are in meaning: which quotes are typical, which sentences their quotes hardly carry."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.segment import StudyEmbeddings
from assistant.suggest.grouping import unit
from assistant.summaries.theme_quotes import ThemeQuote
from store.segments import segments
from store.sentences import sentence_spans
from store.study import Study
from store.values import Segment

WEAK_BELOW = 0.25
"""A sentence whose mean similarity to its quotes is less counts as weakly supported. Tried with MiniLM on twenty
sentences that we wrote about the sample interviews: below it were 2 of them with the quotes they were written from,
72 % of their pairs with another quote of the theme, 82 % with one of another theme."""

Matrix = NDArray[np.float32]


class QuoteVectors:
    """The vectors of quotes, taken from the segments and sentences that they lie in.

    Only what the study embeds anyway is embedded, so that erasing an interview takes all vectors of its quotes along.
    """

    def __init__(self, study: Study, embeddings: StudyEmbeddings, quotes: Iterable[ThemeQuote]) -> None:
        self._embeddings = embeddings
        wanted = {quote.interview for quote in quotes}
        self._segments: dict[int, list[Segment]] = {}
        for label in sorted(wanted):
            for segment in segments(study, label):
                self._segments.setdefault(segment.transcript_id, []).append(segment)

    def whole(self, quotes: Sequence[ThemeQuote]) -> Matrix:
        """One unit vector per quote, shape (quotes, dimensions): the mean over its segments."""
        texts = [[segment.text for segment in self._around(quote)] for quote in quotes]
        known = self._vectors(text for group in texts for text in group)
        return unit(np.stack([np.mean([known[text] for text in group], axis=0) for group in texts]))

    def supports(self, sentence: str, quotes: Sequence[ThemeQuote]) -> tuple[float, ...]:
        """How near a sentence is to each quote: the cosine with its segment or the best sentence of the quote (-1..1).

        A summary says less than a quote does; so the best of the quote's sentences counts, as in SummaC (Laban,
        Schnabel, Bennett & Hearst 2022, Transactions of the ACL 10, 163–177), which compares them by entailment.
        """
        texts = [self._parts(quote) for quote in quotes]
        known = self._vectors(text for group in texts for text in group)
        said = unit(np.asarray([self._embeddings.embed_query(sentence)], np.float32))[0]
        return tuple(round(float(max(known[text] @ said for text in group)), 4) for group in texts)

    def _vectors(self, texts: Iterable[str]) -> Mapping[str, Matrix]:
        wanted = list(dict.fromkeys(texts))
        return dict(zip(wanted, unit(self._embeddings.matrix(wanted)), strict=True))

    def _around(self, quote: ThemeQuote) -> list[Segment]:
        """The segments that a quote reaches into."""
        here = self._segments.get(quote.transcript_id, [])
        first = bisect_right(here, quote.place.span.start, key=lambda segment: segment.span.end)
        reached = []
        for segment in here[first:]:
            if segment.span.start >= quote.place.span.end:
                break
            reached.append(segment)
        return reached

    def _parts(self, quote: ThemeQuote) -> list[str]:
        """The texts of those segments, and of their sentences that the quote reaches into."""
        found = []
        for segment in self._around(quote):
            spans = sentence_spans(segment.text, segment.span.start)
            at = segment.span.start
            found += [
                segment.text[span.start - at : span.end - at] for span in spans if span.overlaps(quote.place.span)
            ]
            found.append(segment.text)
        return found
