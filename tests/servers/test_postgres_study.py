"""A study in PostgreSQL: made, opened, compared as in SQLite, and every refusal of the server is a sentence."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from by_hand import asked_by_hand, by_hand
from servers.postgres import Cluster, cluster
from sqlalchemy import Column, Integer, MetaData, String, Table, insert, select

from store import database
from store.audit import verify
from store.coders import coder_row, coders
from store.config import FILE_NAME, read_head, replace_head
from store.database_place import DatabasePlace, keep_place, kept_place, new_place
from store.errors import ConflictError, InvalidInputError, NotAStudyError, StudyError
from store.event_log import LogFilter, log
from store.events import Head, record
from store.hosts import ALLOWED_HOSTS
from store.memos import MemoDraft, MemoTarget, keep_memo, memos
from store.postgres import DEFINING, open_engine
from store.records import CoderRow
from store.study import Study, create_study, holds_study, open_study
from store.vectors import keep_vectors, load_vectors

pytestmark = pytest.mark.servers
ORDERED = ["10", "9", "B", "Z", "a", "z", "Ä", "é", "ﬁ", "🙂"]


@pytest.fixture
def study(tmp_path: Path, postgres_url: str):
    with create_study(tmp_path / "study", "Here", database=postgres_url) as made:
        yield made


@pytest.fixture(scope="module")
def guarded():
    """A server that asks for passwords."""
    with cluster(password="quokka") as server:
        yield server


def schemas(server: Cluster, url: str) -> set[str]:
    found = server.execute("SELECT nspname FROM pg_namespace", database=url.rpartition("/")[2])
    return {name for (name,) in found if name.startswith("study_")}


def test_a_study_is_a_folder_and_a_schema(study, postgres_cluster, postgres_url):
    """The folder says where the database is, and nothing of it is in the folder; it opens again as it was."""
    place = kept_place(study.folder)
    assert place == study.place
    assert schemas(postgres_cluster, postgres_url) == {place.schema}
    assert not (study.folder / "study.db").exists()
    assert holds_study(study.folder)
    study.close()
    with open_study(study.folder) as again:
        assert (again.guid, again.title, again.repairs, again.migrated_from) == (study.guid, "Here", (), None)
        assert verify(again).faults == ()


def test_two_studies_share_a_database_and_know_nothing_of_each_other(study, tmp_path, postgres_url):
    """Each has a schema of its own."""
    with create_study(tmp_path / "other", database=postgres_url) as other:
        keep_memo(other, "ada", MemoDraft(MemoTarget(), "Mine."))
        assert memos(study) == ()
        assert [memo.text for memo in memos(other)] == ["Mine."]


def test_a_folder_that_holds_such_a_study_is_taken(study, postgres_url):
    """A second one in it, in a file or in a schema, is refused."""
    for url in (None, postgres_url):
        with pytest.raises(ConflictError, match="already holds a study"):
            create_study(study.folder, database=url)


def test_the_environment_names_the_database_of_new_studies(tmp_path, postgres_url, monkeypatch):
    """As the tests of the store use it."""
    monkeypatch.setenv("INTERVIEW_DATABASE", postgres_url.replace("postgresql+psycopg", "postgres"))
    with create_study(tmp_path / "study") as made:
        assert made.place is not None
        assert made.place.url == postgres_url


def test_it_is_not_encrypted_by_us(tmp_path, postgres_url):
    """A passphrase would promise what the server's disk does not keep."""
    with pytest.raises(InvalidInputError, match="is not encrypted by this program"):
        create_study(tmp_path / "study", passphrase="five plain words to say", database=postgres_url)
    assert not (tmp_path / "study").exists()


def test_text_is_ordered_by_code_points(study):
    """The database itself sorts as German does; the study's columns do not."""
    for name in ("a", "Ä", "B", "é", "🙂", "10", "9", "z", "ﬁ", "Z"):
        with study.write() as session:
            coder_row(session, name)
    with study.read() as session:
        assert list(session.scalars(select(CoderRow.name).order_by(CoderRow.name))) == ORDERED
    assert len(coders(study)) == len(ORDERED)


def test_text_is_looked_for_as_in_sqlite(study):
    """Capitals do not count where they are ASCII; others do, and signs of patterns are themselves."""
    for text in ("Gnus QUEUE here", "gÄbe 100% of_it", "gäbe 100 of it"):
        keep_memo(study, "ada", MemoDraft(MemoTarget(), text))
    found = {
        sought: len(log(study, wanted=LogFilter(text=sought))) for sought in ("queue", "GÄBE", "gäbe", "100%", "_IT")
    }
    assert found == {"queue": 1, "GÄBE": 1, "gäbe": 1, "100%": 1, "_IT": 1}


def test_long_texts_and_large_numbers_are_kept(study):
    """No column has a greatest length, as in SQLite, and numbers have 64 bits."""
    keep_memo(study, "ada", MemoDraft(MemoTarget(), "x" * 3_000_000))
    assert len(memos(study)[0].text) == 3_000_000
    table = Table(
        "odd", MetaData(), Column("id", Integer, primary_key=True), Column("n", Integer), Column("t", String(2))
    )
    with study.engine.execution_options(**{DEFINING: True}).begin() as connection:
        table.create(connection)
        connection.execute(insert(table), [{"n": 2**62, "t": "longer than two"}])
        assert connection.execute(select(table.c.n, table.c.t)).all() == [(2**62, "longer than two")]


def test_a_name_that_no_index_holds_is_a_sentence(study):
    """SQLite would take it; here nothing is written, and the next act goes through."""
    odd = "".join(chr(0x4E00 + (n * 7919) % 20_000) for n in range(5_000))
    with pytest.raises(InvalidInputError, match="name is too long"), study.write() as session:
        record(session, CoderRow(guid="g", name=odd, kind="person"))
    keep_memo(study, "ada", MemoDraft(MemoTarget(), "Still here."))
    assert verify(study).faults == ()


def test_a_nul_character_is_a_sentence_and_nothing_is_half_written(study):
    """Of several memos in one act none is there."""
    before = read_head(study.folder)
    with pytest.raises(InvalidInputError, match="NUL character, which PostgreSQL cannot keep"):
        keep_memo(study, "ada", MemoDraft(MemoTarget(), "a\0b"))
    assert (read_head(study.folder), memos(study), verify(study).faults) == (before, (), ())


def test_many_rows_in_one_act_are_no_matter(study):
    """More values than one statement may have."""
    many = {f"{n:064x}": np.full(2, n, np.float32) for n in range(40_000)}
    keep_vectors(study, "m", many)
    keep_vectors(study, "m", many)
    assert len(load_vectors(study, "m", many)) == len(many)


def test_readers_cannot_write(study):
    """Whatever is tried inside `read`, the server refuses it."""
    with pytest.raises(StudyError), study.read() as session:
        session.execute(CoderRow.__table__.delete())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda url: url.replace("/tests_", "/no_such_"), "is not there; make it with `createdb"),
        (lambda url: url.replace("postgres@", "nobody@"), "does not let “nobody” in"),
        (
            lambda url: url.replace("127.0.0.1", "localhost").replace(url.split(":")[-1].split("/")[0], "1"),
            "does not answer",
        ),
        (lambda url: url.replace("postgres@127.0.0.1", "postgres@") + "?host=/nowhere", "does not answer"),
    ],
)
def test_a_server_that_does_not_let_in_is_a_sentence(tmp_path, postgres_url, change, said):
    """Nothing is left of the study that could not be made."""
    with pytest.raises(NotAStudyError, match=said):
        create_study(tmp_path / "study", database=change(postgres_url))
    assert list(tmp_path.iterdir()) == []


def test_passwords(tmp_path, guarded, monkeypatch):
    """One given with the URL is used and never kept; otherwise it is libpq's, and a wrong one is a sentence."""
    url = guarded.new_database()
    for wrong in (url, url.replace("postgres@", "postgres:wrong@")):
        with pytest.raises(NotAStudyError, match=r"does not accept the password of “postgres”; set PGPASSWORD"):
            create_study(tmp_path / "study", database=wrong)
    given = url.replace("postgres@", "postgres:quokka@")
    with create_study(tmp_path / "study", database=given) as made:
        assert "quokka" not in repr(made)
        assert b"quokka" not in (made.folder / FILE_NAME).read_bytes()
    with pytest.raises(NotAStudyError, match="does not accept the password"):
        open_study(tmp_path / "study")
    with monkeypatch.context() as patch:
        patch.setenv("INTERVIEW_DATABASE", given)
        open_study(tmp_path / "study").close()
    monkeypatch.setenv("PGPASSWORD", "quokka")
    open_study(tmp_path / "study").close()
    (tmp_path / "study" / FILE_NAME).write_text(f'[database]\nurl = "{given}"\nschema = "study_a"\n')
    with pytest.raises(InvalidInputError, match="holds a password; take it out"):
        open_study(tmp_path / "study")


def test_rights_that_are_missing_are_a_sentence(tmp_path, postgres_cluster, postgres_url):
    """Who may not make a schema is told what to grant; who may not read a study, too."""
    postgres_cluster.execute("CREATE ROLE visitor LOGIN")
    visiting = postgres_url.replace("postgres@", "visitor@")
    with pytest.raises(NotAStudyError, match=r"does not let “visitor” do this.*GRANT CREATE"):
        create_study(tmp_path / "study", database=visiting)
    with create_study(tmp_path / "mine", database=postgres_url) as made:
        keep_place(made.folder, replace(made.place, url=visiting))
    with pytest.raises(NotAStudyError, match="does not let “visitor” do this"):
        open_study(tmp_path / "mine")


def test_a_schema_that_was_dropped_is_a_sentence(study, postgres_cluster, postgres_url):
    """At the next opening, and in the middle of the work."""
    postgres_cluster.execute(f'DROP SCHEMA "{study.place.schema}" CASCADE', database=postgres_url.rpartition("/")[2])
    with pytest.raises(NotAStudyError, match="lacks a table of the study"):
        memos(study)
    with pytest.raises(StudyError, match="Nothing was written"):
        keep_memo(study, "ada", MemoDraft(MemoTarget(), "Lost."))
    study.close()
    with pytest.raises(NotAStudyError, match="is not there any more; restore an archive"):
        open_study(study.folder)


def test_a_schema_of_something_else_is_never_filled(tmp_path, postgres_cluster, postgres_url):
    """Opening a folder that points there changes nothing in it."""
    name = postgres_url.rpartition("/")[2]
    postgres_cluster.execute("CREATE SCHEMA shop CREATE TABLE orders (id int)", database=name)
    (tmp_path / "study").mkdir()
    keep_place(tmp_path / "study", DatabasePlace(postgres_url, "shop"))
    with pytest.raises(NotAStudyError, match="holds no study"):
        open_study(tmp_path / "study")
    tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'shop'"
    assert postgres_cluster.execute(tables, database=name) == [("orders",)]


def test_a_newer_schema_is_refused_and_left_alone(study):
    """The sentence says to update."""
    by_hand(study, "UPDATE alembic_version SET version_num = '9999'")
    study.close()
    with pytest.raises(NotAStudyError, match=r"made by a newer version .*9999.*; update"):
        open_study(study.folder)
    assert not (study.folder / "backups").exists()


def test_an_older_schema_is_copied_and_brought_up_to_date(study):
    """As in SQLite: the copy is in `backups`, and everything is there."""
    from alembic import command

    keep_memo(study, "ada", MemoDraft(MemoTarget(), "From before."))
    with study.engine.execution_options(**{DEFINING: True}).begin() as connection:
        config = database._alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0006")
    study.close()
    with open_study(study.folder) as opened:
        assert opened.migrated_from is not None
        assert opened.migrated_from.parent == study.folder / "backups"
        assert [memo.text for memo in memos(opened)] == ["From before."]
        assert asked_by_hand(opened, "SELECT version_num FROM alembic_version") == [(database.SCHEMA_HEAD,)]
        assert verify(opened).faults == ()


def test_a_tail_that_was_cut_off_is_told_at_the_next_opening(study):
    """The folder knows how far the log went."""
    keep_memo(study, "ada", MemoDraft(MemoTarget(), "Soon gone."))
    known = read_head(study.folder)
    by_hand(study, "DELETE FROM memo", f"DELETE FROM event WHERE id = {known.count}")  # noqa: S608 - our own number
    study.close()
    with open_study(study.folder) as again:
        assert f"The log ends at event {known.count - 1}" in again.repairs[0]
    replace_head(study.folder, Head(1, "0" * 64))
    with open_study(study.folder) as again:
        assert "the log was replaced" in again.repairs[0]


def test_a_study_somebody_sent_connects_nowhere(study):
    """Other hosts are named in this machine's environment, or are not asked."""
    study.close()
    for host in ("192.0.2.1", "db.example.org", "localhost,db.example.org", "@abstract"):
        keep_place(study.folder, DatabasePlace(f"postgresql://ann@/studies?host={host}", "study_a"))
        with pytest.raises(InvalidInputError, match="which this machine does not allow"):
            open_study(study.folder)


HOSTILE = [
    "postgresql://192.0.2.7/a?host=",
    "postgresql://192.0.2.7/a?host=localhost",
    "postgresql://a@localhost:80@192.0.2.7/a",
    "postgresql://localhost%2c192.0.2.7/a",
    "postgresql://localhost/a?host=localhost,192.0.2.7",
    "postgresql:///a?host=192.0.2.7",
    "postgresql:///a?host=localhost:1,192.0.2.7:2",
    "postgresql://localhost/a?host=a&host=192.0.2.7",
    "postgresql://localhost/a?hostaddr=192.0.2.7",
    "postgresql://localhost/a?service=elsewhere",
    "postgresql://localhost/a?passfile=/etc/passwd",
    "postgresql://localhost/a?options=-csearch_path=b",
    "postgresql://localhost/host=192.0.2.7",
    "postgresql://localhost/a?port=abc",
    "postgresql://localhost/a?connect_timeout=abc",
    "postgresql://localhost/a?sslmode=nonsense",
    "postgresql://localhost:x/a",
    "postgresql://local\nhost/a",
    "postgresql://localhost/a%00b",
    "postgresql://\ud83d@localhost/a",
    "postgresql://[::1/a",
    "postgresql://localhost",
    "postgresql+psycopg2://localhost/a",
    "sqlite:///study.db",
    "",
]


@pytest.mark.parametrize("url", HOSTILE)
def test_urls_that_want_something_else_are_refused_before_anything_is_asked(tmp_path, monkeypatch, url):
    """One sentence for each, and not one connection."""
    monkeypatch.setattr("psycopg.connect", lambda *_, **told: pytest.fail(f"connected: {told}"))
    with pytest.raises(InvalidInputError):
        create_study(tmp_path / "study", database=url)
    assert list(tmp_path.iterdir()) == []


def test_a_unix_socket_is_this_machine(tmp_path, postgres_cluster, postgres_url):
    """Its folder is named in the URL."""
    name = postgres_url.rpartition("/")[2]
    url = f"postgresql://postgres@/{name}?host={postgres_cluster.sockets}&port={postgres_cluster.port}"
    with create_study(tmp_path / "study", database=url) as made:
        assert verify(made).faults == ()


def test_a_connection_beyond_this_machine_is_encrypted(monkeypatch):
    """Whatever the URL asks for, it is at least required."""
    monkeypatch.setenv(ALLOWED_HOSTS, "db.example.org")
    found = {}
    monkeypatch.setattr("psycopg.connect", lambda *_, **told: found.update(told) or pytest.skip("connected"))
    for asked, told in {"": "require", "?sslmode=disable": "require", "?sslmode=verify-full": "verify-full"}.items():
        with pytest.raises(pytest.skip.Exception):
            open_engine(DatabasePlace(f"postgresql://ann@db.example.org/studies{asked}", "study_a")).connect()
        assert found["sslmode"] == told


def test_a_server_without_encryption_beyond_this_machine_is_a_sentence(tmp_path, postgres_url, monkeypatch):
    """This machine's own name is beyond it here; the server offers no encryption."""
    monkeypatch.setattr("store.postgres.is_this_machine", lambda host: False)
    with pytest.raises(NotAStudyError, match="offers no encrypted connection"):
        create_study(tmp_path / "study", database=postgres_url)


def test_a_database_of_another_encoding_is_refused(tmp_path, postgres_cluster):
    """It would not hold every character."""
    latin = "ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C' LOCALE_PROVIDER libc"
    url = postgres_cluster.new_database(latin)
    with pytest.raises(InvalidInputError, match="encoded in LATIN1"):
        create_study(tmp_path / "study", database=url)
    assert list(tmp_path.iterdir()) == []


def test_a_study_that_could_not_be_begun_leaves_no_schema(tmp_path, postgres_cluster, postgres_url, monkeypatch):
    """Neither do two of one name meet."""
    with monkeypatch.context() as patch:
        patch.setattr("store.postgres_study.record_new", lambda _: pytest.fail("killed"))
        with pytest.raises(pytest.fail.Exception):
            create_study(tmp_path / "study", database=postgres_url)
    assert schemas(postgres_cluster, postgres_url) == set()
    with create_study(tmp_path / "study", database=postgres_url) as made:
        monkeypatch.setattr("store.study.new_place", lambda url: new_place(url, made.place.schema))
        with pytest.raises(ConflictError, match="is there already; name another schema"):
            create_study(tmp_path / "second", database=postgres_url)
        assert memos(made) == ()


def test_a_folder_that_was_copied_opens_the_same_study(study, tmp_path):
    """The schema is the study; a copied folder points at it."""
    study.close()
    shutil.copytree(study.folder, tmp_path / "copy")
    with open_study(tmp_path / "copy") as copy:
        assert isinstance(copy, Study)
        assert copy.guid == study.guid


def test_tables_are_written_anew_only_when_nobody_sees_the_old_rows(study, postgres_cluster, postgres_url, monkeypatch):
    """A long look from elsewhere in the database, at other tables even, holds an erasure back: it says so."""
    import psycopg

    from store import postgres_schema

    monkeypatch.setattr(postgres_schema, "OLDER_SECONDS", 0.5)
    name = postgres_url.rpartition("/")[2]
    with psycopg.connect(host="127.0.0.1", port=postgres_cluster.port, user="postgres", dbname=name) as looking:
        looking.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        looking.execute("SELECT 1")
        coder_row_of(study, "Ada")  # after that look began
        with pytest.raises(NotAStudyError, match="may still see what was erased"):
            postgres_schema.rewrite_tables(study.engine, study.place, study.folder)
    postgres_schema.rewrite_tables(study.engine, study.place, study.folder)


def coder_row_of(study: Study, name: str) -> None:
    with study.write() as session:
        coder_row(session, name)
