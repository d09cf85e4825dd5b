"""The records of what participants consented to, and of the passphrases under which coders work."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.records import InterviewRow, Witnessed
from store.verifiers import VerifierRow


class ConsentRow(Witnessed):
    """What the consent to one interview covers from then on; the newest row counts.

    `covers` are words of `store.consent.Covers`; dates are ISO 8601 days (`2031-12-31`), the last on which the
    recording, or all of the interview, may be kept.
    """

    __tablename__ = "consent"
    event_type = "consent.recorded"

    id: Mapped[int] = mapped_column(primary_key=True)
    interview_id: Mapped[int] = mapped_column(ForeignKey("interview.id"), index=True)
    state: Mapped[str] = mapped_column(String(12))
    covers: Mapped[list[Any]]
    keep_recording_until: Mapped[str | None] = mapped_column(String(10))
    keep_until: Mapped[str | None] = mapped_column(String(10))
    note: Mapped[str]
    coder: Mapped[str]
    at: Mapped[datetime]
    interview: Mapped[InterviewRow] = relationship()

    def payload(self) -> Mapping[str, Any]:
        """The row, with the interview by GUID."""
        return {
            "interview": self.interview.guid,
            "state": self.state,
            "covers": self.covers,
            "keep_recording_until": self.keep_recording_until,
            "keep_until": self.keep_until,
            "note": self.note,
            "coder": self.coder,
            "at": self.at.isoformat(),
        }


class CoderPassphraseRow(VerifierRow):
    """What the passphrase is checked against under which a coder works in the app."""

    __tablename__ = "coder_passphrase"
    event_type = "coder.passphrase_set"
