"""The records of what a language model wrote, and of what people answered to proposed new codes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.records import CoderRow, InterviewRow, SuggestionRow, Witnessed


class RationaleRow(Witnessed):
    """Why a suggestion may fit, in a model's words; `rendered` is the whole of what the model saw."""

    __tablename__ = "rationale"
    event_type = "rationale.written"

    id: Mapped[int] = mapped_column(primary_key=True)
    guid: Mapped[str] = mapped_column(String(36), unique=True)
    suggestion_id: Mapped[int] = mapped_column(ForeignKey("suggestion.id"), index=True)
    text: Mapped[str]
    prompt: Mapped[str]
    prompt_sha256: Mapped[str] = mapped_column(String(64))
    rendered: Mapped[str]
    model: Mapped[str]
    model_sha256: Mapped[str] = mapped_column(String(64))
    options: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    suggestion: Mapped[SuggestionRow] = relationship()

    def payload(self) -> Mapping[str, Any]:
        """The row, with the suggestion by GUID."""
        return {
            "guid": self.guid,
            "suggestion": self.suggestion.guid,
            "text": self.text,
            "prompt": self.prompt,
            "prompt_sha256": self.prompt_sha256,
            "rendered": self.rendered,
            "model": self.model,
            "model_sha256": self.model_sha256,
            "options": self.options,
            "at": self.at.isoformat(),
        }


class CandidateNameRow(Witnessed):
    """A name and a draft definition that a model wrote for a group of passages.

    They may paraphrase any of `interviews` (GUIDs), so they go when any of these is erased. `quotes` is a list of
    [interview, revision, start, end]: where the sentences stand that the model pointed at.
    """

    __tablename__ = "candidate_name"
    event_type = "candidate.named"

    id: Mapped[int] = mapped_column(primary_key=True)
    guid: Mapped[str] = mapped_column(String(36), unique=True)
    candidate: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str]
    definition: Mapped[str]
    quotes: Mapped[list[Any]]
    interviews: Mapped[list[Any]]
    prompt: Mapped[str]
    prompt_sha256: Mapped[str] = mapped_column(String(64))
    rendered_sha256: Mapped[str] = mapped_column(String(64))
    model: Mapped[str]
    model_sha256: Mapped[str] = mapped_column(String(64))
    options: Mapped[dict[str, Any]]
    at: Mapped[datetime]

    def payload(self) -> Mapping[str, Any]:
        """The row."""
        return {
            "guid": self.guid,
            "candidate": self.candidate,
            "name": self.name,
            "definition": self.definition,
            "quotes": self.quotes,
            "interviews": self.interviews,
            "prompt": self.prompt,
            "prompt_sha256": self.prompt_sha256,
            "rendered_sha256": self.rendered_sha256,
            "model": self.model,
            "model_sha256": self.model_sha256,
            "options": self.options,
            "at": self.at.isoformat(),
        }


class CandidateAnswerRow(Witnessed):
    """What a coder answered to a proposed new code, as far as one interview's passages are concerned.

    One answer is one `act` of as many rows as the passages have interviews: erasing an interview takes its row, the
    others keep what was dismissed from being offered again. `members` holds the hashes of the passages' texts.
    """

    __tablename__ = "candidate_answer"
    event_type = "candidate.answered"

    id: Mapped[int] = mapped_column(primary_key=True)
    act: Mapped[str] = mapped_column(String(36), index=True)
    candidate: Mapped[str] = mapped_column(String(64))
    interview_id: Mapped[int] = mapped_column(ForeignKey("interview.id"), index=True)
    verdict: Mapped[str] = mapped_column(String(10))
    code: Mapped[str | None] = mapped_column(String(36))
    takes_back: Mapped[str | None] = mapped_column(String(36))
    members: Mapped[list[Any]]
    coder_id: Mapped[int] = mapped_column(ForeignKey("coder.id"))
    at: Mapped[datetime]
    interview: Mapped[InterviewRow] = relationship()
    coder: Mapped[CoderRow] = relationship()

    def payload(self) -> Mapping[str, Any]:
        """The row, with interview and coder by GUID."""
        return {
            "act": self.act,
            "candidate": self.candidate,
            "interview": self.interview.guid,
            "verdict": self.verdict,
            "code": self.code,
            "takes_back": self.takes_back,
            "members": self.members,
            "coder": self.coder.guid,
            "at": self.at.isoformat(),
        }
