"""Transcripts: immutable revisions of an interview's text, its turns, and what a correction moves."""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from store import events
from store.canonical import sha256_file, sha256_text
from store.errors import ConflictError, InvalidInputError, NotFoundError
from store.interviews import interview_row, new_interview
from store.offsets import OffsetMap
from store.records import InterviewRow, TranscriptRow, TurnRow
from store.study import Study
from store.turns import (
    PlacedTurn,
    clean_text,
    filled,
    joined,
    laid_out,
    own_rows,
    placed_turns,
    shared_rows,
    turns_digest,
)
from store.values import NewTurn, Span, Transcript

__all__ = [
    "Moved",
    "SpanMover",
    "add_transcribed",
    "add_transcript",
    "clean_text",
    "current_transcripts",
    "revise_transcript",
    "transcript",
]


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
        return _value(session, _keep(session, interview, turns, origin, details or {}, before=None, coder=""))


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
        return _value(session, _keep(session, interview, turns, "import", details or {}, before=None, coder=""))


def revise_transcript(
    study: Study,
    label: str,
    turns: Iterable[NewTurn],
    *,
    coder: str,
    expected: int | None = None,
    origin: str = "correction",
    details: Mapping[str, Any] | None = None,
    offsets: OffsetMap | None = None,
    then: Callable[[Session, Transcript, Transcript], None] | None = None,
) -> Transcript:
    """Keep a corrected revision with the map by which spans of the one before move to it.

    `expected` is the revision that was corrected: ConflictError where somebody else corrected it meanwhile. `details`
    say what was done; `offsets` is the map, where it is known better than by comparing both texts; `then` is called
    with the revision before and the new one, in the same transaction.
    """
    with study.write() as session:
        interview = interview_row(session, label)
        before = _newest(session, interview.id)
        if before is None:
            msg = f"{label} has no transcript to correct; transcribe it or add one first."
            raise NotFoundError(msg)
        if expected is not None and before.revision != expected:
            msg = f"{label} was corrected by somebody else meanwhile; nothing was changed, look at it again."
            raise ConflictError(msg)
        placed = placed_turns(session, before)
        earlier = _Before(before, placed, offsets)
        made = _value(session, _keep(session, interview, turns, origin, details or {}, before=earlier, coder=coder))
        if then is not None:
            then(session, _transcript(before, placed), made)
        return made


def add_imported(
    session: Session, interview: InterviewRow, turns: Iterable[NewTurn], details: Mapping[str, Any], *, coder: str
) -> TranscriptRow:
    """Keep the first revision of a new interview's transcript, within the caller's transaction."""
    return _keep(session, interview, turns, "import", details, before=None, coder=coder)


@dataclass(frozen=True, slots=True)
class _Before:
    """The revision that another follows, and the map that leads on from it, where it is known."""

    row: TranscriptRow
    placed: Sequence[PlacedTurn]
    offsets: OffsetMap | None


def _keep(
    session: Session,
    interview: InterviewRow,
    turns: Iterable[NewTurn],
    origin: str,
    details: Mapping[str, Any],
    *,
    before: _Before | None,
    coder: str,
) -> TranscriptRow:
    kept = filled(turns)
    if not kept:
        msg = f"{interview.source_name} holds no spoken text; nothing was kept for {interview.label}."
        raise InvalidInputError(msg)
    text = joined(kept)
    if before is None:
        revision, offsets, rows, layout = 1, None, own_rows(kept), None
    else:
        old = before.row
        moves = before.offsets or OffsetMap.between(old.text, text)
        revision, offsets = old.revision + 1, moves.to_json()
        rows, layout = shared_rows(before.placed, old.text, kept)
    row = TranscriptRow(
        interview_id=interview.id,
        interview=interview,
        revision=revision,
        origin=origin,
        text=text,
        sha256=sha256_text(text),
        turns_sha256=turns_digest(laid_out(kept)),
        offset_map=offsets,
        details=dict(details),
        layout=layout,
    )
    events.record(session, row, coder=coder, interview=interview.guid)
    if rows:
        session.execute(insert(TurnRow), [{**columns, "transcript_id": row.id} for columns in rows])
    return row


def transcript(study: Study, label: str, revision: int | None = None) -> Transcript:
    """The newest revision of an interview's transcript, or the one asked for; raises NotFoundError."""
    with study.read() as session:
        interview = interview_row(session, label)
        row = _newest(session, interview.id, revision)
        if row is None:
            which = "" if revision is None else f" in revision {revision}"
            msg = f"{label} has no transcript{which} yet; run `interview transcribe`."
            raise NotFoundError(msg)
        return _value(session, row)


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
        columns = (
            TranscriptRow.id,
            TranscriptRow.interview_id,
            TranscriptRow.revision,
            TranscriptRow.offset_map,
            TranscriptRow.sha256,
        )
        corrected = select(TranscriptRow.interview_id).where(TranscriptRow.revision > 1)  # in the others nothing moves
        query = select(*columns).where(TranscriptRow.interview_id.in_(corrected))
        rows = session.execute(query.order_by(TranscriptRow.interview_id, TranscriptRow.revision)).all()
        self._next: dict[int, tuple[int, OffsetMap]] = {}
        for before, after in itertools.pairwise(rows):
            if before.interview_id == after.interview_id:
                self._next[before.id] = (after.id, OffsetMap.from_json(after.offset_map or []))
        newest = {(row.interview_id, row.sha256): row.id for row in rows}
        self._same = {row.id: newest[row.interview_id, row.sha256] for row in rows}
        """The newest revision with the very same text: a correction that was taken back leaves no trace on a span."""

    def move(self, transcript_id: int, span: Span) -> Moved:
        """Follow every correction since; a span that cannot be placed stays where it was and needs a look."""
        touched = False
        transcript_id = self._same.get(transcript_id, transcript_id)
        while (step := self._next.get(transcript_id)) is not None:
            following, offsets = step
            moved = offsets.move(span)
            if moved is None:
                return Moved(transcript_id, span, needs_look=True)
            touched = touched or not offsets.unchanged(span)
            transcript_id, span = self._same[following], moved
        return Moved(transcript_id, span, needs_look=touched)

    def remains(self, transcript_id: int, span: Span) -> tuple[int, Span] | None:
        """The newest transcript and the stretch of it that holds all that is left of a span; None where nothing is."""
        transcript_id = self._same.get(transcript_id, transcript_id)
        while (step := self._next.get(transcript_id)) is not None:
            following, offsets = step
            left = offsets.remains(span)
            if left is None:
                return None
            transcript_id, span = self._same[following], left
        return transcript_id, span


def _newest(session: Session, interview_id: int, revision: int | None = None) -> TranscriptRow | None:
    query = select(TranscriptRow).where(TranscriptRow.interview_id == interview_id)
    if revision is not None:
        query = query.where(TranscriptRow.revision == revision)
    return session.scalar(query.order_by(TranscriptRow.revision.desc()).limit(1))


def _value(session: Session, row: TranscriptRow) -> Transcript:
    return _transcript(row, placed_turns(session, row))


def _transcript(row: TranscriptRow, placed: Sequence[PlacedTurn]) -> Transcript:
    return Transcript(
        id=row.id,
        interview=row.interview.label,
        revision=row.revision,
        origin=row.origin,
        text=row.text,
        sha256=row.sha256,
        turns=tuple(each.turn for each in placed),
    )
