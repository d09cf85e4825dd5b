"""What people's secrets are checked against, never they themselves: rows of which the newest of each coder counts.

An event holds the SHA-256 of a verifier alone: whoever reads the log has nothing to guess against, for a verifier
begins with a random salt. Verifiers that no longer count are removed; their hashes stay.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, select, update
from sqlalchemy.orm import Mapped, Session, declared_attr, mapped_column, relationship

from store import events
from store.canonical import sha256_text
from store.errors import StudyError
from store.records import CoderRow, Witnessed


class VerifierRow(Witnessed):
    """What a coder's secret of one kind is checked against from then on, nothing where they have none any more."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    coder_id: Mapped[int] = mapped_column(ForeignKey("coder.id"), index=True)
    verifier: Mapped[str | None]
    verifier_sha256: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[datetime]

    @declared_attr
    def coder(cls) -> Mapped[CoderRow]:  # noqa: N805 - a mapped class is asked for it
        """Whose it is."""
        return relationship()

    @property
    def holds(self) -> bool:
        """Whether the log vouches for the verifier, or for there being none that counts."""
        return self.verifier is None or sha256_text(self.verifier) == self.verifier_sha256

    def payload(self) -> Mapping[str, Any]:
        """Whose it is and the hash of what it is checked against."""
        return {"coder": self.coder.guid, "verifier_sha256": self.verifier_sha256, "at": self.at.isoformat()}


def keep_verifier(session: Session, table: type[VerifierRow], who: CoderRow, verifier: str | None, *, by: str) -> None:
    """Let this verifier count from now on, None for none, and remove the ones before."""
    session.execute(update(table).where(table.coder_id == who.id).values(verifier=None))
    digest = None if verifier is None else sha256_text(verifier)
    row = table(coder_id=who.id, coder=who, verifier=verifier, verifier_sha256=digest, at=datetime.now(UTC))
    events.record(session, row, coder=by)


def counting_verifier(session: Session, table: type[VerifierRow], who: CoderRow, changed_by_hand: str) -> str | None:
    """What counts now, None for nothing; raises StudyError with that sentence where the log does not vouch for it."""
    query = select(table).where(table.coder_id == who.id).order_by(table.id.desc()).limit(1)
    row = session.scalar(query)
    if row is None or row.verifier_sha256 is None:
        return None
    if row.verifier is None or not row.holds:
        raise StudyError(changed_by_hand)
    return row.verifier


def with_verifier(session: Session, table: type[VerifierRow]) -> frozenset[int]:
    """The ids of the coders for whom one counts."""
    query = select(table.coder_id, table.verifier_sha256).order_by(table.id)
    newest = {row.coder_id: row.verifier_sha256 for row in session.execute(query)}
    return frozenset(key for key, digest in newest.items() if digest is not None)
