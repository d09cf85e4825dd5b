"""The records of work with quotes: saved queries, quotes picked for a paper, and what a model wrote about a theme."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.records import CoderRow, TranscriptRow, Witnessed


class SavedQueryRow(Witnessed):
    """One revision of a saved query; the query is its GUID, the newest revision counts, one that is `gone` hides it."""

    __tablename__ = "saved_query"
    __table_args__ = (UniqueConstraint("guid", "revision"),)
    event_type = "query.saved"

    id: Mapped[int] = mapped_column(primary_key=True)
    guid: Mapped[str] = mapped_column(String(36))
    revision: Mapped[int]
    name: Mapped[str]
    asked: Mapped[dict[str, Any]]
    note: Mapped[str]
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
            "asked": self.asked,
            "note": self.note,
            "gone": self.gone,
            "coder": self.coder.guid,
            "at": self.at.isoformat(),
        }


class QuotePickRow(Witnessed):
    """That a stretch stands in a list at a place, from now on; without a `place` it was taken out.

    Places are numbers to sort by, with room between them: moving one quote writes one row.
    """

    __tablename__ = "quote_pick"
    __table_args__ = (Index("ix_quote_pick_list", "list"),)
    event_type = "quote.picked"

    id: Mapped[int] = mapped_column(primary_key=True)
    list: Mapped[str]
    transcript_id: Mapped[int] = mapped_column(ForeignKey("transcript.id"), index=True)
    start: Mapped[int]
    end: Mapped[int]
    place: Mapped[float | None]
    note: Mapped[str]
    coder_id: Mapped[int] = mapped_column(ForeignKey("coder.id"))
    at: Mapped[datetime]
    coder: Mapped[CoderRow] = relationship()
    transcript: Mapped[TranscriptRow] = relationship()

    def payload(self) -> Mapping[str, Any]:
        """The row, with interview and coder by GUID and the transcript by its revision."""
        return {
            "list": self.list,
            "interview": self.transcript.interview.guid,
            "transcript": self.transcript.revision,
            "start": self.start,
            "end": self.end,
            "place": self.place,
            "note": self.note,
            "coder": self.coder.guid,
            "at": self.at.isoformat(),
        }


class SummaryRow(Witnessed):
    """What a model wrote about a theme; it may paraphrase any of `interviews`, so it goes when one is erased.

    `sentences` is a list of [text, [[interview, revision, start, end], …]]: each with the quotes that it rests on.
    `basis` says which codings the quotes were taken from, `read` and `of` how many of how many the model saw,
    `dropped` how many of its sentences were not kept.
    """

    __tablename__ = "summary"
    event_type = "summary.written"

    id: Mapped[int] = mapped_column(primary_key=True)
    guid: Mapped[str] = mapped_column(String(36), unique=True)
    theme: Mapped[str] = mapped_column(String(36), index=True)
    sentences: Mapped[list[Any]]
    shown: Mapped[list[Any]]
    interviews: Mapped[list[Any]]
    basis: Mapped[dict[str, Any]]
    read: Mapped[int]
    of: Mapped[int]
    dropped: Mapped[dict[str, Any]]
    prompt: Mapped[str]
    prompt_sha256: Mapped[str] = mapped_column(String(64))
    rendered: Mapped[str]
    model: Mapped[str]
    model_sha256: Mapped[str] = mapped_column(String(64))
    options: Mapped[dict[str, Any]]
    coder_id: Mapped[int] = mapped_column(ForeignKey("coder.id"))
    at: Mapped[datetime]
    coder: Mapped[CoderRow] = relationship()

    def payload(self) -> Mapping[str, Any]:
        """The row, with the coder who asked for it by GUID."""
        return {
            "guid": self.guid,
            "theme": self.theme,
            "sentences": self.sentences,
            "shown": self.shown,
            "interviews": self.interviews,
            "basis": self.basis,
            "read": self.read,
            "of": self.of,
            "dropped": self.dropped,
            "prompt": self.prompt,
            "prompt_sha256": self.prompt_sha256,
            "rendered": self.rendered,
            "model": self.model,
            "model_sha256": self.model_sha256,
            "options": self.options,
            "coder": self.coder.guid,
            "at": self.at.isoformat(),
        }
