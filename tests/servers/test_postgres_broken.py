"""Connections that break, servers that stop and disks that are full: a sentence, nothing half done, and on it goes."""

import multiprocessing
import time

import pytest
from servers.postgres import Cluster, cluster
from servers.stubborn_writer import write_stubbornly
from study_builder import built_study

from store.audit import verify
from store.config import read_head
from store.decisions import decisions
from store.errors import NotAStudyError, StudyError
from store.memos import MemoDraft, MemoTarget, keep_memo, memos
from store.postgres import DEFINING
from store.study import Study, create_study, open_study

pytestmark = pytest.mark.servers
SPAWN = multiprocessing.get_context("spawn")
EACH = 100


@pytest.fixture(scope="module")
def server():
    """A server of this module's own, which stops and starts."""
    with cluster() as made:
        yield made


@pytest.fixture
def study(tmp_path, server: Cluster):
    with create_study(tmp_path / "study", "Here", database=server.new_database()) as made:
        remember(made, "First.")
        yield made


def remember(study: Study, text: str) -> None:
    keep_memo(study, "ada", MemoDraft(MemoTarget(), text))


def texts(study: Study) -> list[str]:
    return [memo.text for memo in memos(study)]


def whole(study: Study) -> bool:
    return verify(study).faults == ()


def test_a_connection_that_is_ended_while_idle_is_not_noticed(study, server):
    """The next act asks first, and takes a new one."""
    for _ in range(3):
        assert server.kill_connections()
        remember(study, "Next.")
        assert server.kill_connections()
        assert texts(study)[-1] == "Next."
    assert whole(study)


def write_and_break(study: Study, breaking) -> None:
    with study.write() as session:
        session.connection().exec_driver_sql("UPDATE memo SET text = 'half'")
        breaking()
        session.connection().exec_driver_sql("UPDATE memo SET text = 'other half'")


@pytest.mark.parametrize("how", ["connection", "fast", "immediate"])
def test_what_breaks_in_the_middle_of_a_write_is_not_there(study, server, how):
    """One sentence, nothing half applied, and the next act goes through once the server is there."""

    def breaking() -> None:
        server.kill_connections() if how == "connection" else server.stop(how)

    before = read_head(study.folder)
    with pytest.raises(StudyError, match=r"Nothing was written to .*(try again|server is up)"):
        write_and_break(study, breaking)
    if how != "connection":
        with pytest.raises(NotAStudyError, match=r"does not answer|server is up"):
            texts(study)
        server.start()
    assert (texts(study), read_head(study.folder)) == (["First."], before)
    remember(study, "Second.")
    assert texts(study) == ["First.", "Second."]
    assert whole(study)


def at_commit(study: Study, monkeypatch, *, before=None, after=None) -> None:
    """Do something just before or just after the next transaction ends, and notice it as the driver would."""
    dialect = study.engine.dialect
    commit = dialect.do_commit

    def once(raw) -> None:
        monkeypatch.setattr(dialect, "do_commit", commit)
        if before is not None:
            before()
        commit(raw)
        if after is not None:
            after()
            raw.execute("SELECT 1")

    monkeypatch.setattr(dialect, "do_commit", once)


def test_a_connection_lost_before_the_end_of_a_transaction_is_told(study, server, monkeypatch):
    """It was not carried out, and that is what is said."""
    at_commit(study, monkeypatch, before=server.kill_connections)
    with pytest.raises(StudyError, match="Nothing was written"):
        remember(study, "Lost.")
    assert texts(study) == ["First."]
    remember(study, "Second.")
    assert whole(study)


def test_a_connection_lost_after_the_end_of_a_transaction_is_no_failure(study, server, monkeypatch):
    """It was carried out: nobody is told to do it again, and the folder knows the end of the log."""
    at_commit(study, monkeypatch, after=server.kill_connections)
    remember(study, "Kept.")
    assert texts(study) == ["First.", "Kept."]
    report = verify(study)
    assert report.faults == ()
    assert read_head(study.folder).hash == report.head


def test_where_nobody_answers_what_became_of_it_is_said_to_be_unknown(study, server, monkeypatch):
    """The truth is found when the server is up."""
    at_commit(study, monkeypatch, after=lambda: server.stop("immediate"))
    with pytest.raises(StudyError, match=r"whether the last act is in .* is not known; when the server is up"):
        remember(study, "Kept.")
    server.start()
    assert texts(study) == ["First.", "Kept."]
    remember(study, "Later.")
    assert whole(study)


def test_a_server_that_was_restarted_in_between_is_not_noticed(study, server):
    """Acts and openings go on."""
    server.stop()
    with pytest.raises(NotAStudyError, match="does not answer"):
        open_study(study.folder)
    server.start()
    remember(study, "Second.")
    assert texts(study) == ["First.", "Second."]
    with open_study(study.folder) as again:
        assert again.repairs == ()


def fail_with(study: Study, state: str) -> None:
    """Have the server refuse new events as it does when its disk is full, say."""
    with study.engine.execution_options(**{DEFINING: True}).begin() as connection:
        connection.exec_driver_sql(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$BEGIN RAISE EXCEPTION 'as the server says it' USING ERRCODE = '{state}'; END$$"
        )
        connection.exec_driver_sql("CREATE TRIGGER refuse BEFORE INSERT ON event EXECUTE FUNCTION refuse()")


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("53100", "has no space left on its disk; free some on that server"),
        ("53200", "has no memory left"),
        ("40P01", "was changed by another program meanwhile"),
        ("58030", "cannot read or write its own files"),
        ("XX001", "says that its data are damaged"),
        ("57014", "broke the statement off"),
    ],
)
def test_what_the_server_cannot_do_is_a_sentence(study, state, said):
    """Each says what to do, that nothing was written, and nothing was."""
    fail_with(study, state)
    with pytest.raises(StudyError, match=rf"Nothing was written to .*{said}.*as the server says it"):
        remember(study, "Lost.")
    assert texts(study) == ["First."]
    assert whole(study)


def test_a_mistake_of_the_program_is_no_sentence(study):
    """What only a bug can cause keeps its traceback."""
    from sqlalchemy.exc import DatabaseError, ProgrammingError

    with pytest.raises(ProgrammingError), study.write() as session:
        session.connection().exec_driver_sql("SELECT nonsense FROM memo")
    fail_with(study, "23505")
    with pytest.raises(DatabaseError):
        remember(study, "Twice.")


def test_one_who_writes_for_too_long_is_told_of(study, monkeypatch):
    """A second writer waits for the first, and not for ever; then it goes through."""
    monkeypatch.setattr("store.postgres.LOCK_SECONDS", 0.2)
    with open_study(study.folder) as impatient:
        with study.write() as session:
            session.connection()
            with pytest.raises(StudyError, match=r"Nothing was written.*held by another program"):
                remember(impatient, "Second.")
        remember(impatient, "Second.")
    assert texts(study) == ["First.", "Second."]


def test_readers_never_wait_for_a_writer(study):
    """They see what was there before it."""
    with study.write() as session:
        session.connection().exec_driver_sql("UPDATE memo SET text = 'coming'")
        assert texts(study) == ["First."]
        session.rollback()


def test_of_numbered_decisions_under_fire_none_is_lost_and_none_is_doubled(tmp_path, server, monkeypatch):
    """Two processes write while every connection is ended again and again: what was reported was the truth."""
    monkeypatch.setenv("INTERVIEW_DATABASE", server.new_database())
    with built_study(tmp_path) as study:
        begin = SPAWN.Barrier(3)
        working = [
            SPAWN.Process(target=write_stubbornly, args=(study.folder, coder, EACH, begin)) for coder in ("cleo", "dan")
        ]
        for each in working:
            each.start()
        begin.wait(timeout=120)
        kills = 0
        while any(each.is_alive() for each in working):
            kills += server.kill_connections()
            time.sleep(0.2)
        for each in working:
            each.join()
        assert [each.exitcode for each in working] == [0, 0]
        assert kills
        made = decisions(study)
        for coder in ("cleo", "dan"):
            assert [int(d.memo) for d in made if d.coder == coder] == list(range(EACH))
        report = verify(study)
        assert report.faults == ()
        assert read_head(study.folder).count == report.events
