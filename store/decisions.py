"""Decisions, append-only, and the codings that stand after all of them."""

import uuid
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from store import events
from store.canonical import sha256_text
from store.codebook import version_at
from store.coders import coder_row
from store.errors import InvalidInputError, NotFoundError
from store.records import (
    CodebookRow,
    CoderRow,
    DecisionRow,
    InterviewRow,
    SuggestionRow,
    TranscriptRow,
    decision_payload,
)
from store.study import Study
from store.transcripts import Moved, SpanMover, current_transcripts
from store.values import Codebook, Coding, Decision, DecisionDraft, Span, Stance, Verdict

_AT_ONCE = 500


def keep_decisions(study: Study, coder: str, drafts: Sequence[DecisionDraft]) -> tuple[Decision, ...]:
    """Put decisions on disk, all of them or none; a coder not known yet is made.

    Raises InvalidInputError where a span lies outside its text, an answer has no suggestion to answer, or a stated
    time has no zone.
    """
    with study.write() as session:
        return add_decisions(session, coder_row(session, coder), drafts)


def add_decisions(session: Session, coder: CoderRow, drafts: Sequence[DecisionDraft]) -> tuple[Decision, ...]:
    """The same within a write transaction of the caller's."""
    adding = _Adding(session, coder)
    made = [adding.decision(draft) for draft in drafts]
    events.insert_all(session, DecisionRow, adding.told, coder=coder.name)
    return tuple(made)


class _Adding:
    """Decisions of one coder on their way, with what they point at looked up once."""

    def __init__(self, session: Session, coder: CoderRow) -> None:
        self._session = session
        self._coder = (coder.id, coder.guid, coder.name)
        self._now = datetime.now(UTC)
        self._last = session.scalar(select(func.max(DecisionRow.id))) or 0
        self._texts: dict[int, _Text] = {}
        self._versions: dict[int, int] = {}
        self.told: list[events.Told] = []

    def decision(self, draft: DecisionDraft) -> Decision:
        """The decision as it will be on disk; it is among those that are `told`."""
        text = self._text(draft.transcript_id)
        _refuse_impossible(self._session, text, draft)
        coder_id, coder, name = self._coder
        decision = Decision(
            id=self._last + len(self.told) + 1,
            guid=draft.guid or str(uuid.uuid4()),
            interview=text.label,
            transcript_id=text.id,
            span=draft.span,
            verdict=draft.verdict,
            code=draft.code,
            coder=name,
            suggestion_id=draft.suggestion_id,
            codebook_id=draft.codebook_id,
            at=(draft.at or self._now).astimezone(UTC),
            recorded_at=self._now,
            memo=draft.memo,
            sitting=draft.sitting,
            replaces=draft.replaces,
        )
        columns = {
            "id": decision.id,
            "guid": decision.guid,
            "transcript_id": text.id,
            "start": draft.span.start,
            "end": draft.span.end,
            "slice_sha256": sha256_text(draft.span.of(text.text)),
            "verdict": str(draft.verdict),
            "code": draft.code,
            "coder_id": coder_id,
            "suggestion_id": draft.suggestion_id,
            "codebook_id": draft.codebook_id,
            "at": decision.at,
            "recorded_at": decision.recorded_at,
            "memo": draft.memo,
            "sitting": draft.sitting,
            "replaces": draft.replaces,
        }
        payload = decision_payload(
            columns,
            interview=text.interview,
            revision=text.revision,
            coder=coder,
            suggestion=self._suggestion(draft.suggestion_id),
            codebook=self._version(draft.codebook_id),
        )
        self.told.append(events.Told(columns, payload, text.interview))
        return decision

    def _text(self, transcript_id: int) -> "_Text":
        if transcript_id not in self._texts:
            row = self._session.get(TranscriptRow, transcript_id)
            if row is None:
                msg = "The interview was erased in the meantime; nothing was kept."
                raise NotFoundError(msg)
            found = _Text(row.id, row.interview_id, row.interview.guid, row.interview.label, row.revision, row.text)
            self._texts[transcript_id] = found
        return self._texts[transcript_id]

    def _version(self, codebook_id: int | None) -> int | None:
        if codebook_id is None:
            return None
        if codebook_id not in self._versions:
            self._versions[codebook_id] = self._session.get_one(CodebookRow, codebook_id).version
        return self._versions[codebook_id]

    def _suggestion(self, suggestion_id: int | None) -> str | None:
        return None if suggestion_id is None else self._session.get_one(SuggestionRow, suggestion_id).guid


@dataclass(frozen=True, slots=True)
class _Text:
    """The revision of a transcript that is decided on."""

    id: int
    interview_id: int
    interview: str
    label: str
    revision: int
    text: str


def _refuse_impossible(session: Session, transcript: _Text, draft: DecisionDraft) -> None:
    where = f"{transcript.label} {draft.span.start}–{draft.span.end}"
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


def _refuse_unanswered(session: Session, transcript: _Text, draft: DecisionDraft, where: str) -> None:
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


def stances(study: Study, *, past: bool = False, transcripts: Collection[int] | None = None) -> tuple[Stance, ...]:
    """What stands from all coders: their words on codes and their readings, where they can be placed in the text.

    In recorded order, moved to each interview's current revision; what a correction tore apart is left out. With
    `past`, also the words that stood once (`Stance.until`). With `transcripts`, only those on the interviews of these.
    """
    with study.read() as session:
        rows = _within(session, transcripts)
        made = [decision_value(row, row.interview, row.coder) for row in rows]
        events_of = {row.id: row.event_id for row in rows}
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


def _within(session: Session, transcripts: Collection[int] | None) -> Sequence[Row[Any]]:
    """The decisions as columns in recorded order, all of them or those on the interviews of some transcripts."""
    if transcripts is None:
        return session.execute(decision_columns().order_by(DecisionRow.id)).all()
    wanted, found = sorted(transcripts), list[Row[Any]]()
    for start in range(0, len(wanted), _AT_ONCE):
        some = select(TranscriptRow.interview_id).where(TranscriptRow.id.in_(wanted[start : start + _AT_ONCE]))
        found += session.execute(decision_columns().where(TranscriptRow.interview_id.in_(some))).all()
    return sorted(found, key=lambda row: row.id)


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


def decided_transcripts(study: Study) -> frozenset[int]:
    """All revisions of the transcripts of the interviews in which anybody decided anything."""
    decided = select(TranscriptRow.interview_id).join(DecisionRow, DecisionRow.transcript_id == TranscriptRow.id)
    with study.read() as session:
        return frozenset(session.scalars(select(TranscriptRow.id).where(TranscriptRow.interview_id.in_(decided))))


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
