"""How long one correction of a long transcript takes, until it is on the disk with its words' times and segments.

    python benchmarks/correcting.py [--turns 1500] [--words 20000] [--edits 20] [--json]

A made-up interview (as it stands: two hours) is corrected turn by turn from its middle on, as the page “Transcripts”
does it: each edit is a new revision, with the words of all turns and the segments carried over.
"""

import argparse
import json
import statistics
import tempfile
import time
from itertools import cycle
from pathlib import Path

from machine import machine
from made_up import made_said

from assistant.correction import correct, edit_text
from assistant.segment import segment_new
from store.interviews import add_interview
from store.study import Study, create_study
from store.transcripts import add_transcript, transcript
from store.values import NewTurn, Role, Word

MS_PER_WORD = 350


def main() -> None:
    """Print the times, in seconds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=1_500)
    parser.add_argument("--words", type=int, default=20_000)
    parser.add_argument("--edits", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    wish = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        study = create_study(Path(folder) / "study", title="Long")
        with study:
            build(study, Path(folder), wish.turns, wish.words)
            spent = timed(study, wish.turns, wish.edits)
    found = {
        "turns": wish.turns,
        "words": wish.words,
        "edits": len(spent),
        "median_s": round(statistics.median(spent), 2),
        "most_s": round(max(spent), 2),
        "machine": machine(),
    }
    if wish.json:
        print(json.dumps(found))
    else:
        print(f"{len(spent)} edits among {wish.turns} turns: median {found['median_s']} s, at most {found['most_s']} s")


def build(study: Study, folder: Path, turns: int, words: int) -> None:
    """B1: so many turns of two speakers, together about so many words, each with its time."""
    source = folder / "long.txt"
    source.write_text("made up", encoding="utf-8")
    tokens = cycle(" ".join(made_said(turns, 1)).split(" "))
    new, ms = [], 0
    for number in range(turns):
        heard, at, start = [], 0, ms
        here = [next(tokens) for _ in range(max(1, words // turns))]
        for token in here:
            heard.append(Word(at, at + len(token), ms, ms + MS_PER_WORD - 50, 0.9))
            at, ms = at + len(token) + 1, ms + MS_PER_WORD
        role = Role.INTERVIEWER if number % 2 == 0 else Role.PARTICIPANT
        new.append(NewTurn(" ".join(here), f"S{number % 2}", role, start, ms, tuple(heard)))
    add_interview(study, source, "transcript", label="B1")
    add_transcript(study, "B1", new, origin="recognised")
    segment_new(study)


def timed(study: Study, turns: int, edits: int) -> list[float]:
    """Seconds for each of so many edits, one turn after the other from the middle on."""
    spent = []
    for number in range(edits):
        edit = edit_text(turns // 2 + number, f"Quite other words, number {number}.")
        begun = time.perf_counter()
        done = correct(study, "B1", edit, coder="Ada")
        spent.append(time.perf_counter() - begun)
        assert done.changed
    assert transcript(study, "B1").revision == edits + 1
    return spent


if __name__ == "__main__":
    main()
