"""Checking a study against its event log: any row changed, added or removed by hand is found."""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.interfaces import ORMOption

from store import config
from store.canonical import canonical_json, sha256_json, sha256_text
from store.consent_records import CoderPassphraseRow, ConsentRow
from store.database import connect
from store.erase import ERASED_EVENT, unfinished_erasure
from store.events import GENESIS, Head, header_hash
from store.exchange_records import ImportPartRow, ImportRow, NamedSetRow
from store.member_records import MemberPasswordRow, MemberRow
from store.quote_records import QuotePickRow, SavedQueryRow, SummaryRow
from store.records import (
    AttributesRow,
    CodebookRow,
    CoderRow,
    DecisionRow,
    EventRow,
    InterviewRow,
    RunRow,
    ScoresRow,
    SegmentRow,
    StudyRow,
    SuggestionRow,
    TranscriptRow,
    Witnessed,
)
from store.runs import SCORES_EVENT, scores_payload
from store.sound_records import GlossaryRow
from store.soundness import page_fault
from store.study import DATABASE, Study
from store.turns import placed_turns, turns_digest
from store.values import Turn
from store.work_records import (
    AdjudicationRow,
    CoderRoleRow,
    DoubleCodingEndRow,
    DoubleCodingPartRow,
    DoubleCodingRow,
    MemoRow,
    MilestoneRow,
    RemarkRow,
)
from store.written_records import CandidateAnswerRow, CandidateNameRow, RationaleRow

WITNESSED: tuple[type[Witnessed], ...] = (
    StudyRow,
    CoderRow,
    InterviewRow,
    AttributesRow,
    TranscriptRow,
    CodebookRow,
    RunRow,
    SuggestionRow,
    DecisionRow,
    RationaleRow,
    CandidateNameRow,
    CandidateAnswerRow,
    CoderRoleRow,
    MemoRow,
    MilestoneRow,
    DoubleCodingRow,
    DoubleCodingPartRow,
    DoubleCodingEndRow,
    AdjudicationRow,
    RemarkRow,
    GlossaryRow,
    SavedQueryRow,
    QuotePickRow,
    SummaryRow,
    ImportRow,
    ImportPartRow,
    NamedSetRow,
    ConsentRow,
    CoderPassphraseRow,
    MemberRow,
    MemberPasswordRow,
)
_WITH: dict[type[Witnessed], tuple[ORMOption, ...]] = {
    SuggestionRow: (joinedload(SuggestionRow.run), joinedload(SuggestionRow.segment)),
    DecisionRow: (joinedload(DecisionRow.suggestion),),
    RationaleRow: (joinedload(RationaleRow.suggestion),),
}
_KEPT_MEDIA = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\..+")


@dataclass(frozen=True, slots=True)
class AuditReport:
    """How many events there are, how many were erased, the head of the chain, and a sentence for each fault.

    `first_broken` is the number of the first event that does not hold, None where the chain is whole; its sentence
    stands first.
    """

    events: int
    erased: int
    head: str
    faults: tuple[str, ...]
    first_broken: int | None = None


@dataclass(frozen=True, slots=True)
class _Fault:
    sentence: str
    event: int | None = None


def verify(study: Study) -> AuditReport:
    """Check the chain, its head outside the database, and every record that an event vouches for."""
    head = config.read_head(study.folder)  # before the snapshot: others may go on writing
    files = sorted(file.name for file in study.media.glob("*"))
    with study.read() as session:
        try:
            log = list(session.scalars(select(EventRow).order_by(EventRow.id)))
        except ValueError as error:
            return AuditReport(0, 0, head.hash, (f"The log cannot be read ({error}): it was changed by hand.",))
        links = sorted([*_chain(log), *_outside_head(head, log)], key=lambda fault: fault.event or 0)
        faults = [*links, *_records(session, log), *(_Fault(left) for left in _left_over(session, files))]
    damage = _page_fault(study)
    if damage is not None:
        faults.append(_Fault(f"The database is damaged ({damage}); restore a copy that `interview backups` lists."))
    if unfinished_erasure(study) is not None:
        faults.append(_Fault("An erasure broke off before its files were removed; close the study and open it again."))
    faults.sort(key=lambda fault: (fault.event is None, fault.event or 0))
    named = [fault.event for fault in faults if fault.event is not None]
    return AuditReport(
        events=len(log),
        erased=sum(event.payload is None for event in log),
        head=log[-1].hash if log else GENESIS,
        faults=tuple(fault.sentence for fault in faults),
        first_broken=min(named, default=None),
    )


def _page_fault(study: Study) -> str | None:
    """What SQLite finds in its own file; a server's files are its own to check."""
    if study.place is not None:
        return None
    with closing(connect(study.folder / DATABASE)) as connection:
        return page_fault(connection)


def _chain(log: list[EventRow]) -> Iterator[_Fault]:
    previous = GENESIS
    announced, named = _announced(log)
    for number, event in enumerate(log, start=1):
        if event.id != number:
            yield _Fault(f"Event {number} is missing: the log goes on with event {event.id}.", number)
            return
        if event.previous != previous or event.hash != header_hash(event):
            said = f"Event {event.id} ({event.type}) or the one before it was changed: its hash does not fit."
            yield _Fault(said, event.id)
        if event.payload is not None and event.payload_hash != sha256_text((event.salt or "") + event.payload):
            yield _Fault(f"The content of event {event.id} ({event.type}) was changed.", event.id)
        previous = event.hash
    blank = [event for event in log if event.payload is None and event.id not in named]
    for event in {event.interview or event.id: event for event in blank}.values():
        if event.interview is None:
            yield _Fault(f"Event {event.id} ({event.type}) was blanked without an erasure.", event.id)
        elif event.interview not in announced:
            yield _Fault(f"Events of interview {event.interview} were blanked without an erasure.", event.id)


def _announced(log: list[EventRow]) -> tuple[set[str], set[int]]:
    """What erasures say that they blanked: all events of these interviews, and events that tell of several."""
    interviews: set[str] = set()
    named: set[int] = set()
    for event in log:
        if event.type == ERASED_EVENT and event.payload is not None:
            try:
                said = json.loads(event.payload)
                interviews.add(said["interview"])
                named.update(said.get("events", ()))
            except (ValueError, TypeError, KeyError):
                continue  # changed by hand, which its own hash tells
    return interviews, named


def _outside_head(head: Head, log: list[EventRow]) -> Iterator[_Fault]:
    if head.count > len(log):
        said = f"The log ends at event {len(log)}, but {config.FILE_NAME} knows of {head.count}: the end was cut off."
        yield _Fault(said, len(log) + 1)
    elif head.count and log[head.count - 1].hash != head.hash:
        said = f"Event {head.count} is not the one that {config.FILE_NAME} knows: the log was replaced."
        yield _Fault(said, head.count)


def _records(session: Session, log: list[EventRow]) -> Iterator[_Fault]:
    by_id = {event.id: event for event in log}
    rewritten = _rewritten(log)
    for table in WITNESSED:
        yield from _readable(f"The table “{table.__tablename__}”", _fold(session, table, by_id, rewritten))
    yield from _readable("The tables of scores", _scores(session, by_id))
    yield from _readable("The tables of transcripts and codes", map(_Fault, _contents(session)))


def _readable(what: str, faults: Iterator[_Fault]) -> Iterator[_Fault]:
    try:
        yield from faults
    except ValueError as error:
        yield _Fault(f"{what} cannot be read ({error}): something in it was changed by hand.")


def _rewritten(log: list[EventRow]) -> dict[int, str]:
    """By the number of its event, the hash of what a version of the codebook says since an erasure."""
    found: dict[int, str] = {}
    for event in log:
        if event.type == ERASED_EVENT and event.payload is not None:
            try:
                said = json.loads(event.payload).get("rewritten", {})
                found.update((int(number), str(digest)) for number, digest in said.items())
            except (ValueError, TypeError, AttributeError):
                continue  # changed by hand, which its own hash tells
    return found


def _fold(
    session: Session, table: type[Witnessed], by_id: dict[int, EventRow], rewritten: dict[int, str]
) -> Iterator[_Fault]:
    name = table.__tablename__
    seen = set()
    for row in list(session.scalars(select(table).options(*_WITH.get(table, ())))):
        seen.add(row.event_id)
        event = by_id.get(row.event_id)
        if event is not None and event.payload is None and row.event_id in rewritten:
            same = event.type == table.event_type and rewritten[row.event_id] == sha256_text(_payload(row) or "")
        else:
            same = event is not None and event.type == table.event_type and event.payload == _payload(row)
        if not same:
            said = f"A row of the table “{name}” is not what event {row.event_id} says: it was changed by hand."
            yield _Fault(said, row.event_id)
    for event in by_id.values():
        if event.type == table.event_type and event.payload is not None and event.id not in seen:
            yield _Fault(f"The row of the table “{name}” that event {event.id} tells of is gone.", event.id)


def _payload(row: Witnessed) -> str | None:
    try:
        return canonical_json(dict(row.payload()))
    except AttributeError:  # what the row points at is gone
        return None


def _scores(session: Session, by_id: dict[int, EventRow]) -> Iterator[_Fault]:
    seen = set()
    for row in session.scalars(select(ScoresRow).where(ScoresRow.event_id.is_not(None))):
        event = by_id.get(row.event_id or 0)
        seen.add(row.event_id)
        if event is None or event.type != SCORES_EVENT or event.payload != _scores_payload(row):
            said = f"The scores of run {row.run_id} for transcript {row.transcript_id} were changed by hand."
            yield _Fault(said, row.event_id)
    for event in by_id.values():
        if event.type == SCORES_EVENT and event.payload is not None and event.id not in seen:
            yield _Fault(f"The scores that event {event.id} tells of are gone.", event.id)


def _scores_payload(row: ScoresRow) -> str | None:
    try:
        return canonical_json(scores_payload(row))
    except AttributeError:  # the run is gone
        return None


def _left_over(session: Session, files: Iterable[str]) -> Iterator[str]:
    known = {media.rpartition("/")[2] for media in session.scalars(select(InterviewRow.media)) if media is not None}
    for name in files:
        if _KEPT_MEDIA.fullmatch(name) and name not in known:
            yield f"media/{name} belongs to no interview; unless one is being added right now, remove it."


def _contents(session: Session) -> Iterator[str]:
    for row in session.scalars(select(TranscriptRow)):
        turns = _turns(session, row)
        yield from _segments(session, row, turns)
        if row.sha256 != sha256_text(row.text) or row.turns_sha256 != turns_digest(turns):
            label = "an interview that is gone" if row.interview is None else row.interview.label
            yield f"The transcript of {label} (revision {row.revision}) was changed by hand."
    for book in session.scalars(select(CodebookRow)):
        if book.sha256 != sha256_json([code.content() for code in book.codes]):
            yield f"Version {book.version} of the codebook was changed by hand."
    yield from _verifiers(session)
    texts = {row.id: row.text for row in session.execute(select(TranscriptRow.id, TranscriptRow.text))}
    columns = (
        DecisionRow.guid,
        DecisionRow.transcript_id,
        DecisionRow.start,
        DecisionRow.end,
        DecisionRow.slice_sha256,
    )
    for decision in session.execute(select(*columns)):
        text = texts.get(decision.transcript_id, "")[decision.start : decision.end]
        if decision.slice_sha256 != sha256_text(text):
            yield f"Decision {decision.guid} no longer fits the text it was made on."


def _verifiers(session: Session) -> Iterator[str]:
    for table, what in ((CoderPassphraseRow, "passphrase"), (MemberPasswordRow, "password")):
        for held in session.scalars(select(table)):
            if not held.holds:
                yield f"The {what} of {held.coder.name} was changed by hand."


def _turns(session: Session, row: TranscriptRow) -> list[Turn]:
    """The turns of a revision; none where rows that it shares are gone, or hold what no turn does."""
    try:
        return [placed.turn for placed in placed_turns(session, row)]
    except (AttributeError, KeyError, TypeError, ValueError):
        return []


def _segments(session: Session, row: TranscriptRow, found: list[Turn]) -> Iterator[str]:
    """Segments are cut from turns: each must lie in its turn, with its speaker and role."""
    turns = {turn.index: turn for turn in found}
    for segment in session.scalars(select(SegmentRow).where(SegmentRow.transcript_id == row.id)):
        turn = turns.get(segment.turn_index)
        if (
            turn is None
            or not turn.span.start <= segment.start < segment.end <= turn.span.end
            or (segment.speaker, segment.role) != (turn.speaker, turn.role)
            or segment.text_sha256 != sha256_text(row.text[segment.start : segment.end])
        ):
            where = "an interview that is gone" if row.interview is None else row.interview.label
            yield f"Segment {segment.index + 1} of {where} no longer fits its turn: it was changed by hand."
