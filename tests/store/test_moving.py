"""Rows copied between two databases and what is refused before anything is moved; a real server is in tests/servers."""

import json
import shutil
from contextlib import closing

import pytest

from store import database
from store.copied_rows import (
    CopiedTable,
    Counted,
    Side,
    copy_rows,
    counts,
    refuse_different,
    refuse_other_tables,
    rows,
    tables_of,
)
from store.database import SCHEMA_HEAD, connect
from store.database_place import keep_place, new_place
from store.encryption import encrypt_study
from store.errors import ConflictError, InvalidInputError, NotAStudyError, StudyError
from store.moving import move_study
from store.moving_there import FILE, Unfinished
from store.study import DATABASE, open_study

pytestmark = pytest.mark.sqlite
DEAD = "postgresql://ann@127.0.0.1:1/studies"


@pytest.fixture
def folder(made_once, tmp_path):
    """The full study, closed."""
    return shutil.copytree(made_once, tmp_path / "study")


@pytest.fixture
def sides(folder, tmp_path):
    """The database of the full study, and an empty one of the same schema that is being written."""
    source, target = database.open_engine(folder / DATABASE), database.open_engine(tmp_path / "other.db")
    with target.execution_options(write=True).begin() as connection, source.connect() as given:
        database.upgrade(connection)
        yield Side(given), Side(connection)
    source.dispose()
    target.dispose()


def ignored(_name):
    """A step that nobody counts."""


def test_every_row_is_copied_and_found_the_same(sides):
    """All tables, also where erased rows left gaps, with the numbers that counters gave."""
    source, target = sides
    tables = tables_of(SCHEMA_HEAD)
    assert {"event", "decision", "vector", "signal"} <= {table.name for table in tables}
    source.connection.exec_driver_sql("SELECT 1")
    copy_rows(source, target, tables, ignored)
    found = refuse_different(source, target, tables, ignored)
    assert found == counts(source, tables)
    assert sum(found.values()) > 90
    sequence = "SELECT name, seq FROM sqlite_sequence ORDER BY name"
    before, after = (side.connection.exec_driver_sql(sequence).all() for side in sides)
    assert before == after
    assert {name for name, _ in before} == {"segment", "transcript"}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE turn SET words = '[]' WHERE id = 1",
        "UPDATE utterance SET avg_logprob = avg_logprob + 1e-15",
        "UPDATE event SET at = '2025-01-02 03:04:05.000001' WHERE id = 2",
        "UPDATE vector SET data = x'00'",
        "UPDATE decision SET memo = memo || ' '",
        "UPDATE interview SET language = ''",
        "DELETE FROM decision WHERE id = (SELECT max(id) FROM decision)",
        "UPDATE code SET retired = 1 WHERE retired IS NULL",
    ],
)
def test_any_difference_is_found(sides, change):
    """A blob, a float's last bit, a microsecond, a blank, a lost row: each is named with its table."""
    source, target = sides
    tables = tables_of(SCHEMA_HEAD)
    copy_rows(source, target, tables, ignored)
    target.connection.exec_driver_sql(change)
    with pytest.raises(StudyError, match=r"Row \d+ of the table “\w+” .* is not the same in both databases"):
        refuse_different(source, target, tables, ignored)


def test_nothing_is_the_same_as_nan_but_nan():
    """A number that is none equals itself here, and nothing else."""
    from store.copied_rows import _same

    nan = float("nan")
    assert _same((1, nan, b"x"), (1, nan, b"x"))
    assert not _same((1, nan), (1, 0.0))
    assert not _same((None,), ("",))


def test_tables_follow_those_to_which_they_point():
    """No row is written before the one that it names."""
    places = {table.name: number for number, table in enumerate(tables_of(SCHEMA_HEAD))}
    for one, other in (("event", "study"), ("transcript", "segment"), ("suggestion", "decision"), ("scores", "signal")):
        assert places[one] < places[other]


def test_other_tables_are_refused(sides):
    """A column or a table more than the schema has is no study of this version."""
    _, target = sides
    tables = tables_of(SCHEMA_HEAD)
    refuse_other_tables(target, tables)
    target.connection.exec_driver_sql("CREATE TABLE more (id INTEGER PRIMARY KEY)")
    with pytest.raises(StudyError, match=r"tables of its schema \(more\)"):
        refuse_other_tables(target, tables)


def test_times_of_other_lengths_are_the_same_time(sides):
    """What is no text of ours is read as SQLAlchemy reads it."""
    source, target = sides
    tables = tables_of(SCHEMA_HEAD)
    copy_rows(source, target, tables, ignored)
    target.connection.exec_driver_sql("UPDATE decision SET at = '2025-01-02 03:04:05' WHERE id = 1")
    table = next(each for each in tables if each.name == "decision")
    at = table.columns.index("at")
    assert next(rows(target, table))[at] == "2025-01-02 03:04:05.000000"


def test_progress_is_told_up_to_the_end():
    """The last call says that all is done, however many rows there are."""
    told = []
    steps = Counted(2500, lambda *now: told.append(now))
    for _ in range(2500):
        steps.step("event")
    assert told == [(1000, 2500, "event"), (2000, 2500, "event"), (2500, 2500, "event")]


def test_what_has_no_key_is_not_taken_for_a_table():
    """Every table has a key, by which its rows are put in order."""
    for table in tables_of(SCHEMA_HEAD):
        assert isinstance(table, CopiedTable)
        assert table.key
        assert set(table.key) <= set(table.columns)


def test_where_it_is_already_it_is_not_moved(folder):
    """A file to a file is said to be there already."""
    with pytest.raises(ConflictError, match="there already"):
        move_study(folder, "sqlite")
    with pytest.raises(InvalidInputError, match="no schema"):
        move_study(folder, "sqlite", schema="mine")


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("mysql://ann@localhost/studies", "not in `mysql`"),
        ("postgresql://ann@localhost", "names no database"),
        ("postgresql://ann@localhost/studies?service=x", "may not set `service`"),
        ("postgresql://ann@db.example.org/studies", "INTERVIEW_ALLOWED_HOSTS"),
        ("study.db", "no URL of a database"),
    ],
)
def test_urls_that_lead_nowhere_are_refused(folder, to, said):
    """One sentence, and nothing in the folder tells of a moving."""
    pytest.importorskip("psycopg")
    with pytest.raises(InvalidInputError, match=said):
        move_study(folder, to)
    assert not (folder / FILE).exists()
    with open_study(folder) as study:
        assert study.place is None


def test_a_server_that_does_not_answer_changes_nothing(folder):
    """Not even a copy is made."""
    pytest.importorskip("psycopg")
    with pytest.raises(NotAStudyError, match="does not answer"):
        move_study(folder, DEAD)
    assert not (folder / FILE).exists()
    assert not list((folder / "backups").glob("*-moved.db"))


def test_an_encrypted_study_is_not_moved(folder):
    """It would lie there in the clear."""
    encrypt_study(folder, "wombats of the cellar")
    with pytest.raises(InvalidInputError, match="encrypted"):
        move_study(folder, DEAD)


def test_a_study_on_a_server_is_not_encrypted(folder):
    """Its file is none of ours; the sentence says what to do."""
    keep_place(folder, new_place(DEAD, "mine"))
    with pytest.raises(ConflictError, match="migrate --to sqlite"):
        encrypt_study(folder, "wombats of the cellar")


@pytest.mark.parametrize(
    "said", ["", "[]", "{}", '{"token": "x", "to": 5}', '{"token": "x", "to": {"url": "x", "schema": "y"}}', "\0"]
)
def test_a_file_that_tells_of_no_moving_does_no_harm(folder, said):
    """Whatever somebody wrote there, the study opens and its file stays."""
    (folder / FILE).write_text(said, encoding="utf-8")
    assert Unfinished.found(folder) is None
    with open_study(folder) as study:
        assert study.repairs == ()
    assert (folder / DATABASE).is_file()


def test_a_moving_that_was_not_decided_is_left_to_the_next(folder):
    """Opening a study on this machine asks no server, and loses nothing."""
    told = {"token": "x", "to": {"url": "postgresql+psycopg://ann@127.0.0.1:1/studies", "schema": "mine"}}
    (folder / FILE).write_text(json.dumps(told), encoding="utf-8")
    with open_study(folder) as study:
        assert study.repairs == ()
    assert (folder / FILE).is_file()
    with closing(connect(folder / DATABASE)) as connection:
        assert connection.execute("SELECT count(*) FROM event").fetchone()[0] > 30
