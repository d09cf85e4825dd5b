"""`interview serve`, refused before anything starts: what would not be safe, and what nobody could sign in to."""

import pytest
from small_study import build_study
from team_study import add_team

from assistant.cli import serve
from assistant.cli.app_process import app_environment
from assistant.privacy.serving import SERVED, SERVING
from store.errors import InvalidInputError, StudyError
from store.members import MemberRole, set_member


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"address": "0.0.0.0"}, "--url"),  # noqa: S104 - refused
        ({"address": "10.0.0.5"}, "--insecure"),
        ({"address": "10.0.0.5", "url": "http://127.0.0.1:8501"}, "without https"),
        ({"address": "10.0.0.5", "url": "https://a.example.org", "trust_proxy": True}, "--trust-proxy"),
        ({"address": "a.example.org"}, "IP address"),
        ({"url": "http://a.example.org"}, "by https"),
        ({"url": "https://user:secret@a.example.org"}, "is not an address"),
    ],
)
def test_what_would_not_be_safe_is_refused(tmp_path, given, said):
    """With the option that makes it safe, or says that it is meant."""
    with pytest.raises(InvalidInputError, match=said):
        serve.serve_command(tmp_path, **given)


def test_a_study_that_nobody_could_lead_is_not_served(tmp_path):
    """Without members, without a lead, and with a lead who has no password: each with the command that helps."""
    with build_study(tmp_path) as study:
        with pytest.raises(StudyError, match=r"interview members add .* --role lead"):
            serve.serve_command(study.folder)
        set_member(study, "Ben", MemberRole.CODER)
        with pytest.raises(StudyError, match="Nobody leads"):
            serve.serve_command(study.folder)
        set_member(study, "Ana", MemberRole.LEAD)
        with pytest.raises(StudyError, match=r"interview members password .* Ana"):
            serve.serve_command(study.folder)


def test_a_package_that_is_missing_is_named_with_its_extra(tmp_path, monkeypatch):
    """Before the study is looked at."""
    monkeypatch.setattr(serve.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(StudyError, match=r"argon2.*interview-assistant\[servers\]"):
        serve.serve_command(tmp_path)


def test_the_app_learns_only_what_the_command_tells_it(tmp_path, monkeypatch):
    """What is served, how, and behind which proxy: nothing that this account has set for other programs."""
    for name in (SERVED, SERVING, "FORWARDED_ALLOW_IPS", "STREAMLIT_SERVER_ADDRESS"):
        monkeypatch.setenv(name, "1")
    handed = {}

    def ran(command, environment, *_):
        handed.update(environment, command=command)

    monkeypatch.setattr(serve, "run_app", ran)
    monkeypatch.setattr(serve, "free_port", lambda *_: 8501)
    with build_study(tmp_path) as study:
        assert SERVED not in app_environment(study.folder)
        add_team(study, Ana="lead")
        serve.serve_command(study.folder, url="https://a.example.org/s", trust_proxy=True)
    assert handed[SERVED] == "1"
    assert handed["FORWARDED_ALLOW_IPS"] == "127.0.0.1,::1"
    assert handed["STREAMLIT_SERVER_BASE_URL_PATH"] == "s"
    assert "STREAMLIT_SERVER_ADDRESS" not in handed
    assert handed["command"].count("a.example.org") == 1
