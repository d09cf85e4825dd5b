"""`interview pseudonyms`: from a key to a file that is safe to share, and the names back."""

import json

import pytest
from named_study import PASSPHRASE, build
from typer.testing import CliRunner

from assistant.cli.app import app
from assistant.pseudonyms import language_model
from store.errors import InvalidInputError, NotAllowedError, NotFoundError, StudyError
from store.study import open_study
from store.transcripts import transcript


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("INTERVIEW_PASSPHRASE", PASSPHRASE)
    monkeypatch.setattr(language_model, "installed_names", lambda settings: None)
    with build(tmp_path) as study:
        return study.folder


def run(*arguments):
    done = CliRunner().invoke(app, ["pseudonyms", *map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done


def test_from_a_key_to_a_safe_file_and_back(folder, tmp_path):
    """Every command once, in the order of the work, with JSON alone on stdout."""
    made = json.loads(run("new", folder, "--json").stdout)
    assert made["key"] == str(folder.with_name("study.pseudonyms.key"))
    assert json.loads(run("name", folder, "Maria Gonzalez", "--json").stdout) == {"Maria Gonzalez": "person"}
    done = run("find", folder, "--json")
    assert "interview models pull names-en" in done.stderr
    found = {each["text"]: each for each in json.loads(done.stdout)}
    assert found["Maria"]["state"] == "unreviewed"
    assert found["Maria Gonzales"]["pseudonym"] != ""
    table = tmp_path / "decisions.csv"
    lines = ["text,decision,pseudonym,kind"]
    for text, each in found.items():
        lines.append(f'"{text}",replace,{each["pseudonym"]},{each["kind"]}')
    table.write_text("\n".join(lines), encoding="utf-8-sig")
    run("set", folder, "--file", table, "--coder", "lead")
    run("set", folder, "Leeds", "--keep", "--kind", "place")
    run("set", folder, "sister", "--same-as", "Maria")
    run("set", folder, "sister", "--undo")
    entries = json.loads(run("list", folder, "--json").stdout)
    assert {"Leeds"} == {s for e in entries if e["state"] == "keep" for s in e["spellings"]}
    assert {e["by"] for e in entries if e["state"] == "replace"} == {"lead"}
    applied = json.loads(run("apply", folder, "--coder", "lead", "--json").stdout)
    assert applied["interviews"] == ["I1", "I2"]
    with open_study(folder) as study:
        assert "Maria" not in transcript(study, "I1").text
    shared = tmp_path / "shared.csv"
    shared.write_text("quote\nnothing to see\n", encoding="utf-8")
    assert json.loads(run("check", folder, shared, "--json").stdout)["parts"] == 1
    shared.write_text("quote\nit was maria\n", encoding="utf-8")
    with pytest.raises(NotAllowedError, match="not safe to share"):
        CliRunner().invoke(app, ["pseudonyms", "check", str(folder), str(shared)], catch_exceptions=False)
    assert json.loads(run("restore", folder, "--coder", "lead", "--json").stdout)["exact"] == ["I1", "I2"]
    with open_study(folder) as study:
        assert "Maria Gonzalez" in transcript(study, "I1").text


def refused(*arguments):
    return CliRunner().invoke(app, ["pseudonyms", *map(str, arguments)], catch_exceptions=False)


def test_what_is_wrong_is_said_in_a_sentence(folder, monkeypatch, tmp_path):
    """No key, no passphrase, a wrong one, no decision, an unknown kind, a broken table, a key inside the study."""
    with pytest.raises(NotFoundError, match="pseudonyms new"):
        refused("find", folder)
    run("new", folder)
    with pytest.raises(InvalidInputError, match="--as, --same-as"):
        refused("set", folder, "Maria")
    with pytest.raises(InvalidInputError, match="is no kind"):
        refused("set", folder, "Maria", "--as", "[P]", "--kind", "animal")
    with pytest.raises(InvalidInputError, match="no pseudonym yet"):
        refused("set", folder, "Maria", "--same-as", "Ann")
    with pytest.raises(InvalidInputError, match="inside the study"):
        refused("new", folder, "--key", folder / "k")
    for content, told in (
        ("text,decision\nMaria,replace\n", "line 2"),
        ("name,what\nMaria,keep\n", "lacks the columns"),
        ("text,decision,pseudonym,kind\nMaria,replace,[P],animal\n", "no kind"),
    ):
        table = tmp_path / "d.csv"
        table.write_text(content, encoding="utf-8")
        with pytest.raises(InvalidInputError, match=told):
            refused("set", folder, "--file", table)
    with pytest.raises(NotAllowedError, match="not reviewed yet"):
        refused("check", folder)
    monkeypatch.setenv("INTERVIEW_PASSPHRASE", "a wrong phrase")
    with pytest.raises(StudyError, match="passphrase is wrong"):
        refused("list", folder)
    monkeypatch.delenv("INTERVIEW_PASSPHRASE")
    with pytest.raises(InvalidInputError, match="INTERVIEW_PASSPHRASE"):
        refused("list", folder)


def test_people_read_lines(folder):
    """Without --json: each string with its context, and what was decided."""
    run("new", folder)
    shown = run("find", folder).stdout
    assert "“Maria” (person" in shown
    assert "»Maria«" in shown
    run("set", folder, "Maria", "--as", "[Person 1]", "--coder", "lead")
    assert "Maria (person): [Person 1] · lead" in run("list", folder).stdout
    assert "The key knows 1 name. Next" in run("name", folder, "Ben").stdout
    assert "Replaced in 2 transcripts: 6 person" in run("apply", folder).stdout
    assert "As before to the character: 2 transcripts" in run("restore", folder).stdout
