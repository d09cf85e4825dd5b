"""Blind double coding: which segments were drawn for whom, by which seed, and how it ended."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from store import events
from store.coders import coder_row, require_lead
from store.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from store.records import CoderRow, TranscriptRow
from store.study import Study
from store.transcripts import SpanMover
from store.values import Span
from store.work_records import DoubleCodingEndRow, DoubleCodingPartRow, DoubleCodingRow

Spans = Mapping[str, tuple[tuple[int, Span], ...]]
"""By interview label, the segments as (transcript id, span)."""


@dataclass(frozen=True, slots=True)
class DoubleCodingDraft:
    """A sample on its way into the study: for whom, and by which seed and share it was drawn."""

    name: str
    second: str
    seed: int
    share: float | None
    spans: Spans


@dataclass(frozen=True, slots=True)
class DoubleCoding:
    """A sample that `second` codes blind; spans are moved to the transcripts of now, as far as they can be.

    `ended_event` is the number of the event by which it ended: what was decided up to there was decided independently.
    """

    guid: str
    name: str
    lead: str
    second: str
    seed: int
    share: float | None
    spans: Spans
    at: datetime
    ended_at: datetime | None = None
    ended_event: int | None = None
    ended: Literal["finished", "called off"] | None = None

    @property
    def size(self) -> int:
        """How many segments it holds."""
        return sum(len(spans) for spans in self.spans.values())


def keep_double_coding(study: Study, lead: str, draft: DoubleCodingDraft) -> DoubleCoding:
    """Keep a sample.

    Raises NotAllowedError unless `lead` is a lead (or there is none yet), ConflictError where the name is taken or the
    second coder has one before them, InvalidInputError for an empty sample.
    """
    name = " ".join(draft.name.split())
    if not name or not any(draft.spans.values()):
        msg = "A double coding needs a name and at least one segment; nothing was drawn."
        raise InvalidInputError(msg)
    if draft.second.strip() == lead.strip():
        msg = "Whoever draws a double coding cannot be its second coder; nothing was drawn."
        raise InvalidInputError(msg)
    with study.write() as session:
        require_lead(session, lead, "draw a double coding")
        drawer, second = coder_row(session, lead), coder_row(session, draft.second)
        _refuse_taken(session, name, second)
        row = DoubleCodingRow(
            guid=str(uuid.uuid4()),
            name=name,
            lead_id=drawer.id,
            lead=drawer,
            second_id=second.id,
            second=second,
            seed=draft.seed,
            share=draft.share,
            at=datetime.now(UTC),
        )
        events.record(session, row, coder=drawer.name)
        for spans in draft.spans.values():
            _keep_parts(session, row, spans, drawer.name)
        return _value(session, row)


def _refuse_taken(session: Session, name: str, second: CoderRow) -> None:
    if session.scalar(select(DoubleCodingRow.id).where(DoubleCodingRow.name == name)) is not None:
        msg = f"There is a double coding “{name}” already; choose another name."
        raise ConflictError(msg)
    if (open_one := _open(session, second.name)) is not None:
        msg = f"{second.name} has “{open_one.name}” to finish first, or a lead calls it off."
        raise ConflictError(msg)


def _keep_parts(session: Session, row: DoubleCodingRow, spans: tuple[tuple[int, Span], ...], by: str) -> None:
    by_transcript: dict[int, list[list[int]]] = {}
    for transcript_id, span in spans:
        by_transcript.setdefault(transcript_id, []).append([span.start, span.end])
    for transcript_id, pairs in by_transcript.items():
        transcript = session.get(TranscriptRow, transcript_id)
        if transcript is None or any(end > len(transcript.text) for _, end in pairs):
            msg = "A segment of the sample is not in the study any more; draw again."
            raise NotFoundError(msg)
        part = DoubleCodingPartRow(
            double_coding_id=row.id,
            double_coding=row,
            transcript_id=transcript.id,
            transcript=transcript,
            spans=sorted(pairs),
        )
        events.record(session, part, coder=by, interview=transcript.interview.guid)


def finish_double_coding(study: Study, coder: str, guid: str) -> None:
    """The second coder is done: from now on they see what the others did."""
    with study.write() as session:
        row = _unfinished(session, guid)
        if row.second.name != coder.strip():
            msg = f"Only {row.second.name} can finish “{row.name}”; a lead can call it off."
            raise NotAllowedError(msg)
        _end(session, row, coder, "finished", "")


def call_off_double_coding(study: Study, lead: str, guid: str, reason: str = "") -> None:
    """End a double coding without a result; what was coded in it stays."""
    with study.write() as session:
        require_lead(session, lead, "call off a double coding")
        _end(session, _unfinished(session, guid), lead, "called off", reason.strip())


def _unfinished(session: Session, guid: str) -> DoubleCodingRow:
    row = session.scalar(select(DoubleCodingRow).where(DoubleCodingRow.guid == guid))
    if row is None:
        msg = "There is no such double coding in this study; look at the page again."
        raise NotFoundError(msg)
    ended = session.scalar(select(DoubleCodingEndRow).where(DoubleCodingEndRow.double_coding_id == row.id))
    if ended is not None:
        msg = f"“{row.name}” was {ended.how} already."
        raise ConflictError(msg)
    return row


def _end(session: Session, row: DoubleCodingRow, coder: str, how: str, reason: str) -> None:
    who = coder_row(session, coder)
    end = DoubleCodingEndRow(
        double_coding_id=row.id,
        double_coding=row,
        how=how,
        reason=reason,
        coder_id=who.id,
        coder=who,
        at=datetime.now(UTC),
    )
    events.record(session, end, coder=who.name)


def double_codings(study: Study, *, second: str | None = None) -> tuple[DoubleCoding, ...]:
    """All double codings, oldest first; with `second`, those of that second coder."""
    query = (
        select(DoubleCodingRow)
        .options(joinedload(DoubleCodingRow.lead), joinedload(DoubleCodingRow.second))
        .order_by(DoubleCodingRow.id)
    )
    with study.read() as session:
        rows = [row for row in session.scalars(query) if second in (None, row.second.name)]
        mover = SpanMover(session) if rows else None
        return tuple(_value(session, row, mover) for row in rows)


def open_double_coding(study: Study, second: str) -> DoubleCoding | None:
    """The double coding that a second coder has before them, if there is one."""
    with study.read() as session:
        row = _open(session, second)
        return None if row is None else _value(session, row)


def _open(session: Session, second: str) -> DoubleCodingRow | None:
    ended = select(DoubleCodingEndRow.double_coding_id)
    query = (
        select(DoubleCodingRow)
        .join(CoderRow, CoderRow.id == DoubleCodingRow.second_id)
        .where(CoderRow.name == second.strip(), DoubleCodingRow.id.not_in(ended))
        .order_by(DoubleCodingRow.id)
    )
    return session.scalars(query.limit(1)).first()


def _value(session: Session, row: DoubleCodingRow, mover: SpanMover | None = None) -> DoubleCoding:
    parts = session.scalars(
        select(DoubleCodingPartRow)
        .where(DoubleCodingPartRow.double_coding_id == row.id)
        .options(joinedload(DoubleCodingPartRow.transcript))
        .order_by(DoubleCodingPartRow.id)
    )
    mover = mover or SpanMover(session)
    spans: dict[str, tuple[tuple[int, Span], ...]] = {}
    for part in parts:
        moved = (mover.move(part.transcript_id, Span(start, end)) for start, end in part.spans)
        label = part.transcript.interview.label
        spans[label] = (*spans.get(label, ()), *((m.transcript_id, m.span) for m in moved))
    end = session.scalar(select(DoubleCodingEndRow).where(DoubleCodingEndRow.double_coding_id == row.id))
    ended: Literal["finished", "called off"] | None = None
    if end is not None:
        ended = "finished" if end.how == "finished" else "called off"
    return DoubleCoding(
        guid=row.guid,
        name=row.name,
        lead=row.lead.name,
        second=row.second.name,
        seed=row.seed,
        share=row.share,
        spans=MappingProxyType(spans),
        at=row.at,
        ended_at=None if end is None else end.at,
        ended_event=None if end is None else end.event_id,
        ended=ended,
    )
