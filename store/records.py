"""The records of a study as SQLAlchemy 2 tables; nothing outside `store` sees them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, DateTime, ForeignKey, Index, LargeBinary, MetaData, String, UniqueConstraint
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """A point in time, always stored and returned as UTC."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Refuse times without a zone: they cannot be compared."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = "a stored time needs a time zone"
            raise ValueError(msg)
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give the zone back."""
        return None if value is None else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """Naming conventions let migrations find every constraint by name on every database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime,
        dict[str, Any]: JSON,
        list[Any]: JSON,
    }


class EventRow(Base):
    """The append-only log: the chain runs over salted hashes of the payloads, so a payload can be erased alone."""

    __tablename__ = "event"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    type: Mapped[str] = mapped_column(String(40), index=True)
    at: Mapped[datetime]
    coder: Mapped[str]
    interview: Mapped[str | None] = mapped_column(String(36), index=True)
    payload: Mapped[str | None]
    salt: Mapped[str | None] = mapped_column(String(32))
    payload_hash: Mapped[str] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    erased_at: Mapped[datetime | None]


class Witnessed(Base):
    """A row whose content an event vouches for; `payload()` must give the same again, for ever."""

    __abstract__ = True
    event_type: ClassVar[str]

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), unique=True)

    def payload(self) -> Mapping[str, Any]:
        """What the event says of this row, as JSON values."""
        raise NotImplementedError


class StudyRow(Witnessed):
    """The one row that says which study this is."""

    __tablename__ = "study"
    event_type = "study.created"

    id: Mapped[int] = mapped_column(primary_key=True)
    guid: Mapped[str] = mapped_column(String(36), unique=True)
    title: Mapped[str]
    created_at: Mapped[datetime]

    def payload(self) -> Mapping[str, Any]:
        """Identity, title and age."""
        return {"guid": self.guid, "title": self.title, "created_at": self.created_at.isoformat()}


class CoderRow(Witnessed):
    """A person, or a model, that codes."""

    __tablename__ = "coder"
    event_type = "coder.added"

    id: Mapped[int] = mapped_column(primary_key=True)
    guid: Mapped[str] = mapped_column(String(36), unique=True)
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(String(10))

    def payload(self) -> Mapping[str, Any]:
        """Identity, name and kind."""
        return {"guid": self.guid, "name": self.name, "kind": self.kind}


class InterviewRow(Witnessed):
    """One recording or transcript."""

    __tablename__ = "interview"
    event_type = "interview.added"

    id: Mapped[int] = mapped_column(primary_key=True)
    guid: Mapped[str] = mapped_column(String(36), unique=True)
    label: Mapped[str] = mapped_column(unique=True)
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(10))
    source_name: Mapped[str]
    source_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    media: Mapped[str | None]
    duration_ms: Mapped[int | None]
    language: Mapped[str | None]

    def payload(self) -> Mapping[str, Any]:
        """What identifies it; the rest is found out later."""
        return {
            "guid": self.guid,
            "label": self.label,
            "position": self.position,
            "kind": self.kind,
            "source_name": self.source_name,
            "source_sha256": self.source_sha256,
            "media": self.media,
        }


class AttributesRow(Witnessed):
    """An interview's attributes as set at one time; the newest row counts."""

    __tablename__ = "attributes"
    event_type = "attributes.set"

    id: Mapped[int] = mapped_column(primary_key=True)
    interview_id: Mapped[int] = mapped_column(ForeignKey("interview.id"), index=True)
    values: Mapped[dict[str, Any]]
    interview: Mapped[InterviewRow] = relationship()

    def payload(self) -> Mapping[str, Any]:
        """Label and values."""
        return {"interview": self.interview.guid, "values": self.values}


class TranscriptionRow(Base):
    """One transcription of a recording, finished or not; `done_ms` is how far the utterances reach."""

    __tablename__ = "transcription"

    id: Mapped[int] = mapped_column(primary_key=True)
    interview_id: Mapped[int] = mapped_column(ForeignKey("interview.id"), index=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    settings: Mapped[dict[str, Any]]
    done_ms: Mapped[int]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class UtteranceRow(Base):
    """What was heard, piece by piece; kept as the transcript's provenance."""

    __tablename__ = "utterance"

    transcription_id: Mapped[int] = mapped_column(ForeignKey("transcription.id"), primary_key=True)
    index: Mapped[int] = mapped_column(primary_key=True)
    start_ms: Mapped[int]
    end_ms: Mapped[int]
    text: Mapped[str]
    words: Mapped[list[Any]]
    avg_logprob: Mapped[float]
    no_speech_prob: Mapped[float]
    compression_ratio: Mapped[float]
    language: Mapped[str | None] = mapped_column(String(10))


class TranscriptRow(Witnessed):
    """One immutable revision of an interview's text; `offset_map` leads here from the revision before.

    A correction keeps only the turns that it changed. Its `layout` says where all its turns are, in order: runs of
    [transcript id, first index, how many, by how much their offsets move]; without one, the turns are its own.
    """

    __tablename__ = "transcript"
    __table_args__ = (UniqueConstraint("interview_id", "revision"), {"sqlite_autoincrement": True})
    event_type = "transcript.revised"

    id: Mapped[int] = mapped_column(primary_key=True)
    interview_id: Mapped[int] = mapped_column(ForeignKey("interview.id"))
    revision: Mapped[int]
    origin: Mapped[str] = mapped_column(String(20))
    text: Mapped[str]
    sha256: Mapped[str] = mapped_column(String(64))
    turns_sha256: Mapped[str] = mapped_column(String(64))
    offset_map: Mapped[list[Any] | None]
    details: Mapped[dict[str, Any]]
    layout: Mapped[list[Any] | None]
    interview: Mapped[InterviewRow] = relationship()
    turns: Mapped[list["TurnRow"]] = relationship(order_by="TurnRow.index")

    def payload(self) -> Mapping[str, Any]:
        """Hashes of the text and of its turns, and where it came from."""
        return {
            "interview": self.interview.guid,
            "revision": self.revision,
            "origin": self.origin,
            "sha256": self.sha256,
            "turns_sha256": self.turns_sha256,
            "offset_map": self.offset_map,
            "details": self.details,
        }


class TurnRow(Base):
    """One turn of a transcript; `words` is a list of [start, end, start_ms, end_ms, probability].

    `marks` says what else is known of it, as `TurnMarks` writes it; most have none.
    """

    __tablename__ = "turn"
    __table_args__ = (UniqueConstraint("transcript_id", "index"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    transcript_id: Mapped[int] = mapped_column(ForeignKey("transcript.id"))
    index: Mapped[int]
    speaker: Mapped[str | None]
    role: Mapped[str] = mapped_column(String(12))
    start: Mapped[int]
    end: Mapped[int]
    start_ms: Mapped[int | None]
    end_ms: Mapped[int | None]
    words: Mapped[list[Any]]
    marks: Mapped[dict[str, Any] | None]


class SegmentRow(Base):
    """A codable unit, derived from the turns of one revision."""

    __tablename__ = "segment"
    __table_args__ = (UniqueConstraint("transcript_id", "index"), Index(None, "role"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    transcript_id: Mapped[int] = mapped_column(ForeignKey("transcript.id"))
    index: Mapped[int]
    turn_index: Mapped[int]
    start: Mapped[int]
    end: Mapped[int]
    text_sha256: Mapped[str] = mapped_column(String(64), index=True)
    speaker: Mapped[str | None]
    role: Mapped[str] = mapped_column(String(12))
    start_ms: Mapped[int | None]
    end_ms: Mapped[int | None]
    transcript: Mapped[TranscriptRow] = relationship()


class VectorRow(Base):
    """An embedding, float32 little-endian, found again by model and text hash."""

    __tablename__ = "vector"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    model: Mapped[str] = mapped_column(primary_key=True)
    text_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class CodebookRow(Witnessed):
    """An immutable version of the whole codebook."""

    __tablename__ = "codebook"
    event_type = "codebook.changed"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(unique=True)
    sha256: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str]
    coder: Mapped[str]
    created_at: Mapped[datetime]
    codes: Mapped[list["CodeRow"]] = relationship(order_by="CodeRow.position")

    def payload(self) -> Mapping[str, Any]:
        """The whole version, so that the codebook is a fold over the events."""
        return {
            "version": self.version,
            "reason": self.reason,
            "coder": self.coder,
            "created_at": self.created_at.isoformat(),
            "codes": [c.content() for c in self.codes],
        }


class CodeRow(Base):
    """A code as it stands in one version; its GUID is the same through all of them."""

    __tablename__ = "code"
    __table_args__ = (UniqueConstraint("codebook_id", "guid"), UniqueConstraint("codebook_id", "name"))

    id: Mapped[int] = mapped_column(primary_key=True)
    codebook_id: Mapped[int] = mapped_column(ForeignKey("codebook.id"))
    position: Mapped[int]
    guid: Mapped[str] = mapped_column(String(36), index=True)
    name: Mapped[str]
    parent: Mapped[str | None] = mapped_column(String(36))
    definition: Mapped[str]
    include: Mapped[str]
    exclude: Mapped[str]
    examples: Mapped[list[Any]]
    colour: Mapped[str] = mapped_column(String(7))
    origins: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    retired: Mapped[bool | None]

    def content(self) -> dict[str, Any]:
        """The code as JSON values; what came later only where it says something, so that older hashes stay."""
        later: dict[str, Any] = {"origins": list(self.origins)} if self.origins else {}
        later |= {"retired": True} if self.retired else {}
        return {
            "guid": self.guid,
            "name": self.name,
            "parent": self.parent,
            "definition": self.definition,
            "include": self.include,
            "exclude": self.exclude,
            "examples": list(self.examples),
            "colour": self.colour,
            **later,
        }


class RunRow(Witnessed):
    """One configuration of the suggester at work: models, prompt, codebook version and settings, all by hash."""

    __tablename__ = "run"
    event_type = "run.started"

    id: Mapped[int] = mapped_column(primary_key=True)
    guid: Mapped[str] = mapped_column(String(36), unique=True)
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    codebook_id: Mapped[int] = mapped_column(ForeignKey("codebook.id"))
    llm: Mapped[str | None]
    settings: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    codebook: Mapped[CodebookRow] = relationship()

    def payload(self) -> Mapping[str, Any]:
        """Everything that decides the scores."""
        return {
            "guid": self.guid,
            "fingerprint": self.fingerprint,
            "codebook": self.codebook.version,
            "llm": self.llm,
            "settings": self.settings,
            "created_at": self.created_at.isoformat(),
        }


class ScoresRow(Base):
    """A run's scores for one transcript: the axes, and whether all rows are in (then an event holds their digest)."""

    __tablename__ = "scores"
    __table_args__ = (UniqueConstraint("run_id", "transcript_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"))
    transcript_id: Mapped[int] = mapped_column(ForeignKey("transcript.id"), index=True)
    segments: Mapped[list[Any]]
    codes: Mapped[list[Any]]
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"), unique=True)
    signals: Mapped[list["SignalRow"]] = relationship(order_by="SignalRow.name", cascade="all, delete-orphan")
    run: Mapped[RunRow] = relationship()
    transcript: Mapped[TranscriptRow] = relationship()


class SignalRow(Base):
    """One signal of a score matrix: float32 little-endian, (segments, codes), NaN where not yet done."""

    __tablename__ = "signal"

    scores_id: Mapped[int] = mapped_column(ForeignKey("scores.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class SuggestionRow(Witnessed):
    """A suggestion as it was shown: immutable, with the raw scores and the state of the learner behind it."""

    __tablename__ = "suggestion"
    __table_args__ = (UniqueConstraint("run_id", "segment_id", "code", "learner"),)
    event_type = "suggestion.shown"

    id: Mapped[int] = mapped_column(primary_key=True)
    guid: Mapped[str] = mapped_column(String(36), unique=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"))
    segment_id: Mapped[int] = mapped_column(ForeignKey("segment.id"), index=True)
    code: Mapped[str] = mapped_column(String(36), index=True)
    probability: Mapped[float]
    evidence: Mapped[list[Any]]
    scores: Mapped[dict[str, Any]]
    learner: Mapped[str] = mapped_column(String(64))
    shown_at: Mapped[datetime]
    run: Mapped[RunRow] = relationship()
    segment: Mapped[SegmentRow] = relationship()

    def payload(self) -> Mapping[str, Any]:
        """The row, with its segment by place."""
        return {
            "guid": self.guid,
            "run": self.run.guid,
            "interview": self.segment.transcript.interview.guid,
            "revision": self.segment.transcript.revision,
            "start": self.segment.start,
            "end": self.segment.end,
            "code": self.code,
            "probability": self.probability,
            "evidence": self.evidence,
            "scores": self.scores,
            "learner": self.learner,
            "shown_at": self.shown_at.isoformat(),
        }


class DecisionRow(Witnessed):
    """What a coder did.

    accept and reject answer a suggestion; add codes without one; withdraw takes the coder's last word on that
    span and code back; read says that the span was read under that codebook version. `replaces` is the GUID of the
    decision that this one puts right: the same code on another stretch.
    """

    __tablename__ = "decision"
    __table_args__ = (Index(None, "transcript_id", "coder_id"),)
    event_type = "decision.made"

    id: Mapped[int] = mapped_column(primary_key=True)
    guid: Mapped[str] = mapped_column(String(36), unique=True)
    transcript_id: Mapped[int] = mapped_column(ForeignKey("transcript.id"))
    start: Mapped[int]
    end: Mapped[int]
    slice_sha256: Mapped[str] = mapped_column(String(64))
    verdict: Mapped[str] = mapped_column(String(10))
    code: Mapped[str | None] = mapped_column(String(36), index=True)
    coder_id: Mapped[int] = mapped_column(ForeignKey("coder.id"))
    suggestion_id: Mapped[int | None] = mapped_column(ForeignKey("suggestion.id"), index=True)
    codebook_id: Mapped[int | None] = mapped_column(ForeignKey("codebook.id"))
    at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    memo: Mapped[str]
    sitting: Mapped[str | None] = mapped_column(String(36), index=True)
    replaces: Mapped[str | None] = mapped_column(String(36))
    coder: Mapped[CoderRow] = relationship()
    transcript: Mapped[TranscriptRow] = relationship()
    suggestion: Mapped[SuggestionRow | None] = relationship()
    codebook: Mapped[CodebookRow | None] = relationship()

    def payload(self) -> Mapping[str, Any]:
        """The row, with what it points at by GUID or version."""
        return decision_payload(
            {name: getattr(self, name) for name in _OF_DECISIONS},
            interview=self.transcript.interview.guid,
            revision=self.transcript.revision,
            coder=self.coder.guid,
            suggestion=None if self.suggestion is None else self.suggestion.guid,
            codebook=None if self.codebook is None else self.codebook.version,
        )


_OF_DECISIONS = (
    "guid",
    "start",
    "end",
    "slice_sha256",
    "verdict",
    "code",
    "at",
    "recorded_at",
    "memo",
    "sitting",
    "replaces",
)


def decision_payload(
    columns: Mapping[str, Any],
    *,
    interview: str,
    revision: int,
    coder: str,
    suggestion: str | None,
    codebook: int | None,
) -> dict[str, Any]:
    """What the event of a decision says of it: its columns, and what it points at by GUID, revision or version."""
    said = {name: columns[name] for name in _OF_DECISIONS if name != "replaces" or columns[name] is not None}
    said["at"], said["recorded_at"] = columns["at"].isoformat(), columns["recorded_at"].isoformat()
    return said | {
        "interview": interview,
        "revision": revision,
        "coder": coder,
        "suggestion": suggestion,
        "codebook": codebook,
    }
