"""Studies that older versions made open, whole, after a copy; an upgrade that breaks off harms nothing."""

import json
import signal
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from store import config
from store.audit import verify
from store.backups import copies, newest_good
from store.codebook import current_codebook
from store.database import SCHEMA_HEAD, connect
from store.decisions import DecisionDraft, decisions, keep_decisions
from store.errors import NotAStudyError, StudyError
from store.replacing import restore_in_place
from store.segments import segments
from store.study import open_study
from store.transcripts import transcript
from store.values import Span, Verdict

pytestmark = pytest.mark.sqlite

RELEASED = Path(__file__).parent / "released"
SCHEMAS = sorted(path.stem for path in RELEASED.glob("*.zip"))


@pytest.fixture(params=SCHEMAS)
def old(tmp_path, request):
    """The folder of a study as that version left it."""
    return unpacked(tmp_path, request.param)


def unpacked(tmp_path, schema):
    folder = tmp_path / "study"
    with zipfile.ZipFile(RELEASED / f"{schema}.zip") as archive:
        archive.extractall(folder)
    return folder


def content(path):
    """Every event, and how many rows each table has."""
    with closing(connect(path)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        counts = {
            name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - our own names
            for name in names
            if not name.startswith("sqlite_") and name != "alembic_version"
        }
        return connection.execute("SELECT * FROM event ORDER BY id").fetchall(), counts


def schema_of(path):
    with closing(connect(path)) as connection:
        return connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]


def test_every_schema_but_the_present_has_a_study():
    """Whoever adds a schema adds what the one before it left."""
    assert [f"{number:04}" for number in range(1, int(SCHEMA_HEAD))] == SCHEMAS


def test_a_study_of_an_older_version_opens_with_every_event_and_row(old):
    """The copy made before is the old state, everything fits the log, and work goes on."""
    events, counts = content(old / "study.db")
    schema = schema_of(old / "study.db")
    with open_study(old) as study:
        assert study.migrated_from is not None
        assert content(study.migrated_from)[0] == events
        assert schema_of(study.migrated_from) == schema
        after, now = content(old / "study.db")
        assert after == events
        assert {name: now[name] for name in counts} == counts
        assert verify(study).faults == ()
        assert config.read_head(old).count == len(events)
        assert len(decisions(study)) == counts["decision"]
        assert len(segments(study)) > 0
        assert current_codebook(study) is not None
        draft = DecisionDraft(transcript(study, "T1").id, Span(0, 3), Verdict.ADD, "new")
        keep_decisions(study, "ada", [draft])
        assert verify(study).faults == ()
    with open_study(old) as again:
        assert again.migrated_from is None
        assert again.repairs == ()


def test_the_copy_made_before_an_upgrade_can_be_put_back(old):
    """Restored, it is brought up to date again."""
    events, _ = content(old / "study.db")
    open_study(old).close()
    made = restore_in_place(old, "1")
    assert (made.missing, made.faults) == (0, ())
    with open_study(old) as study:
        assert content(old / "study.db")[0][: len(events)] == events
        assert verify(study).faults == ()


KILLED = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import event
from sqlalchemy.engine import Engine
from store import database
from store.study import open_study
upgrade, wanted, done = database._upgrade, int(sys.argv[2]), []

def counted(*_):
    done.append(1)
    if len(done) == wanted:
        os.kill(os.getpid(), signal.SIGKILL)

def watched(engine):
    event.listen(Engine, "after_cursor_execute", counted)
    upgrade(engine)

database._upgrade = watched
open_study(Path(sys.argv[1])).close()
print(len(done))
"""


def killed_at(folder, statement):
    run = [sys.executable, "-c", KILLED, str(folder), str(statement)]
    return subprocess.run(run, check=False, capture_output=True, text=True)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
@pytest.mark.parametrize(("schema", "share"), [(SCHEMAS[0], 0.1), (SCHEMAS[0], 0.9), (SCHEMAS[-1], 0.5)])
def test_an_upgrade_that_is_killed_leaves_the_old_study_and_is_done_at_the_next_opening(tmp_path, schema, share):
    """Whatever statement it falls on, all of the upgrade is there or none."""
    whole = int(killed_at(unpacked(tmp_path / "whole", schema), 0).stdout)
    folder = unpacked(tmp_path, schema)
    events, counts = content(folder / "study.db")
    assert killed_at(folder, max(1, int(whole * share))).returncode == -signal.SIGKILL
    assert schema_of(folder / "study.db") == schema
    assert content(folder / "study.db") == (events, counts)
    with open_study(folder) as study:
        assert schema_of(folder / "study.db") == SCHEMA_HEAD
        assert content(folder / "study.db")[0] == events
        assert verify(study).faults == ()
        assert all(copy.good for copy in copies(folder))


def test_an_upgrade_for_which_the_disk_is_too_full_leaves_the_old_study(tmp_path, monkeypatch):
    """It is a sentence, and with space again the next opening does it."""
    folder = unpacked(tmp_path, SCHEMAS[0])
    before = content(folder / "study.db")
    from store import database

    def full(connection, record):
        configure(connection, record)
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")

    configure = database._configure
    monkeypatch.setattr(database, "_configure", full)
    with pytest.raises(StudyError, match=r"full.* is as it was; free space"):
        open_study(folder)
    monkeypatch.undo()
    assert content(folder / "study.db") == before
    with open_study(folder) as study:
        assert verify(study).faults == ()


def test_a_newer_study_is_refused_whole(tmp_path):
    """The sentence says to update; neither a copy nor anything else is made of it."""
    folder = unpacked(tmp_path, SCHEMAS[-1])
    with closing(connect(folder / "study.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = (folder / "study.db").read_bytes()
    with pytest.raises(NotAStudyError, match=r"newer version .*schema 9999.*; update"):
        open_study(folder)
    assert (folder / "study.db").read_bytes() == before
    assert newest_good(folder) is None
    assert json.dumps(sorted(path.name for path in folder.glob("backups/*"))) == "[]"
