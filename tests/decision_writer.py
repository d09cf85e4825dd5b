"""What another process does to a study in the tests of many writers."""

from collections.abc import Sequence
from multiprocessing.synchronize import Barrier, Event
from pathlib import Path

from store.decisions import keep_decisions
from store.segments import segments
from store.study import open_study
from store.values import Decision, DecisionDraft, Role, Segment, Verdict

SIZES = (1, 2, 1, 7, 3, 1, 20)
"""How many decisions one transaction holds, in turn: those of a person, and those of a rule or of a file."""


def write_decisions(folder: Path, interview: str, coder: str, count: int, begin: Barrier | Event) -> None:
    """Write so many decisions on an interview, numbered from 0 in their memos, as soon as all may begin."""
    with open_study(folder) as study:
        places = [segment for segment in segments(study, interview) if segment.role is not Role.INTERVIEWER]
        begin.wait(300)
        number = turn = 0
        while number < count:
            size = min(SIZES[turn % len(SIZES)], count - number)
            keep_decisions(study, coder, [_draft(places, n) for n in range(number, number + size)])
            number, turn = number + size, turn + 1


def _draft(places: Sequence[Segment], number: int) -> DecisionDraft:
    place = places[number % len(places)]
    verdict, code = (Verdict.READ, None) if number % 3 == 0 else (Verdict.ADD, f"code {number % 7}")
    return DecisionDraft(place.transcript_id, place.span, verdict, code, memo=str(number))


def numbers(made: Sequence[Decision], coder: str) -> list[int]:
    """The numbers of a writer's decisions, in the order in which they are on record."""
    return [int(decision.memo) for decision in sorted(made, key=lambda each: each.id) if decision.coder == coder]
