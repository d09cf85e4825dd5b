"""The records of the members of a team: who they are, in what role, and what their passwords are checked against."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.records import CoderRow, Witnessed
from store.verifiers import VerifierRow


class MemberRow(Witnessed):
    """A coder as a member from then on: in a role, or without one where they are none any more; the newest counts.

    `identity` is what an identity provider calls them: issuer and subject, or an e-mail that it has verified.
    """

    __tablename__ = "member"
    event_type = "member.set"

    id: Mapped[int] = mapped_column(primary_key=True)
    coder_id: Mapped[int] = mapped_column(ForeignKey("coder.id"), index=True)
    role: Mapped[str | None] = mapped_column(String(12))
    identity: Mapped[str | None]
    by: Mapped[str]
    at: Mapped[datetime]
    coder: Mapped[CoderRow] = relationship()

    def payload(self) -> Mapping[str, Any]:
        """Who has which role, and from whom."""
        return {
            "coder": self.coder.guid,
            "role": self.role,
            "identity": self.identity,
            "by": self.by,
            "at": self.at.isoformat(),
        }


class MemberPasswordRow(VerifierRow):
    """What the password is checked against with which a member signs in."""

    __tablename__ = "member_password"
    event_type = "member.password_set"
