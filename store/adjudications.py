"""Adjudication: what a lead says of a disagreement after a blind double coding; the original decisions stay."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from store import events
from store.coders import coder_row, require_lead
from store.errors import ConflictError, InvalidInputError, NotFoundError
from store.records import CoderRow, TranscriptRow
from store.study import Study
from store.transcripts import SpanMover
from store.values import Span
from store.work_records import AdjudicationRow, DoubleCodingEndRow, DoubleCodingRow


@dataclass(frozen=True, slots=True)
class AdjudicationDraft:
    """What is said of one code on one stretch: it applies or it does not; `resolves` are GUIDs of decisions."""

    double_coding: str
    transcript_id: int
    span: Span
    code: str
    applies: bool
    memo: str = ""
    resolves: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Adjudication:
    """An adjudication as kept, its stretch moved to the interview's current transcript."""

    guid: str
    double_coding: str
    interview: str
    transcript_id: int
    span: Span
    code: str
    applies: bool
    memo: str
    resolves: tuple[str, ...]
    coder: str
    at: datetime


def adjudicate(study: Study, coder: str, drafts: Sequence[AdjudicationDraft]) -> tuple[Adjudication, ...]:
    """Keep adjudications, all of them or none; a later one on the same stretch and code takes the earlier one's place.

    Raises NotAllowedError unless the coder is a lead (or there is none yet), ConflictError while the double coding is
    not finished.
    """
    with study.write() as session:
        require_lead(session, coder, "adjudicate")
        who = coder_row(session, coder)
        rows = [_row(session, who, draft) for draft in drafts]
        for row in rows:
            events.record(session, row, coder=who.name, interview=row.transcript.interview.guid)
        mover = SpanMover(session)
        return tuple(_value(row, mover) for row in rows)


def _row(session: Session, who: CoderRow, draft: AdjudicationDraft) -> AdjudicationRow:
    sample = session.scalar(select(DoubleCodingRow).where(DoubleCodingRow.guid == draft.double_coding))
    transcript = session.get(TranscriptRow, draft.transcript_id)
    if sample is None or transcript is None:
        msg = "The double coding or its interview is not in the study any more; nothing was kept."
        raise NotFoundError(msg)
    if draft.span.end > len(transcript.text):
        msg = f"{transcript.interview.label} has no such stretch; nothing was kept."
        raise InvalidInputError(msg)
    finished = session.scalar(select(DoubleCodingEndRow).where(DoubleCodingEndRow.double_coding_id == sample.id))
    if finished is None or finished.how != "finished":
        msg = f"“{sample.name}” is not finished; {sample.second.name} has to finish it before it is adjudicated."
        raise ConflictError(msg)
    return AdjudicationRow(
        guid=str(uuid.uuid4()),
        double_coding_id=sample.id,
        double_coding=sample,
        transcript_id=transcript.id,
        transcript=transcript,
        start=draft.span.start,
        end=draft.span.end,
        code=draft.code,
        applies=draft.applies,
        memo=draft.memo.strip(),
        resolves=list(draft.resolves),
        coder_id=who.id,
        coder=who,
        at=datetime.now(UTC),
    )


def adjudications(
    study: Study, *, double_coding: str | None = None, through: int | None = None
) -> tuple[Adjudication, ...]:
    """The last word on each stretch and code of each double coding, in the order in which they were given.

    With `through`, those up to the event of that number.
    """
    query = (
        select(AdjudicationRow)
        .options(
            joinedload(AdjudicationRow.coder),
            joinedload(AdjudicationRow.double_coding),
            joinedload(AdjudicationRow.transcript),
        )
        .order_by(AdjudicationRow.id)
    )
    if through is not None:
        query = query.where(AdjudicationRow.event_id <= through)
    with study.read() as session:
        mover = SpanMover(session)
        last: dict[tuple[str, int, Span, str], Adjudication] = {}
        for row in session.scalars(query):
            if double_coding not in (None, row.double_coding.guid):
                continue
            value = _value(row, mover)
            key = (value.double_coding, value.transcript_id, value.span, value.code)
            last.pop(key, None)
            last[key] = value
        return tuple(last.values())


def _value(row: AdjudicationRow, mover: SpanMover) -> Adjudication:
    moved = mover.move(row.transcript_id, Span(row.start, row.end))
    return Adjudication(
        guid=row.guid,
        double_coding=row.double_coding.guid,
        interview=row.transcript.interview.label,
        transcript_id=moved.transcript_id,
        span=moved.span,
        code=row.code,
        applies=row.applies,
        memo=row.memo,
        resolves=tuple(row.resolves),
        coder=row.coder.name,
        at=row.at,
    )
