"""Bring a study's segments, vectors and index up to its transcripts; each call does only what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.segment.cut import cut
from assistant.segment.embeddings import StudyEmbeddings
from store.index import Repair, refresh_index
from store.segments import keep_segments, segment_batches, unsegmented
from store.sentences import sentence_spans
from store.study import Study
from store.transcripts import transcript
from store.values import Segment

_AT_ONCE = 20_000
"""Segments that are held while they are embedded."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """How many segments have vectors now, and what the index needed; None where another process holds it."""

    segments: int
    index: Repair | None


def segment_new(study: Study) -> int:
    """Cut every transcript that has no segments yet; returns how many transcripts were cut."""
    labels = unsegmented(study)
    for label in labels:
        text = transcript(study, label)
        keep_segments(study, text.id, cut(text))
    return len(labels)


def embed_new(study: Study, embeddings: StudyEmbeddings) -> Embedded:
    """Embed every segment and every sentence of a longer segment, and refresh the index."""
    segment_new(study)
    count = 0
    for some in segment_batches(study, _AT_ONCE):
        embeddings.matrix([s.text for s in some] + [t for s in some for t in _sentences(s)])
        count += len(some)
    return Embedded(count, refresh_index(study, embeddings.model))


def _sentences(segment: Segment) -> Sequence[str]:
    spans = sentence_spans(segment.text)
    return [span.of(segment.text) for span in spans] if len(spans) > 1 else []
