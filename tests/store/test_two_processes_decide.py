"""Two processes write thousands of decisions into one study at the same time."""

import multiprocessing

from decision_writer import numbers, write_decisions

from store.audit import verify
from store.config import read_head
from store.decisions import decisions
from store.events import Head

SPAWN = multiprocessing.get_context("spawn")
EACH = 1_000


def test_none_of_two_thousand_decisions_is_lost(machines):
    """Each writer's are all there and in their order, the two took turns, and the record is whole."""
    begin = SPAWN.Barrier(2)
    working = [
        SPAWN.Process(target=write_decisions, args=(machines.folder, "I1", coder, EACH, begin))
        for coder in ("cleo", "dan")
    ]
    for each in working:
        each.start()
    for each in working:
        each.join(timeout=300)
    assert [each.exitcode for each in working] == [0, 0]

    made = decisions(machines)
    assert numbers(made, "cleo") == numbers(made, "dan") == list(range(EACH))
    assert len(made) == 2 * EACH
    ids = {coder: [d.id for d in made if d.coder == coder] for coder in ("cleo", "dan")}
    assert max(min(each) for each in ids.values()) < min(max(each) for each in ids.values()), "one after the other"
    report = verify(machines)
    assert report.faults == ()
    assert read_head(machines.folder) == Head(report.events, report.head)
