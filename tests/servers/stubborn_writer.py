"""A process that writes numbered decisions and goes on whatever happens to its connection."""

import time
from multiprocessing.synchronize import Barrier
from pathlib import Path

from store.decisions import keep_decisions
from store.errors import StudyError
from store.study import open_study
from store.transcripts import transcript
from store.values import DecisionDraft, Span, Verdict

_PATIENCE_SECONDS = 120


def write_stubbornly(folder: Path, coder: str, count: int, begin: Barrier) -> None:
    """Write each number once; what is said not to have been written is written again."""
    until = time.monotonic() + _PATIENCE_SECONDS
    with open_study(folder) as study:
        place = transcript(study, "I1").id
        begin.wait()
        for number in range(count):
            draft = DecisionDraft(place, Span(0, 3), Verdict.ADD, "c", memo=str(number))
            while time.monotonic() < until:
                try:
                    keep_decisions(study, coder, [draft])
                    break
                except StudyError:
                    continue
