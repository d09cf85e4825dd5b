"""The records of what came into a study from files of other programs, and of sets of codes, interviews and memos."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.records import CoderRow, InterviewRow, Witnessed


class ImportRow(Witnessed):
    """A project of another program that was taken in: its report, and what an export must give back.

    What tells of a single interview stands in a part of its own, so that it can be erased with it.
    """

    __tablename__ = "import"
    event_type = "project.imported"

    id: Mapped[int] = mapped_column(primary_key=True)
    guid: Mapped[str] = mapped_column(String(36), unique=True)
    file: Mapped[str]
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    origin: Mapped[str]
    report: Mapped[list[Any]]
    kept: Mapped[dict[str, Any]]
    coder_id: Mapped[int] = mapped_column(ForeignKey("coder.id"))
    at: Mapped[datetime]
    coder: Mapped[CoderRow] = relationship()

    def payload(self) -> Mapping[str, Any]:
        """The row, with the coder by GUID."""
        return {
            "guid": self.guid,
            "file": self.file,
            "sha256": self.sha256,
            "origin": self.origin,
            "report": self.report,
            "kept": self.kept,
            "coder": self.coder.guid,
            "at": self.at.isoformat(),
        }


class ImportPartRow(Witnessed):
    """What an import says of one interview, and what an export of it must give back."""

    __tablename__ = "import_part"
    event_type = "interview.imported"

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("import.id"), index=True)
    interview_id: Mapped[int] = mapped_column(ForeignKey("interview.id"), index=True)
    report: Mapped[list[Any]]
    kept: Mapped[dict[str, Any]]
    whole: Mapped[ImportRow] = relationship()
    interview: Mapped[InterviewRow] = relationship()

    def payload(self) -> Mapping[str, Any]:
        """The row, with what it points at by GUID."""
        return {
            "import": self.whole.guid,
            "interview": self.interview.guid,
            "report": self.report,
            "kept": self.kept,
        }


class NamedSetRow(Witnessed):
    """One revision of a named set of codes, interviews and memos (GUIDs); the newest counts, one `gone` hides it."""

    __tablename__ = "named_set"
    __table_args__ = (UniqueConstraint("guid", "revision"),)
    event_type = "set.kept"

    id: Mapped[int] = mapped_column(primary_key=True)
    guid: Mapped[str] = mapped_column(String(36))
    revision: Mapped[int]
    name: Mapped[str]
    description: Mapped[str]
    codes: Mapped[list[Any]]
    interviews: Mapped[list[Any]]
    memos: Mapped[list[Any]]
    gone: Mapped[bool]
    coder_id: Mapped[int] = mapped_column(ForeignKey("coder.id"))
    at: Mapped[datetime]
    coder: Mapped[CoderRow] = relationship()

    def payload(self) -> Mapping[str, Any]:
        """The row, with the coder by GUID."""
        return {
            "guid": self.guid,
            "revision": self.revision,
            "name": self.name,
            "description": self.description,
            "codes": self.codes,
            "interviews": self.interviews,
            "memos": self.memos,
            "gone": self.gone,
            "coder": self.coder.guid,
            "at": self.at.isoformat(),
        }
