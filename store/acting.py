"""For whom a study is used: the check that stands before every transaction of a member, and before work on files."""

from typing import TYPE_CHECKING

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session

from store.errors import ForbiddenError
from store.permissions import Acting, MemberRole, may, member_name, refuse_event

if TYPE_CHECKING:
    from store.study import Study

ACTING = "acting"
"""Under this name a session remembers for whom it acts."""
_CHANGED = "changed"
_SILENT = "job.queued"
"""What the log is not told of is done for those who may transcribe and suggest: waiting jobs, scores, vectors."""


def admitted(session: Session, name: str) -> Acting:
    """The member as they stand in this transaction; raises ForbiddenError for who is none."""
    found = session.info[ACTING] = acting_member(session, name)
    event.listen(session, "do_orm_execute", _note_statement)
    event.listen(session, "after_flush", _note_flush)
    return found


def refuse_silent(session: Session, *, told: bool) -> None:
    """Raise ForbiddenError where a transaction changed something that the log is not `told` of, for who may not."""
    acting: Acting | None = session.info.get(ACTING)
    if acting is None or may(acting.role, _SILENT):
        return
    session.flush()
    if session.info.get(_CHANGED) and not told:
        if acting.role is MemberRole.READER:
            raise ForbiddenError(f"{acting.name} reads this study and changes nothing in it; nothing was written.")
        refuse_event(acting, _SILENT, "")


def check(session: Session, act: str) -> None:
    """Raise ForbiddenError unless whoever the transaction acts for may cause events of that type, or such acts."""
    refuse_event(session.info.get(ACTING), act, "")


def acting_member(session: Session, name: str) -> Acting:
    """The member of that name with the role that counts now; raises ForbiddenError where there is none (any more)."""
    from store.members import role_within

    role = role_within(session, member_name(name))
    if role is None:
        raise ForbiddenError(f"{name} is not a member of this study (any more); nothing was written.")
    return Acting(member_name(name), role)


def require(study: "Study", event_type: str, what: str) -> None:
    """Raise ForbiddenError unless whoever the study is used for may cause such events; for work on files.

    `what` says what was asked for: “make a copy of the study”. A study that acts for nobody is not restricted.
    """
    if study.acting is None:
        return
    with study.read() as session:
        found = acting_member(session, study.acting)
    if not may(found.role, event_type):
        raise ForbiddenError(
            f"{found.name} may not {what} in the role “{found.role}”; nothing was done. Whoever leads the "
            "study can change the role."
        )


def _note_statement(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        state.session.info[_CHANGED] = True


def _note_flush(session: Session, _: object) -> None:
    session.info[_CHANGED] = True
