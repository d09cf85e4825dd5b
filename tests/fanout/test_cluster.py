import sys
from types import SimpleNamespace

import pytest

from assistant.fanout import cluster as room
from assistant.fanout.cluster import Cluster, SchedulerLostError, cluster_at
from assistant.settings import load_settings
from store.errors import InvalidInputError, StudyError
from store.hosts import ALLOWED_HOSTS

HERE, AWAY = "tcp://127.0.0.1:4001", "tcp://192.0.2.7:4002"


def cluster_of(*workers, elsewhere=False, status="running", error=None):
    """A cluster whose scheduler knows these workers, and what it said."""

    def nthreads():
        if error is not None:
            raise error
        return dict.fromkeys(workers, 1)

    said: list[str] = []
    client = SimpleNamespace(status=status, nthreads=nthreads)
    return Cluster(client, "tcp://127.0.0.1:8786", said.append, elsewhere=elsewhere), said


def test_workers_on_this_machine_are_used_without_a_word():
    """Nothing leaves it."""
    cluster, said = cluster_of(HERE)
    assert cluster.workers() == {HERE}
    assert said == []


def test_a_worker_elsewhere_gets_nothing_unless_the_study_allows_it():
    """A tunnel may bring another machine's worker to a scheduler on this one."""
    cluster, said = cluster_of(HERE, AWAY)
    assert cluster.workers() == {HERE}
    assert "allow_remote" in said[0]
    assert len(said) == 1


def test_the_study_alone_sends_nothing_to_workers_elsewhere(monkeypatch):
    """Its word opens no other machine that this one does not name."""
    monkeypatch.delenv(ALLOWED_HOSTS, raising=False)
    cluster, said = cluster_of(HERE, AWAY, elsewhere=True)
    assert cluster.workers() == {HERE}
    assert "INTERVIEW_ALLOWED_HOSTS" in said[0]


def test_that_text_leaves_is_said_once(monkeypatch):
    """Where study and machine allow it."""
    monkeypatch.setattr(room, "_LOOK_SECONDS", -1.0)
    monkeypatch.setenv(ALLOWED_HOSTS, "192.0.2.7")
    cluster, said = cluster_of(HERE, AWAY, elsewhere=True)
    assert cluster.workers() == cluster.workers() == {HERE, AWAY}
    assert said == ["Workers on other machines get this study's text or recordings."]


def test_where_nobody_works_that_is_said_after_a_while(monkeypatch):
    """With the command that starts a worker."""
    monkeypatch.setattr(room, "_LOOK_SECONDS", -1.0)
    cluster, _ = cluster_of()
    assert cluster.workers() == frozenset()
    monkeypatch.setattr(room, "NOBODY_SECONDS", -1.0)
    with pytest.raises(StudyError, match="interview worker --scheduler"):
        cluster.workers()


@pytest.mark.parametrize("gone", [{"status": "closed"}, {"error": OSError()}, {"error": TimeoutError()}])
def test_a_scheduler_that_is_gone_is_said(gone):
    """What came in is kept, and the same command goes on."""
    cluster, _ = cluster_of(HERE, **gone)
    with pytest.raises(SchedulerLostError, match="run the same command again"):
        cluster.workers()


def test_a_scheduler_elsewhere_needs_the_machines_and_the_studys_word(monkeypatch):
    """Either alone is not enough, and nothing is connected before."""
    pytest.importorskip("distributed", reason="Dask is not installed (the extra `servers`)")
    settings = load_settings()
    monkeypatch.delenv(ALLOWED_HOSTS, raising=False)
    monkeypatch.setattr(room, "_client", lambda _: pytest.fail("it was connected"))
    allowing = settings.model_copy(update={"allow_remote": True})
    with pytest.raises(InvalidInputError, match=ALLOWED_HOSTS), cluster_at("tcp://192.0.2.7:8786", allowing, print):
        pass
    monkeypatch.setenv(ALLOWED_HOSTS, "192.0.2.7")
    with pytest.raises(InvalidInputError, match="allow_remote"), cluster_at("tcp://192.0.2.7:8786", settings, print):
        pass


def test_where_no_scheduler_answers_a_sentence_says_how_to_start_one(monkeypatch):
    """Port 9 of this machine answers nobody."""
    pytest.importorskip("distributed", reason="Dask is not installed (the extra `servers`)")
    monkeypatch.setattr(room, "CONNECT_SECONDS", 1)
    with pytest.raises(StudyError, match="dask scheduler"), cluster_at("tcp://127.0.0.1:9", load_settings(), print):
        pass


def test_without_dask_a_sentence_says_what_to_install(monkeypatch):
    """The local researcher does not need it."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(StudyError, match=r"interview-assistant\[servers\]"),
        cluster_at("tcp://127.0.0.1:9", load_settings(), print),
    ):
        pass
