"""Studies made by older versions open, keep everything, and verify."""

from contextlib import closing

import pytest
from alembic import command
from full_study import full_study
from sqlalchemy import delete, null, select

from assistant.codebook import DraftCode, split_code
from store import database
from store.audit import verify
from store.codebook import codebook_versions, current_codebook
from store.decisions import decisions
from store.memos import MemoDraft, MemoTarget, keep_memo
from store.records import TranscriptRow, TurnRow
from store.sqlite import sqlite3
from store.study import open_study
from store.turns import as_new, own_rows, placed_turns

pytestmark = pytest.mark.sqlite


def at_revision(path, revision):
    """A database as the migrations up to that revision make it."""
    engine = database.open_engine(path)
    config = database._alembic_config()
    with engine.execution_options(write=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


def rows_into(old, new):
    """Copy every row into the tables and columns that the older schema has."""
    with closing(sqlite3.connect(old)) as connection:
        connection.execute("ATTACH ? AS filled", (str(new),))
        tables = connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            if table.startswith("sqlite_") or table == "alembic_version":
                continue
            columns = ", ".join(f'"{row[1]}"' for row in connection.execute(f"PRAGMA main.table_info({table})"))
            connection.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM filled.{table}")  # noqa: S608 - our own names
        connection.commit()


def turns_of_their_own(study) -> None:
    """Give every revision all its turns, as older schemas had them."""
    with study.write() as session:
        for row in session.scalars(select(TranscriptRow).where(TranscriptRow.layout.is_not(None))).all():
            turns = [as_new(placed.turn, row.text) for placed in placed_turns(session, row)]
            session.execute(delete(TurnRow).where(TurnRow.transcript_id == row.id))
            session.expire(row)
            row.layout = null()
            session.add_all(TurnRow(transcript_id=row.id, **columns) for columns in own_rows(turns))


@pytest.fixture(params=["0001", "0002", "0003", "0004", "0005", "0006"])
def older(tmp_path, request):
    """A filled study whose database has an older schema: its folder, what it holds, and the schema's number."""
    with full_study(tmp_path) as study:
        turns_of_their_own(study)
        folder, before = study.folder, (codebook_versions(study), decisions(study))
    new = folder / "study.db"
    new.rename(tmp_path / "filled.db")
    at_revision(new, request.param)
    rows_into(new, tmp_path / "filled.db")
    return folder, before, request.param


def test_a_study_of_an_older_schema_opens_after_a_backup_and_verifies(older):
    """Nothing is lost or changed on the way to the present schema, and the chain of events still fits every row."""
    folder, before, revision = older
    with open_study(folder) as study:
        assert study.migrated_from is not None
        assert f"-{revision}.db" in study.migrated_from.name
        assert (codebook_versions(study), decisions(study)) == before
        assert verify(study).faults == ()
    with open_study(folder) as again:
        assert again.migrated_from is None


def test_a_migrated_study_takes_codes_with_origins_and_memos(older):
    """What the new schema is for works in the old study, beside versions that know no origins."""
    with open_study(older[0]) as study:
        keep_memo(study, "ada", MemoDraft(MemoTarget(), "Still here."))
        queue = current_codebook(study).find("queue")
        parts = [DraftCode("waiting"), DraftCode("priority")]
        split_code(study, "queue", parts, coder="ada")
        assert {c.name: c.origins for c in current_codebook(study).codes if c.origins} == {
            "waiting": (queue.guid,),
            "priority": (queue.guid,),
        }
        assert verify(study).faults == ()
