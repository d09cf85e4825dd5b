"""The records of what people write and agree beside coding: memos, milestones, double codings, remarks, roles."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.records import CoderRow, DecisionRow, InterviewRow, TranscriptRow, Witnessed


class CoderRoleRow(Witnessed):
    """The role of a coder from now on; the newest row counts."""

    __tablename__ = "coder_role"
    event_type = "coder.role_set"

    id: Mapped[int] = mapped_column(primary_key=True)
    coder_id: Mapped[int] = mapped_column(ForeignKey("coder.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    by: Mapped[str]
    at: Mapped[datetime]
    coder: Mapped[CoderRow] = relationship()

    def payload(self) -> Mapping[str, Any]:
        """Who got which role from whom."""
        return {"coder": self.coder.guid, "role": self.role, "by": self.by, "at": self.at.isoformat()}


class MemoRow(Witnessed):
    """One revision of a memo; the memo is its GUID, the newest revision counts, and one that is `gone` hides it.

    Nothing set: a memo on the study. `code` is a GUID, `decision` that of the coding it is about.
    """

    __tablename__ = "memo"
    __table_args__ = (UniqueConstraint("guid", "revision"),)
    event_type = "memo.kept"

    id: Mapped[int] = mapped_column(primary_key=True)
    guid: Mapped[str] = mapped_column(String(36))
    revision: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12))
    interview_id: Mapped[int | None] = mapped_column(ForeignKey("interview.id"), index=True)
    transcript_id: Mapped[int | None] = mapped_column(ForeignKey("transcript.id"))
    start: Mapped[int | None]
    end: Mapped[int | None]
    code: Mapped[str | None] = mapped_column(String(36), index=True)
    decision: Mapped[str | None] = mapped_column(String(36))
    title: Mapped[str]
    text: Mapped[str]
    happened_on: Mapped[str | None] = mapped_column(String(10))
    present: Mapped[str]
    gone: Mapped[bool]
    coder_id: Mapped[int] = mapped_column(ForeignKey("coder.id"))
    at: Mapped[datetime]
    coder: Mapped[CoderRow] = relationship()
    interview: Mapped[InterviewRow | None] = relationship()
    transcript: Mapped[TranscriptRow | None] = relationship()

    def payload(self) -> Mapping[str, Any]:
        """The row, with what it points at by GUID or revision."""
        return {
            "guid": self.guid,
            "revision": self.revision,
            "kind": self.kind,
            "interview": None if self.interview is None else self.interview.guid,
            "transcript": None if self.transcript is None else self.transcript.revision,
            "start": self.start,
            "end": self.end,
            "code": self.code,
            "decision": self.decision,
            "title": self.title,
            "text": self.text,
            "happened_on": self.happened_on,
            "present": self.present,
            "gone": self.gone,
            "coder": self.coder.guid,
            "at": self.at.isoformat(),
        }


class MilestoneRow(Witnessed):
    """A named state of the study: everything up to the event with the number `through`."""

    __tablename__ = "milestone"
    event_type = "milestone.kept"

    id: Mapped[int] = mapped_column(primary_key=True)
    guid: Mapped[str] = mapped_column(String(36), unique=True)
    name: Mapped[str] = mapped_column(unique=True)
    note: Mapped[str]
    through: Mapped[int]
    codebook: Mapped[int | None]
    coder_id: Mapped[int] = mapped_column(ForeignKey("coder.id"))
    at: Mapped[datetime]
    coder: Mapped[CoderRow] = relationship()

    def payload(self) -> Mapping[str, Any]:
        """The row."""
        return {
            "guid": self.guid,
            "name": self.name,
            "note": self.note,
            "through": self.through,
            "codebook": self.codebook,
            "coder": self.coder.guid,
            "at": self.at.isoformat(),
        }


class DoubleCodingRow(Witnessed):
    """A sample that a second coder codes blind; which segments it holds stands in a row for each interview."""

    __tablename__ = "double_coding"
    event_type = "double_coding.drawn"

    id: Mapped[int] = mapped_column(primary_key=True)
    guid: Mapped[str] = mapped_column(String(36), unique=True)
    name: Mapped[str] = mapped_column(unique=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("coder.id"))
    second_id: Mapped[int] = mapped_column(ForeignKey("coder.id"), index=True)
    seed: Mapped[int]
    share: Mapped[float | None]
    at: Mapped[datetime]
    lead: Mapped[CoderRow] = relationship(foreign_keys=lead_id)
    second: Mapped[CoderRow] = relationship(foreign_keys=second_id)

    def payload(self) -> Mapping[str, Any]:
        """The row."""
        return {
            "guid": self.guid,
            "name": self.name,
            "lead": self.lead.guid,
            "second": self.second.guid,
            "seed": self.seed,
            "share": self.share,
            "at": self.at.isoformat(),
        }


class DoubleCodingPartRow(Witnessed):
    """The segments of one interview in a double coding, as [start, end] in that revision of its transcript."""

    __tablename__ = "double_coding_part"
    event_type = "double_coding.sampled"

    id: Mapped[int] = mapped_column(primary_key=True)
    double_coding_id: Mapped[int] = mapped_column(ForeignKey("double_coding.id"), index=True)
    transcript_id: Mapped[int] = mapped_column(ForeignKey("transcript.id"), index=True)
    spans: Mapped[list[Any]]
    double_coding: Mapped[DoubleCodingRow] = relationship()
    transcript: Mapped[TranscriptRow] = relationship()

    def payload(self) -> Mapping[str, Any]:
        """The row, with the interview by GUID."""
        return {
            "double_coding": self.double_coding.guid,
            "interview": self.transcript.interview.guid,
            "revision": self.transcript.revision,
            "spans": self.spans,
        }


class DoubleCodingEndRow(Witnessed):
    """A double coding that is over: its second coder finished, or a lead called it off."""

    __tablename__ = "double_coding_end"
    event_type = "double_coding.ended"

    id: Mapped[int] = mapped_column(primary_key=True)
    double_coding_id: Mapped[int] = mapped_column(ForeignKey("double_coding.id"), unique=True)
    how: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str]
    coder_id: Mapped[int] = mapped_column(ForeignKey("coder.id"))
    at: Mapped[datetime]
    double_coding: Mapped[DoubleCodingRow] = relationship()
    coder: Mapped[CoderRow] = relationship()

    def payload(self) -> Mapping[str, Any]:
        """The row."""
        return {
            "double_coding": self.double_coding.guid,
            "how": self.how,
            "reason": self.reason,
            "coder": self.coder.guid,
            "at": self.at.isoformat(),
        }


class AdjudicationRow(Witnessed):
    """What a lead says of a disagreement; the decisions that it resolves (GUIDs) stay as they are."""

    __tablename__ = "adjudication"
    __table_args__ = (Index(None, "double_coding_id", "transcript_id"),)
    event_type = "adjudication.made"

    id: Mapped[int] = mapped_column(primary_key=True)
    guid: Mapped[str] = mapped_column(String(36), unique=True)
    double_coding_id: Mapped[int] = mapped_column(ForeignKey("double_coding.id"))
    transcript_id: Mapped[int] = mapped_column(ForeignKey("transcript.id"))
    start: Mapped[int]
    end: Mapped[int]
    code: Mapped[str] = mapped_column(String(36))
    applies: Mapped[bool]
    memo: Mapped[str]
    resolves: Mapped[list[Any]]
    coder_id: Mapped[int] = mapped_column(ForeignKey("coder.id"))
    at: Mapped[datetime]
    double_coding: Mapped[DoubleCodingRow] = relationship()
    transcript: Mapped[TranscriptRow] = relationship()
    coder: Mapped[CoderRow] = relationship()

    def payload(self) -> Mapping[str, Any]:
        """The row, with what it points at by GUID or revision."""
        return {
            "guid": self.guid,
            "double_coding": self.double_coding.guid,
            "interview": self.transcript.interview.guid,
            "revision": self.transcript.revision,
            "start": self.start,
            "end": self.end,
            "code": self.code,
            "applies": self.applies,
            "memo": self.memo,
            "resolves": self.resolves,
            "coder": self.coder.guid,
            "at": self.at.isoformat(),
        }


class RemarkRow(Witnessed):
    """What somebody says of a coding in an open second review."""

    __tablename__ = "remark"
    event_type = "remark.made"

    id: Mapped[int] = mapped_column(primary_key=True)
    guid: Mapped[str] = mapped_column(String(36), unique=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    text: Mapped[str]
    outcome: Mapped[str] = mapped_column(String(12))
    coder_id: Mapped[int] = mapped_column(ForeignKey("coder.id"))
    at: Mapped[datetime]
    decision: Mapped[DecisionRow] = relationship()
    coder: Mapped[CoderRow] = relationship()

    def payload(self) -> Mapping[str, Any]:
        """The row, with the coding by GUID."""
        return {
            "guid": self.guid,
            "decision": self.decision.guid,
            "kind": self.kind,
            "text": self.text,
            "outcome": self.outcome,
            "coder": self.coder.guid,
            "at": self.at.isoformat(),
        }
