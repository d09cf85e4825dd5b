"""The records beside a transcript: the glossary, the queue of recordings, and voices while they are told apart."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.records import Base, InterviewRow, Witnessed


class GlossaryRow(Witnessed):
    """One state of the words that the recogniser is told to expect; the newest counts."""

    __tablename__ = "glossary"
    event_type = "glossary.set"

    id: Mapped[int] = mapped_column(primary_key=True)
    terms: Mapped[list[Any]]
    at: Mapped[datetime]

    def payload(self) -> Mapping[str, Any]:
        """The terms, in their order."""
        return {"terms": self.terms, "at": self.at.isoformat()}


class JobRow(Base):
    """A recording that waits to be transcribed, or what became of it."""

    __tablename__ = "job"

    id: Mapped[int] = mapped_column(primary_key=True)
    interview_id: Mapped[int] = mapped_column(ForeignKey("interview.id"), index=True)
    wanted: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(10), index=True)
    priority: Mapped[int]
    done_ms: Mapped[int]
    total_ms: Mapped[int]
    why: Mapped[str]
    queued_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    interview: Mapped[InterviewRow] = relationship()


class VoicesRow(Base):
    """What voices sound like in a stretch of a recording; deleted when its speakers are told apart."""

    __tablename__ = "voices"

    transcription_id: Mapped[int] = mapped_column(ForeignKey("transcription.id"), primary_key=True)
    start_ms: Mapped[int] = mapped_column(primary_key=True)
    end_ms: Mapped[int]
    heard: Mapped[bytes] = mapped_column(LargeBinary)
