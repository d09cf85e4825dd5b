"""Decisions, append-only, and the codings that stand after all of them."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from store import events
from store.canonical import sha256_text
from store.coders import coder_row
from store.errors import InvalidInputError
from store.records import CoderRow, DecisionRow, InterviewRow, SuggestionRow, TranscriptRow
from store.study import Study
from store.transcripts import SpanMover
from store.values import Coding, Decision, DecisionDraft, Span, Verdict


def keep_decisions(study: Study, coder: str, drafts: Sequence[DecisionDraft]) -> tuple[Decision, ...]:
    """Put decisions on disk, all of them or none; a coder not known yet is made.

    Raises InvalidInputError where a span lies outside its text or an answer has no suggestion to answer.
    """
    with study.write() as session:
        who = coder_row(session, coder)
        now = datetime.now(UTC)
        rows = [_row(session, who, draft, now) for draft in drafts]
        for row in rows:
            events.record(session, row, coder=who.name, interview=row.transcript.interview.guid)
        return tuple(_value(row) for row in rows)


def _row(session: Session, coder: CoderRow, draft: DecisionDraft, now: datetime) -> DecisionRow:
    transcript = session.get_one(TranscriptRow, draft.transcript_id)
    _refuse_impossible(session, transcript, draft)
    return DecisionRow(
        guid=str(uuid.uuid4()),
        transcript_id=transcript.id,
        transcript=transcript,
        start=draft.span.start,
        end=draft.span.end,
        slice_sha256=sha256_text(draft.span.of(transcript.text)),
        verdict=str(draft.verdict),
        code=draft.code,
        coder_id=coder.id,
        coder=coder,
        suggestion_id=draft.suggestion_id,
        suggestion=None if draft.suggestion_id is None else session.get_one(SuggestionRow, draft.suggestion_id),
        codebook_id=draft.codebook_id,
        at=draft.at or now,
        recorded_at=now,
        memo=draft.memo,
        sitting=draft.sitting,
    )


def _refuse_impossible(session: Session, transcript: TranscriptRow, draft: DecisionDraft) -> None:
    where = f"{transcript.interview.label} {draft.span.start}–{draft.span.end}"
    if draft.span.end > len(transcript.text):
        msg = f"{where} reaches past the end of the text ({len(transcript.text)} characters); nothing was kept."
        raise InvalidInputError(msg)
    if (draft.code is None) != (draft.verdict is Verdict.READ):
        msg = f"“{draft.verdict}” on {where} {'needs' if draft.code is None else 'takes no'} code; nothing was kept."
        raise InvalidInputError(msg)
    if draft.verdict in (Verdict.ACCEPT, Verdict.REJECT):
        shown = session.get(SuggestionRow, draft.suggestion_id or 0)
        if shown is None or shown.code != draft.code or shown.segment.transcript_id != transcript.id:
            msg = f"“{draft.verdict}” on {where} answers no suggestion; use “add” for a code of your own."
            raise InvalidInputError(msg)


def decisions(study: Study, *, interview: str | None = None, coder: str | None = None) -> tuple[Decision, ...]:
    """All decisions in the order in which they were recorded."""
    with study.read() as session:
        return tuple(_value(row) for row in _rows(session, interview, coder))


def _rows(session: Session, interview: str | None, coder: str | None) -> Iterable[DecisionRow]:
    query = (
        select(DecisionRow)
        .join(TranscriptRow, TranscriptRow.id == DecisionRow.transcript_id)
        .join(InterviewRow, InterviewRow.id == TranscriptRow.interview_id)
        .options(
            joinedload(DecisionRow.coder),
            joinedload(DecisionRow.transcript).joinedload(TranscriptRow.interview),
        )
        .order_by(DecisionRow.id)
    )
    if interview is not None:
        query = query.where(InterviewRow.label == interview)
    if coder is not None:
        query = query.where(DecisionRow.coder.has(CoderRow.name == coder))
    return session.scalars(query)


def last_word(study: Study, coder: str, transcript_id: int, span: Span, code: str) -> Decision | None:
    """What stands now from this coder for exactly this span and code."""
    with study.read() as session:
        row = session.scalar(
            select(DecisionRow)
            .join(CoderRow)
            .where(
                DecisionRow.transcript_id == transcript_id,
                CoderRow.name == coder,
                DecisionRow.start == span.start,
                DecisionRow.end == span.end,
                DecisionRow.code == code,
            )
            .order_by(DecisionRow.id.desc())
            .limit(1)
        )
        return None if row is None or row.verdict == str(Verdict.WITHDRAW) else _value(row)


def standing(made: Iterable[Decision]) -> dict[tuple[str, int, Span, str], Decision]:
    """The last word per (coder, transcript, span, code); a withdrawal takes the last word back.

    Readings are no word on a code and are left out. `made` must be in recorded order.
    """
    last: dict[tuple[str, int, Span, str], Decision] = {}
    for decision in made:
        if decision.code is None:
            continue
        key = (decision.coder, decision.transcript_id, decision.span, decision.code)
        last.pop(key, None)
        if decision.verdict is not Verdict.WITHDRAW:
            last[key] = decision
    return last


def codings(study: Study, *, interview: str | None = None, coder: str | None = None) -> tuple[Coding, ...]:
    """The codings that stand, their spans moved to each interview's current revision."""
    with study.read() as session:
        made = [_value(row) for row in _rows(session, interview, coder)]
        mover = SpanMover(session)
        found = []
        for decision in standing(made).values():
            if decision.verdict not in (Verdict.ACCEPT, Verdict.ADD) or decision.code is None:
                continue
            moved = mover.move(decision.transcript_id, decision.span)
            found.append(
                Coding(
                    interview=decision.interview,
                    transcript_id=moved.transcript_id,
                    span=moved.span,
                    code=decision.code,
                    coder=decision.coder,
                    decision=decision.guid,
                    at=decision.at,
                    memo=decision.memo,
                    needs_look=moved.needs_look,
                )
            )
        return tuple(found)


def _value(row: DecisionRow) -> Decision:
    return Decision(
        id=row.id,
        guid=row.guid,
        interview=row.transcript.interview.label,
        transcript_id=row.transcript_id,
        span=Span(row.start, row.end),
        verdict=Verdict(row.verdict),
        code=row.code,
        coder=row.coder.name,
        suggestion_id=row.suggestion_id,
        codebook_id=row.codebook_id,
        at=row.at,
        recorded_at=row.recorded_at,
        memo=row.memo,
        sitting=row.sitting,
    )
