"""The decisions of a study in memory, for pages that are drawn after every key: only what is new is read again.

What stands is a fold over decisions in recorded order; so is this, and it never forgets that others write too: every
refresh takes what any coder, in any process, has decided since.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from threading import RLock
from typing import NamedTuple

from store.imports import READ_ON_IMPORT
from store.newest import Glance, decisions_since, decisions_stamp, glance
from store.placing import Mover, current_transcript_ids, span_mover
from store.study import Study
from store.values import Decision, Segment, Span, Verdict

_Key = tuple[str, int, int, str]
"""Coder, start, end and code: a later decision on the same takes the place of the earlier one."""


class Reading(NamedTuple):
    """A stretch that a coder read, and the id of the codebook under which they did, where that is known.

    One that is `assumed` nobody recorded: an import took it as read, because its coder coded somewhere in the text.
    """

    transcript_id: int
    span: Span
    codebook_id: int | None
    assumed: bool = False


class Ledger:
    """What stands of all decisions, by transcript; safe to share between threads. Call `refresh` before asking.

    With `through`, what stood after the event of that number, whatever was decided since.
    """

    def __init__(self, study: Study, *, through: int | None = None) -> None:
        self._study = study
        self._through = through
        self._lock = RLock()
        self._stamp = (0, 0, 0)
        self._glance: Glance | None = None
        self._begin()

    def _begin(self) -> None:
        self._move: Mover = span_mover(self._study)
        self._current = current_transcript_ids(self._study)
        self._words: dict[int, dict[_Key, Decision]] = {}
        self._readings: dict[str, list[Reading]] = {}
        self._read: dict[str, ReadSegments] = {}
        self.events: dict[str, int] = {}
        """The number of each decision's event, by GUID."""
        self.needs_look: set[str] = set()
        """GUIDs of decisions whose stretch a correction of the transcript touched."""

    def refresh(self) -> int:
        """Take what was decided since; returns the number of the last decision's event, 0 where there is none."""
        with self._lock:
            now = glance(self._study)
            if now == self._glance:
                return self._stamp[0]
            stamp = last, count, transcript = decisions_stamp(self._study)
            if stamp == self._stamp:
                self._glance = now
                return last
            known, known_count, known_transcript = self._stamp
            new = decisions_since(self._study, known)
            within = sum(event <= last for event, _ in new)
            if transcript != known_transcript or (known and known_count + within != count):
                # a transcript was corrected, or an interview erased: begin again
                known, known_count, new = 0, 0, decisions_since(self._study, 0)
                self._begin()
            if self._through is not None:
                new = tuple((event, decision) for event, decision in new if event <= self._through)
            self._take(decision for _, decision in new)
            self.events.update((decision.guid, event) for event, decision in new)
            self._stamp = (new[-1][0] if new else known, known_count + len(new), transcript)
            self._glance = now  # only now: what could not be read is read at the next look
            return self._stamp[0]

    def _take(self, new: Iterable[Decision]) -> None:
        for decision in new:
            placed = self._placed(decision)
            if placed is None:
                continue
            if placed.code is None:
                assumed = placed.memo == READ_ON_IMPORT
                read = Reading(placed.transcript_id, placed.span, placed.codebook_id, assumed)
                self._readings.setdefault(placed.coder, []).append(read)
                continue
            words = self._words.setdefault(placed.transcript_id, {})
            key = (placed.coder, placed.span.start, placed.span.end, placed.code)
            words.pop(key, None)
            if placed.verdict is not Verdict.WITHDRAW:
                words[key] = placed

    def _placed(self, decision: Decision) -> Decision | None:
        if decision.transcript_id in self._current:
            return decision
        moved = self._move(decision.transcript_id, decision.span)
        if moved.needs_look:
            self.needs_look.add(decision.guid)
        if moved.transcript_id not in self._current:
            return None
        return replace(decision, transcript_id=moved.transcript_id, span=moved.span)

    def words(self, transcript_id: int, coder: str | None = None) -> list[Decision]:
        """The answers and codings that stand in a transcript, in recorded order; of one coder, or of all."""
        with self._lock:
            found = list(self._words.get(transcript_id, {}).values())
        return found if coder is None else [word for word in found if word.coder == coder]

    def all_words(self) -> Iterator[Decision]:
        """Everything that stands in the whole study."""
        with self._lock:
            found = [word for words in self._words.values() for word in words.values()]
        return iter(found)

    def has_readings(self, coder: str, transcript_id: int) -> bool:
        """Whether this coder is known to have read anything of a transcript."""
        with self._lock:
            return any(read.transcript_id == transcript_id for read in self._readings.get(coder, ()))

    def readings(self, coder: str) -> list[Reading]:
        """Everything that this coder has read, in recorded order."""
        with self._lock:
            return list(self._readings.get(coder, ()))

    def read_among(self, coder: str, some: Sequence[Segment]) -> "ReadSegments":
        """Which of some segments the coder has read, worked out anew."""
        with self._lock:
            found = ReadSegments(some)
            found.take(self._readings.get(coder, []))
            return found

    def read(self, coder: str, spoken: Sequence[Segment]) -> "ReadSegments":
        """Which of these segments the coder has read; the same sequence again costs only what is new."""
        with self._lock:
            known = self._read.get(coder)
            if known is None or known.spoken is not spoken:
                known = self._read[coder] = ReadSegments(spoken)
            known.take(self._readings.get(coder, []))
            return known


class ReadSegments:
    """Which segments one coder has read: one reading covers the whole of each."""

    def __init__(self, spoken: Sequence[Segment]) -> None:
        self.spoken = spoken
        self._ids: set[int] = set()
        self._taken = 0
        self._by_transcript: dict[int, list[Segment]] = {}
        for segment in spoken:
            self._by_transcript.setdefault(segment.transcript_id, []).append(segment)
        for here in self._by_transcript.values():
            here.sort(key=lambda segment: segment.span.start)

    def take(self, readings: Sequence[Reading]) -> None:
        """Note the readings from the first one not yet taken."""
        for transcript_id, span, *_ in readings[self._taken :]:
            here = self._by_transcript.get(transcript_id, [])
            first = bisect_left(here, span.start, key=lambda segment: segment.span.start)
            for segment in here[first:]:  # they lie one after the other
                if not _within(segment.span, span):
                    break
                self._ids.add(segment.id)
        self._taken = len(readings)

    def __contains__(self, segment: object) -> bool:
        return isinstance(segment, Segment) and segment.id in self._ids

    def __len__(self) -> int:
        """How many of the segments are read."""
        return len(self._ids)

    def among(self, some: Sequence[Segment]) -> int:
        """How many of some segments are read; of those that this was made of, at once."""
        return len(self._ids) if some is self.spoken else sum(segment in self for segment in some)


def _within(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end
