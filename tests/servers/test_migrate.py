"""A study's database moved between a file and a real PostgreSQL: nothing is lost, and nothing is ever half."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest
from full_study import add_text, add_written, full_study
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from servers import moved_rows
from servers.moved_rows import KILLED, content, content_of_file
from servers.postgres import cluster
from typer.testing import CliRunner

from assistant import doctor
from assistant.cli.app import app
from store import server_copies
from store.audit import verify
from store.backup_keeper import BackupKeeper
from store.backups import BackupPlan, copies
from store.copied_rows import Side, copy_rows, tables_of
from store.database import connect, upgrade
from store.database_place import DatabasePlace, keep_place, kept_place
from store.decisions import keep_decisions
from store.erase import erase_interview
from store.errors import ConflictError, InvalidInputError, NotAStudyError, StudyError
from store.moving import move_study
from store.moving_there import FILE
from store.postgres import DEFINING
from store.server_copies import copy_to_sqlite, engine_of
from store.study import DATABASE, open_study
from store.transcripts import transcript
from store.turns import clean_text
from store.values import DecisionDraft, Span, Verdict

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The folder of a closed study with every kind of event, to be copied."""
    with full_study(tmp_path_factory.mktemp("moved")) as study:
        add_written(study)
        return study.folder


@pytest.fixture
def folder(made, tmp_path):
    """A copy of it in a file."""
    return Path(shutil.copytree(made, tmp_path / "study"))


def schemas(server, url):
    """The schemas of a database that are not PostgreSQL's own."""
    query = (
        "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('public', 'information_schema')"
    )
    return {name for (name,) in server.execute(query, database=url.rpartition("/")[2])}


def decide(study, coder="ada"):
    """One decision more."""
    place = transcript(study, "T1").id
    keep_decisions(study, coder, [DecisionDraft(place, Span(1, 4), Verdict.ADD, "one more")])


def test_all_rows_arrive_and_come_back(folder, postgres_cluster, postgres_url):
    """Every table is the same in PostgreSQL and back in a file, deciding goes on in both, and the record holds."""
    before = content(folder)
    there = move_study(folder, postgres_url, schema="mine")
    assert content(folder) == before
    assert not (folder / DATABASE).exists()
    assert dict(there.rows) == {name: len(rows) for name, rows in before.items()}
    assert content_of_file(there.kept) == before
    with open_study(folder) as study:
        decide(study)
        assert verify(study).faults == ()
    grown = content(folder)
    back = move_study(folder, "sqlite")
    assert content(folder) == grown
    assert content_of_file(back.kept) == grown
    assert kept_place(folder) is None
    assert schemas(postgres_cluster, postgres_url) == {back.left.schema}
    with open_study(folder) as study:
        decide(study)
        assert (verify(study).faults, study.repairs) == ((), ())
    assert not (folder / FILE).exists()


words = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1, max_size=30)
spoken = st.one_of(words, st.sampled_from(["👩🏽‍🔬 cafe\u0301", "a\r\nb", "\u202eright to left", "‘quoted’ \\N \t"]))


@settings(max_examples=6, deadline=None, phases=(Phase.generate,), suppress_health_check=list(HealthCheck))
@given(
    said=st.lists(spoken.map(lambda text: f"x{text}x"), min_size=1, max_size=5),
    codings=st.lists(st.tuples(st.integers(0, 20), st.integers(1, 20), spoken), max_size=6),
    erased=st.sampled_from([None, "R1", "T1", "G"]),
)
def test_any_study_is_the_same_there_and_back(made, postgres_url, tmp_path_factory, said, codings, erased):
    """Generated texts, codings one in another, and an interview erased: all tables equal, the chain too."""
    home = tmp_path_factory.mktemp("any")
    folder = Path(shutil.copytree(made, home / "study"))
    with open_study(folder) as study:
        kept = add_text(study, home, "G", tuple(map(clean_text, said)))
        whole = len(kept.text)
        drafts = [
            DecisionDraft(
                kept.id, Span(start % whole, min(whole, start % whole + length)), Verdict.ADD, code, memo=code
            )
            for start, length, code in codings
        ]
        keep_decisions(study, "ben", drafts)
        if erased is not None:
            erase_interview(study, erased, coder="ada", why="asked")
    before = content(folder)
    move_study(folder, postgres_url)
    assert content(folder) == before
    with open_study(folder) as study:
        if erased != "T1":
            decide(study)
        assert verify(study).faults == ()
    grown = content(folder)
    move_study(folder, "sqlite", drop=True)
    assert content(folder) == grown
    with open_study(folder) as study:
        assert verify(study).faults == ()


def test_numbers_of_erased_rows_are_not_given_again(folder, postgres_url):
    """A segment that was erased leaves a number that no later one gets, here or there."""
    with open_study(folder) as study:
        add_text(study, folder.parent, "G", ("one", "two"))
        highest = max(row[0] for row in content(folder)["segment"])
        erase_interview(study, "G", coder="ada", why="asked")
    for to in (postgres_url, "sqlite"):
        move_study(folder, to)
        with open_study(folder) as study:
            add_text(study, folder.parent, f"after {to[:6]}", (f"three {to}",))
        newest = max(row[0] for row in content(folder)["segment"])
        assert newest > highest
        highest = newest


def test_from_one_schema_to_another(folder, postgres_cluster, postgres_url):
    """With --drop, the schema that is left is gone; the study is in the other one."""
    move_study(folder, postgres_url, schema="first")
    before = content(folder)
    with pytest.raises(ConflictError, match="there already"):
        move_study(folder, postgres_url, schema="first")
    made = move_study(folder, postgres_url, schema="second", drop=True)
    assert content(folder) == before
    assert made.left is None
    assert schemas(postgres_cluster, postgres_url) == {"second"}


def killed(folder, to, step):
    """Move in a process of its own that is killed at that step."""
    command = [sys.executable, moved_rows.__file__, str(folder), to, step]
    path = ":".join(sys.path)
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, env={**os_environ(), "PYTHONPATH": path}
    )
    assert done.returncode == KILLED, done.stderr


def os_environ():

    return os.environ


@pytest.mark.parametrize(
    "step",
    [
        "after the copy",
        "after it was said to begin",
        "after the schema was made",
        "after the rows were copied",
        "after the rows were compared",
        "after the switch",
        "after the file was removed",
    ],
)
def test_killed_on_the_way_there(folder, postgres_cluster, postgres_url, step):
    """The study opens as it was or as it is to be, and moving again ends with one schema and no file."""
    before = content(folder)
    killed(folder, postgres_url, step)
    with open_study(folder) as study:
        assert verify(study).faults == ()
        decided = study.place is not None
    assert content(folder) == before
    assert decided == (step in {"after the switch", "after the file was removed"})
    if not decided:
        move_study(folder, postgres_url)
        assert content(folder) == before
    assert schemas(postgres_cluster, postgres_url) == {kept_place(folder).schema}
    assert not (folder / DATABASE).exists()
    assert not (folder / FILE).exists()


@pytest.mark.parametrize(
    "step",
    [
        "after the file was written",
        "after it was said to begin",
        "after the file was put in place",
        "after the switch",
        "after the schema was set aside",
    ],
)
def test_killed_on_the_way_back(folder, postgres_cluster, postgres_url, step):
    """The study opens as it was or as it is to be, and moving again ends in the file."""
    before = content(folder)
    move_study(folder, postgres_url)
    killed(folder, "sqlite", step)
    with open_study(folder) as study:
        assert verify(study).faults == ()
        decided = study.place is None
    assert content(folder) == before
    assert decided == (step in {"after the switch", "after the schema was set aside"})
    if not decided:
        assert not (folder / DATABASE).exists()
        move_study(folder, "sqlite")
    assert content(folder) == before
    assert not (folder / FILE).exists()


def test_what_was_decided_in_a_half_filled_schema_of_another_is_left(folder, postgres_cluster, postgres_url):
    """A schema that bears the name but not our mark is refused, and stays as it is."""
    database = postgres_url.rpartition("/")[2]
    postgres_cluster.execute("CREATE SCHEMA taken", database=database)
    postgres_cluster.execute("CREATE TABLE taken.theirs (number int)", database=database)
    before = content(folder)
    with pytest.raises(ConflictError, match="name another schema"):
        move_study(folder, postgres_url, schema="taken")
    assert content(folder) == before
    assert kept_place(folder) is None
    assert postgres_cluster.execute("SELECT * FROM taken.theirs", database=database) == []
    assert not (folder / FILE).exists()


def test_the_server_dies_on_the_way(folder, postgres_cluster, postgres_url):
    """A sentence, the study as before; when the server is up, moving again clears the way and works."""
    before = content(folder)
    with pytest.raises(StudyError, match="server is up"):
        move_study(folder, postgres_url, schema="mine", progress=at(1, lambda: postgres_cluster.stop("immediate")))
    try:
        with open_study(folder) as study:
            assert study.place is None
        assert content(folder) == before
        with pytest.raises(StudyError, match="does not answer"):
            move_study(folder, postgres_url, schema="mine")
    finally:
        postgres_cluster.start()
    move_study(folder, postgres_url, schema="mine")
    assert content(folder) == before
    assert schemas(postgres_cluster, postgres_url) == {"mine"}


def test_what_an_earlier_moving_left_is_not_forgotten(folder, postgres_url):
    """Where its server does not answer any more, that is said, with the way to go on all the same."""
    left = {"token": "x", "to": {"url": "postgresql+psycopg://ann@127.0.0.1:1/studies", "schema": "mine"}}
    (folder / FILE).write_text(json.dumps(left), encoding="utf-8")
    with pytest.raises(StudyError, match=r"An earlier moving broke off .* remove .*\.moving\.json"):
        move_study(folder, postgres_url)
    assert kept_place(folder) is None
    (folder / FILE).write_text("no JSON", encoding="utf-8")
    move_study(folder, postgres_url)
    assert kept_place(folder) is not None


@pytest.mark.parametrize("share", [0.2, 0.9])
def test_the_connection_is_cut_on_the_way(folder, postgres_cluster, postgres_url, share):
    """While copying or comparing: a sentence, no schema is left, the study is as before."""
    before = content(folder)
    with pytest.raises(StudyError, match=r"shut down or let go|let go of the connection"):
        move_study(folder, postgres_url, progress=at(share, postgres_cluster.kill_connections))
    assert content(folder) == before
    assert kept_place(folder) is None
    assert schemas(postgres_cluster, postgres_url) == set()
    assert not (folder / FILE).exists()


def at(share, act):
    """Do something once so much of the moving is done."""
    done = []

    def progress(now, whole, _name):
        if now >= whole * share and not done:
            done.append(now)
            act()

    return progress


@pytest.fixture(autouse=True)
def _told_often(monkeypatch):
    monkeypatch.setattr("store.copied_rows._ROWS_BETWEEN_CALLS", 5)


def test_a_nul_character_is_named(folder, postgres_cluster, postgres_url):
    """What PostgreSQL cannot hold is named with its table, row and column, and nothing is moved."""
    with closing(connect(folder / DATABASE)) as connection:
        connection.execute("UPDATE decision SET memo = 'a' || char(0) || 'b' WHERE id = 3")
        connection.commit()
    with pytest.raises(
        InvalidInputError, match=r"Row 3 of the table “decision” \(id 3\) has a NUL character in `memo`"
    ):
        move_study(folder, postgres_url)
    assert kept_place(folder) is None
    assert schemas(postgres_cluster, postgres_url) == set()


def test_json_that_is_none_is_named(folder, postgres_url):
    """NaN stands in no JSON; PostgreSQL's word on table and line is passed on."""
    with closing(connect(folder / DATABASE)) as connection:
        connection.execute("UPDATE suggestion SET scores = '{\"llm\": NaN}' WHERE id = 2")
        connection.commit()
    with pytest.raises(InvalidInputError, match=r"“suggestion”.*COPY suggestion, line 2, column scores"):
        move_study(folder, postgres_url)
    assert kept_place(folder) is None


def test_a_broken_log_is_not_moved(folder, postgres_cluster, postgres_url):
    """A chain that does not hold is told, and stays where it is."""
    with closing(connect(folder / DATABASE)) as connection:
        connection.execute("UPDATE event SET coder = 'somebody' WHERE id = 7")
        connection.commit()
    with pytest.raises(StudyError, match=r"log of .* does not hold"):
        move_study(folder, postgres_url)
    assert kept_place(folder) is None
    assert schemas(postgres_cluster, postgres_url) == set()


def test_nobody_may_be_in_it(folder, postgres_url):
    """While the study is open elsewhere, in a file or in PostgreSQL, it is not moved."""
    for to, where in ((postgres_url, False), ("sqlite", True)):
        with open_study(folder) as study:
            assert (study.place is not None) == where
            with pytest.raises(ConflictError, match="open in another program"):
                move_study(folder, to)
        move_study(folder, to)


def test_a_foreign_server_is_not_asked(folder, monkeypatch):
    """Only what the environment allows is connected to, on a command line too."""
    with pytest.raises(InvalidInputError, match="INTERVIEW_ALLOWED_HOSTS"):
        move_study(folder, "postgresql://ann@db.example.org/studies")
    assert not (folder / FILE).exists()


def test_a_copy_is_one_state_and_for_its_owner(folder, postgres_url, tmp_path):
    """What is written while a copy is made is not in it; the copy is a study's database like any other."""
    move_study(folder, postgres_url)
    before = content(folder)
    with open_study(folder) as study:
        copy_to_sqlite(study, tmp_path / "copy.db", at(0.5, lambda: decide(study)))
        assert len(content(folder)["event"]) == len(before["event"]) + 1
    assert content_of_file(tmp_path / "copy.db") == before
    assert (tmp_path / "copy.db").stat().st_mode & 0o77 == 0


def test_a_full_disk_here_leaves_no_copy(folder, postgres_url, monkeypatch):
    """Neither a copy nor the way back gets a half file; the study goes on where it is."""
    move_study(folder, postgres_url)
    before, there = content(folder), sorted((folder / "backups").iterdir())
    whole = server_copies._without_journal

    def small(connection, record):
        whole(connection, record)
        connection.execute("PRAGMA max_page_count = 90")

    monkeypatch.setattr(server_copies, "_without_journal", small)
    with pytest.raises(StudyError, match="full"):
        run("backups", folder, "--now")
    with pytest.raises(StudyError, match="full"):
        move_study(folder, "sqlite")
    assert sorted((folder / "backups").iterdir()) == there
    assert not (folder / DATABASE).exists()
    assert content(folder) == before


def test_the_keeper_copies_beside_the_work(folder, postgres_url):
    """A study that is open makes its rolling copies, and says why where the server does not answer."""
    move_study(folder, postgres_url)
    with open_study(folder) as study:
        decide(study)
        keeper = BackupKeeper(study, lambda: BackupPlan(minutes=1, events=1), seconds=0.05)
        wait_until(lambda: len(list(copies(folder))) > 1)
        keeper.end()
        assert keeper.problem == ""
    assert next(copies(folder)).head.count == len(content(folder)["event"])


def wait_until(done):
    """Wait for another thread, at most a minute."""
    until = time.monotonic() + 60
    while not done() and time.monotonic() < until:
        time.sleep(0.05)


def test_an_older_schema_is_copied_before_it_is_brought_up_to_date(made, postgres_url, tmp_path):
    """Opening a study of an older schema in PostgreSQL keeps a copy with that schema in `backups`."""
    folder = tmp_path / "old"
    folder.mkdir()
    place = DatabasePlace(postgres_url, "old")
    source = Path(__file__).parents[1] / "store" / "released" / "0006.zip"
    shutil.unpack_archive(source, tmp_path / "released")
    old = tmp_path / "released" / DATABASE
    from store import database

    file = database.open_engine(old)
    tables = tables_of("0006")
    with engine_of(place) as engine, engine.execution_options(**{DEFINING: True}).begin() as connection:
        connection.exec_driver_sql("CREATE SCHEMA old")
        upgrade(connection, "0006")
        with file.connect() as given:
            copy_rows(Side(given), Side(connection, "old"), tables, lambda _: None)
    file.dispose()
    keep_place(folder, place)
    for name in ("media", "exports", "index"):
        (folder / name).mkdir()
    before = content_of_file(old)
    with open_study(folder) as study:
        assert study.migrated_from.name.endswith("-0006.db")
        assert content_of_file(study.migrated_from) == before
        assert verify(study).faults == ()


def run(*arguments):
    """The command line, as a person uses it: its result, which must be success."""
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def test_the_whole_way_by_commands(folder, postgres_url, tmp_path):
    """migrate, backups, backup, restore, restore --from-backups, bundle, migrate back: as a person would."""
    told = json.loads(run("migrate", folder, "--to", postgres_url, "--json").stdout)
    assert told["rows"] == sum(told["tables"].values())
    before = content(folder)
    listed = json.loads(run("backups", folder, "--now", "--json").stdout)
    assert [copy["good"] for copy in listed] == [True, True]
    archive = tmp_path / "study.zip"
    assert run("backup", folder, archive, "--coder", "ada").exit_code == 0
    assert run("restore", archive, tmp_path / "again").exit_code == 0
    assert kept_place(tmp_path / "again") is None
    assert content(tmp_path / "again") == before
    assert run("bundle", "make", folder, tmp_path / "bundle.zip").exit_code == 0
    with open_study(folder) as study:
        decide(study)
    old = kept_place(folder)
    restored = run("restore", folder, "--from-backups", "1", "--coder", "ada", "--json")
    assert json.loads(restored.stdout)["events"] == listed[0]["events"]
    assert kept_place(folder).schema != old.schema
    assert content(folder)["decision"] == before["decision"]
    with open_study(folder) as study:
        assert (verify(study).faults, study.repairs) == ((), ())
    assert "is renamed" not in restored.stderr
    assert run("migrate", folder, "--to", "sqlite").exit_code == 0
    assert run("migrate", tmp_path / "again", "--to", postgres_url).exit_code == 0
    assert content(tmp_path / "again") == before
    with pytest.raises(ConflictError, match="does not encrypt"):
        run("decrypt", tmp_path / "again")


def test_a_restored_folder_never_leads_to_a_server(folder, postgres_url, tmp_path):
    """An archive whose settings name a database, as a hostile one may, is restored into a file all the same."""
    import hashlib
    import zipfile

    plain, hostile = tmp_path / "plain.zip", tmp_path / "hostile.zip"
    run("backup", folder, plain)
    with zipfile.ZipFile(plain) as given, zipfile.ZipFile(hostile, "w") as changed:
        toml = given.read("interview.toml") + b'\n[database]\nurl = "postgresql://x@127.0.0.1:1/x"\nschema = "x"\n'
        manifest = json.loads(given.read("manifest.json"))
        for file in manifest["files"]:
            if file["path"] == "interview.toml":
                file |= {"size": len(toml), "sha256": hashlib.sha256(toml).hexdigest()}
        for name in given.namelist():
            content_ = {"interview.toml": toml, "manifest.json": json.dumps(manifest).encode()}.get(name)
            changed.writestr(name, given.read(name) if content_ is None else content_)
    assert run("restore", hostile, tmp_path / "restored").exit_code == 0
    assert kept_place(tmp_path / "restored") is None


def test_restoring_where_the_schema_is_gone(folder, postgres_cluster, postgres_url):
    """Somebody dropped the schema: the newest copy puts the study into a new one."""
    move_study(folder, postgres_url, schema="mine")
    before = content(folder)
    postgres_cluster.execute("DROP SCHEMA mine CASCADE", database=postgres_url.rpartition("/")[2])
    with pytest.raises(NotAStudyError, match="is not there any more"), open_study(folder):
        pass
    done = run("restore", folder, "--from-backups", "newest", "--json")
    assert json.loads(done.stdout)["missing"] == 0
    assert content(folder)["decision"] == before["decision"]
    with open_study(folder) as study:
        assert verify(study).faults == ()


def test_a_restoring_that_fails_leaves_the_study_as_it_was(folder, postgres_cluster, postgres_url, monkeypatch):
    """The connection is cut while the new schema is filled: the old one goes on."""
    move_study(folder, postgres_url, schema="mine")
    before = content(folder)
    monkeypatch.setattr("store.moving_there.refuse_different", lambda *_: postgres_cluster.kill_connections())
    with pytest.raises(StudyError):
        run("restore", folder, "--from-backups", "newest")
    monkeypatch.undo()
    assert kept_place(folder).schema == "mine"
    assert content(folder) == before
    assert schemas(postgres_cluster, postgres_url) == {"mine"}
    with suppress(OSError):
        assert not (folder / FILE).exists()


def test_an_erasure_takes_what_was_set_aside_with_it(folder, postgres_cluster, postgres_url, tmp_path):
    """The schema that a restoring left holds the erased interview too, and goes; another study's stays."""
    other = Path(shutil.copytree(folder, tmp_path / "other"))
    with closing(connect(other / DATABASE)) as connection:
        connection.execute("UPDATE study SET guid = 'another'")
        connection.commit()
    for each, name in ((folder, "mine"), (other, "theirs")):
        move_study(each, postgres_url, schema=name)
    run("restore", folder, "--from-backups", "newest")
    move_study(other, "sqlite")
    with open_study(folder) as study:
        gone = erase_interview(study, "R1", coder="ada", why="asked")
        assert verify(study).faults == ()
    left = schemas(postgres_cluster, postgres_url)
    assert left.isdisjoint(gone.backups)
    assert {name.partition("_left_")[0] for name in left} == {kept_place(folder).schema, "theirs"}
    assert not any(name.startswith("mine_left_") for name in left)


def test_the_doctor_asks_the_servers(folder, postgres_cluster, postgres_url, monkeypatch):
    """Of a study and of the environment: the version where it answers, a remedy where it does not, no password."""
    move_study(folder, postgres_url, schema="mine")
    found = list(doctor._servers(folder))
    assert [(check.name, check.ok) for check in found] == [("database", True)]
    assert "schema mine" in found[0].found
    postgres_cluster.execute("CREATE ROLE guest LOGIN")
    secret = postgres_url.replace("postgres@", "guest:secret@")
    monkeypatch.setenv("INTERVIEW_DATABASE", secret)
    monkeypatch.setenv("INTERVIEW_INDEX", "http://127.0.0.1:1")
    database, index = doctor._servers(None)
    assert (database.ok, index.ok) == (False, False)
    assert "GRANT CREATE" in database.remedy
    assert "secret" not in str(database)
    monkeypatch.setenv("INTERVIEW_DATABASE", postgres_url)
    monkeypatch.setenv("INTERVIEW_INDEX", "http://chroma.example.org:8000")
    database, index = doctor._servers(None)
    assert "PostgreSQL" in database.found
    assert "INTERVIEW_ALLOWED_HOSTS" in index.remedy


def test_who_writes_from_elsewhere_meanwhile_is_told(folder, postgres_url, tmp_path):
    """A folder of the same study on another machine waits for the moving, then writes nothing to what was left."""
    move_study(folder, postgres_url, schema="mine")
    elsewhere = Path(shutil.copytree(folder, tmp_path / "elsewhere"))
    before, said = content(folder), []
    with open_study(elsewhere) as study:

        def write():
            try:
                decide(study)
            except StudyError as error:
                said.append(str(error))

        other = threading.Thread(target=write)
        made = move_study(folder, "sqlite", progress=at(0.3, other.start))
        other.join()
    assert len(said) == 1
    assert "Nothing was written" in said[0]
    assert content(folder) == before
    with engine_of(made.left) as engine, engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM event").scalar() == len(before["event"])
    with pytest.raises(NotAStudyError, match="not there any more"), open_study(elsewhere):
        pass


def test_two_movings_at_once(folder, postgres_cluster, postgres_url):
    """One of them moves the study; the other is refused, and leaves nothing on the server."""
    command = [sys.executable, "-m", "assistant", "migrate", str(folder), "--to", postgres_url]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    said = [process.communicate()[1].decode() for process in both]
    first = sorted(process.returncode for process in both)
    assert first[0] == 0, said
    moved = kept_place(folder)
    assert {name for name in schemas(postgres_cluster, postgres_url) if "_left_" not in name} == {moved.schema}
    with open_study(folder) as study:
        assert verify(study).faults == ()


def test_a_server_that_lets_nobody_take_long(folder, postgres_cluster, postgres_url):
    """What limits statements and idle transactions of others does not break a moving off."""
    name = postgres_url.rpartition("/")[2]
    for setting in ("statement_timeout", "idle_in_transaction_session_timeout"):
        postgres_cluster.execute(f"ALTER DATABASE {name} SET {setting} = '300ms'")
    slowly = at(0.4, lambda: time.sleep(0.7))
    before = content(folder)
    move_study(folder, postgres_url, progress=slowly)
    with open_study(folder) as study:
        copy_to_sqlite(study, folder.parent / "copy.db", at(0.4, lambda: time.sleep(0.7)))
    move_study(folder, "sqlite", progress=at(0.4, lambda: time.sleep(0.7)))
    assert content(folder) == before


def test_a_password_is_used_and_kept_nowhere(folder, tmp_path, monkeypatch):
    """Given in the URL, it opens the server once; afterwards it is asked for where PostgreSQL's own programs look."""
    with cluster(password="wombat cellar") as server:
        url = server.new_database().replace("postgres@", "postgres:wombat%20cellar@")
        done = run("migrate", folder, "--to", url)
        assert "PGPASSWORD" in done.stderr
        assert not any(
            b"wombat" in path.read_bytes() for path in folder.rglob("*") if path.suffix in (".toml", ".json")
        )
        assert "wombat" not in done.output
        with pytest.raises(NotAStudyError, match="PGPASSWORD"), open_study(folder):
            pass
        monkeypatch.setenv("PGPASSWORD", "wombat cellar")
        assert run("backups", folder, "--now").exit_code == 0
        move_study(folder, "sqlite")


def test_a_copy_of_a_study_on_a_server_becomes_a_study_in_a_file(folder, postgres_url, tmp_path):
    """`interview restore backups/….db NEW` takes recordings and settings along, not the server."""
    move_study(folder, postgres_url)
    before = content(folder)
    newest = next(copies(folder)).path
    assert run("restore", newest, tmp_path / "new").exit_code == 0
    assert content(tmp_path / "new") == before
    assert kept_place(tmp_path / "new") is None
    assert sorted(path.name for path in (tmp_path / "new" / "media").iterdir()) == sorted(
        path.name for path in (folder / "media").iterdir() if path.is_file()
    )


@pytest.mark.parametrize("to", ["sqlite", "server"])
def test_a_schema_that_was_left_in_the_moment_of_a_kill_is_set_aside_at_the_next_opening(
    folder, postgres_cluster, postgres_url, monkeypatch, to
):
    """Else folders of the study elsewhere would go on writing to it, and no erasure would know of it."""
    from store import moving

    move_study(folder, postgres_url, schema="first")

    def killed(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(moving, "set_aside", killed)
        with pytest.raises(KeyboardInterrupt):
            move_study(
                folder, "sqlite" if to == "sqlite" else postgres_url, schema=None if to == "sqlite" else "second"
            )
    with open_study(folder) as study:
        assert any("was finished" in said and "first_left_" in said for said in study.repairs)
        assert verify(study).faults == ()
    assert not (folder / FILE).exists()
    names = {
        name
        for (name,) in postgres_cluster.execute(
            "SELECT nspname FROM pg_namespace", database=postgres_url.rpartition("/")[2]
        )
    }
    assert "first" not in names
    assert any(name.startswith("first_left_") for name in names)
