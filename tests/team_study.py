"""Members of a study for tests: each with a role and a password."""

from functools import cache

from assistant.privacy.accounts import verifier_of
from store.members import MemberRole, set_member, set_member_password
from store.study import Study


def add_team(study: Study, **roles: str) -> None:
    """Give the study these members, each with the password `password_of` their name."""
    for name, role in roles.items():
        set_member(study, name, MemberRole(role), identity=f"https://login.example.org|{name.lower()}")
        set_member_password(study, name, _verifier(name))


def password_of(name: str) -> str:
    """What this member signs in with."""
    return f"a long enough one, {name}"


@cache
def _verifier(name: str) -> str:
    """The same for all studies of a test process, as it is slow to make."""
    return verifier_of(password_of(name))
