"""Two people write decisions, codes and memos into one study at the same time: nothing is lost, nothing overwritten."""

import multiprocessing

import pytest
from two_writers import BOTH, ROUNDS, SHARED_MEMO, code_work

from store.audit import verify
from store.codebook import codebook_versions, current_codebook
from store.config import read_head
from store.decisions import decisions
from store.events import Head
from store.memos import MemoDraft, MemoTarget, keep_memo, memo_history, memos

SPAWN = multiprocessing.get_context("spawn")
PEOPLE = ("cleo", "dan")


@pytest.fixture
def shared(full):
    """The full study with a memo that both people want to write on."""
    keep_memo(full, "ada", MemoDraft(MemoTarget(), "as it was", title=SHARED_MEMO))
    return full


def test_two_people_at_once_lose_nothing(shared):
    """Side by side, each person's decisions, codes and memos are all there, in their order, on one whole chain.

    On the same code and the same memo one of them gets it in each round and the other is told, never both.
    """
    before, versions = len(decisions(shared)), len(codebook_versions(shared))
    together, told = SPAWN.Barrier(len(PEOPLE)), SPAWN.Queue()
    working = [SPAWN.Process(target=code_work, args=(shared.folder, name, together, told)) for name in PEOPLE]
    for each in working:
        each.start()
    counts = dict(told.get(timeout=60) for _ in PEOPLE)
    for each in working:
        each.join()
    assert [each.exitcode for each in working] == [0, 0]

    made = decisions(shared)[before:]
    codes = [code.name for code in current_codebook(shared).codes]
    written = [memo.text for memo in memos(shared)]
    for name in PEOPLE:
        assert [d.code for d in made if d.coder == name] == [f"{name} {n}" for n in range(ROUNDS)]
        assert [code for code in codes if code.startswith(f"{name} code")] == [
            f"{name} code {n}" for n in range(ROUNDS)
        ]
        assert [text for text in written if text.startswith(f"{name} memo")] == [
            f"{name} memo {n}" for n in range(ROUNDS)
        ]

    (memo,) = (each for each in memos(shared) if each.title == SHARED_MEMO)
    revisions = [each.text for each in memo_history(shared, memo.guid)]
    assert sorted(text.rsplit(maxsplit=1)[1] for text in revisions[1:]) == sorted(map(str, range(ROUNDS)))
    definitions = {code.definition for version in codebook_versions(shared) for code in version.codes}
    assert len({text for text in definitions if text.endswith(BOTH)}) == ROUNDS
    assert sum(counts[name]["memo"] for name in PEOPLE) == sum(counts[name]["code"] for name in PEOPLE) == ROUNDS
    assert len(codebook_versions(shared)) == versions + 3 * ROUNDS

    report = verify(shared)
    assert report.faults == ()
    assert read_head(shared.folder) == Head(report.events, report.head)
