"""Who may sign in, asked of the study itself."""

import pytest
from argon2 import PasswordHasher
from team_study import add_team, password_of

from assistant.privacy.accounts import is_outdated
from assistant.ui.login_members import mark_of, member_with_claims, member_with_password
from store.members import member_verifier, set_member_password

ISSUER = "https://login.example.org"


@pytest.fixture
def team(study):
    add_team(study, Lea="lead", Ren="reviewer")
    return study


def test_a_password_is_its_members_alone(team):
    assert member_with_password(team, "Ren", password_of("Ren")).name == "Ren"
    for name, password in (("Ren", password_of("Lea")), ("Nobody", password_of("Lea")), ("Lea", "")):
        assert member_with_password(team, name, password) is None


def test_a_verifier_of_little_effort_is_made_anew_at_the_next_right_password(team):
    """And at no wrong one; the mark of the account is another one then, so it is taken afterwards."""
    weak = PasswordHasher(time_cost=1, memory_cost=1024).hash("a password from before")
    set_member_password(team, "Ren", weak)
    before = mark_of(team, "Ren")
    assert member_with_password(team, "Ren", "not that one at all") is None
    assert member_verifier(team, "Ren") == weak
    assert member_with_password(team, "Ren", "a password from before").name == "Ren"
    made = member_verifier(team, "Ren")
    assert not is_outdated(made)
    assert mark_of(team, "Ren") != before
    assert member_with_password(team, "Ren", "a password from before").name == "Ren"
    assert member_verifier(team, "Ren") == made


def test_a_provider_speaks_of_members_by_subject_or_by_a_verified_address(team):
    assert member_with_claims(team, {"iss": ISSUER, "sub": "ren"}).name == "Ren"
    for claims in (
        {"iss": ISSUER, "sub": "x"},
        {"sub": "ren"},
        {"email": f"{ISSUER}|ren", "email_verified": False},
        {},
    ):
        assert member_with_claims(team, claims) is None
