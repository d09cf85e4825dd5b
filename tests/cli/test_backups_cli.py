"""`interview backups` and `restore --from-backups`, and what commands say of copies and repairs."""

import json
import shutil
from contextlib import closing

import pytest
from small_study import build_study
from typer.testing import CliRunner

from assistant.cli.app import app
from store import backups
from store.backups import copies
from store.database import SCHEMA_HEAD, connect
from store.errors import DamagedError, InvalidInputError, StudyError
from store.opening import forget_check
from store.study import open_study

PAGE = 4096


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    with build_study(tmp_path_factory.mktemp("backups")) as study:
        return study.folder


@pytest.fixture
def folder(built, tmp_path):
    return shutil.copytree(built, tmp_path / "my study")


def ran(*words, status=0):
    done = CliRunner().invoke(app, [*map(str, words)], catch_exceptions=False)
    assert done.exit_code == status, done.output
    return done


def damage(folder):
    path = folder / "study.db"
    with closing(connect(path)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ix_event_type'").fetchone()
    raw = bytearray(path.read_bytes())
    raw[(page - 1) * PAGE : page * PAGE] = bytes(PAGE)
    path.write_bytes(raw)
    forget_check(folder)


def test_copies_are_listed_with_what_they_hold(folder):
    """None, one that was asked for, one that is damaged."""
    assert "There is no copy" in ran("backups", folder).stdout
    (made,) = json.loads(ran("backups", folder, "--now", "--json").stdout)
    assert (made["good"], made["schema"], made["fault"]) == (True, SCHEMA_HEAD, None)
    with open_study(folder) as study, study.read() as session:
        count = session.connection().exec_driver_sql("SELECT count(*) FROM event").scalar()
    assert made["events"] == count
    path = folder / "backups" / made["file"]
    path.write_bytes(path.read_bytes()[:5000])
    assert "malformed" in ran("backups", folder).stdout


def test_a_command_makes_a_copy_where_one_is_due_and_says_why_where_it_cannot(folder, monkeypatch):
    """After its work; a copy that cannot be made spoils nothing."""
    ran("memo", "add", folder, "A thought.", "--coder", "ana")
    assert len(list(copies(folder))) == 1
    ran("memo", "list", folder)
    assert len(list(copies(folder))) == 1
    monkeypatch.setattr(backups, "back_up", lambda *_: (_ for _ in ()).throw(StudyError("The disk is full.")))
    monkeypatch.setenv("INTERVIEW_BACKUP_EVENTS", "1")
    done = ran("memo", "add", folder, "Another one.", "--coder", "ana")
    assert "What you did is kept, but: The disk is full." in done.stderr


def test_a_damaged_study_names_the_command_that_restores_it(folder):
    """The sentence's own command, its folder quoted, puts the study right."""
    ran("backups", folder, "--now")
    damage(folder)
    with pytest.raises(DamagedError) as told:
        ran("audit", "verify", folder)
    command = str(told.value).partition("`interview ")[2].partition("`")[0]
    assert command == f'restore "{folder}" --from-backups newest'
    done = ran("restore", folder, "--from-backups", "newest", "--coder", "ana")
    assert "Everything in the damaged database could be read and proved" in done.stdout
    assert "kept in" in done.stderr
    ran("audit", "verify", folder)


def test_restoring_for_a_script(folder):
    """By number, as JSON."""
    ran("backups", folder, "--now")
    ran("memo", "add", folder, "Later.", "--coder", "ana")
    done = json.loads(ran("restore", folder, "--from-backups", "1", "--json").stdout)
    assert (done["missing"], done["salvaged"], done["faults"]) == (2, 0, [])  # the coder and the memo
    assert done["copy"].endswith(f"-{SCHEMA_HEAD}.db")
    with pytest.raises(InvalidInputError, match="study's folder only"):
        ran("restore", folder, folder / "new", "--from-backups", "1")


def test_what_was_mended_is_said_on_stderr(folder):
    """JSON on stdout stays JSON."""
    (folder / "media" / "x.wav.partial").write_bytes(b"half")
    done = ran("audit", "verify", folder, "--json")
    assert json.loads(done.stdout)["ok"]
    assert "Removed a half copy of recordings" in done.stderr
