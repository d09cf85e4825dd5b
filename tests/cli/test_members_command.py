"""`interview members`, as it is typed."""

import contextlib
import io
import json

import pytest

from assistant.cli.app import app
from assistant.privacy.accounts import password_fits
from store.errors import InvalidInputError, NotAllowedError, NotFoundError
from store.members import member_verifier, members
from store.study import create_study, open_study


def run(*arguments):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        app([str(each) for each in arguments], standalone_mode=False)
    return out.getvalue()


@pytest.fixture
def folder(tmp_path):
    with create_study(tmp_path / "study") as study:
        return study.folder


def test_members_come_change_and_go(folder):
    assert "No members yet" in run("members", "list", folder)
    assert run("members", "add", folder, "Ana", "--role", "lead") == "Ana is a member: lead.\n"
    run("members", "add", folder, "Ben", "--identity", "https://id.example.org|77", "--coder", "Ana")
    assert run("members", "role", folder, "Ben", "reviewer") == "Ben is reviewer now.\n"
    assert run("members", "list", folder).splitlines() == [
        "Ana: lead, signs in with nothing yet",
        "Ben: reviewer, signs in with https://id.example.org|77",
    ]
    assert json.loads(run("members", "list", folder, "--json"))[1] == {
        "name": "Ben",
        "role": "reviewer",
        "identity": "https://id.example.org|77",
        "has_password": False,
    }
    assert run("members", "remove", folder, "Ben") == "Ben is not a member any more.\n"
    with open_study(folder) as study:
        assert [each.name for each in members(study)] == ["Ana"]


def test_a_password_comes_from_the_standard_input(folder, monkeypatch):
    run("members", "add", folder, "Ana", "--role", "lead")
    monkeypatch.setattr("sys.stdin", io.StringIO("a password of Ana's\nnot this line\n"))
    said = run("members", "password", folder, "Ana", "--stdin")
    assert said == "Ana signs in with the new password from now on.\n"
    with open_study(folder) as study:
        assert password_fits(member_verifier(study, "Ana"), "a password of Ana's")
    assert "signs in with a password" in run("members", "list", folder)
    run("members", "password", folder, "Ana", "--remove")
    with open_study(folder) as study:
        assert member_verifier(study, "Ana") is None


def test_what_cannot_be_is_a_sentence(folder, monkeypatch):
    run("members", "add", folder, "Ana", "--role", "lead")
    with pytest.raises(InvalidInputError, match="“boss” is no role; there are: lead, coder, reviewer, reader"):
        run("members", "add", folder, "Ben", "--role", "boss")
    with pytest.raises(NotFoundError, match="no member “Ben”"):
        run("members", "role", folder, "Ben", "coder")
    with pytest.raises(NotAllowedError, match="Ana is the only lead"):
        run("members", "remove", folder, "Ana")
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    with pytest.raises(InvalidInputError, match="fewer than 10"):
        run("members", "password", folder, "Ana", "--stdin")
