"""What participants consented to: a state for each interview, what it covers, and until when things may be kept.

The words follow the consent forms that archives and ethics boards hand out: the UK Data Service's model form asks
separately for taking part, for quotes in publications and for the archiving and reuse of transcripts, and advises
separate terms for recordings (UK Data Service, “Documenting consent”, ukdataservice.ac.uk); ICPSR's recommended
language keeps use in the study and sharing apart in the same way. Recordings are often promised to be deleted once
they are transcribed, years before the transcript: so there are two dates.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from store import events
from store.coders import coder_name
from store.consent_records import ConsentRow
from store.errors import InvalidInputError
from store.interviews import interview_row, interviews
from store.records import InterviewRow, TranscriptRow
from store.study import Study

_LONGEST_NOTE = 10_000


class ConsentState(StrEnum):
    """How things stand with the consent to one interview.

    `unknown`: nobody has recorded anything. `given`: as on the consent form. `restricted`: the participant took part of
    it back later. `withdrawn`: they took it back, and the interview is erased; only the log still tells of it.
    """

    UNKNOWN = "unknown"
    GIVEN = "given"
    RESTRICTED = "restricted"
    WITHDRAWN = "withdrawn"


class Covers(StrEnum):
    """What a consent covers.

    `analysis`: the interview is read, coded and counted, which every consent covers. `quotes`: passages may stand word
    for word in publications. `sharing`: the whole transcript may be given to others, as to a data archive.
    `recording`: the recording may be kept after it was transcribed, and goes along where the transcript does.
    """

    ANALYSIS = "analysis"
    QUOTES = "quotes"
    SHARING = "sharing"
    RECORDING = "recording"


EVERYTHING = frozenset(Covers)


@dataclass(frozen=True, slots=True)
class Consent:
    """What counts for one interview now; dates are the last days on which something may be kept.

    While the state is unknown, nothing is forbidden: `covers` is everything.
    """

    interview: str
    guid: str
    state: ConsentState = ConsentState.UNKNOWN
    covers: frozenset[Covers] = EVERYTHING
    keep_recording_until: date | None = None
    keep_until: date | None = None
    note: str = ""
    coder: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ConsentChange:
    """What is to be recorded; None leaves what there is, and an empty text takes a date or a note away."""

    state: ConsentState | None = None
    covers: frozenset[Covers] | None = None
    keep_recording_until: date | str | None = None
    keep_until: date | str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """Something that must not be kept any longer: the recording of an interview, or all of it.

    `since` is the last day on which it could be kept; None where the consent does not cover it at all.
    """

    interview: str
    what: str
    since: date | None
    sentence: str


RECORDING, INTERVIEW = "recording", "interview"


def consents(study: Study) -> tuple[Consent, ...]:
    """What counts for every interview, in study order."""
    there = interviews(study)
    with study.read() as session:
        newest = _newest(session)
        return tuple(_value(each.label, each.guid, newest.get(each.id)) for each in there)


def consent_of(study: Study, label: str) -> Consent:
    """What counts for the interview of that label or GUID; raises NotFoundError."""
    with study.read() as session:
        row = interview_row(session, label)
        return _value(row.label, row.guid, _newest(session).get(row.id))


def record_consent(study: Study, label: str, change: ConsentChange, *, coder: str) -> Consent:
    """Record what a participant consented to; what is there already is not recorded again.

    Raises NotFoundError for an unknown interview, InvalidInputError where the words or dates contradict each other.
    """
    return record_consents(study, {label: change}, coder=coder)[0]


def record_consents(study: Study, changes: Mapping[str, ConsentChange], *, coder: str) -> tuple[Consent, ...]:
    """The same for many interviews by label, all of them or none."""
    who = coder_name(coder)
    with study.write() as session:
        newest = _newest(session)
        found = []
        for label, change in changes.items():
            row = interview_row(session, label)
            before = _value(row.label, row.guid, newest.get(row.id))
            after = _changed(before, change)
            if after != before:
                after = replace(after, coder=who, at=datetime.now(UTC))
                _record(session, row, after)
            found.append(after)
        return tuple(found)


def due(study: Study, today: date | None = None) -> tuple[Due, ...]:
    """What must not be kept any longer, in study order; nothing is ever erased by itself."""
    today = today or datetime.now(UTC).date()
    there = {each.label: each for each in interviews(study)}
    found: list[Due] = []
    for each in consents(study):
        interview = there[each.interview]
        if each.keep_until is not None and each.keep_until < today:
            said = f"{each.interview} could be kept until {each.keep_until}; erase it with everything made of it."
            found.append(Due(each.interview, INTERVIEW, each.keep_until, said))
        elif interview.media is None:
            continue
        elif each.keep_recording_until is not None and each.keep_recording_until < today:
            said = f"The recording of {each.interview} could be kept until {each.keep_recording_until}; erase it."
            found.append(Due(each.interview, RECORDING, each.keep_recording_until, said))
        elif Covers.RECORDING not in each.covers and each.keep_recording_until is None and interview.transcribed:
            said = (
                f"The consent to {each.interview} does not cover keeping its recording, which is transcribed; erase the"
                " recording once the transcript is checked."
            )
            found.append(Due(each.interview, RECORDING, None, said))
    return tuple(found)


def read_covers(words: Iterable[str]) -> frozenset[Covers]:
    """Words or lists of words, such as `quotes, sharing` or `all`, as what they mean; raises InvalidInputError."""
    given = [part.strip().casefold() for word in words for part in word.replace(";", ",").split(",")]
    found = {Covers.ANALYSIS}
    for word in filter(None, given):
        if word in ("all", "everything"):
            return EVERYTHING
        if word not in set(Covers):
            msg = f"“{word}” is nothing that a consent can cover; there are: {', '.join(Covers)}, or all."
            raise InvalidInputError(msg)
        found.add(Covers(word))
    return frozenset(found)


def read_state(word: str) -> ConsentState:
    """The state of that name; raises InvalidInputError."""
    if word.strip().casefold() not in set(ConsentState):
        msg = f"“{word}” is no state of a consent; there are: {', '.join(ConsentState)}."
        raise InvalidInputError(msg)
    return ConsentState(word.strip().casefold())


def _changed(before: Consent, change: ConsentChange) -> Consent:
    """What counts after a change; recording anything at all of an unknown consent says that it is given."""
    state = before.state if change.state is None else change.state
    if state is ConsentState.WITHDRAWN:
        msg = (
            f"{before.interview} is withdrawn by erasing it: `interview withdraw STUDY --interview {before.interview}`"
            " does both in one act. Nothing was recorded."
        )
        raise InvalidInputError(msg)
    if state is ConsentState.UNKNOWN:
        if change.state is None and (change.covers is not None):
            state = ConsentState.GIVEN
        elif change.covers not in (None, EVERYTHING):
            msg = f"An unknown consent covers nothing in particular; say with --state what {before.interview} has."
            raise InvalidInputError(msg)
    covers = EVERYTHING if state is ConsentState.UNKNOWN else before.covers if change.covers is None else change.covers
    if before.state is ConsentState.UNKNOWN and state is not ConsentState.UNKNOWN and change.covers is None:
        msg = (
            f"Say what the consent to {before.interview} covers: {', '.join(Covers)}, or all. `analysis` alone is the"
            " least. Nothing was recorded."
        )
        raise InvalidInputError(msg)
    after = replace(
        before,
        state=state,
        covers=covers | {Covers.ANALYSIS},
        keep_recording_until=_day(change.keep_recording_until, before.keep_recording_until),
        keep_until=_day(change.keep_until, before.keep_until),
        note=before.note if change.note is None else _note(change.note),
    )
    _refuse_late(after)
    return after


def _refuse_late(after: Consent) -> None:
    if after.keep_until and after.keep_recording_until and after.keep_recording_until > after.keep_until:
        msg = (
            f"The recording of {after.interview} cannot be kept until {after.keep_recording_until} when everything goes"
            f" after {after.keep_until}; correct one of the two dates. Nothing was recorded."
        )
        raise InvalidInputError(msg)


def _note(text: str) -> str:
    if len(text) > _LONGEST_NOTE:
        msg = f"A note on a consent has {_LONGEST_NOTE:,} characters at most; this one has {len(text):,}."
        raise InvalidInputError(msg)
    return text.strip()


def _day(given: date | str | None, before: date | None) -> date | None:
    """The day that counts from now on; raises InvalidInputError where a text is none."""
    if given is None:
        return before
    if isinstance(given, date):
        return given
    if not given.strip():
        return None
    try:
        return date.fromisoformat(given.strip())
    except ValueError:
        msg = f"“{given}” is no day; write the year, the month and the day, such as 2031-12-31. Nothing was recorded."
        raise InvalidInputError(msg) from None


def _record(session: Session, row: InterviewRow, given: Consent) -> None:
    made = ConsentRow(
        interview_id=row.id,
        interview=row,
        state=str(given.state),
        covers=sorted(given.covers),
        keep_recording_until=None if given.keep_recording_until is None else given.keep_recording_until.isoformat(),
        keep_until=None if given.keep_until is None else given.keep_until.isoformat(),
        note=given.note,
        coder=given.coder,
        at=given.at,
    )
    events.record(session, made, coder=given.coder, interview=row.guid)


def _newest(session: Session) -> dict[int, ConsentRow]:
    return {row.interview_id: row for row in session.scalars(select(ConsentRow).order_by(ConsentRow.id))}


def _value(label: str, guid: str, row: ConsentRow | None) -> Consent:
    if row is None:
        return Consent(label, guid)
    return Consent(
        interview=label,
        guid=guid,
        state=ConsentState(row.state),
        covers=frozenset(Covers(word) for word in row.covers),
        keep_recording_until=None if row.keep_recording_until is None else date.fromisoformat(row.keep_recording_until),
        keep_until=None if row.keep_until is None else date.fromisoformat(row.keep_until),
        note=row.note,
        coder=row.coder,
        at=row.at,
    )


def texts_covered(study: Study, covers: Covers, *, covered: bool = True) -> tuple[str, ...]:
    """Every revision of the text of each interview whose consent covers that, or does not."""
    guids = [each.guid for each in consents(study) if (covers in each.covers) is covered]
    query = select(TranscriptRow.text).join(TranscriptRow.interview).where(InterviewRow.guid.in_(guids))
    with study.read() as session:
        return tuple(session.scalars(query.order_by(TranscriptRow.id)))
