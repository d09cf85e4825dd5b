"""Remarks of an open second review: what somebody who saw a coding says of it; never part of agreement statistics."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from store import events
from store.coders import coder_row
from store.errors import InvalidInputError, NotAllowedError, NotFoundError
from store.records import DecisionRow, InterviewRow, TranscriptRow
from store.study import Study
from store.values import RemarkKind
from store.work_records import RemarkRow

OUTCOMES = ("kept", "changed", "withdrawn")
"""How a discussion of a coding can end."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A remark on the coding of a decision (its GUID); `outcome` is set where the discussion ended with it."""

    guid: str
    decision: str
    interview: str
    coder: str
    kind: RemarkKind
    text: str
    outcome: str
    at: datetime


def keep_remark(study: Study, coder: str, decision: str, kind: RemarkKind, text: str = "", outcome: str = "") -> Remark:
    """Keep a remark on a coding.

    Raises InvalidInputError for a challenge or comment without words or an unknown outcome, NotAllowedError where
    somebody agrees with or challenges their own coding, NotFoundError where it is gone.
    """
    if kind in (RemarkKind.CHALLENGE, RemarkKind.COMMENT) and not text.strip():
        msg = f"A {kind} needs a sentence that says why; nothing was kept."
        raise InvalidInputError(msg)
    if (kind is RemarkKind.OUTCOME) != (outcome in OUTCOMES):
        msg = f"The outcome of a discussion is one of {', '.join(OUTCOMES)}; nothing was kept."
        raise InvalidInputError(msg)
    with study.write() as session:
        made = session.scalar(select(DecisionRow).where(DecisionRow.guid == decision))
        if made is None or made.code is None:
            msg = "That coding is not in the study any more; nothing was kept."
            raise NotFoundError(msg)
        who = coder_row(session, coder)
        if made.coder_id == who.id and kind in (RemarkKind.AGREE, RemarkKind.CHALLENGE):
            msg = "This coding is your own; comment on it, or withdraw it on the Review page."
            raise NotAllowedError(msg)
        row = RemarkRow(
            guid=str(uuid.uuid4()),
            decision_id=made.id,
            decision=made,
            kind=str(kind),
            text=text.strip(),
            outcome=outcome,
            coder_id=who.id,
            coder=who,
            at=datetime.now(UTC),
        )
        events.record(session, row, coder=who.name, interview=made.transcript.interview.guid)
        return _value(row, made.transcript.interview.label)


def remarks(study: Study, *, interview: str | None = None) -> tuple[Remark, ...]:
    """All remarks, oldest first."""
    query = (
        select(RemarkRow, InterviewRow.label)
        .join(DecisionRow, DecisionRow.id == RemarkRow.decision_id)
        .join(TranscriptRow, TranscriptRow.id == DecisionRow.transcript_id)
        .join(InterviewRow, InterviewRow.id == TranscriptRow.interview_id)
        .options(joinedload(RemarkRow.decision), joinedload(RemarkRow.coder))
        .order_by(RemarkRow.id)
    )
    if interview is not None:
        query = query.where(InterviewRow.label == interview)
    with study.read() as session:
        return tuple(_value(row, label) for row, label in session.execute(query))


def _value(row: RemarkRow, label: str) -> Remark:
    return Remark(
        guid=row.guid,
        decision=row.decision.guid,
        interview=label,
        coder=row.coder.name,
        kind=RemarkKind(row.kind),
        text=row.text,
        outcome=row.outcome,
        at=row.at,
    )
