"""The members of a team who use one study: their roles, and how they sign in.

A study without members is a researcher's own. Where an app serves it to a team, only members get in, and each acts in
their role; see `store.permissions`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from store import events
from store.coders import coder_name, coder_row
from store.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from store.lookalikes import skeleton
from store.member_records import MemberPasswordRow, MemberRow
from store.permissions import MemberRole, member_name
from store.records import CoderRow
from store.study import Study
from store.values import CoderRole
from store.verifiers import counting_verifier, keep_verifier, with_verifier
from store.work_records import CoderRoleRow

__all__ = [
    "Member",
    "MemberRole",
    "member",
    "member_by_identity",
    "member_verifier",
    "members",
    "remove_member",
    "role_within",
    "set_member",
    "set_member_password",
]

_LONGEST_IDENTITY = 500


@dataclass(frozen=True, slots=True)
class Member:
    """A member by the name under which they code; `identity` is what an identity provider calls them."""

    name: str
    role: MemberRole
    identity: str | None
    has_password: bool


def members(study: Study) -> tuple[Member, ...]:
    """All members as they stand now, in the order in which they came."""
    with study.read() as session:
        with_password = with_verifier(session, MemberPasswordRow)
        return tuple(_member(row, with_password) for row in _standing(session).values())


def member(study: Study, name: str) -> Member | None:
    """The member of that name; None where there is none (any more)."""
    wanted = member_name(name)
    return next((each for each in members(study) if each.name == wanted), None)


def member_by_identity(study: Study, identity: str) -> Member | None:
    """The member whom an identity provider calls so; None where there is none."""
    if not identity:
        return None
    wanted = _compared(identity)
    return next((each for each in members(study) if each.identity and _compared(each.identity) == wanted), None)


def set_member(study: Study, name: str, role: MemberRole, *, identity: str | None = None, by: str = "") -> Member:
    """Make somebody a member, or give a member another role or, where one is given, another identity; empty: none.

    Raises InvalidInputError for a name or an identity that cannot be one, ConflictError where somebody else has that
    identity or a name that looks the same, NotAllowedError where the last lead would be gone.
    """
    name = coder_name(member_name(name))
    identity = _identity(identity)
    with study.write() as session:
        _refuse_twins(session, name)
        standing = _standing(session)
        who = coder_row(session, name) if study.acting is None else _coder_for(session, name, by)
        before = standing.get(who.id)
        given = (identity or None) if identity is not None else (None if before is None else before.identity)
        _refuse_taken(standing, who.id, given)
        if role is not MemberRole.LEAD:
            _refuse_last(standing, who)
        if before is None or (before.role, before.identity) != (str(role), given):
            row = MemberRow(
                coder_id=who.id, coder=who, role=str(role), identity=given, by=_by(study, by), at=datetime.now(UTC)
            )
            events.record(session, row, coder=_by(study, by))
            _lead_too(session, who, role, _by(study, by))
        return _member(_standing(session)[who.id], with_verifier(session, MemberPasswordRow))


def remove_member(study: Study, name: str, *, by: str = "") -> None:
    """Let somebody be a member no more; what they did stays theirs, and their password is forgotten.

    Raises NotFoundError for who is none, NotAllowedError for the last lead.
    """
    with study.write() as session:
        who, _ = _known(session, name)
        _refuse_last(_standing(session), who)
        row = MemberRow(coder_id=who.id, coder=who, role=None, identity=None, by=_by(study, by), at=datetime.now(UTC))
        events.record(session, row, coder=_by(study, by))
        _lead_too(session, who, None, _by(study, by))
        if who.id in with_verifier(session, MemberPasswordRow):
            keep_verifier(session, MemberPasswordRow, who, None, by=_by(study, by))


def set_member_password(
    study: Study, name: str, verifier: str | None, *, by: str = "", instead_of: str | None = None
) -> None:
    """Keep what a member's password is checked against from now on; None takes the password away.

    `verifier` must begin with a random salt, or say it as Argon2's usual text does: its SHA-256 goes into the log.
    With `instead_of`, another one that was set meanwhile stays. Raises NotFoundError for who is no member.
    """
    with study.write() as session:
        who, _ = _known(session, name)
        if instead_of is not None and _password(session, study, who) != instead_of:
            return
        if verifier is not None or who.id in with_verifier(session, MemberPasswordRow):
            keep_verifier(session, MemberPasswordRow, who, verifier, by=_by(study, by))


def member_verifier(study: Study, name: str) -> str | None:
    """What a member's password is checked against; None for who is no member or has none.

    Raises StudyError where it is not what the log vouches for: then nobody gets in under that name.
    """
    wanted = member_name(name)
    with study.read() as session:
        who = next((row.coder for row in _standing(session).values() if row.coder.name == wanted), None)
        return None if who is None else _password(session, study, who)


def role_within(session: Session, name: str) -> MemberRole | None:
    """The role of the member of that name as a transaction sees it; None for who is no member."""
    query = select(MemberRow.role).join(MemberRow.coder).where(CoderRow.name == name)
    role = session.scalar(query.order_by(MemberRow.id.desc()).limit(1))
    return None if role is None else MemberRole(role)


def _standing(session: Session) -> dict[int, MemberRow]:
    """The newest row of each member by the id of their coder; those who are none any more are left out."""
    newest: dict[int, MemberRow] = {}
    for row in session.scalars(select(MemberRow).order_by(MemberRow.id)):
        newest[row.coder_id] = row
    return {key: row for key, row in newest.items() if row.role is not None}


def _member(row: MemberRow, with_password: frozenset[int]) -> Member:
    return Member(row.coder.name, MemberRole(row.role or ""), row.identity, row.coder_id in with_password)


def _password(session: Session, study: Study, who: CoderRow) -> str | None:
    msg = (
        f"The password of {who.name} in {study.folder} was changed by hand; nobody gets in under that name until "
        "a good copy of the study is restored, or the password is set anew with `interview members password`."
    )
    return counting_verifier(session, MemberPasswordRow, who, msg)


def _known(session: Session, name: str) -> tuple[CoderRow, MemberRow]:
    wanted = member_name(name)
    found = next((row for row in _standing(session).values() if row.coder.name == wanted), None)
    if found is None:
        msg = f"There is no member “{name}” in this study; `interview members list` names them."
        raise NotFoundError(msg)
    return found.coder, found


def _coder_for(session: Session, name: str, by: str) -> CoderRow:
    """The coder of that name, made known by the lead who acts where there is none."""
    row = session.scalar(select(CoderRow).where(CoderRow.name == name))
    return row if row is not None else coder_row(session, name, by=by)


def _by(study: Study, by: str) -> str:
    return study.acting or by.strip()


def _identity(identity: str | None) -> str | None:
    if identity is None:
        return None
    kept = identity.strip()
    if len(kept) > _LONGEST_IDENTITY or not kept.isprintable():
        msg = f"An identity is an e-mail or “issuer|subject”, of at most {_LONGEST_IDENTITY} characters on one line."
        raise InvalidInputError(msg)
    return kept


def _compared(identity: str) -> str:
    """An e-mail is the same whatever its capitals; issuer and subject are what they are."""
    return identity if "|" in identity else identity.casefold()


def _refuse_twins(session: Session, name: str) -> None:
    """Nobody may be called what another coder is called but for capitals or letters that look the same."""
    known = list(session.scalars(select(CoderRow.name)))
    for other in known if name not in known else ():
        if skeleton(other) == skeleton(name):
            msg = f"“{name}” looks like the coder “{other}”, who is there already; choose another name."
            raise ConflictError(msg)


def _refuse_taken(standing: dict[int, MemberRow], coder: int, identity: str | None) -> None:
    for key, row in standing.items():
        if identity and key != coder and row.identity and _compared(row.identity) == _compared(identity):
            msg = f"{row.coder.name} has the identity {identity} already; take it from them first."
            raise ConflictError(msg)


def _refuse_last(standing: dict[int, MemberRow], who: CoderRow) -> None:
    leads = {key for key, row in standing.items() if row.role == MemberRole.LEAD}
    if leads == {who.id}:
        msg = f"{who.name} is the only lead among the members; make somebody else a lead first."
        raise NotAllowedError(msg)


def _lead_too(session: Session, who: CoderRow, role: MemberRole | None, by: str) -> None:
    """A member who leads draws double codings and adjudicates, as a lead among the coders does; and no more after."""
    query = select(CoderRoleRow.role).where(CoderRoleRow.coder_id == who.id).order_by(CoderRoleRow.id.desc()).limit(1)
    before = session.scalar(query)
    wanted = CoderRole.LEAD if role is MemberRole.LEAD else CoderRole.CODER
    if (before == CoderRole.LEAD) != (wanted is CoderRole.LEAD):
        row = CoderRoleRow(coder_id=who.id, coder=who, role=str(wanted), by=by, at=datetime.now(UTC))
        events.record(session, row, coder=by)
