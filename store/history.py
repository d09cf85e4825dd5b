"""What people did in a study, in the order in which it was recorded, and the same kept in another study.

Read from one study and kept in another one with the same texts, it leads to the same codings, readings, double codings
and adjudications there. Interviews, codes, coders and decisions are named by GUID; suggestions are no part of it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from store.codebook import codebook_versions
from store.decisions import decision_columns
from store.records import CodebookRow, CoderRow, DecisionRow, InterviewRow, TranscriptRow
from store.study import Study
from store.transcripts import SpanMover, current_transcripts
from store.values import Code, Span, Verdict
from store.work_records import AdjudicationRow, DoubleCodingEndRow, DoubleCodingPartRow, DoubleCodingRow


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of an interview (GUID), in its newest text."""

    interview: str
    span: Span


@dataclass(frozen=True, slots=True)
class VersionMade:
    """A version of the codebook; `coder` is a name, as the codebook knows it."""

    version: int
    coder: str
    at: datetime
    reason: str
    codes: tuple[Code, ...]


@dataclass(frozen=True, slots=True)
class DecisionMade:
    """A decision; `codebook` is the number of the version, `at` the time that was stated."""

    guid: str
    place: Place
    verdict: Verdict
    code: str | None
    coder: str
    codebook: int | None
    at: datetime
    recorded_at: datetime
    memo: str = ""
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class SampleDrawn:
    """A sample that was drawn for a blind second coder."""

    guid: str
    name: str
    lead: str
    second: str
    seed: int
    share: float | None
    at: datetime
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class SampleEnded:
    """The end of a double coding (GUID): what was decided before it was decided independently."""

    double_coding: str
    how: Literal["finished", "called off"]
    coder: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AdjudicationMade:
    """What a lead said of a disagreement in a double coding (GUID)."""

    guid: str
    double_coding: str
    place: Place
    code: str
    applies: bool
    coder: str
    at: datetime
    memo: str = ""
    resolves: tuple[str, ...] = ()


Act = VersionMade | DecisionMade | SampleDrawn | SampleEnded | AdjudicationMade


@dataclass(frozen=True, slots=True)
class Person:
    """Who did something: a person or a model."""

    guid: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class TextOf:
    """An interview as it is now: its label, the hash and the length of its newest text, and how it is cut."""

    guid: str
    label: str
    sha256: str
    length: int
    transcript_id: int


@dataclass(frozen=True, slots=True)
class History:
    """All that was done, oldest first, by whom, and on which texts in study order.

    `lost` counts by interview (GUID) what stands on a stretch that a correction of the text tore apart, which has no
    place in the newest text and is not among the acts.
    """

    acts: tuple[Act, ...]
    people: tuple[Person, ...]
    texts: tuple[TextOf, ...]
    lost: Mapping[str, int]


def history(study: Study) -> History:
    """Everything that was done in a study up to now."""
    versions = codebook_versions(study)
    with study.read() as session:
        reading = _Reading(session)
        numbers = dict(session.execute(select(CodebookRow.version, CodebookRow.event_id)).tuples().all())
        acts: list[tuple[int, Act]] = [
            (numbers[each.version], VersionMade(each.version, each.coder, each.created_at, each.reason, each.codes))
            for each in versions
            if each.version in numbers
        ]
        acts += [*reading.decisions(), *reading.samples(), *reading.ends(), *reading.adjudications()]
        people = session.scalars(select(CoderRow).order_by(CoderRow.id))
        return History(
            acts=tuple(act for _, act in sorted(acts, key=lambda pair: pair[0])),
            people=tuple(Person(row.guid, row.name, row.kind) for row in people),
            texts=texts_of(session),
            lost=reading.lost,
        )


def texts_of(session: Session) -> tuple[TextOf, ...]:
    """The interviews that have a text, in study order."""
    current = current_transcripts(session)
    query = (
        select(InterviewRow.guid, InterviewRow.label, TranscriptRow.id, TranscriptRow.sha256, TranscriptRow.text)
        .join(TranscriptRow, TranscriptRow.interview_id == InterviewRow.id)
        .where(TranscriptRow.id.in_(current.values()))
        .order_by(InterviewRow.position)
    )
    return tuple(
        TextOf(guid=row.guid, label=row.label, sha256=row.sha256, length=len(row.text), transcript_id=row.id)
        for row in session.execute(query)
    )


def study_texts(study: Study) -> tuple[TextOf, ...]:
    """The same for a study."""
    with study.read() as session:
        return texts_of(session)


def every_text(study: Study) -> Iterator[str]:
    """The text of every revision of every interview."""
    with study.read() as session:
        yield from session.scalars(select(TranscriptRow.text))


def texts_of_interview(study: Study, guid: str) -> tuple[str, ...]:
    """The text of every revision of the interview of that GUID, oldest first."""
    query = select(TranscriptRow.text).join(TranscriptRow.interview).where(InterviewRow.guid == guid)
    with study.read() as session:
        return tuple(session.scalars(query.order_by(TranscriptRow.revision)))


class _Reading:
    """Rows as acts with the number of their event, each place moved to the newest text."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._mover = SpanMover(session)
        self._current = set(current_transcripts(session).values())
        self._guids = dict(
            session.execute(
                select(TranscriptRow.id, InterviewRow.guid).join(
                    InterviewRow, InterviewRow.id == TranscriptRow.interview_id
                )
            )
            .tuples()
            .all()
        )
        self._coders = dict(session.execute(select(CoderRow.id, CoderRow.guid)).tuples().all())
        self.lost: dict[str, int] = {}

    def _place(self, transcript_id: int, start: int, end: int) -> Place | None:
        guid = self._guids[transcript_id]
        moved = self._mover.move(transcript_id, Span(start, end))
        if moved.transcript_id in self._current:
            return Place(guid, moved.span)
        self.lost[guid] = self.lost.get(guid, 0) + 1
        return None

    def decisions(self) -> Iterator[tuple[int, Act]]:
        versions = dict(self._session.execute(select(CodebookRow.id, CodebookRow.version)).tuples().all())
        for row in self._session.execute(decision_columns().order_by(DecisionRow.id)):
            place = self._place(row.transcript_id, row.start, row.end)
            if place is not None:
                yield (
                    row.event_id,
                    DecisionMade(
                        guid=row.guid,
                        place=place,
                        verdict=Verdict(row.verdict),
                        code=row.code,
                        coder=self._coders[row.coder_id],
                        codebook=None if row.codebook_id is None else versions[row.codebook_id],
                        at=row.at,
                        recorded_at=row.recorded_at,
                        memo=row.memo,
                        replaces=row.replaces,
                    ),
                )

    def samples(self) -> Iterator[tuple[int, Act]]:
        parts: dict[int, list[Place | None]] = {}
        for part in self._session.scalars(select(DoubleCodingPartRow).order_by(DoubleCodingPartRow.id)):
            here = parts.setdefault(part.double_coding_id, [])
            here += (self._place(part.transcript_id, start, end) for start, end in part.spans)
        for row in self._session.scalars(select(DoubleCodingRow).order_by(DoubleCodingRow.id)):
            yield (
                row.event_id,
                SampleDrawn(
                    guid=row.guid,
                    name=row.name,
                    lead=self._coders[row.lead_id],
                    second=self._coders[row.second_id],
                    seed=row.seed,
                    share=row.share,
                    at=row.at,
                    places=tuple(place for place in parts.get(row.id, ()) if place is not None),
                ),
            )

    def ends(self) -> Iterator[tuple[int, Act]]:
        query = select(DoubleCodingEndRow).options(joinedload(DoubleCodingEndRow.double_coding))
        for row in self._session.scalars(query.order_by(DoubleCodingEndRow.id)):
            how: Literal["finished", "called off"] = "finished" if row.how == "finished" else "called off"
            yield row.event_id, SampleEnded(row.double_coding.guid, how, self._coders[row.coder_id], row.at)

    def adjudications(self) -> Iterator[tuple[int, Act]]:
        query = select(AdjudicationRow).options(joinedload(AdjudicationRow.double_coding))
        for row in self._session.scalars(query.order_by(AdjudicationRow.id)):
            place = self._place(row.transcript_id, row.start, row.end)
            if place is not None:
                yield (
                    row.event_id,
                    AdjudicationMade(
                        guid=row.guid,
                        double_coding=row.double_coding.guid,
                        place=place,
                        code=row.code,
                        applies=row.applies,
                        coder=self._coders[row.coder_id],
                        at=row.at,
                        memo=row.memo,
                        resolves=tuple(row.resolves),
                    ),
                )


def interviews_of(acts: Iterable[Act]) -> frozenset[str]:
    """The interviews (GUIDs) in which something was done."""
    found: set[str] = set()
    for act in acts:
        if isinstance(act, DecisionMade | AdjudicationMade):
            found.add(act.place.interview)
        elif isinstance(act, SampleDrawn):
            found.update(place.interview for place in act.places)
    return frozenset(found)
