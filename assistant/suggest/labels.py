"""What people's decisions say of each segment and code: yes, no, or not known."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from store.values import Code, Segment, Span, Stance, Verdict

Matrix = NDArray[np.float32]
Mask = NDArray[np.bool_]

CODED_FROM = 0.2
"""A coding counts for a segment of which it covers so much, or of which it is mostly made; less is unclear."""
_MOSTLY = 0.5
_READ_FROM = 0.8


@dataclass(frozen=True, slots=True)
class Labels:
    """All (segments, codes): where something is known, what is true (0..1), and where a person said no outright."""

    known: Mask
    truth: Matrix
    rejected: Mask

    def digest(self) -> str:
        """A hash over all of it."""
        whole = sha256(np.ascontiguousarray(self.truth).tobytes())
        for mask in (self.known, self.rejected):
            whole.update(np.packbits(mask).tobytes())
        return whole.hexdigest()

    def without(self, rows: Mask) -> "Labels":
        """The same with nothing known of some rows."""
        keep = ~rows[:, None]
        return Labels(self.known & keep, np.where(keep, self.truth, 0).astype(np.float32), self.rejected & keep)

    def with_absences(self, interview: NDArray[np.intp]) -> "Labels":
        """The same, but that in interviews where no absence is known at all, every coded segment counts as read.

        From codings alone, as before the first reading or out of another tool, one could only learn that every segment
        carries every code. `interview` numbers each segment's interview.
        """
        absent = (self.known & (self.truth == 0)).any(axis=1)
        told = np.isin(interview, interview[absent])
        read = self.known.any(axis=1) & ~told
        return Labels(self.known | read[:, None], self.truth, self.rejected)


def no_labels(shape: tuple[int, int]) -> Labels:
    """Nothing known."""
    return Labels(np.zeros(shape, np.bool_), np.zeros(shape, np.float32), np.zeros(shape, np.bool_))


def labels_of(
    segments: Sequence[Segment],
    codes: Sequence[Code],
    stances: Sequence[Stance],
    versions: Mapping[int, frozenset[str]],
    before: Mapping[int, int] | None = None,
) -> Labels:
    """What the stances of all coders say of these segments (in study order) and codes.

    Of a segment whose id is in `before`, the stances count that stood just before that event, of the others those that
    stand now.

    A code that anybody's coding puts on a segment is there; a rejected one is not, unless another coder put it there;
    one not put on a segment that was read is not there either, if it was in the codebook then (`versions` holds the
    GUIDs by codebook id). A code made out of others (`Code.origins`) takes over what is known of them: their codings
    count for it in equal shares with the other codes made of the same one, what they are not it is not. Only words on
    the code itself, and readings since it was made out of them, count for more.
    """
    book = _Board(segments, codes, before or {})
    for stance in stances:
        book.note(stance, versions)
    return book.labels()


class _Board:
    """Collects what is said of segments, code by code; `columns` also holds codes that are now only origins."""

    def __init__(self, segments: Sequence[Segment], codes: Sequence[Code], before: Mapping[int, int]) -> None:
        self._codes = codes
        self._until = {row: before[segment.id] for row, segment in enumerate(segments) if segment.id in before}
        guids = dict.fromkeys([*(code.guid for code in codes), *(o for code in codes for o in code.origins)])
        self._column = {guid: number for number, guid in enumerate(guids)}
        self._rows = _by_transcript(segments)
        shape = (len(segments), len(guids))
        self._yes, self._no, self._read, self._part, self._since = (np.zeros(shape, np.bool_) for _ in range(5))
        self._there: dict[int | None, tuple[NDArray[np.intp], NDArray[np.intp]]] = {}

    def note(self, stance: Stance, versions: Mapping[int, frozenset[str]]) -> None:
        for row, span in _reached(self._rows.get(stance.transcript_id, ()), stance.span):
            if not _stood(stance, self._until.get(row)):
                continue
            share = _shared(span, stance.span) / (span.end - span.start)
            if stance.verdict is Verdict.READ:
                if share >= _READ_FROM:
                    there, since = self._known_then(stance, versions)
                    self._read[row, there] = True
                    self._since[row, since] = True
            elif stance.code in self._column:
                self._say(row, self._column[stance.code], stance, span, share)

    def _say(self, row: int, column: int, stance: Stance, span: Span, share: float) -> None:
        mostly = _shared(span, stance.span) >= _MOSTLY * (stance.span.end - stance.span.start)
        if share < CODED_FROM and not mostly:
            self._part[row, column] = True
        elif stance.verdict is Verdict.REJECT:
            self._no[row, column] = True
        else:
            self._yes[row, column] = True

    def _known_then(
        self, stance: Stance, versions: Mapping[int, frozenset[str]]
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """The columns of the codes that a reader could have used; all where the version is not known.

        And of those among them that had taken the place of their origins by then.
        """
        book = stance.codebook_id
        if book not in self._there:
            there = versions.get(book, self._column.keys()) if book is not None else self._column.keys()
            since = [code.guid for code in self._codes if code.guid in there and there.isdisjoint(code.origins)]
            self._there[book] = (self._columns(there), self._columns(since))
        return self._there[book]

    def _columns(self, guids: Iterable[str]) -> NDArray[np.intp]:
        return np.array([self._column[guid] for guid in guids if guid in self._column], np.intp)

    def labels(self) -> Labels:
        known = self._yes | self._no | (self._read & ~self._part)
        truth = self._yes.astype(np.float32)
        rejected = self._no & ~self._yes
        told = self._yes | self._no | self._since
        own = [self._column[code.guid] for code in self._codes]
        found = Labels(known[:, own].copy(), truth[:, own].copy(), rejected[:, own].copy())
        shares = self._shares()
        for place, code in enumerate(self._codes):
            for origin in code.origins:
                column = self._column[origin]
                inherits = known[:, column] & ~told[:, own[place]]
                found.known[inherits, place] = True
                share = truth[inherits, column] * np.float32(shares[origin])
                found.truth[inherits, place] = np.maximum(found.truth[inherits, place], share)
        return found

    def _shares(self) -> dict[str, float]:
        """Into how many codes each origin went, as a share for each of them."""
        made = [origin for code in self._codes for origin in code.origins]
        return {origin: 1 / made.count(origin) for origin in set(made)}


def _stood(stance: Stance, before: int | None) -> bool:
    """Whether a stance stood just before an event, or stands now where none is given."""
    if before is None:
        return stance.until is None
    return stance.event < before and (stance.until is None or stance.until >= before)


def _by_transcript(segments: Sequence[Segment]) -> dict[int, list[tuple[int, Span]]]:
    grouped: dict[int, list[tuple[int, Span]]] = {}
    for row, segment in enumerate(segments):
        grouped.setdefault(segment.transcript_id, []).append((row, segment.span))
    return grouped


def _reached(rows: Sequence[tuple[int, Span]], span: Span) -> Sequence[tuple[int, Span]]:
    """The segments that a span reaches into; `rows` are in the order of the text and do not overlap."""
    from bisect import bisect_left, bisect_right

    first = bisect_right(rows, span.start, key=lambda item: item[1].end)
    last = bisect_left(rows, span.end, key=lambda item: item[1].start)
    return rows[first:last]


def _shared(one: Span, other: Span) -> int:
    return max(0, min(one.end, other.end) - max(one.start, other.start))
