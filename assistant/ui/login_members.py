"""Who may sign in: the members of the study that this app serves, asked anew each time."""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from store.errors import StudyError
from store.members import Member, member, member_by_identity, member_verifier, set_member_password
from store.study import Study


def member_with_password(study: Study, name: str, password: str) -> Member | None:
    """The member whose password that is; None for a wrong one, an unknown name, and a member without one.

    It takes as long for a name that nobody has. Raises StudyError where the study cannot be read.
    """
    from assistant.privacy.accounts import is_outdated, password_fits, verifier_again

    found = member(study, name)
    verifier = None if found is None else member_verifier(study, found.name)
    if not password_fits(verifier, password) or found is None or verifier is None:
        return None
    if is_outdated(verifier):  # made with less effort than is recommended now
        with suppress(StudyError):  # the password is right, whatever keeps the study from being written just now
            set_member_password(study, found.name, verifier_again(password), instead_of=verifier)
    return found


def member_with_claims(study: Study, claims: Mapping[str, Any]) -> Member | None:
    """The member of whom an identity provider speaks: by issuer and subject, or by an e-mail that it has verified."""
    identities = [identity_of(claims)]
    mail = claims.get("email")
    if isinstance(mail, str) and mail and claims.get("email_verified") is True:
        identities.append(mail)
    for identity in identities:
        found = member_by_identity(study, identity) if identity else None
        if found is not None:
            return found
    return None


def identity_of(claims: Mapping[str, Any]) -> str:
    """Issuer and subject, which stay the same when names and addresses change; empty where one is missing."""
    issuer, subject = claims.get("iss"), claims.get("sub")
    return f"{issuer}|{subject}" if isinstance(issuer, str) and isinstance(subject, str) and issuer and subject else ""


def mark_of(study: Study, name: str) -> str:
    """A mark of a member's account that changes with role, password and identity; empty for who is no member (now).

    Raises StudyError where the study cannot be read.
    """
    found = member(study, name)
    if found is None:
        return ""
    verifier = member_verifier(study, found.name) if found.has_password else None
    held = json.dumps([found.name, str(found.role), found.identity, verifier])
    return hashlib.sha256(held.encode("utf-8", "surrogatepass")).hexdigest()
