"""Memos: notes on the study, an interview, a passage, a code or a coding; every revision is kept."""

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from store import events
from store.coders import coder_row
from store.errors import ConflictError, InvalidInputError, NotFoundError
from store.interviews import interview_row
from store.records import DecisionRow, InterviewRow, TranscriptRow
from store.study import Study
from store.transcripts import SpanMover
from store.values import MemoKind, Span
from store.work_records import MemoRow


@dataclass(frozen=True, slots=True)
class MemoTarget:
    """What a memo is about.

    Nothing set: the study. `interview` (a label) alone: that interview; with `transcript_id` and `span`: a passage of
    it. `code`: a code, by GUID. `decision`: a coding, by the GUID of its decision.
    """

    interview: str | None = None
    transcript_id: int | None = None
    span: Span | None = None
    code: str | None = None
    decision: str | None = None

    @property
    def kind(self) -> str:
        """In one word what it is about."""
        if self.decision is not None:
            return "coding"
        if self.span is not None:
            return "passage"
        if self.code is not None:
            return "code"
        return "study" if self.interview is None else "interview"


@dataclass(frozen=True, slots=True)
class MemoDraft:
    """A memo on its way into the study; a debriefing has a day and the people present.

    One that was written elsewhere keeps its `guid` and the time `at` which it was written.
    """

    target: MemoTarget
    text: str
    title: str = ""
    kind: MemoKind = MemoKind.MEMO
    on: date | None = None
    present: str = ""
    guid: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Memo:
    """One revision of a memo, its place moved to the interview's current transcript.

    `coder` wrote this revision, `first_coder` the first one; `needs_look` is set where a correction of the transcript
    touched its place, `gone` where it was deleted.
    """

    guid: str
    revision: int
    target: MemoTarget
    kind: MemoKind
    title: str
    text: str
    on: date | None
    present: str
    coder: str
    written_at: datetime
    first_coder: str
    first_at: datetime
    needs_look: bool = False
    gone: bool = False


def keep_memo(study: Study, coder: str, draft: MemoDraft) -> Memo:
    """Keep a new memo; raises InvalidInputError for an empty one, NotFoundError where what it is about is gone."""
    with study.write() as session:
        row = add_memo(session, coder, draft)
        return _value(row, row, SpanMover(session))


def add_memo(session: Session, coder: str, draft: MemoDraft) -> MemoRow:
    """The same within a write transaction of the caller's."""
    _refuse_empty(draft.title, draft.text)
    who, target = coder_row(session, coder), draft.target
    row = MemoRow(
        guid=draft.guid or str(uuid.uuid4()),
        revision=1,
        kind=str(draft.kind),
        code=target.code,
        decision=target.decision,
        **_place(session, target),
        title=draft.title.strip(),
        text=draft.text,
        happened_on=None if draft.on is None else draft.on.isoformat(),
        present=draft.present.strip(),
        gone=False,
        coder_id=who.id,
        coder=who,
        at=(draft.at or datetime.now(UTC)).astimezone(UTC),
    )
    events.record(session, row, coder=who.name, interview=None if row.interview is None else row.interview.guid)
    return row


def revise_memo(
    study: Study,
    coder: str,
    guid: str,
    *,
    revision: int,
    title: str,
    text: str,
    on: date | None = None,
    present: str = "",
) -> Memo:
    """Keep another revision of a memo, which also brings a deleted one back.

    `revision` is the one that the person saw: raises ConflictError where somebody has kept a newer one since.
    """
    _refuse_empty(title, text)
    with study.write() as session:
        newest = _newest(session, guid, revision)
        day = None if on is None else on.isoformat()
        said = {"title": title.strip(), "text": text, "happened_on": day, "present": present.strip()}
        return _kept(session, _next(session, newest, coder, said, gone=False), _first(session, guid))


def delete_memo(study: Study, coder: str, guid: str, *, revision: int) -> None:
    """Hide a memo from now on; its revisions stay on record. Raises ConflictError as `revise_memo` does."""
    with study.write() as session:
        newest = _newest(session, guid, revision)
        said = {
            "title": newest.title,
            "text": newest.text,
            "happened_on": newest.happened_on,
            "present": newest.present,
        }
        row = _next(session, newest, coder, said, gone=True)
        _kept(session, row, _first(session, guid))


def memos(
    study: Study,
    *,
    interview: str | None = None,
    code: str | None = None,
    coder: str | None = None,
    deleted: bool = False,
) -> tuple[Memo, ...]:
    """The newest revision of each memo, oldest memo first; with `deleted`, only those that were deleted.

    `interview` (a label) finds what is about it and its passages, `code` (a GUID) what is about that code, `coder`
    what that person began.
    """
    query = _with_all()
    if interview is not None:
        query = query.join(InterviewRow, InterviewRow.id == MemoRow.interview_id).where(InterviewRow.label == interview)
    if code is not None:
        query = query.where(MemoRow.code == code)
    with study.read() as session:
        by_guid: dict[str, list[MemoRow]] = {}
        for row in session.scalars(query.order_by(MemoRow.id)):
            by_guid.setdefault(row.guid, []).append(row)
        mover = SpanMover(session)
        found = [_value(rows[-1], rows[0], mover) for rows in by_guid.values()]
    return tuple(m for m in found if m.gone is deleted and coder in (None, m.first_coder))


def memo_history(study: Study, guid: str) -> tuple[Memo, ...]:
    """All revisions of a memo, oldest first; raises NotFoundError where there is none."""
    with study.read() as session:
        rows = list(session.scalars(_with_all().where(MemoRow.guid == guid).order_by(MemoRow.revision)))
        if not rows:
            msg = "That memo is not in this study; it may have been erased with its interview."
            raise NotFoundError(msg)
        mover = SpanMover(session)
        return tuple(_value(row, rows[0], mover) for row in rows)


def _with_all() -> Select[MemoRow]:
    return select(MemoRow).options(joinedload(MemoRow.coder), joinedload(MemoRow.interview))


def _place(session: Session, target: MemoTarget) -> dict[str, object]:
    """The columns that say where; a coding lends its own place."""
    if target.decision is not None:
        made = session.scalar(select(DecisionRow).where(DecisionRow.guid == target.decision))
        if made is None:
            msg = "The coding that this memo is about is not in the study any more; nothing was kept."
            raise NotFoundError(msg)
        return _columns(made.transcript.interview, made.transcript, Span(made.start, made.end))
    if target.interview is None:
        return _columns(None, None, None)
    interview = interview_row(session, target.interview)
    if target.span is None or target.transcript_id is None:
        return _columns(interview, None, None)
    transcript = session.get(TranscriptRow, target.transcript_id)
    if transcript is None or transcript.interview_id != interview.id or target.span.end > len(transcript.text):
        msg = f"{target.interview} has no such passage any more; load the page again. Nothing was kept."
        raise NotFoundError(msg)
    return _columns(interview, transcript, target.span)


def _columns(interview: InterviewRow | None, transcript: TranscriptRow | None, span: Span | None) -> dict[str, object]:
    return {
        "interview_id": None if interview is None else interview.id,
        "interview": interview,
        "transcript_id": None if transcript is None else transcript.id,
        "transcript": transcript,
        "start": None if span is None else span.start,
        "end": None if span is None else span.end,
    }


def _newest(session: Session, guid: str, seen: int) -> MemoRow:
    row = session.scalar(select(MemoRow).where(MemoRow.guid == guid).order_by(MemoRow.revision.desc()).limit(1))
    if row is None:
        msg = "That memo is not in this study any more; it was erased with its interview. Nothing was kept."
        raise NotFoundError(msg)
    if row.revision != seen:
        msg = f"{row.coder.name} has changed this memo since you opened it; look at both texts, then keep yours again."
        raise ConflictError(msg)
    return row


def _first(session: Session, guid: str) -> MemoRow:
    return session.scalars(select(MemoRow).where(MemoRow.guid == guid, MemoRow.revision == 1)).one()


def _next(session: Session, newest: MemoRow, coder: str, said: dict[str, str | None], *, gone: bool) -> MemoRow:
    who = coder_row(session, coder)
    return MemoRow(
        guid=newest.guid,
        revision=newest.revision + 1,
        kind=newest.kind,
        interview_id=newest.interview_id,
        interview=newest.interview,
        transcript_id=newest.transcript_id,
        transcript=newest.transcript,
        start=newest.start,
        end=newest.end,
        code=newest.code,
        decision=newest.decision,
        gone=gone,
        coder_id=who.id,
        coder=who,
        at=datetime.now(UTC),
        **said,
    )


def _kept(session: Session, row: MemoRow, first: MemoRow) -> Memo:
    interview = None if row.interview is None else row.interview.guid
    events.record(session, row, coder=row.coder.name, interview=interview)
    return _value(row, first, SpanMover(session))


def _refuse_empty(title: str, text: str) -> None:
    if not text.strip() and not title.strip():
        msg = "A memo needs a text or a title; nothing was kept."
        raise InvalidInputError(msg)


def _value(row: MemoRow, first: MemoRow, mover: SpanMover) -> Memo:
    transcript, span, look = row.transcript_id, None, False
    if row.transcript_id is not None and row.start is not None and row.end is not None:
        moved = mover.move(row.transcript_id, Span(row.start, row.end))
        transcript, span, look = moved.transcript_id, moved.span, moved.needs_look
    label = None if row.interview is None else row.interview.label
    return Memo(
        guid=row.guid,
        revision=row.revision,
        target=MemoTarget(label, transcript, span, row.code, row.decision),
        kind=MemoKind(row.kind),
        title=row.title,
        text=row.text,
        on=None if row.happened_on is None else date.fromisoformat(row.happened_on),
        present=row.present,
        coder=row.coder.name,
        written_at=row.at,
        first_coder=first.coder.name,
        first_at=first.at,
        needs_look=look,
        gone=row.gone,
    )
