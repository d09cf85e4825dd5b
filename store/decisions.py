"""Decisions, append-only, and the codings that stand after all of them."""

import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from store import events
from store.canonical import sha256_text
from store.codebook import version_at
from store.coders import coder_row
from store.errors import InvalidInputError, NotFoundError
from store.records import CodebookRow, CoderRow, DecisionRow, InterviewRow, SuggestionRow, TranscriptRow
from store.study import Study
from store.transcripts import Moved, SpanMover, current_transcripts
from store.values import Codebook, Coding, Decision, DecisionDraft, Span, Stance, Verdict


def keep_decisions(study: Study, coder: str, drafts: Sequence[DecisionDraft]) -> tuple[Decision, ...]:
    """Put decisions on disk, all of them or none; a coder not known yet is made.

    Raises InvalidInputError where a span lies outside its text, an answer has no suggestion to answer, or a stated
    time has no zone.
    """
    with study.write() as session:
        return add_decisions(session, coder_row(session, coder), drafts)


def add_decisions(session: Session, coder: CoderRow, drafts: Sequence[DecisionDraft]) -> tuple[Decision, ...]:
    """The same within a write transaction of the caller's."""
    now = datetime.now(UTC)
    rows = [_row(session, coder, draft, now) for draft in drafts]
    events.record_all(session, [(row, row.transcript.interview.guid) for row in rows], coder=coder.name)
    return tuple(decision_value(row, row.transcript.interview.label, coder.name) for row in rows)


def _row(session: Session, coder: CoderRow, draft: DecisionDraft, now: datetime) -> DecisionRow:
    transcript = session.get(TranscriptRow, draft.transcript_id)
    if transcript is None:
        msg = "The interview was erased in the meantime; nothing was kept."
        raise NotFoundError(msg)
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
        codebook=None if draft.codebook_id is None else session.get_one(CodebookRow, draft.codebook_id),
        at=(draft.at or now).astimezone(UTC),
        recorded_at=now,
        memo=draft.memo,
        sitting=draft.sitting,
        replaces=draft.replaces,
    )


def _refuse_impossible(session: Session, transcript: TranscriptRow, draft: DecisionDraft) -> None:
    where = f"{transcript.interview.label} {draft.span.start}–{draft.span.end}"
    if draft.span.end > len(transcript.text):
        msg = f"{where} reaches past the end of the text ({len(transcript.text)} characters); nothing was kept."
        raise InvalidInputError(msg)
    if (draft.code is None) != (draft.verdict is Verdict.READ):
        msg = f"“{draft.verdict}” on {where} {'needs' if draft.code is None else 'takes no'} code; nothing was kept."
        raise InvalidInputError(msg)
    if draft.at is not None and draft.at.tzinfo is None:
        msg = f"The time stated for {where} ({draft.at.isoformat()}) has no time zone; add one, such as +00:00."
        raise InvalidInputError(msg)
    _refuse_unanswered(session, transcript, draft, where)


def _refuse_unanswered(session: Session, transcript: TranscriptRow, draft: DecisionDraft, where: str) -> None:
    shown = None if draft.suggestion_id is None else session.get(SuggestionRow, draft.suggestion_id)
    same_interview = shown is not None and shown.segment.transcript.interview_id == transcript.interview_id
    if draft.suggestion_id is not None and not same_interview:
        msg = f"“{draft.verdict}” on {where} names a suggestion that this interview does not have; nothing was kept."
        raise InvalidInputError(msg)
    answers = shown is not None and shown.code == draft.code and shown.segment.transcript_id == transcript.id
    if draft.verdict in (Verdict.ACCEPT, Verdict.REJECT) and not answers:
        msg = f"“{draft.verdict}” on {where} answers no suggestion; use “add” for a code of your own."
        raise InvalidInputError(msg)


def decisions(
    study: Study, *, interview: str | None = None, coder: str | None = None, through: int | None = None
) -> tuple[Decision, ...]:
    """All decisions in the order in which they were recorded; with `through`, those up to the event of that number."""
    with study.read() as session:
        return _made(session, interview, coder, through)


def _made(
    session: Session, interview: str | None, coder: str | None, through: int | None = None
) -> tuple[Decision, ...]:
    query = decision_columns()
    if through is not None:
        query = query.where(DecisionRow.event_id <= through)
    if interview is not None:
        query = query.where(InterviewRow.label == interview)
    if coder is not None:
        query = query.where(CoderRow.name == coder)
    return tuple(
        decision_value(row, row.interview, row.coder) for row in session.execute(query.order_by(DecisionRow.id))
    )


def decision_columns() -> Select[Any]:
    """Decisions as plain columns: as objects of the ORM, those of a whole study take five times as long to read."""
    return (
        select(DecisionRow.__table__, InterviewRow.label.label("interview"), CoderRow.name.label("coder"))
        .join(TranscriptRow, TranscriptRow.id == DecisionRow.transcript_id)
        .join(InterviewRow, InterviewRow.id == TranscriptRow.interview_id)
        .join(CoderRow, CoderRow.id == DecisionRow.coder_id)
    )


def decision_of(study: Study, guid: str) -> Decision:
    """The decision of that GUID; raises NotFoundError where there is none."""
    with study.read() as session:
        row = session.execute(decision_columns().where(DecisionRow.guid == guid)).first()
    if row is None:
        msg = "That decision is not in this study any more: its interview was erased."
        raise NotFoundError(msg)
    return decision_value(row, row.interview, row.coder)


def last_word(study: Study, coder: str, transcript_id: int, span: Span, code: str) -> Decision | None:
    """What stands now from this coder for exactly this span and code."""
    query = decision_columns().where(
        DecisionRow.transcript_id == transcript_id,
        CoderRow.name == coder,
        DecisionRow.start == span.start,
        DecisionRow.end == span.end,
        DecisionRow.code == code,
    )
    with study.read() as session:
        row = session.execute(query.order_by(DecisionRow.id.desc()).limit(1)).first()
    return (
        None if row is None or row.verdict == str(Verdict.WITHDRAW) else decision_value(row, row.interview, row.coder)
    )


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


def codings(
    study: Study, *, interview: str | None = None, coder: str | None = None, through: int | None = None
) -> tuple[Coding, ...]:
    """The codings that stand, their spans moved to each interview's current revision.

    A coding carries the code that it counts for in the newest codebook (`Codebook.present`), or the one it was made
    with where there is none; what two codes that were merged had both on one stretch counts once. With `through`, as it
    stood after the event of that number, under the codebook of then.
    """
    with study.read() as session:
        made = _made(session, interview, coder, through)
        codebook = version_at(session, through)
        mover = SpanMover(session)
        return codings_of(made, codebook, mover.move)


def codings_of(
    made: Iterable[Decision], codebook: Codebook | None, move: Callable[[int, Span], Moved]
) -> tuple[Coding, ...]:
    """The codings that stand after these decisions, in recorded order, under that codebook and at their places now."""
    found: dict[tuple[str, int, Span, str], Coding] = {}
    for decision in standing(made).values():
        if decision.verdict not in (Verdict.ACCEPT, Verdict.ADD) or decision.code is None:
            continue
        moved = move(decision.transcript_id, decision.span)
        present = None if codebook is None else codebook.present(decision.code)
        coding = Coding(
            interview=decision.interview,
            transcript_id=moved.transcript_id,
            span=moved.span,
            code=present or decision.code,
            coder=decision.coder,
            decision=decision.guid,
            at=decision.at,
            memo=decision.memo,
            needs_look=moved.needs_look,
            made_with=decision.code,
        )
        found.setdefault((coding.coder, coding.transcript_id, coding.span, coding.code), coding)
    return tuple(found.values())


def stances(study: Study, *, past: bool = False) -> tuple[Stance, ...]:
    """What stands from all coders: their words on codes and their readings, where they can be placed in the text.

    In recorded order, moved to each interview's current revision; what a correction tore apart is left out. With
    `past`, also the words that stood once (`Stance.until`).
    """
    with study.read() as session:
        made = _made(session, None, None)
        events_of = dict(session.execute(select(DecisionRow.id, DecisionRow.event_id)).tuples().all())
        until = {before: events_of[after] for before, after in _replaced(made).items()}
        mover, current = SpanMover(session), set(current_transcripts(session).values())
        found = []
        for decision in made:
            if decision.verdict is Verdict.WITHDRAW or (decision.id in until and not past):
                continue
            moved = mover.move(decision.transcript_id, decision.span)
            if moved.transcript_id in current:
                found.append(
                    Stance(
                        event=events_of[decision.id],
                        transcript_id=moved.transcript_id,
                        span=moved.span,
                        verdict=decision.verdict,
                        code=decision.code,
                        coder=decision.coder,
                        codebook_id=decision.codebook_id,
                        until=until.get(decision.id),
                    )
                )
        return tuple(found)


def _replaced(made: Iterable[Decision]) -> dict[int, int]:
    """By the id of each word that stands no more, the id of the next word on the same."""
    last: dict[tuple[str, int, Span, str], int] = {}
    replaced: dict[int, int] = {}
    for decision in made:
        if decision.code is None:
            continue
        key = (decision.coder, decision.transcript_id, decision.span, decision.code)
        if key in last:
            replaced[last[key]] = decision.id
        last[key] = decision.id
    return replaced


def readings(study: Study, coder: str) -> tuple[tuple[int, Span], ...]:
    """What a coder has read, as (transcript id, span) in recorded order."""
    query = (
        select(DecisionRow.transcript_id, DecisionRow.start, DecisionRow.end)
        .join(CoderRow, CoderRow.id == DecisionRow.coder_id)
        .where(CoderRow.name == coder, DecisionRow.verdict == str(Verdict.READ))
        .order_by(DecisionRow.id)
    )
    with study.read() as session:
        return tuple((row.transcript_id, Span(row.start, row.end)) for row in session.execute(query))


def last_decision(study: Study) -> int:
    """The number of the newest decision, 0 where there is none: while it stays the same, so do the stances."""
    with study.read() as session:
        return session.scalar(select(func.max(DecisionRow.id))) or 0


def decision_value(row: Any, interview: str, coder: str) -> Decision:
    """A decision from its row or its columns."""
    return Decision(
        id=row.id,
        guid=row.guid,
        interview=interview,
        transcript_id=row.transcript_id,
        span=Span(row.start, row.end),
        verdict=Verdict(row.verdict),
        code=row.code,
        coder=coder,
        suggestion_id=row.suggestion_id,
        codebook_id=row.codebook_id,
        at=row.at,
        recorded_at=row.recorded_at,
        memo=row.memo,
        sitting=row.sitting,
        replaces=row.replaces,
    )
