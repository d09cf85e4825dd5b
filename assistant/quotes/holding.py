"""What a study holds that quotes are made of, as it stands at one moment: a query over it reads no database."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from store.adjudications import Adjudication
from store.interviews import interviews
from store.placing import Mover, span_mover, texts_of
from store.segments import segments
from store.study import Study
from store.values import Codebook, Coding, Decision, Interview, Role, Segment, Span, Verdict
from store.words_index import stamp_of


@dataclass(frozen=True, slots=True)
class Texts:
    """What was said: the segments in study order, found by transcript, and the texts and interviews they are of."""

    segments: tuple[Segment, ...]
    ids: frozenset[int]
    rows: Mapping[int, range]
    starts: Mapping[int, Sequence[int]]
    texts: Mapping[int, str]
    interviews: Mapping[str, Interview]
    place: Mapping[str, int]
    move: Mover
    stamp: str

    def touched(self, transcript_id: int, span: Span) -> range:
        """The rows of the segments that share text with a stretch of a transcript; none for an older revision's."""
        rows = self.rows.get(transcript_id, range(0))
        if not rows:
            return rows
        starts = self.starts[transcript_id]
        first = max(0, bisect_right(starts, span.start) - 1)
        if self.segments[rows.start + first].span.end <= span.start:
            first += 1
        return range(rows.start + first, max(rows.start + first, rows.start + bisect_left(starts, span.end)))

    def turns(self, rows: range) -> tuple[int, int]:
        """The numbers of the first and the last turn that these rows, at least one, are of."""
        return self.segments[rows[0]].turn_index, self.segments[rows[-1]].turn_index


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a transcript with all codings that stand on exactly it; `rows` are the segments it touches."""

    interview: str
    transcript_id: int
    span: Span
    rows: range
    role: Role
    codings: tuple[Coding, ...]


@dataclass(frozen=True, slots=True)
class Holding:
    """All of it: `stretches` in study order, longer before shorter ones; codings and rejections by segment row.

    `answers` tells of each decision by GUID which suggestion it answered.
    """

    texts: Texts
    codebook: Codebook | None
    codings: tuple[Coding, ...]
    stretches: tuple[Stretch, ...]
    coded: Mapping[int, Sequence[Coding]]
    rejected: Mapping[int, Sequence[Decision]]
    answers: Mapping[str, int]
    adjudications: tuple[Adjudication, ...]
    order: Mapping[str, int]
    names: Mapping[str, str]

    def in_order(self, codes: Iterable[str]) -> tuple[str, ...]:
        """Each code once, in the order of the codebook."""
        return tuple(sorted(set(codes), key=lambda code: (self.order.get(code, len(self.order)), code)))


def read_texts(study: Study) -> Texts:
    """The segments of the current transcripts with what belongs to them."""
    found = segments(study)
    rows: dict[int, range] = {}
    for row, segment in enumerate(found):
        before = rows.get(segment.transcript_id)
        rows[segment.transcript_id] = range(row if before is None else before.start, row + 1)
    known = {interview.label: interview for interview in interviews(study)}
    return Texts(
        segments=found,
        ids=frozenset(s.id for s in found),
        rows=rows,
        starts={key: [found[row].span.start for row in of] for key, of in rows.items()},
        texts=texts_of(study, rows),
        interviews=known,
        place={label: number for number, label in enumerate(known)},
        move=span_mover(study),
        stamp=stamp_of(found),
    )


def stretches_of(texts: Texts, codings: Iterable[Coding]) -> tuple[Stretch, ...]:
    """The stretches that codings stand on; a coding that could not be moved to the current text has no place in it."""
    grouped: dict[tuple[int, Span], list[Coding]] = {}
    for coding in codings:
        if coding.transcript_id in texts.rows:
            grouped.setdefault((coding.transcript_id, coding.span), []).append(coding)
    found = []
    for (transcript_id, span), here in grouped.items():
        rows = texts.touched(transcript_id, span)
        role = texts.segments[rows[0]].role if rows else Role.PARTICIPANT
        found.append(Stretch(here[0].interview, transcript_id, span, rows, role, tuple(here)))
    return tuple(sorted(found, key=lambda s: (texts.place.get(s.interview, -1), s.span.start, -s.span.end)))


def by_row(texts: Texts, codings: Iterable[Coding]) -> dict[int, list[Coding]]:
    """The codings by the row of each segment that they touch."""
    found: dict[int, list[Coding]] = {}
    for coding in codings:
        for row in texts.touched(coding.transcript_id, coding.span):
            found.setdefault(row, []).append(coding)
    return found


def rejected_by_row(texts: Texts, words: Iterable[Decision]) -> dict[int, list[Decision]]:
    """The rejections that stand by the row of each segment that they touch."""
    found: dict[int, list[Decision]] = {}
    for word in words:
        if word.verdict is not Verdict.REJECT or word.code is None:
            continue
        moved = texts.move(word.transcript_id, word.span)
        for row in texts.touched(moved.transcript_id, moved.span):
            found.setdefault(row, []).append(word)
    return found
