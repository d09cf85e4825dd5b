"""`interview encrypt` and `decrypt`, and every other command on an encrypted study."""

import json
from typing import NamedTuple

import pytest
import quoted_study
from typer.testing import CliRunner

from assistant.cli.app import app
from store import keys
from store.errors import StudyError

GOOD = "five plain words to say"
OLD = {keys.PASSPHRASE_VARIABLE: GOOD}


def ran(*words, status=0, **environment):
    """Run a command as if in a new process, with nobody at a terminal."""
    keys._known.clear()
    cleared = {keys.PASSPHRASE_VARIABLE: None, "INTERVIEW_NEW_PASSPHRASE": None}
    done = CliRunner().invoke(app, [*map(str, words)], env={**cleared, **environment})
    told = done.stderr + (f"{done.exception}" if isinstance(done.exception, StudyError) else "")
    assert done.exit_code == status, done.output + told
    assert done.exception is None or isinstance(done.exception, StudyError | SystemExit), done.exception
    return Done(done.stdout, told)


class Done(NamedTuple):
    """What a command printed, with the sentence that it ends with where it cannot be done."""

    stdout: str
    stderr: str


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A coded study, encrypted by the command."""
    place = tmp_path_factory.mktemp("encrypted")
    quoted_study.build(place).close()
    made = json.loads(ran("encrypt", place / "study", "--json", **OLD).stdout)
    assert made == {"study": str(place / "study"), "recordings": 0, "backups": 0, "in_the_clear": []}
    return place / "study"


def test_commands_work_with_the_passphrase_and_leave_nothing_in_the_clear(folder, tmp_path):
    talk = tmp_path / "more.txt"
    talk.write_text("Interviewer: Why bread?\n\nDora: Sourdough rises slowly in the cold cellar.\n")
    said = b"Sourdough rises"
    ran("add", folder, talk, **OLD)
    lines = tmp_path / "d.jsonl"
    lines.write_text(json.dumps({"interview": "I4", "start": 0, "end": 10, "verdict": "read", "at": "2026-03-01"}))
    ran("decide", folder, "--coder", "ana", "--file", lines, **OLD)
    found = json.loads(ran("quotes", folder, '"Sourdough rises"', "--json", **OLD).stdout)
    assert "Sourdough" in json.dumps(found)
    ran("saturation", folder, "--json", **OLD)
    ran("backup", folder, tmp_path / "whole.zip", **OLD)
    assert "The record is whole" in ran("audit", "verify", folder, **OLD).stdout
    holding = [path.name for path in folder.rglob("*") if path.is_file() and said in path.read_bytes()]
    assert holding == []
    assert said not in (tmp_path / "whole.zip").read_bytes()
    ran("restore", tmp_path / "whole.zip", tmp_path / "again", **OLD)
    assert not [path for path in (tmp_path / "again").rglob("*") if path.is_file() and said in path.read_bytes()]


def test_what_a_model_kept_of_the_codebook_outside_goes_when_a_study_is_encrypted(tmp_path):
    quoted_study.build(tmp_path).close()
    kept = tmp_path / "cache" / "kv"
    kept.mkdir(parents=True)
    for name in ("1-2.kv", "3.part"):
        (kept / name).write_bytes(b"the codebook as a model read it")
    ran("encrypt", tmp_path / "study", INTERVIEW_CACHE_DIR=str(tmp_path / "cache"), **OLD)
    assert list(kept.iterdir()) == []


def test_without_the_passphrase_nothing_opens(folder):
    told = ran("audit", "verify", folder, status=1)
    assert told.stdout == ""
    assert "encrypted and locked" in told.stderr
    wrong = ran("quotes", folder, "bread", status=1, **{keys.PASSPHRASE_VARIABLE: "something else"})
    assert "does not open the study" in wrong.stderr


def test_another_passphrase_and_back_into_the_clear(tmp_path):
    new = {keys.PASSPHRASE_VARIABLE: "another one for it"}
    ran("new", tmp_path / "s", "--encrypt", **OLD)
    assert "A passphrase is needed" in ran("new", tmp_path / "t", "--encrypt", status=1).stderr
    assert not (tmp_path / "t").exists()
    ran("encrypt", tmp_path / "s", "--change", INTERVIEW_NEW_PASSPHRASE="another one for it", **OLD)
    ran("audit", "verify", tmp_path / "s", status=1, **OLD)
    assert "encrypted already" in ran("encrypt", tmp_path / "s", status=1, **new).stderr
    ran("decrypt", tmp_path / "s", status=1, **OLD)
    ran("decrypt", tmp_path / "s", **new)
    ran("audit", "verify", tmp_path / "s")
