"""Projects of other programs on their way into a study: all of one is kept, or nothing."""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from store import events
from store.backups import keep_copy_before
from store.codebook import add_version, newest_version, refuse_newer
from store.coders import coder_row
from store.decisions import add_decisions
from store.errors import ConflictError
from store.exchange_records import ImportPartRow, ImportRow
from store.interviews import add_attributes, keep_media, media_held, new_interview
from store.memos import MemoDraft, MemoTarget, add_memo
from store.records import CodebookRow, CoderRow, DecisionRow, InterviewRow, TranscriptRow
from store.sets import NamedSet, add_sets
from store.study import Study
from store.transcripts import add_imported
from store.values import Code, DecisionDraft, NewTurn, Span, Verdict
from store.work_records import MemoRow

READ_ON_IMPORT = "taken as read when it was imported"
"""The memo of readings that an import writes."""


@dataclass(frozen=True, slots=True)
class ImportedCoder:
    """A coder of the other program; one of the same name in the study is the same person."""

    guid: str
    name: str
    kind: Literal["person", "model"] = "person"


@dataclass(frozen=True, slots=True)
class ImportedInterview:
    """A document or recording; `media` is a file to be copied. Without turns it is a recording to be transcribed.

    `report` says in sentences what happened to it on the way, `kept` holds as JSON values what an export gives back.
    """

    guid: str
    label: str
    source_name: str
    source_sha256: str
    turns: tuple[NewTurn, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    media: Path | None = None
    duration_ms: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    report: tuple[str, ...] = ()
    kept: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AddedPart:
    """What a project adds to an interview (GUID) that the study has.

    Codings and memos stand on the text of the revision `transcript_id`, from which they move with every correction
    since; None where the interview has no transcript. `attributes` are added to its own and replace those of the name.
    """

    interview: str
    transcript_id: int | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    report: tuple[str, ...] = ()
    kept: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ImportedCoding:
    """A code (GUID) on a stretch of an interview (GUID), given by a coder (name)."""

    guid: str
    interview: str
    span: Span
    code: str
    coder: str
    at: datetime | None = None
    memo: str = ""


@dataclass(frozen=True, slots=True)
class ImportedMemo:
    """A memo on a coding, a code, a passage, an interview (all by GUID), or else on the study."""

    guid: str
    title: str
    text: str
    coder: str
    at: datetime | None = None
    interview: str | None = None
    span: Span | None = None
    code: str | None = None
    coding: str | None = None


@dataclass(frozen=True, slots=True)
class Import:
    """A whole project. `codes` are all codes of the study's codebook from then on, None where it stays as it is.

    `seen` is the version of the codebook that they were merged with, and under which codings were made; None where
    there was no codebook. `interviews` are new ones, `added` tells of those that are there. With `readings`, each coder
    counts as having read every interview in which they coded. `report` and `kept` are as those of an interview, for
    the project as a whole; neither may repeat what an interview says.
    """

    file: str
    sha256: str
    origin: str
    coders: tuple[ImportedCoder, ...] = ()
    codes: tuple[Code, ...] | None = None
    reason: str = ""
    seen: int | None = None
    interviews: tuple[ImportedInterview, ...] = ()
    added: tuple[AddedPart, ...] = ()
    codings: tuple[ImportedCoding, ...] = ()
    memos: tuple[ImportedMemo, ...] = ()
    sets: tuple[NamedSet, ...] = ()
    readings: bool = True
    report: tuple[str, ...] = ()
    kept: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KeptImport:
    """An import on record; `parts` hold for each interview that is still there (GUID) its report and what was kept."""

    guid: str
    file: str
    sha256: str
    origin: str
    coder: str
    at: datetime
    report: tuple[str, ...]
    kept: Mapping[str, Any]
    parts: Mapping[str, tuple[tuple[str, ...], Mapping[str, Any]]]


def keep_import(study: Study, coder: str, given: Import) -> KeptImport:
    """Keep a project, all of it or nothing; recordings are copied into `media/`.

    Codings and memos may be of interviews that are in the study, where `added` names these. Raises ConflictError
    where the file, a new interview, a coding or a memo is there already, an interview that is added to is gone, or
    somebody has kept another version of the codebook since; InvalidInputError as the parts do.
    """
    keep_copy_before(study.folder, "Nothing was imported.")
    with study.read() as session:
        _refuse_known(session, given)  # before a recording is copied to where one of the same GUID may lie
    with _copied(study, given.interviews) as media, study.write() as session:
        _refuse_known(session, given)
        people = {each.name: _coder(session, each) for each in given.coders}
        if given.codes is not None or given.seen is not None:
            refuse_newer(newest_version(session), given.seen, given.file)
        if given.codes is not None:
            add_version(session, given.codes, coder=coder, reason=given.reason or f"imported from {given.file}")
        row = import_row(session, coder, given)
        texts: dict[str, TranscriptRow] = {}
        for interview in given.interviews:
            made = _interview(session, row, interview, media.get(interview.guid), coder)
            if made is not None:
                texts[interview.guid] = made
        for part in given.added:
            text = _added(session, row, part, coder)
            if text is not None:
                texts[part.interview] = text
        _keep_codings(session, given, texts, people)
        places = {guid: text.id for guid, text in texts.items()}
        for memo in given.memos:
            add_memo(session, memo.coder, memo_draft(memo, places))
        add_sets(session, coder, given.sets)
        return _value(row, session.scalars(select(ImportPartRow).where(ImportPartRow.import_id == row.id)))


def imports(study: Study) -> tuple[KeptImport, ...]:
    """All imports, oldest first."""
    with study.read() as session:
        parts: dict[int, list[ImportPartRow]] = {}
        for part in session.scalars(select(ImportPartRow).options(joinedload(ImportPartRow.interview))):
            parts.setdefault(part.import_id, []).append(part)
        rows = session.scalars(select(ImportRow).options(joinedload(ImportRow.coder)).order_by(ImportRow.id))
        return tuple(_value(row, parts.get(row.id, ())) for row in rows)


def _refuse_known(session: Session, given: Import) -> None:
    known = session.scalar(select(ImportRow).where(ImportRow.sha256 == given.sha256).order_by(ImportRow.id.desc()))
    if known is not None and (not (given.interviews or given.added) or _is_there(session, known)):
        msg = f"{given.file} was imported on {known.at:%Y-%m-%d} already, as {known.file}; nothing was added."
        raise ConflictError(msg)
    there = dict(session.execute(select(InterviewRow.guid, InterviewRow.label)).tuples().all())
    for interview in given.interviews:
        if interview.guid in there:
            msg = (
                f"{given.file} holds “{interview.label}”, which is in this study already as {there[interview.guid]}; "
                "import it into a new study, or erase that interview first. Nothing was added."
            )
            raise ConflictError(msg)
    _refuse_taken(given.file, "coding", (c.guid for c in given.codings), session.scalars(select(DecisionRow.guid)))
    _refuse_taken(given.file, "memo", (m.guid for m in given.memos), session.scalars(select(MemoRow.guid)))


def _is_there(session: Session, known: ImportRow) -> bool:
    """Whether anything of an import was left by erasures."""
    return session.scalar(select(ImportPartRow.id).where(ImportPartRow.import_id == known.id).limit(1)) is not None


def _refuse_taken(file: str, what: str, guids: Iterable[str], there: Iterable[str]) -> None:
    if not set(guids).isdisjoint(there):
        msg = f"{file} holds a {what} that is in this study already; import it into a new study. Nothing was added."
        raise ConflictError(msg)


@contextmanager
def _copied(study: Study, given: Sequence[ImportedInterview]) -> Iterator[dict[str, str]]:
    """Recordings in `media/`, by the GUID of their interview; taken away again where nothing is kept."""
    copied: dict[str, str] = {}
    if all(each.media is None for each in given):
        yield copied
        return
    with media_held(study):
        try:
            for each in given:
                if each.media is not None:
                    copied[each.guid] = keep_media(study, each.media, each.guid)
            yield copied
        except BaseException:
            with study.read() as session:
                there = set(session.scalars(select(InterviewRow.guid).where(InterviewRow.guid.in_(copied))))
            for guid, media in copied.items():
                if guid not in there:
                    (study.folder / media).unlink(missing_ok=True)
            raise


def _coder(session: Session, given: ImportedCoder) -> CoderRow:
    taken = session.scalar(select(CoderRow.id).where(CoderRow.guid == given.guid)) is not None
    return coder_row(session, given.name, given.kind, None if taken else given.guid)


def import_row(session: Session, coder: str, given: Import) -> ImportRow:
    """Say that a file was taken in, within a write transaction of the caller's."""
    who = coder_row(session, coder)
    row = ImportRow(
        guid=str(uuid.uuid4()),
        file=given.file,
        sha256=given.sha256,
        origin=given.origin,
        report=list(given.report),
        kept=dict(given.kept),
        coder_id=who.id,
        coder=who,
        at=datetime.now(UTC),
    )
    events.record(session, row, coder=who.name)
    return row


def _interview(
    session: Session, whole: ImportRow, given: ImportedInterview, media: str | None, coder: str
) -> TranscriptRow | None:
    row = new_interview(
        session,
        Path(given.source_name),
        "transcript" if media is None else "recording",
        given.source_sha256,
        label=given.label,
        guid=given.guid,
        media=media,
    )
    row.duration_ms = given.duration_ms
    if given.attributes:
        add_attributes(session, row, given.attributes)
    made = add_imported(session, row, given.turns, given.details, coder=coder) if given.turns else None
    _part(session, whole, row, given, coder)
    return made


def _added(session: Session, whole: ImportRow, given: AddedPart, coder: str) -> TranscriptRow | None:
    """What comes to an interview that is there; returns the revision on which it stands."""
    row = session.scalar(select(InterviewRow).where(InterviewRow.guid == given.interview))
    text = None if given.transcript_id is None else session.get(TranscriptRow, given.transcript_id)
    if row is None or (given.transcript_id is not None and (text is None or text.interview_id != row.id)):
        msg = f"An interview that {whole.file} adds to was erased meanwhile; import it again. Nothing was added."
        raise ConflictError(msg)
    if given.attributes:
        add_attributes(session, row, given.attributes)
    _part(session, whole, row, given, coder)
    return text


def _part(
    session: Session, whole: ImportRow, row: InterviewRow, given: ImportedInterview | AddedPart, coder: str
) -> None:
    """What is said of one interview, to be erased with it."""
    part = ImportPartRow(
        import_id=whole.id,
        whole=whole,
        interview_id=row.id,
        interview=row,
        report=list(given.report),
        kept=dict(given.kept),
    )
    events.record(session, part, coder=coder, interview=row.guid)


def _keep_codings(
    session: Session,
    given: Import,
    texts: Mapping[str, TranscriptRow],
    people: Mapping[str, CoderRow],
) -> None:
    codebook = newest_version(session)
    version = None if codebook is None else session.get_one(CodebookRow, codebook.id).id
    by_coder: dict[str, list[DecisionDraft]] = {}
    read = _read_before(session, [texts[part.interview].id for part in given.added if part.interview in texts])
    for coding in given.codings:
        text = texts[coding.interview]
        drafts = by_coder.setdefault(coding.coder, [])
        drafts.append(
            DecisionDraft(
                transcript_id=text.id,
                span=coding.span,
                verdict=Verdict.ADD,
                code=coding.code,
                codebook_id=version,
                at=coding.at,
                memo=coding.memo,
                guid=coding.guid,
            )
        )
        if given.readings and (coding.coder, text.id) not in read:
            read.add((coding.coder, text.id))
            whole = Span(0, len(text.text))
            drafts.append(
                DecisionDraft(text.id, whole, Verdict.READ, codebook_id=version, at=coding.at, memo=READ_ON_IMPORT)
            )
    for name, drafts in by_coder.items():
        add_decisions(session, people.get(name) or coder_row(session, name), drafts)


def _read_before(session: Session, texts: Iterable[int]) -> set[tuple[str, int]]:
    """Who (name) has read the whole of which of these transcripts (id) at once, as an import says it."""
    query = (
        select(CoderRow.name, DecisionRow.transcript_id)
        .join(CoderRow, CoderRow.id == DecisionRow.coder_id)
        .join(TranscriptRow, TranscriptRow.id == DecisionRow.transcript_id)
        .where(
            DecisionRow.transcript_id.in_(texts),
            DecisionRow.verdict == str(Verdict.READ),
            DecisionRow.start == 0,
            DecisionRow.end == func.length(TranscriptRow.text),
        )
    )
    return set(session.execute(query).tuples())


def memo_draft(given: ImportedMemo, places: Mapping[str, int]) -> MemoDraft:
    """A memo on its way into the study; `places` are the ids of transcripts by the GUID of their interview."""
    place = None if given.interview is None else places.get(given.interview)
    span = given.span if place is not None and given.coding is None else None
    target = MemoTarget(
        interview=None if given.coding else given.interview,
        transcript_id=None if span is None else place,
        span=span,
        code=given.code,
        decision=given.coding,
    )
    return MemoDraft(target, given.text, given.title, guid=given.guid, at=given.at)


def _value(row: ImportRow, parts: Iterable[ImportPartRow]) -> KeptImport:
    return KeptImport(
        guid=row.guid,
        file=row.file,
        sha256=row.sha256,
        origin=row.origin,
        coder=row.coder.name,
        at=row.at,
        report=tuple(row.report),
        kept=row.kept,
        parts={part.interview.guid: (tuple(part.report), part.kept) for part in parts},
    )
