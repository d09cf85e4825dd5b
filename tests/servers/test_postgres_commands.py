"""The whole flow of a study in PostgreSQL by the command line, as an operator types it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from servers.postgres import Cluster, cluster

from store.keys import PASSPHRASE_VARIABLE

GIVEN = "quokka"
pytestmark = pytest.mark.servers
SAID = "Ana: Nobody likes the queue.\n\nBen: The quokka does.\n"
CODEBOOK = "name,definition\nqueue,Waiting in line\n"


@pytest.fixture(scope="module")
def guarded():
    """A server that asks for passwords."""
    with cluster(password=GIVEN) as server:
        yield server


def interview(*arguments: object, password: str | None = GIVEN) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "PGPASSWORD"}
    return subprocess.run(
        [sys.executable, "-m", "assistant", *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        check=False,
        stdin=subprocess.DEVNULL,
        env=environment
        | {PASSPHRASE_VARIABLE: "five plain words to say"}
        | ({} if password is None else {"PGPASSWORD": password}),
        cwd=Path(__file__).parents[2],
    )


def done(*arguments: object, **told: str) -> str:
    made = interview(*arguments, **told)
    assert made.returncode == 0, made.stderr
    assert "quokka@" not in made.stdout + made.stderr
    return made.stdout


def test_a_study_on_a_server_from_new_to_verify(tmp_path: Path, guarded: Cluster):
    """Made with a password in the URL, used with PGPASSWORD, coded, looked at, archived and verified."""
    study, url = tmp_path / "study", guarded.new_database()
    made = interview("new", study, "--database", url.replace("postgres@", "postgres:quokka@"), "--json", password=None)
    assert made.returncode == 0, made.stderr
    assert "is kept nowhere; from now on set PGPASSWORD" in made.stderr
    assert json.loads(made.stdout)["database"]["url"] == url
    assert not any(b"quokka" in path.read_bytes() for path in study.rglob("*") if path.is_file())

    (tmp_path / "talk.txt").write_text(SAID, encoding="utf-8")
    (tmp_path / "codes.csv").write_text(CODEBOOK, encoding="utf-8")
    line = {"interview": "I1", "start": 0, "end": 6, "code": "queue", "verdict": "add", "at": "2026-03-01T10:00:00Z"}
    (tmp_path / "decisions.jsonl").write_text(json.dumps(line), encoding="utf-8")
    done("add", study, tmp_path / "talk.txt", "--label", "I1")
    done("codebook", "import", study, tmp_path / "codes.csv")
    done("decide", study, "--coder", "ana", "--file", tmp_path / "decisions.jsonl")
    quotes = json.loads(done("quotes", study, "--code", "queue", "--json"))
    assert "Nobody" in json.dumps(quotes)
    assert json.loads(done("audit", "verify", study, "--json"))["faults"] == []
    done("backup", study, tmp_path / "study.zip")
    done("restore", tmp_path / "study.zip", tmp_path / "again", password=None)
    done("audit", "verify", tmp_path / "again", password=None)


def test_refusals_are_one_sentence_and_no_traceback(tmp_path: Path, guarded: Cluster):
    """Without the password, on another host, with an option that is none."""
    study, url = tmp_path / "study", guarded.new_database()
    done("new", study, "--database", url)
    for arguments, password, said in (
        (("audit", "verify", study), "wrong", "does not accept the password"),
        (("audit", "verify", study), None, "does not accept the password"),
        (("new", tmp_path / "b", "--database", url.replace("127.0.0.1", "db.example.org")), GIVEN, "does not allow"),
        (("new", tmp_path / "c", "--database", f"{url}?options=-c"), GIVEN, "may not set `options`"),
        (("new", tmp_path / "d", "--database", "mysql://a@localhost/b"), GIVEN, "not in `mysql`"),
        (("new", tmp_path / "e", "--database", "nonsense"), GIVEN, "no URL of a database"),
        (("new", tmp_path / "f", "--encrypt", "--database", url), GIVEN, "not encrypted by this program"),
    ):
        refused = interview(*arguments, password=password)
        assert refused.returncode == 1, refused.stdout
        assert said in " ".join(refused.stderr.split()), refused.stderr
        assert "Traceback" not in refused.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["study"]
