"""Runs of the suggester: their score matrices, kept as they grow, and the suggestions that were shown."""

import json
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer, joinedload

from store import events
from store.canonical import sha256_json
from store.errors import ConflictError, NotFoundError
from store.newest import last_of, newest_event
from store.records import (
    CodebookRow,
    EventRow,
    InterviewRow,
    RunRow,
    ScoresRow,
    SegmentRow,
    SignalRow,
    SuggestionRow,
    TranscriptRow,
)
from store.study import Study
from store.transcripts import SpanMover
from store.values import Run, ScoreMatrix, Span, Suggestion, SuggestionDraft

_DTYPE = np.dtype("<f4")
_AT_ONCE = 500
SCORES_EVENT = "scores.kept"
FINISHED_EVENT = "run.finished"
_CHANGES = (
    SCORES_EVENT,
    FINISHED_EVENT,
    CodebookRow.event_type,
    TranscriptRow.event_type,
    RunRow.event_type,
    "interview.erased",
)

_STAMP = select(*map(newest_event, _CHANGES), last_of(SegmentRow.id))
"""One type after the other, each found at the end of an index."""

_TRANSCRIPT_PLACE = (
    defer(TranscriptRow.text),
    defer(TranscriptRow.offset_map),
    joinedload(TranscriptRow.interview, innerjoin=True),
)
_SEGMENT_PLACE = joinedload(SegmentRow.transcript, innerjoin=True).options(*_TRANSCRIPT_PLACE)
_WITH_PLACE = (
    joinedload(SuggestionRow.run, innerjoin=True),
    joinedload(SuggestionRow.segment, innerjoin=True)
    .joinedload(SegmentRow.transcript, innerjoin=True)
    .options(*_TRANSCRIPT_PLACE),
)
"""What a suggestion's value needs of its neighbours, in one query."""

_PLACE = (SegmentRow.id, SegmentRow.transcript_id, SegmentRow.start, SegmentRow.end)

Signals = Mapping[str, NDArray[np.float32]]


def begin_run(study: Study, codebook_id: int, llm: str | None, settings: Mapping[str, object]) -> Run:
    """The run of exactly this configuration: a new one, or the one that is there, to be gone on with.

    `settings` holds everything else that decides the scores: models and prompt by hash, options, seed.
    """
    with study.write() as session:
        codebook = session.get_one(CodebookRow, codebook_id)
        fingerprint = sha256_json({"codebook": codebook.sha256, "llm": llm, "settings": dict(settings)})
        row = session.scalar(select(RunRow).where(RunRow.fingerprint == fingerprint))
        if row is None:
            row = RunRow(
                guid=str(uuid.uuid4()),
                fingerprint=fingerprint,
                codebook_id=codebook.id,
                codebook=codebook,
                llm=llm,
                settings=dict(settings),
                created_at=datetime.now(UTC),
            )
            events.record(session, row)
        return _run(row)


def finish_run(study: Study, run: Run) -> None:
    """Say that a run is complete: from now on its scores are the ones that count."""
    with study.write() as session:
        events.append(session, FINISHED_EVENT, {"run": run.guid})


def runs(study: Study) -> tuple[Run, ...]:
    """Every run of the study, in the order in which they were begun."""
    with study.read() as session:
        return tuple(_run(row) for row in session.scalars(select(RunRow).order_by(RunRow.id)))


def latest_run(study: Study) -> Run | None:
    """The run that was completed last; while none was, the one whose scores were begun last."""
    with study.read() as session:
        row = newest_run_row(session)
        return None if row is None else _run(row)


def newest_run_row(session: Session) -> RunRow | None:
    """The row of `latest_run`, within a session of the caller's."""
    finished = session.scalar(
        select(EventRow.payload).where(EventRow.type == FINISHED_EVENT).order_by(EventRow.id.desc()).limit(1)
    )
    if finished is not None:
        return session.scalar(select(RunRow).where(RunRow.guid == json.loads(finished)["run"]))
    return session.scalar(select(RunRow).join(ScoresRow).order_by(ScoresRow.id.desc()).limit(1))


def scores_stamp(study: Study) -> tuple[int, int]:
    """What decides the proposals, cheaply: the newest event that can change them, and the newest segment.

    While the stamp stays the same, so do the proposals from complete matrices.
    """
    with study.read() as session:
        *events_, segment = session.execute(_STAMP).one()
        return max(event or 0 for event in events_), segment or 0


def load_scores(study: Study, run: Run, transcripts: Collection[int] | None = None) -> tuple[ScoreMatrix, ...]:
    """All score matrices of a run, complete or not, in study order; or those of some transcripts."""
    query = (
        select(ScoresRow, InterviewRow.position, TranscriptRow.revision)
        .join(TranscriptRow, TranscriptRow.id == ScoresRow.transcript_id)
        .join(InterviewRow, InterviewRow.id == TranscriptRow.interview_id)
        .where(ScoresRow.run_id == run.id)
        .order_by(InterviewRow.position, TranscriptRow.revision)
    )
    parts: Iterable[list[int] | None] = [None] if transcripts is None else _parts(transcripts)
    with study.read() as session:
        wanted = (query if part is None else query.where(ScoresRow.transcript_id.in_(part)) for part in parts)
        found = [
            ((position, revision), _matrix(row)) for some in wanted for row, position, revision in session.execute(some)
        ]
    return tuple(matrix for _, matrix in sorted(found, key=lambda each: each[0]))


@dataclass(frozen=True, slots=True)
class Scored:
    """A transcript for which a run has scores: how many of its segments, and whether all are in."""

    transcript_id: int
    segments: int
    complete: bool


def scored_transcripts(study: Study, run: Run) -> tuple[Scored, ...]:
    """Which transcripts a run has scores for, in study order, without loading any."""
    query = (
        select(ScoresRow.transcript_id, ScoresRow.segments, ScoresRow.event_id)
        .join(TranscriptRow, TranscriptRow.id == ScoresRow.transcript_id)
        .join(InterviewRow, InterviewRow.id == TranscriptRow.interview_id)
        .where(ScoresRow.run_id == run.id)
        .order_by(InterviewRow.position, TranscriptRow.revision)
    )
    with study.read() as session:
        rows = session.execute(query)
        return tuple(Scored(row.transcript_id, len(row.segments), row.event_id is not None) for row in rows)


def keep_scores(
    study: Study,
    run: Run,
    transcript_id: int,
    segments: Sequence[int],
    codes: Sequence[str],
    signals: Signals,
    *,
    complete: bool,
) -> None:
    """Commit a run's scores for one transcript as far as they go; a complete matrix is final.

    Each signal is float32 of shape (segments, codes) with NaN where nothing is known yet.
    """
    shape = (len(segments), len(codes))
    for name, values in signals.items():
        if values.shape != shape:
            msg = f"signal {name} has shape {values.shape}, not {shape}"
            raise ValueError(msg)
    with study.write() as session:
        row = session.scalar(
            select(ScoresRow).where(ScoresRow.run_id == run.id, ScoresRow.transcript_id == transcript_id)
        )
        if row is None:
            row = ScoresRow(run_id=run.id, transcript_id=transcript_id, segments=list(segments), codes=list(codes))
            session.add(row)
            session.flush()
        _fill(row, segments, codes, signals)
        if complete:
            _seal(session, row)


def _fill(row: ScoresRow, segments: Sequence[int], codes: Sequence[str], signals: Signals) -> None:
    if row.event_id is not None or row.segments != list(segments) or row.codes != list(codes):
        msg = "These scores are final already, or belong to other segments or codes; start another run."
        raise ConflictError(msg)
    known = {signal.name: signal for signal in row.signals}
    for name, values in signals.items():
        data = np.ascontiguousarray(values, _DTYPE).tobytes()
        if name in known:
            known[name].data = data
        else:
            row.signals.append(SignalRow(name=name, data=data))


def _seal(session: Session, row: ScoresRow) -> None:
    session.flush()
    event = events.append(session, SCORES_EVENT, scores_payload(row), interview=row.transcript.interview.guid)
    row.event_id = event.id


def scores_payload(row: ScoresRow) -> dict[str, object]:
    """What the log says of a complete matrix: its axes and the hash of each signal."""
    return {
        "run": row.run.guid,
        "transcript": row.transcript_id,
        "segments": list(row.segments),
        "codes": list(row.codes),
        "signals": {s.name: sha256(s.data).hexdigest() for s in sorted(row.signals, key=lambda s: s.name)},
    }


def show_suggestions(study: Study, drafts: Sequence[SuggestionDraft]) -> tuple[Suggestion, ...]:
    """Write the suggestions that are about to be shown; one shown before in the same state is not written again."""
    if not drafts:
        return ()
    with study.read() as session:
        found = _shown(session, drafts)
        if all(key in found for key in map(_key, drafts)):
            return tuple(_suggestion(found[_key(draft)]) for draft in drafts)
    with study.write() as session:
        return tuple(_suggestion(row) for row in show_within(session, drafts))


def show_within(session: Session, drafts: Sequence[SuggestionDraft]) -> list[SuggestionRow]:
    """The same within a write transaction of the caller's, as rows in the order of the drafts."""
    known = _shown(session, drafts)
    new = {_key(draft): draft for draft in drafts if _key(draft) not in known}
    segments = _with_places(session, [draft.segment_id for draft in new.values()])
    rows = {key: _show(session, draft, segments.get(draft.segment_id)) for key, draft in new.items()}
    events.record_all(session, [(row, row.segment.transcript.interview.guid) for row in rows.values()])
    known |= rows
    return [known[_key(draft)] for draft in drafts]


_Key = tuple[int, int, str, str]


def _key(draft: SuggestionDraft) -> _Key:
    return (draft.run_id, draft.segment_id, draft.code, draft.learner)


def _shown(session: Session, drafts: Sequence[SuggestionDraft]) -> dict[_Key, SuggestionRow]:
    rows: dict[_Key, SuggestionRow] = {}
    for part in _parts(draft.segment_id for draft in drafts):
        query = select(SuggestionRow).options(*_WITH_PLACE).where(SuggestionRow.segment_id.in_(part))
        rows |= {(row.run_id, row.segment_id, row.code, row.learner): row for row in session.scalars(query)}
    return rows


def suggestions_within(session: Session, wanted: Iterable[int]) -> list[SuggestionRow]:
    """The rows of these ids, a few queries for all: while they are held, a session finds them without another one."""
    found: list[SuggestionRow] = []
    for part in _parts(wanted):
        found += session.scalars(select(SuggestionRow).options(*_WITH_PLACE).where(SuggestionRow.id.in_(part)))
    return found


def _with_places(session: Session, wanted: Iterable[int]) -> dict[int, SegmentRow]:
    found: dict[int, SegmentRow] = {}
    for part in _parts(wanted):
        query = select(SegmentRow).options(_SEGMENT_PLACE).where(SegmentRow.id.in_(part))
        found |= {row.id: row for row in session.scalars(query)}
    return found


def _parts(wanted: Iterable[int]) -> Iterable[list[int]]:
    """Each number once, so many at once as a query may name."""
    numbers = sorted(set(wanted))
    return (numbers[start : start + _AT_ONCE] for start in range(0, len(numbers), _AT_ONCE))


def _show(session: Session, draft: SuggestionDraft, segment: SegmentRow | None) -> SuggestionRow:
    if segment is None:
        msg = "The interview was erased in the meantime; open another one."
        raise NotFoundError(msg)
    return SuggestionRow(
        guid=str(uuid.uuid4()),
        run_id=draft.run_id,
        run=session.get_one(RunRow, draft.run_id),
        segment_id=segment.id,
        segment=segment,
        code=draft.code,
        probability=float(draft.probability) + 0.0,  # 1 and -0.0 would come back as 1.0 and 0.0, not as the event says
        evidence=[[span.start, span.end] for span in draft.evidence],
        scores={name: float(score) for name, score in draft.scores.items()},
        learner=draft.learner,
        shown_at=datetime.now(UTC),
    )


def first_shown(study: Study) -> dict[int, int]:
    """For each segment of the current transcripts for which suggestions were ever shown, the first such event's number.

    What was shown on an earlier revision counts for every segment that still holds some of its text.
    """
    query = (
        select(*_PLACE, func.min(SuggestionRow.event_id))
        .join(SuggestionRow, SuggestionRow.segment_id == SegmentRow.id)
        .group_by(SegmentRow.id)
    )
    found: dict[int, int] = {}
    with study.read() as session:
        mover, here = SpanMover(session), _Segments(session)
        for key, transcript_id, start, end, event in session.execute(query).tuples():
            place = mover.remains(transcript_id, Span(start, end))
            if place is None:
                continue
            for now in [key] if place[0] == transcript_id else here.touched(*place):
                found[now] = min(event, found.get(now, event))
    return found


class _Segments:
    """The segments of transcripts, read when they are first asked for: few suggestions are of an earlier revision."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._found: dict[int, list[tuple[int, Span]]] = {}

    def touched(self, transcript_id: int, span: Span) -> list[int]:
        """The ids of the segments that share some of a stretch."""
        if transcript_id not in self._found:
            rows = self._session.execute(select(*_PLACE).where(SegmentRow.transcript_id == transcript_id)).tuples()
            self._found[transcript_id] = [(key, Span(start, end)) for key, _, start, end in rows]
        return [key for key, other in self._found[transcript_id] if other.overlaps(span)]


def event_of_suggestion(study: Study, guid: str) -> int:
    """The number of the event by which a suggestion was shown; raises NotFoundError where there is none."""
    with study.read() as session:
        number = session.scalar(select(SuggestionRow.event_id).where(SuggestionRow.guid == guid))
    if number is None:
        msg = "That suggestion is not in this study any more; its interview was erased."
        raise NotFoundError(msg)
    return number


def suggestions(study: Study, *, run: Run | None = None) -> tuple[Suggestion, ...]:
    """Every suggestion that was ever shown, of one run or of all, in the order of showing."""
    with study.read() as session:
        query = select(SuggestionRow).options(*_WITH_PLACE).order_by(SuggestionRow.id)
        if run is not None:
            query = query.where(SuggestionRow.run_id == run.id)
        return tuple(_suggestion(row) for row in session.scalars(query))


def _suggestion(row: SuggestionRow) -> Suggestion:
    segment = row.segment
    return Suggestion(
        id=row.id,
        guid=row.guid,
        run=row.run.guid,
        segment_id=segment.id,
        interview=segment.transcript.interview.label,
        span=Span(segment.start, segment.end),
        code=row.code,
        probability=row.probability,
        evidence=tuple(Span(start, end) for start, end in row.evidence),
        scores=row.scores,
        learner=row.learner,
        shown_at=row.shown_at,
    )


def _matrix(row: ScoresRow) -> ScoreMatrix:
    shape = (len(row.segments), len(row.codes))
    return ScoreMatrix(
        transcript_id=row.transcript_id,
        segments=tuple(row.segments),
        codes=tuple(row.codes),
        signals={s.name: np.frombuffer(s.data, _DTYPE).reshape(shape).copy() for s in row.signals},
        complete=row.event_id is not None,
    )


def _run(row: RunRow) -> Run:
    return Run(
        id=row.id,
        guid=row.guid,
        fingerprint=row.fingerprint,
        codebook_version=row.codebook.version,
        llm=row.llm,
        settings=row.settings,
        created_at=row.created_at,
    )
