"""`interview backup` and `interview restore`, as a script calls them."""

import json
import shutil
import wave

import pytest
from small_study import build_study
from typer.testing import CliRunner

from assistant.cli.app import app
from store.errors import InvalidInputError
from store.exports import exports
from store.sqlite import sqlite3
from store.study import open_study


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A study with one recording."""
    with build_study(tmp_path_factory.mktemp("backup")) as study:
        return study.folder


@pytest.fixture
def folder(built, tmp_path):
    return shutil.copytree(built, tmp_path / "study")


def ran(*words, status=0):
    done = CliRunner().invoke(app, [*map(str, words)], catch_exceptions=False)
    assert done.exit_code == status, done.output
    return done


def test_there_and_back(folder, tmp_path):
    """What was archived is restored; the log says that, and by whom, an archive was made."""
    made = json.loads(ran("backup", folder, tmp_path / "a.zip", "--coder", "ana", "--json").stdout)
    assert made["study"]["title"] == "A small **study**"
    assert len(made["files"]) == 3
    again = json.loads(ran("restore", tmp_path / "a.zip", tmp_path / "again", "--json").stdout)
    assert (again["guid"], again["events"], again["faults"], again["absent"]) == (
        made["study"]["guid"],
        made["events"]["count"],
        [],
        [],
    )
    with open_study(folder) as study:
        (kept,) = exports(study)
    assert (kept.name, kept.kind, kept.coder, kept.holds) == ("a.zip", "backup", "ana", {"files": 3, "recordings": 1})
    with wave.open(str(next((tmp_path / "again" / "media").iterdir()))) as sound:
        assert sound.getnframes() == 80_000


def test_sentences(folder, tmp_path):
    """What it says to a person, with and without recordings."""
    done = ran("backup", folder, tmp_path / "a.zip", "--no-media")
    assert "Wrote “A small **study**” to" in done.stdout
    assert "made without 1 recording, as you asked" in done.stderr
    done = ran("restore", tmp_path / "a.zip", "--check")
    assert "is whole: “A small **study**” of" in done.stdout
    done = ran("restore", tmp_path / "a.zip", tmp_path / "again")
    assert "Restored “A small **study**” into" in done.stdout
    assert "1 recording of the study is not there; put the file into" in done.stderr
    assert json.loads(ran("restore", tmp_path / "a.zip", "--check", "--json").stdout)["ok"] is True


def test_a_folder_is_needed_to_restore(folder, tmp_path):
    ran("backup", folder, tmp_path / "a.zip")
    with pytest.raises(InvalidInputError, match="Name a new folder"):
        ran("restore", tmp_path / "a.zip")


@pytest.mark.sqlite
def test_a_record_that_does_not_hold(folder, tmp_path):
    """The study comes back, the sentences go to stderr, and the status says so."""
    with sqlite3.connect(folder / "study.db") as connection:
        connection.execute("UPDATE codebook SET reason = 'by hand'")
    connection.close()
    ran("backup", folder, tmp_path / "a.zip")
    done = ran("restore", tmp_path / "a.zip", tmp_path / "again", status=1)
    assert "its record does not hold" in done.stderr
    assert (tmp_path / "again" / "study.db").is_file()
