"""Members of a team: who they are, in what role, and how they sign in."""

import pytest
from sqlalchemy import select, update

from store.audit import verify
from store.coders import add_coder, coder_list
from store.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError, StudyError
from store.member_records import MemberPasswordRow, MemberRow
from store.members import (
    Member,
    MemberRole,
    member,
    member_by_identity,
    member_verifier,
    members,
    remove_member,
    set_member,
    set_member_password,
)
from store.study import create_study
from store.values import CoderRole

LEAD, CODER, REVIEWER, READER = MemberRole


@pytest.fixture
def study(tmp_path):
    with create_study(tmp_path / "study") as made:
        yield made


@pytest.fixture
def team(study):
    set_member(study, "Ana", LEAD)
    set_member(study, "Ben", CODER, identity="https://id.example.org|77", by="Ana")
    return study


def test_a_study_has_no_members_until_some_are_made(study):
    assert members(study) == ()
    assert member(study, "Ana") is None


def test_members_stand_as_they_were_set_last(team):
    assert members(team) == (
        Member("Ana", LEAD, None, has_password=False),
        Member("Ben", CODER, "https://id.example.org|77", has_password=False),
    )
    set_member(team, "Ben", REVIEWER, by="Ana")
    assert member(team, " Ben ") == Member("Ben", REVIEWER, "https://id.example.org|77", has_password=False)
    assert member_by_identity(team, "https://id.example.org|77") == member(team, "Ben")
    assert (member_by_identity(team, ""), member_by_identity(team, "https://id.example.org|7")) == (None, None)


def test_setting_what_is_so_writes_nothing(team):
    before = verify(team).events
    set_member(team, "Ben", CODER, by="Ana")
    assert verify(team).events == before


def test_a_member_is_the_coder_of_that_name(study):
    add_coder(study, "Ana", by="Ana")
    set_member(study, "Ana", LEAD)
    assert [(coder.name, coder.role) for coder in coder_list(study)] == [("Ana", CoderRole.LEAD)]


def test_who_is_removed_is_no_member_and_their_work_stays(team):
    set_member_password(team, "Ben", "$argon2id$salt$x")
    remove_member(team, "Ben", by="Ana")
    assert [each.name for each in members(team)] == ["Ana"]
    assert (member_verifier(team, "Ben"), member_by_identity(team, "https://id.example.org|77")) == (None, None)
    assert [coder.name for coder in coder_list(team)] == ["Ana", "Ben"]
    with team.read() as session:
        assert list(session.scalars(select(MemberPasswordRow.verifier))) == [None, None]
    with pytest.raises(NotFoundError, match="no member “Ben”"):
        remove_member(team, "Ben")
    assert not set_member(team, "Ben", READER, by="Ana").has_password
    assert verify(team).faults == ()


def test_the_last_lead_stays(team):
    with pytest.raises(NotAllowedError, match="Ana is the only lead"):
        set_member(team, "Ana", CODER)
    with pytest.raises(NotAllowedError, match="Ana is the only lead"):
        remove_member(team, "Ana")
    set_member(team, "Ben", LEAD, by="Ana")
    set_member(team, "Ana", CODER, by="Ben")
    assert [each.role for each in members(team)] == [CODER, LEAD]


@pytest.mark.parametrize("name", ["ana", "АNA", "A na", "A\u200bna", "Аnа"])
def test_nobody_may_look_like_somebody_else(team, name):
    with pytest.raises(ConflictError, match="looks like the coder “Ana”"):
        set_member(team, name, CODER)
    assert len(members(team)) == 2


def test_names_are_compared_composed_and_without_white_space(study):
    set_member(study, " Jose\u0301 ", LEAD)
    assert member(study, "Jos\u00e9").name == "Jos\u00e9"


@pytest.mark.parametrize("name", ["", "  ", "x" * 201])
def test_a_member_needs_a_name(study, name):
    with pytest.raises(InvalidInputError, match="needs a name"):
        set_member(study, name, LEAD)


@pytest.mark.parametrize("identity", ["a\nb", "x" * 501])
def test_an_identity_is_one_line(study, identity):
    with pytest.raises(InvalidInputError, match="identity"):
        set_member(study, "Ana", LEAD, identity=identity)


def test_an_identity_is_taken_away_and_an_address_has_no_capitals(team):
    set_member(team, "Ben", CODER, identity="Ben@Example.org", by="Ana")
    assert member_by_identity(team, "ben@example.ORG").name == "Ben"
    with pytest.raises(ConflictError, match="Ben has the identity"):
        set_member(team, "Cleo", CODER, identity="BEN@example.org", by="Ana")
    assert set_member(team, "Ben", CODER, identity="", by="Ana").identity is None
    assert member_by_identity(team, "ben@example.org") is None
    assert set_member(team, "Cleo", CODER, identity="ben@example.org", by="Ana").identity == "ben@example.org"


def test_a_password_set_meanwhile_stays(team):
    set_member_password(team, "Ben", "$argon2id$salt$new")
    set_member_password(team, "Ben", "$argon2id$salt$again", instead_of="$argon2id$salt$old")
    assert member_verifier(team, "Ben") == "$argon2id$salt$new"
    set_member_password(team, "Ben", "$argon2id$salt$again", instead_of="$argon2id$salt$new")
    assert member_verifier(team, "Ben") == "$argon2id$salt$again"


def test_an_identity_is_one_person(team):
    with pytest.raises(ConflictError, match="Ben has the identity"):
        set_member(team, "Cleo", CODER, identity="https://id.example.org|77", by="Ana")


def test_the_newest_password_counts_and_the_log_holds_none(team):
    set_member_password(team, "Ben", "$argon2id$salt$old")
    set_member_password(team, "Ben", "$argon2id$salt$new")
    assert member_verifier(team, "Ben") == "$argon2id$salt$new"
    assert member(team, "Ben").has_password
    set_member_password(team, "Ben", None)
    assert (member_verifier(team, "Ben"), member(team, "Ben").has_password) == (None, False)
    with pytest.raises(NotFoundError, match="no member “Cleo”"):
        set_member_password(team, "Cleo", "$argon2id$salt$x")
    assert verify(team).faults == ()


def test_a_password_that_was_changed_by_hand_opens_nothing(team):
    set_member_password(team, "Ben", "$argon2id$salt$mine")
    with team.write() as session:
        session.execute(update(MemberPasswordRow).values(verifier="$argon2id$salt$theirs"))
    with pytest.raises(StudyError, match=r"password of Ben .* was changed by hand"):
        member_verifier(team, "Ben")
    assert any("password of Ben" in fault for fault in verify(team).faults)


def test_a_role_that_was_changed_by_hand_is_told(team):
    with team.write() as session:
        session.execute(update(MemberRow).where(MemberRow.role == "coder").values(role="lead"))
    assert verify(team).faults
