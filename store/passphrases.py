"""The passphrases under which coders work in the app: what they are checked against, never they themselves."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.consent_records import CoderPassphraseRow
from store.errors import NotFoundError
from store.records import CoderRow
from store.study import Study
from store.verifiers import counting_verifier, keep_verifier, with_verifier


def set_coder_passphrase(study: Study, coder: str, verifier: str | None) -> None:
    """Keep what a coder's passphrase is checked against from now on; None takes the passphrase away.

    `verifier` must begin with a random salt, as a slow hash's usual text does: its SHA-256 is written into the log.
    Raises NotFoundError for an unknown coder.
    """
    with study.write() as session:
        who = _known(session, coder)
        if verifier is not None or who.id in with_verifier(session, CoderPassphraseRow):
            keep_verifier(session, CoderPassphraseRow, who, verifier, by=who.name)


def coder_passphrase(study: Study, coder: str) -> str | None:
    """What a coder's passphrase is checked against; None where they have none, or are not known yet.

    Raises StudyError where it is not what the log vouches for: then nobody gets in under that name.
    """
    with study.read() as session:
        who = session.scalar(select(CoderRow).where(CoderRow.name == coder.strip()))
        if who is None:
            return None
        msg = (
            f"The passphrase of {coder.strip()} in {study.folder} was changed by hand; nobody can code under that"
            " name until a good copy of the study is restored, or the passphrase is set anew on the command line."
        )
        return counting_verifier(session, CoderPassphraseRow, who, msg)


def coders_with_passphrase(study: Study) -> frozenset[str]:
    """The names of the coders who have a passphrase."""
    with study.read() as session:
        query = select(CoderRow.name).where(CoderRow.id.in_(with_verifier(session, CoderPassphraseRow)))
        return frozenset(session.scalars(query))


def _known(session: Session, coder: str) -> CoderRow:
    row = session.scalar(select(CoderRow).where(CoderRow.name == coder.strip()))
    if row is None:
        msg = f"There is no coder “{coder}” in this study; add them first."
        raise NotFoundError(msg)
    return row
