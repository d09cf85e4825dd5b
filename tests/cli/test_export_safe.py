"""`interview export --safe`: a file leaves the study only where no name of the key stands in it."""

import json
import zipfile

import pytest
from named_study import PASSPHRASE, build
from typer.testing import CliRunner

from assistant.cli.app import app
from assistant.pseudonyms import language_model
from store.audit import verify
from store.errors import ConflictError, InvalidInputError, NotAllowedError
from store.event_log import LogFilter, log
from store.exports import WITHHELD_EVENT, exports
from store.study import open_study


def run(*arguments):
    done = CliRunner().invoke(app, [str(each) for each in arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A study with names in it, and a key in which each of them has been decided."""
    monkeypatch.setenv("INTERVIEW_PASSPHRASE", PASSPHRASE)
    monkeypatch.setattr(language_model, "installed_names", lambda settings: None)
    with build(tmp_path) as study:
        folder = study.folder
    run("pseudonyms", "new", folder)
    run("pseudonyms", "name", folder, "Maria Gonzalez")
    return folder


def decide_all(folder, tmp_path):
    found = json.loads(run("pseudonyms", "find", folder, "--json").stdout)
    lines = [f'"{each["text"]}",replace,{each["pseudonym"]},{each["kind"]}' for each in found]
    (tmp_path / "decisions.csv").write_text("\n".join(["text,decision,pseudonym,kind", *lines]), encoding="utf-8")
    run("pseudonyms", "set", folder, "--file", tmp_path / "decisions.csv")


@pytest.mark.parametrize(
    ("name", "options"), [("out.qdpx", ()), ("out.docx", ("--transcripts",)), ("out.txt", ("--interview", "I1"))]
)
def test_a_file_is_given_away_once_the_names_are_replaced_and_not_before(folder, tmp_path, name, options):
    """First something is unreviewed, then the names still stand, then they do not; the log says what was withheld."""
    file = tmp_path / name
    with pytest.raises(NotAllowedError, match="not reviewed yet"):
        run("export", folder, file, *options, "--safe")
    decide_all(folder, tmp_path)
    with pytest.raises(NotAllowedError, match="not safe to share"):
        run("export", folder, file, *options, "--safe")
    with open_study(folder) as study:
        assert exports(study) == ()
        assert len(log(study, wanted=LogFilter(types=(WITHHELD_EVENT,)))) == 1
    assert not file.exists()
    run("pseudonyms", "apply", folder)
    done = run("export", folder, file, *options, "--safe", "--json")
    assert "No name of the key stands in it" in "".join(json.loads(done.stdout)["notes"])
    assert json.loads(done.stdout)["file"] == str(file)
    whole = file.read_bytes()
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            whole = b"".join(archive.read(each) for each in archive.namelist())
    assert b"Maria" not in whole
    with open_study(folder) as study:
        assert [each.name for each in exports(study)] == [name]
        assert verify(study).faults == ()
        assert not list(folder.glob(".room-*"))


def test_a_file_that_is_there_stays_as_it_is_where_the_new_one_is_withheld(folder, tmp_path):
    """Also with --force: nothing takes its place before it has been looked through."""
    file = tmp_path / "out.txt"
    file.write_text("mine", encoding="utf-8")
    decide_all(folder, tmp_path)
    with pytest.raises(ConflictError, match="there already"):
        run("export", folder, file, "--interview", "I1", "--safe")
    with pytest.raises(NotAllowedError, match="not safe to share"):
        run("export", folder, file, "--interview", "I1", "--safe", "--force")
    assert file.read_text(encoding="utf-8") == "mine"


def test_a_key_is_for_a_safe_export(folder, tmp_path):
    """Given alone it would be mistaken for a check."""
    with pytest.raises(InvalidInputError, match="--key is for --safe"):
        run("export", folder, tmp_path / "out.csv", "--what", "codings", "--key", tmp_path / "k")
