"""What a statistic over interviews stands on: which of them were read, and which only in part."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant.review.basis import Basis, Counted, counted
from assistant.review.blindness import Blindness
from store.placing import span_mover
from store.segments import segments
from store.study import Study
from store.values import Interview, Role, Span

Place = tuple[int, Span]
"""A transcript's id and a stretch of it."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What a basis counts, and the interviews that were read, in study order.

    An interview was read when a reading of it is recorded; in a study that knows of no readings (`assumed`), when it
    has a coding.
    """

    counted: Counted
    read: tuple[Interview, ...]
    assumed: bool

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
    return ground_of(study, counted(study, basis, hidden))


def ground_of(study: Study, found: Counted) -> Ground:
    """The same over what was counted already."""
    assumed = not found.readings and not _knows_readings(study, found)
    read = {c.interview for c in found.codings} if assumed else {d.interview for d in found.readings}
    return Ground(found, tuple(i for i in found.interviews if i.label in read), assumed)


def _knows_readings(study: Study, found: Counted) -> bool:
    """Whether anybody is known to have read anything by then, so that no reading means not read."""
    anybody = Basis(through=found.basis.through, version=found.basis.version)
    return bool(counted(study, anybody, found.hidden).readings)


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
    read = _by_transcript(exact)
    unread = {
        s.interview
        for s in segments(study)
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
