import pytest

from assistant.privacy.elsewhere import asks_servers, on_servers

SERVED = '[settings]\nendpoint = "openai:m"\n'
IN_POSTGRES = '[database]\nurl = "postgresql+psycopg://127.0.0.1/db"\nschema = "study_1"\n'
IN_CHROMA = '[index]\nurl = "http://127.0.0.1:8000"\n'


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch):
    """Nothing is on a server by the environment of whoever runs the tests."""
    for name in ("INTERVIEW_DATABASE", "INTERVIEW_INDEX", "INTERVIEW_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)


def study(tmp_path, said):
    (tmp_path / "interview.toml").write_bytes(said.encode("latin-1"))
    return str(tmp_path)


@pytest.mark.parametrize(
    ("command", "said", "needs"),
    [
        ("suggest", SERVED, True),
        ("candidates", SERVED, True),
        ("summary", SERVED, True),
        ("export", SERVED, False),
        ("suggest", '[settings]\nendpoint = "local:qwen"\n', False),
        ("suggest", "[settings]\nendpoint = 3\n", False),
        ("suggest", 'settings = "endpoint"\n', False),
        ("suggest", "", False),
        ("export", IN_POSTGRES, True),
        ("export", IN_CHROMA, True),
        ("export", "[database\n", False),
        ("export", "\xff\xfe", False),
    ],
)
def test_only_commands_that_ask_a_server_have_sockets(tmp_path, command, said, needs):
    """What a study's file says decides, before the study is opened; one that cannot be read needs nothing."""
    assert asks_servers([command, study(tmp_path, said), "--json"]) is needs


def test_a_served_model_of_the_environment_counts_for_commands_that_ask_one(monkeypatch, tmp_path):
    """Whoever sets it for the machine need not write it into each study."""
    monkeypatch.setenv("INTERVIEW_ENDPOINT", "openai:m")
    assert asks_servers(["suggest", str(tmp_path)])
    assert not asks_servers(["export", str(tmp_path)])
    assert not asks_servers([])


def test_an_address_on_the_command_line_counts(tmp_path):
    """Such as that of the database to which a study is moved."""
    assert asks_servers(["migrate", str(tmp_path), "--to", "postgresql://127.0.0.1/db"])


@pytest.mark.parametrize("name", ["INTERVIEW_DATABASE", "INTERVIEW_INDEX"])
def test_a_server_of_the_environment_counts_everywhere(monkeypatch, tmp_path, name):
    """New studies are made there, all studies are searched there."""
    assert not on_servers(tmp_path)
    monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert on_servers(tmp_path)
    assert asks_servers(["new", str(tmp_path)])
