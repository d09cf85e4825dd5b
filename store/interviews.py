"""Interviews and their attributes."""

import os
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Literal

from filelock import FileLock
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store import events
from store.acting import require
from store.canonical import sha256_file
from store.errors import ConflictError, NotFoundError, StudyError
from store.left_over import left_over, move_left_over
from store.media import copy_media
from store.records import AttributesRow, EventRow, InterviewRow, TranscriptRow
from store.study import Study
from store.values import Interview

RECORDING_ERASED = "recording.erased"
"""That the recording of an interview was erased; everything else of the interview is still there."""
_MEDIA_LOCK = ".media.lock"
"""Held from a recording's copying until its interview is kept, so that what is found without it is left over."""


def add_interview(
    study: Study,
    source: Path,
    kind: Literal["recording", "transcript"],
    *,
    label: str | None = None,
    attributes: Mapping[str, str] | None = None,
    duration_ms: int | None = None,
) -> Interview:
    """Register a file as an interview; a recording is copied into `media/`, the original stays as it is.

    Raises ConflictError where the same content, or the same label, is in the study already.
    """
    digest = sha256_file(source)
    guid = str(uuid.uuid4())
    with ExitStack() as stack:
        media = None
        if kind == "recording":
            stack.enter_context(media_held(study))
            media = keep_media(study, source, guid)
        try:
            with study.write() as session:
                row = new_interview(session, source, kind, digest, label=label, guid=guid, media=media)
                row.duration_ms = duration_ms
                if attributes:
                    add_attributes(session, row, attributes)
                return _interview(session, row)
        except BaseException:
            if media is not None and not _is_kept(study, guid):
                (study.folder / media).unlink(missing_ok=True)
            raise


def new_interview(
    session: Session,
    source: Path,
    kind: Literal["recording", "transcript"],
    digest: str,
    *,
    label: str | None = None,
    guid: str | None = None,
    media: str | None = None,
) -> InterviewRow:
    """The row of a new interview, within the caller's transaction; `digest` is the file's SHA-256."""
    row = InterviewRow(
        guid=guid or str(uuid.uuid4()),
        label=label or _next_label(session),
        position=(session.scalar(select(func.max(InterviewRow.position))) or 0) + 1,
        kind=kind,
        source_name=_readable_name(source),
        source_sha256=digest,
        media=media,
        duration_ms=None,
        language=None,
    )
    _refuse_double(session, row, source)
    events.record(session, row, interview=row.guid)
    return row


def _is_kept(study: Study, guid: str) -> bool:
    with study.read() as session:
        return session.scalar(select(InterviewRow.id).where(InterviewRow.guid == guid)) is not None


def _readable_name(source: Path) -> str:
    """The file's name; bytes of it that are no UTF-8, as old archives hold them, become replacement characters."""
    return os.fsencode(source.name).decode("utf-8", "replace")


@contextmanager
def media_held(study: Study) -> Iterator[None]:
    """Keep others out of `media/` until the interviews of the recordings copied meanwhile are kept."""
    with FileLock(study.folder / _MEDIA_LOCK):
        yield


def keep_media(study: Study, source: Path, guid: str) -> str:
    """Copy a recording into `media/` under the GUID of its interview, while that is held; returns its path within."""
    require(study, InterviewRow.event_type, "add recordings")
    target = study.media / f"{guid}{source.suffix.lower()}"
    try:
        copy_media(source, target, study.key)
    except OSError as error:
        msg = f"{source} could not be copied into {study.media} ({error.strerror}); nothing was added."
        raise StudyError(msg) from error
    return target.relative_to(study.folder).as_posix()


def drop_half_copies(study: Study) -> int:
    """Remove what copies of recordings that were broken off left behind, and say how many.

    Raises Timeout while a recording is being added.
    """
    gone = 0
    if any(study.media.glob("*.partial")):
        with FileLock(study.folder / _MEDIA_LOCK).acquire(timeout=0):
            for half in study.media.glob("*.partial"):
                half.unlink(missing_ok=True)
                gone += 1
    return gone


def move_unnamed_media(study: Study) -> tuple[str, ...]:
    """Move recordings that no interview names out of the way, and return their names.

    A process that was killed between copying and keeping leaves such files. Raises Timeout while one is being added.
    """
    with study.read() as session:
        known = list(session.scalars(select(InterviewRow.media).where(InterviewRow.media.is_not(None))))
    if not left_over(study.folder, filter(None, known)):
        return ()
    with FileLock(study.folder / _MEDIA_LOCK).acquire(timeout=0):
        with study.read() as session:
            known = list(session.scalars(select(InterviewRow.media).where(InterviewRow.media.is_not(None))))
        found = left_over(study.folder, filter(None, known))
        move_left_over(found)
    return tuple(path.name for path in found)


def _next_label(session: Session) -> str:
    """The next free `I…`; an erased interview's is not given again, so that nobody takes one for the other."""
    taken = set(session.scalars(select(InterviewRow.label)))
    ever = select(func.count(EventRow.id)).where(EventRow.type == InterviewRow.event_type)
    number = (session.scalar(ever) or 0) + 1
    while f"I{number}" in taken:
        number += 1
    return f"I{number}"


def _refuse_double(session: Session, row: InterviewRow, source: Path) -> None:
    same = session.scalar(select(InterviewRow.label).where(InterviewRow.source_sha256 == row.source_sha256))
    if same is not None:
        msg = f"{source} is in this study already, as {same}; nothing was added."
        raise ConflictError(msg)
    if session.scalar(select(InterviewRow.id).where(InterviewRow.label == row.label)) is not None:
        msg = f"The label {row.label} is taken by another interview; give {source.name} another one with --label."
        raise ConflictError(msg)


def add_attributes(session: Session, row: InterviewRow, values: Mapping[str, str]) -> None:
    """Add to or replace attributes of an interview, within the caller's transaction."""
    merged = {**_attributes(session).get(row.id, {}), **values}
    attributes = AttributesRow(interview_id=row.id, interview=row, values=merged)
    events.record(session, attributes, interview=row.guid)


def set_attributes(study: Study, label: str, values: Mapping[str, str]) -> None:
    """Add to or replace attributes of an interview."""
    with study.write() as session:
        add_attributes(session, interview_row(session, label), values)


def set_media_facts(study: Study, label: str, *, duration_ms: int | None = None, language: str | None = None) -> None:
    """Keep what was found out about a recording; None leaves what is there."""
    with study.write() as session:
        row = interview_row(session, label)
        row.duration_ms = duration_ms if duration_ms is not None else row.duration_ms
        row.language = language if language is not None else row.language


def interviews(study: Study, *, through: int | None = None) -> tuple[Interview, ...]:
    """All interviews in study order, as they are now; with `through`, those that were there after that event."""
    query = select(InterviewRow).order_by(InterviewRow.position)
    if through is not None:
        query = query.where(InterviewRow.event_id <= through)
    with study.read() as session:
        rows = list(session.scalars(query))
        attributes = _attributes(session)
        done = set(session.scalars(select(TranscriptRow.interview_id)))
        silent = erased_recordings(session)
        return tuple(_value(row, attributes.get(row.id, {}), row.id in done, silent) for row in rows)


def interview(study: Study, label: str) -> Interview:
    """The interview of that label; raises NotFoundError."""
    with study.read() as session:
        return _interview(session, interview_row(session, label))


def interview_row(session: Session, label: str) -> InterviewRow:
    """The row of that label, or of that GUID."""
    row = session.scalar(select(InterviewRow).where((InterviewRow.label == label) | (InterviewRow.guid == label)))
    if row is None:
        labels = ", ".join(session.scalars(select(InterviewRow.label).order_by(InterviewRow.position)))
        msg = f"There is no interview {label} in this study; there are: {labels or 'none yet'}."
        raise NotFoundError(msg)
    return row


def _attributes(session: Session) -> dict[int, dict[str, str]]:
    rows: Iterable[AttributesRow] = session.scalars(select(AttributesRow).order_by(AttributesRow.id))
    return {row.interview_id: dict(row.values) for row in rows}


def _interview(session: Session, row: InterviewRow) -> Interview:
    done = session.scalar(select(TranscriptRow.id).where(TranscriptRow.interview_id == row.id).limit(1))
    return _value(row, _attributes(session).get(row.id, {}), done is not None, erased_recordings(session))


def erased_recordings(session: Session) -> frozenset[str]:
    """The GUIDs of the interviews whose recording was erased."""
    found = session.scalars(select(EventRow.interview).where(EventRow.type == RECORDING_ERASED))
    return frozenset(filter(None, found))


def _value(row: InterviewRow, attributes: Mapping[str, str], transcribed: bool, silent: frozenset[str]) -> Interview:
    return Interview(
        id=row.id,
        guid=row.guid,
        label=row.label,
        position=row.position,
        kind="recording" if row.kind == "recording" else "transcript",
        source_name=row.source_name,
        source_sha256=row.source_sha256,
        media=None if row.guid in silent else row.media,
        duration_ms=row.duration_ms,
        language=row.language,
        attributes=attributes,
        transcribed=transcribed,
    )
