"""What a statistic over interviews stands on: which of them were read, and which only in part."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant.review.basis import ADJUDICATED, Basis, Counted, counted
from assistant.review.blindness import Blindness
from store.placing import span_mover
from store.segments import segments_among, spoken_in
from store.study import Study
from store.values import Interview, Role, Span

Place = tuple[int, Span]
"""A transcript's id and a stretch of it."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What a basis counts, and the interviews that were read, in study order.

    An interview was read when a reading of it is recorded. Of a coder without a single reading in the study, as in
    imported ones, it is `assumed` that they read the interviews in which they coded, looking for every code.
    """

    counted: Counted
    read: tuple[Interview, ...]
    assumed: frozenset[str]

    @property
    def labels(self) -> tuple[str, ...]:
        """Those of the interviews that were read."""
        return tuple(interview.label for interview in self.read)

    @property
    def unread(self) -> tuple[str, ...]:
        """The labels of the interviews that do not count, because nobody has read them."""
        read = set(self.labels)
        return tuple(i.label for i in self.counted.interviews if i.label not in read)


def ground(study: Study, basis: Basis | None = None, hidden: Blindness | None = None) -> Ground:
    """The ground that a basis gives; raises what `counted` raises."""
    return ground_of(counted(study, basis, hidden))


def ground_of(found: Counted) -> Ground:
    """The same over what was counted already."""
    known = found.readers | {ADJUDICATED}  # an adjudicated coding is no coder's own
    assumed = frozenset(c.interview for c in found.codings if c.coder not in known)
    read = assumed | {d.interview for d in found.readings}
    return Ground(found, tuple(i for i in found.interviews if i.label in read), assumed)


def places_read(study: Study, found: Counted) -> dict[str, Place]:
    """By the GUID of each reading, where it stands in the current transcripts."""
    move = span_mover(study)
    moved = ((reading.guid, move(reading.transcript_id, reading.span)) for reading in found.readings)
    return {guid: (place.transcript_id, place.span) for guid, place in moved}


def partly_read(study: Study, labels: Sequence[str], places: Iterable[Place]) -> tuple[str, ...]:
    """Of these interviews, those in which no reading covers a participant's segment; none where nothing was read."""
    exact = set(places)
    if not exact:
        return ()
    read, wanted = _by_transcript(exact), set(labels)
    texts = [transcript_id for label, transcript_id, _ in spoken_in(study) if label in wanted]
    unread = {
        s.interview
        for s in segments_among(study, texts)
        if s.role is not Role.INTERVIEWER
        and (s.transcript_id, s.span) not in exact
        and not any(span.start <= s.span.start and s.span.end <= span.end for span in read.get(s.transcript_id, ()))
    }
    return tuple(label for label in labels if label in unread)


def _by_transcript(places: Iterable[Place]) -> Mapping[int, list[Span]]:
    found: dict[int, list[Span]] = {}
    for transcript, span in places:
        found.setdefault(transcript, []).append(span)
    return found
