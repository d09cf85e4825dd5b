"""Transcripts: immutable revisions of an interview's text, its turns, and what a correction moves."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store import events
from store.canonical import sha256_file, sha256_json, sha256_text
from store.errors import ConflictError, InvalidInputError, NotFoundError
from store.interviews import interview_row, new_interview
from store.offsets import OffsetMap
from store.records import InterviewRow, TranscriptRow, TurnRow
from store.study import Study
from store.values import TURN_SEPARATOR, NewTurn, Role, Span, Transcript, Turn, Word


def clean_text(text: str) -> str:
    """A turn's text as it is kept: white space of every kind folded to single spaces, ends stripped."""
    return " ".join(text.split())


def add_transcript(
    study: Study,
    label: str,
    turns: Iterable[NewTurn],
    *,
    origin: str,
    details: Mapping[str, Any] | None = None,
) -> Transcript:
    """Keep the first revision of an interview's transcript; turns without text are left out.

    Raises ConflictError where there is one already, InvalidInputError where no turn holds text.
    """
    with study.write() as session:
        interview = interview_row(session, label)
        if _newest(session, interview.id) is not None:
            msg = f"{label} has a transcript already; correct that one instead of adding another."
            raise ConflictError(msg)
        return _keep(session, interview, turns, origin, details or {}, before=None, coder="")


def add_transcribed(
    study: Study,
    source: Path,
    turns: Iterable[NewTurn],
    *,
    label: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> Transcript:
    """Add a transcript of another tool as an interview of its own: both are kept, or neither.

    Raises ConflictError where the same content, or the same label, is in the study already, InvalidInputError where
    no turn holds text.
    """
    digest = sha256_file(source)
    with study.write() as session:
        interview = new_interview(session, source, "transcript", digest, label=label)
        return _keep(session, interview, turns, "import", details or {}, before=None, coder="")


def revise_transcript(study: Study, label: str, turns: Iterable[NewTurn], *, coder: str) -> Transcript:
    """Keep a corrected revision with the map by which spans of the one before move to it."""
    with study.write() as session:
        interview = interview_row(session, label)
        before = _newest(session, interview.id)
        if before is None:
            msg = f"{label} has no transcript to correct; transcribe it or add one first."
            raise NotFoundError(msg)
        return _keep(session, interview, turns, "correction", {}, before=before, coder=coder)


def _keep(
    session: Session,
    interview: InterviewRow,
    turns: Iterable[NewTurn],
    origin: str,
    details: Mapping[str, Any],
    *,
    before: TranscriptRow | None,
    coder: str,
) -> Transcript:
    rows, text = _lay_out(turns)
    if not rows:
        msg = f"{interview.source_name} holds no spoken text; nothing was kept for {interview.label}."
        raise InvalidInputError(msg)
    row = TranscriptRow(
        interview_id=interview.id,
        interview=interview,
        revision=1 if before is None else before.revision + 1,
        origin=origin,
        text=text,
        sha256=sha256_text(text),
        turns_sha256=turns_digest(rows),
        offset_map=None if before is None else OffsetMap.between(before.text, text).to_json(),
        details=dict(details),
        turns=rows,
    )
    events.record(session, row, coder=coder, interview=interview.guid)
    return _value(row)


def _lay_out(turns: Iterable[NewTurn]) -> tuple[list[TurnRow], str]:
    rows: list[TurnRow] = []
    texts: list[str] = []
    at = 0
    for turn in turns:
        text = turn.text
        if not text.strip():
            continue
        if text != clean_text(text):
            msg = "turn text must be cleaned before word offsets are taken"
            raise ValueError(msg)
        words = [[w.start + at, w.end + at, w.start_ms, w.end_ms, round(w.probability, 4)] for w in turn.words]
        rows.append(
            TurnRow(
                index=len(rows),
                speaker=turn.speaker,
                role=str(turn.role),
                start=at,
                end=at + len(text),
                start_ms=turn.start_ms,
                end_ms=turn.end_ms,
                words=words,
            )
        )
        texts.append(text)
        at += len(text) + len(TURN_SEPARATOR)
    return rows, TURN_SEPARATOR.join(texts)


def turns_digest(rows: Sequence[TurnRow]) -> str:
    """The hash over every turn's place, speaker, times and words."""
    return sha256_json([[r.index, r.speaker, r.role, r.start, r.end, r.start_ms, r.end_ms, r.words] for r in rows])


def transcript(study: Study, label: str, revision: int | None = None) -> Transcript:
    """The newest revision of an interview's transcript, or the one asked for; raises NotFoundError."""
    with study.read() as session:
        interview = interview_row(session, label)
        row = _newest(session, interview.id, revision)
        if row is None:
            which = "" if revision is None else f" in revision {revision}"
            msg = f"{label} has no transcript{which} yet; run `interview transcribe`."
            raise NotFoundError(msg)
        return _value(row)


def current_transcripts(session: Session) -> dict[int, int]:
    """Interview id → id of its newest transcript."""
    newest = select(TranscriptRow.interview_id, func.max(TranscriptRow.revision).label("revision")).group_by(
        TranscriptRow.interview_id
    )
    latest = newest.subquery()
    rows = session.execute(
        select(TranscriptRow.interview_id, TranscriptRow.id).join(
            latest,
            (latest.c.interview_id == TranscriptRow.interview_id) & (latest.c.revision == TranscriptRow.revision),
        )
    )
    return {row.interview_id: row.id for row in rows}


@dataclass(frozen=True, slots=True)
class Moved:
    """Where a span of an older revision is now; `needs_look` where a correction touched it."""

    transcript_id: int
    span: Span
    needs_look: bool


class SpanMover:
    """Moves spans of older revisions of interviews to the newest ones, within one session."""

    def __init__(self, session: Session) -> None:
        rows = session.execute(
            select(
                TranscriptRow.id, TranscriptRow.interview_id, TranscriptRow.revision, TranscriptRow.offset_map
            ).order_by(TranscriptRow.interview_id, TranscriptRow.revision)
        ).all()
        self._next: dict[int, tuple[int, OffsetMap]] = {}
        for before, after in itertools.pairwise(rows):
            if before.interview_id == after.interview_id:
                self._next[before.id] = (after.id, OffsetMap.from_json(after.offset_map or []))

    def move(self, transcript_id: int, span: Span) -> Moved:
        """Follow every correction since; a span that cannot be placed stays where it was and needs a look."""
        touched = False
        while (step := self._next.get(transcript_id)) is not None:
            following, offsets = step
            moved = offsets.move(span)
            if moved is None:
                return Moved(transcript_id, span, needs_look=True)
            touched = touched or not offsets.unchanged(span)
            transcript_id, span = following, moved
        return Moved(transcript_id, span, needs_look=touched)

    def remains(self, transcript_id: int, span: Span) -> tuple[int, Span] | None:
        """The newest transcript and the stretch of it that holds all that is left of a span; None where nothing is."""
        while (step := self._next.get(transcript_id)) is not None:
            following, offsets = step
            left = offsets.remains(span)
            if left is None:
                return None
            transcript_id, span = following, left
        return transcript_id, span


def _newest(session: Session, interview_id: int, revision: int | None = None) -> TranscriptRow | None:
    query = select(TranscriptRow).where(TranscriptRow.interview_id == interview_id)
    if revision is not None:
        query = query.where(TranscriptRow.revision == revision)
    return session.scalar(query.order_by(TranscriptRow.revision.desc()).limit(1))


def _value(row: TranscriptRow) -> Transcript:
    return Transcript(
        id=row.id,
        interview=row.interview.label,
        revision=row.revision,
        origin=row.origin,
        text=row.text,
        sha256=row.sha256,
        turns=tuple(_turn(turn) for turn in row.turns),
    )


def _turn(row: TurnRow) -> Turn:
    return Turn(
        id=row.id,
        index=row.index,
        speaker=row.speaker,
        role=Role(row.role),
        span=Span(row.start, row.end),
        start_ms=row.start_ms,
        end_ms=row.end_ms,
        words=tuple(Word(*word) for word in row.words),
    )
