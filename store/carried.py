"""What moves to a corrected transcript at once: its segments, and the scores of those whose words stayed."""

from collections.abc import Sequence
from difflib import SequenceMatcher

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from store import events
from store.offsets import OffsetMap
from store.records import ScoresRow, SegmentRow, SignalRow, TranscriptRow
from store.runs import SCORES_EVENT, newest_run_row, scores_payload
from store.segments import NewSegment, segment_row
from store.values import Role, Span, Transcript

_ASKED = "llm"
"""The signal that was read from the very words; the others tell of the meaning, which a correction hardly moves."""


def carry_over(session: Session, before: Transcript, after: Transcript, cut: Sequence[NewSegment]) -> None:
    """Keep the segments of a corrected transcript, and take the newest run's scores over to them.

    A segment whose words stayed keeps all its scores. One that was changed keeps what tells of its meaning; a model is
    asked about it again in the next run. Where a correction is taken back, the scores are those from before it.
    """
    session.add_all(segment_row(after.id, index, segment, after.text) for index, segment in enumerate(cut))
    session.flush()
    run = newest_run_row(session)
    if run is None:
        return
    scores = _source(session, run.id, before.id, after.id)
    if scores is not None and scores.segments:
        _carry_scores(session, scores, after)


def _source(session: Session, run: int, before: int, after: int) -> ScoresRow | None:
    """The run's scores for a revision with the very same turns, complete ones first, else for the one before."""
    made = session.get_one(TranscriptRow, after)
    alike = (TranscriptRow.interview_id == made.interview_id, TranscriptRow.turns_sha256 == made.turns_sha256)
    query = select(ScoresRow).join(ScoresRow.transcript).where(ScoresRow.run_id == run)
    newest = query.where(*alike).order_by(ScoresRow.event_id.is_(None), TranscriptRow.revision.desc())
    same = session.scalar(newest.limit(1))
    return same or session.scalar(query.where(ScoresRow.transcript_id == before))


def _carry_scores(session: Session, scores: ScoresRow, after: Transcript) -> None:
    by_id = {row.id: row for row in _segments(session, scores.transcript_id)}
    old = [by_id[number] for number in scores.segments]
    new = [row for row in _segments(session, after.id) if row.role != str(Role.INTERVIEWER)]
    same, near = _matched(old, new, OffsetMap.between(scores.transcript.text, after.text))
    rows = np.array([same.get(n, near.get(n, -1)) for n in range(len(new))], dtype=np.int64)
    changed = np.array([n not in same for n in range(len(new))], dtype=np.bool_)
    shape = (len(old), len(scores.codes))
    made = ScoresRow(
        run_id=scores.run_id, transcript_id=after.id, segments=[row.id for row in new], codes=list(scores.codes)
    )
    for signal in scores.signals:
        values = np.frombuffer(signal.data, "<f4").reshape(shape)
        moved = _moved(values, rows, changed, asked=signal.name == _ASKED)
        made.signals.append(SignalRow(name=signal.name, data=np.ascontiguousarray(moved, "<f4").tobytes()))
    session.add(made)
    session.flush()
    if scores.event_id is not None and not changed.any():
        made.run, made.transcript = scores.run, session.get_one(TranscriptRow, after.id)
        guid = scores.transcript.interview.guid
        made.event_id = events.append(session, SCORES_EVENT, scores_payload(made), interview=guid).id


def _segments(session: Session, transcript_id: int) -> Sequence[SegmentRow]:
    query = select(SegmentRow).where(SegmentRow.transcript_id == transcript_id).order_by(SegmentRow.index)
    return session.scalars(query).all()


def _matched(
    old: Sequence[SegmentRow], new: Sequence[SegmentRow], offsets: OffsetMap
) -> tuple[dict[int, int], dict[int, int]]:
    """New segment → the old one with the same words; and, for the others, → the old one that it overlaps most."""
    matcher = SequenceMatcher(None, [r.text_sha256 for r in old], [r.text_sha256 for r in new], autojunk=False)
    same = {b + n: a + n for a, b, size in matcher.get_matching_blocks() for n in range(size)}
    left = [(at, offsets.remains(Span(row.start, row.end))) for at, row in enumerate(old)]
    near: dict[int, int] = {}
    for number, row in enumerate(new):
        if number in same:
            continue
        shared = [(min(s.end, row.end) - max(s.start, row.start), -at) for at, s in left if s is not None]
        length, at = max(shared, default=(0, 0))
        if length > 0:
            near[number] = -at
    return same, near


def _moved(
    values: NDArray[np.float32], rows: NDArray[np.int64], changed: NDArray[np.bool_], *, asked: bool
) -> NDArray[np.float32]:
    """The rows in their new order; what nothing is known of gets the middle, or nothing if a model is to be asked."""
    known = np.isfinite(values).any(axis=0)
    middle = np.zeros(values.shape[1])
    middle[known] = np.nanmedian(values[:, known], axis=0)
    moved = np.where((rows >= 0)[:, None], values[np.maximum(rows, 0)], np.nan_to_num(middle)[None, :])
    if asked:
        moved = np.where(changed[:, None], np.nan, moved)
    return moved.astype(np.float32)
