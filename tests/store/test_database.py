"""Opening, migrating, refusing and backing up databases."""

import shutil
import sys
from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from full_study import add_text
from sqlalchemy.exc import OperationalError

from store import database
from store.audit import verify
from store.database import SCHEMA_HEAD, back_up, migrate, open_engine, remedy
from store.errors import NotAStudyError, StudyError
from store.interviews import interviews
from store.records import Base
from store.sqlite import sqlite3
from store.study import create_study, open_study

pytestmark = pytest.mark.sqlite


def test_the_migrations_lead_to_exactly_the_records(tmp_path):
    """A blank database migrates to the tables that the records describe, nothing more and nothing less."""
    engine = open_engine(tmp_path / "study.db")
    assert migrate(engine, tmp_path / "study.db") is None
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    engine.dispose()


def test_the_schema_head_is_the_one_newest_migration():
    """The constant that spares a start of Alembic is right, and the migrations do not fork."""
    assert ScriptDirectory.from_config(database._alembic_config()).get_heads() == [SCHEMA_HEAD]


def test_opening_migrates_once_only(blank):
    """A study at the newest schema is opened without a backup."""
    with open_study(blank.folder) as again:
        assert again.migrated_from is None
        assert (again.guid, again.title) == (blank.guid, blank.title)
    assert not (blank.folder / "backups").exists()


def test_every_connection_keeps_foreign_keys_and_survives_power_cuts(blank):
    """The pragmas that the study relies on are on, in every connection of the pool."""
    with blank.engine.connect() as one, blank.engine.connect() as two:
        for connection in (one, two):
            pragmas = ("journal_mode", "foreign_keys", "synchronous", "secure_delete")
            found = [connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() for pragma in pragmas]
            assert found == ["wal", 1, 2, 1]


def set_revision(folder, revision):
    with closing(sqlite3.connect(folder / "study.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
        connection.commit()


def test_a_study_of_a_newer_version_is_refused_and_left_alone(blank):
    """The sentence says to update; nothing is written to the newer study."""
    blank.close()
    set_revision(blank.folder, "9999")
    before = (blank.folder / "study.db").read_bytes()
    with pytest.raises(NotAStudyError, match=r"made by a newer version .*9999.*; update"):
        open_study(blank.folder)
    assert (blank.folder / "study.db").read_bytes() == before
    assert not (blank.folder / "backups").exists()


def test_an_older_study_is_backed_up_before_it_is_migrated(full, monkeypatch):
    """Where a migration is needed, a readable copy of the old study is made first and named."""
    full.close()
    monkeypatch.setattr(database, "SCHEMA_HEAD", "next")
    monkeypatch.setattr(database, "_upgrade", lambda engine: set_revision(full.folder, "broken"))
    with open_study(full.folder) as opened:
        backup = opened.migrated_from
    assert backup is not None
    assert backup.parent == full.folder / "backups"
    assert f"-{SCHEMA_HEAD}.db" in backup.name
    shutil.copytree(full.folder, full.folder.parent / "restored")
    shutil.copyfile(backup, full.folder.parent / "restored" / "study.db")
    monkeypatch.undo()
    with open_study(full.folder.parent / "restored") as restored:
        assert verify(restored).faults == ()


def as_random(path):
    path.write_bytes(bytes(range(256)) * 64)


def as_empty(path):
    path.write_bytes(b"")


def as_other(path):
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bookmarks (id INTEGER)")
        connection.commit()


def as_truncated(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def as_stub(path):
    path.write_bytes(path.read_bytes()[:4096])


def as_text(path):
    path.write_text("not a database", encoding="utf-8")


@pytest.mark.parametrize("spoil", [as_random, as_empty, as_other, as_truncated, as_stub, as_text])
def test_what_is_no_study_is_refused_with_a_sentence(full, spoil):
    """Damaged and foreign files give a sentence that names the file, never a traceback of the database's."""
    full.close()
    spoil(full.folder / "study.db")
    with pytest.raises(NotAStudyError, match=r"study\.db .*[.]$"):
        open_study(full.folder)


def test_a_missing_folder_is_refused_with_a_sentence(tmp_path):
    """The sentence says how to make a study; no folder and no database is made."""
    with pytest.raises(NotAStudyError, match="interview new"):
        open_study(tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


def test_damage_that_shows_up_later_is_a_sentence_too(full):
    """Pages overwritten in the middle of the file give a sentence when they are read."""
    full.close()
    path = full.folder / "study.db"
    with open_study(full.folder) as study:
        whole = path.read_bytes()
        path.write_bytes(whole[:8192] + b"\xff" * (len(whole) - 8192))
        with pytest.raises(StudyError, match=r"cannot be read \(.*\), and there is no good copy in .*backups\."):
            verify(study)


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("attempt to write a readonly database", "let your account write"),
        ("unable to open database file", "let your account write"),
        ("database or disk is full", "free space"),
        ("database is locked", "close other programs"),
        ("disk I/O error", "see that the disk is there"),
        ("database disk image is malformed", "restore the newest copy"),
    ],
)
def test_the_advice_fits_what_sqlite_says(said, advice):
    """Nobody is told to restore a backup because a folder is read-only or a disk is full."""
    assert advice in remedy(OperationalError("SELECT 1", {}, sqlite3.OperationalError(said)))


NAMES = ["50% #2", "a b&c=d", "Ünïcode 🙂", "a'b"] + ([] if sys.platform == "win32" else ["what?", "x?mode=ro", 'a"b'])


@pytest.mark.parametrize("name", NAMES)
def test_folder_names_may_hold_any_character(tmp_path, name):
    """A folder's name never means something to the database: the study lies in it and can be opened again."""
    create_study(tmp_path / name).close()
    assert (tmp_path / name / "study.db").stat().st_size > 0
    with open_study(tmp_path / name) as study:
        assert study.title == name
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_backup_beside_an_open_writer_is_whole(blank, tmp_path):
    """A copy made while a transaction is open holds what was committed before it, and is a sound database."""
    add_text(blank, tmp_path, "I1", ("One.",))
    with blank.write() as session:
        session.connection().exec_driver_sql("UPDATE interview SET label = 'half'")
        copy = back_up(blank.folder / "study.db", tmp_path / "backups", "now")
    shutil.copytree(blank.folder, tmp_path / "restored", ignore=shutil.ignore_patterns("study.db*"))
    shutil.copyfile(copy, tmp_path / "restored" / "study.db")
    with open_study(tmp_path / "restored") as restored:
        assert [i.label for i in interviews(restored)] == ["I1"]
        assert verify(restored).faults == ()
    assert [path.suffix for path in (tmp_path / "backups").iterdir()] == [".db"]
