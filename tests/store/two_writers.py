"""What a second process does to a study in the tests of concurrency."""

from pathlib import Path

from store.decisions import keep_decisions
from store.index_folder import LOCK
from store.study import open_study
from store.transcripts import transcript
from store.values import DecisionDraft, Span, Verdict


def decide_often(folder: Path, coder: str, count: int) -> None:
    """Write so many decisions, each in a transaction of its own."""
    with open_study(folder) as study:
        place = transcript(study, "T1").id
        for number in range(count):
            draft = DecisionDraft(place, Span(number % 5, number % 5 + 3), Verdict.ADD, f"code {number}")
            keep_decisions(study, coder, [draft])


def hold_index(folder: Path, held: object, done: object) -> None:
    """Hold the index's lock until told to let go."""
    from filelock import FileLock

    with FileLock(folder / LOCK):
        held.set()
        done.wait()
