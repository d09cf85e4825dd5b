from contextlib import closing

import pytest
from fake_cluster import CancelledError, FakeCluster, KilledWorker, NeverError, found, not_found

from assistant.fanout.cluster import SchedulerLostError
from assistant.fanout.spread import PER_WORKER, Piece, Spread
from store.errors import StudyError

ONE, TWO = "tcp://127.0.0.1:1", "tcp://127.0.0.1:2"


def pieces(*names):
    return [Piece(name, name, "hear", {}) for name in names]


def became(cluster, *names):
    return {
        came.piece.of: came.why if came.found is None else came.found for came in Spread(cluster).over(pieces(*names))
    }


def test_every_piece_is_done_once():
    """In whatever order, each exactly once."""
    cluster = FakeCluster(lambda name, workers: found(workers[0], heard=name))
    names = [f"I{n}" for n in range(25)]
    assert became(cluster, *names) == {name: {"heard": name} for name in names}
    assert sorted(name for name, _ in cluster.sent) == sorted(names)


def test_few_pieces_are_on_their_way_at_a_time():
    """Ten thousand interviews are never in memory together: pieces are made when there is room for them."""
    made = 0

    def endless():
        nonlocal made
        while True:
            made += 1
            yield Piece(f"I{made}", made, "hear", {})

    cluster = FakeCluster(lambda name, workers: found(workers[0]))
    with closing(Spread(cluster).over(endless())) as came:
        for taken, _ in enumerate(came, start=1):
            assert made <= taken + PER_WORKER * len(cluster.there)
            if taken == 100:
                break
    assert cluster.cancelled


def test_no_pieces_need_nobody():
    """A study with nothing to do waits for no worker."""
    assert became(FakeCluster(found, there=set())) == {}


def test_what_one_worker_refuses_another_does():
    """A folder that one machine does not have is no reason to give up, and that one is not asked again."""

    def answer(name, workers):
        return not_found(ONE, "refused", "no such folder") if ONE in workers else found(TWO)

    cluster = FakeCluster(answer)
    assert became(cluster, "I1") == {"I1": {}}
    assert cluster.sent == [("I1", [ONE, TWO]), ("I1", [TWO])]


def test_a_worker_that_was_started_again_refuses_for_itself():
    """Its new address was not among those asked; the others are not taken for refusing."""

    def answer(name, workers):
        return not_found("tcp://127.0.0.1:3", "refused", "no such folder") if ONE in workers else found(TWO)

    cluster = FakeCluster(answer)
    round_ = Spread(cluster)
    with closing(round_.over(pieces("I1"))):
        round_._fill(iter(pieces("I1")))
        assert round_._landed(round_._finished.get()) is None
        assert set(round_._waiting[0].refused) == {"tcp://127.0.0.1:3"}


def test_what_all_refuse_says_why():
    """Each reason once; others go on."""

    def answer(name, workers):
        if name == "I2":
            return found(workers[0])
        return not_found(workers[0], "refused", f"not at {workers[0][-1]}.")

    assert became(FakeCluster(answer), "I1", "I2") == {"I1": "not at 1. not at 2.", "I2": {}}


def test_a_worker_that_is_unfit_gets_nothing_more():
    """Another version or model is said once, and the others do the work."""

    def answer(name, workers):
        return not_found(ONE, "unfit", "old version") if ONE in workers else found(TWO)

    cluster = FakeCluster(answer)
    assert set(became(cluster, *(f"I{n}" for n in range(20)))) == {f"I{n}" for n in range(20)}
    assert set(cluster.said) == {"old version"}
    assert sum(ONE in workers for _, workers in cluster.sent) <= PER_WORKER * 2


def test_where_all_are_unfit_that_is_the_error():
    """Nothing can be done, and each says what it lacks."""
    cluster = FakeCluster(lambda name, workers: not_found(workers[0], "unfit", f"{workers[0][-1]} lacks it."))
    with pytest.raises(StudyError, match=r"1 lacks it\. 2 lacks it\."):
        became(cluster, "I1", "I2", "I3")


def test_a_failure_of_the_recording_is_final():
    """Damaged sound is damaged everywhere."""
    cluster = FakeCluster(lambda name, workers: not_found(workers[0], "failed", f"{name} is damaged."))
    assert became(cluster, "I1") == {"I1": "I1 is damaged."}
    assert len(cluster.sent) == 1


def test_a_piece_that_kills_is_given_up_and_those_beside_it_are_done():
    """An innocent one that was waiting beside it is tried alone, and so found out to be innocent."""
    tried = {"killer": 0, "innocent": 0}

    def answer(name, workers):
        if name in tried:
            tried[name] += 1
            if name == "killer" or tried[name] == 1:
                return KilledWorker(name)
        return found(workers[0])

    cluster = FakeCluster(answer)
    outcome = became(cluster, "I1", "killer", "innocent", "I2", "I3", "I4", "I5")
    assert outcome.pop("killer") == (
        "killer was given up: every worker that had it died, also when it was alone there."
    )
    assert set(outcome) == {"I1", "I2", "I3", "I4", "I5", "innocent"}
    assert all(found == {} for found in outcome.values())
    assert tried == {"killer": 3, "innocent": 2}
    assert [name for name, _ in cluster.sent[-3:]].count("killer") == 2


def test_a_piece_whose_workers_are_all_gone_goes_to_those_that_came():
    """What waited for workers of a machine that went away is not forgotten."""
    cluster = None

    def answer(name, workers):
        if ONE in workers or TWO in workers:
            cluster.there = {"tcp://127.0.0.2:3"}
            return NeverError()
        return found(workers[0])

    cluster = FakeCluster(answer)
    assert became(cluster, "I1") == {"I1": {}}
    assert cluster.sent == [("I1", [ONE, TWO]), ("I1", ["tcp://127.0.0.2:3"])]
    assert len(cluster.cancelled) == 1


def test_a_worker_that_is_started_again_on_its_machine_is_waited_for():
    """It has another address; Dask gives it what its machine was to do, and nothing is sent twice."""
    cluster = FakeCluster(lambda name, workers: NeverError())
    round_ = Spread(cluster)
    with closing(round_.over(pieces("I1"))):
        assert round_._fill(iter(pieces("I1")))
        cluster.there = {"tcp://127.0.0.1:3"}
        assert list(round_._stranded()) == []
    assert len(cluster.sent) == 1


def test_a_lost_scheduler_ends_the_round_and_what_came_is_kept():
    """What came before was handed over already."""
    kept = []
    cluster = FakeCluster(lambda name, workers: CancelledError() if name == "I3" else found(workers[0]))
    with pytest.raises(SchedulerLostError):
        kept.extend(came.piece.of for came in Spread(cluster).over(pieces("I1", "I2", "I3", "I4")))
    assert "I3" not in kept


def test_whoever_stops_calls_back_what_is_under_way():
    """Ctrl-C leaves no piece behind on the workers."""
    cluster = FakeCluster(lambda name, workers: found(workers[0]) if name == "I1" else NeverError())
    with closing(Spread(cluster).over(pieces("I1", "I2", "I3"))) as came:
        assert next(came).piece.of == "I1"
    assert len(cluster.cancelled) == 2


@pytest.mark.parametrize("nonsense", [None, 7, [], {}, {"worker": 1}, {"worker": "w", "found": None, "kind": "odd"}])
def test_an_answer_that_is_none_is_given_up(nonsense):
    """A worker of another program answers something else."""
    assert "given up" in became(FakeCluster(lambda name, workers: nonsense), "I1")["I1"]


@pytest.mark.parametrize("error", [ModuleNotFoundError("assistant"), AttributeError("carry_out"), ValueError("odd")])
def test_an_error_of_dask_is_a_sentence_with_the_name(error):
    """A worker without this program, and whatever else."""
    assert became(FakeCluster(lambda name, workers: error), "I1")["I1"].startswith("I1 was given up: ")
