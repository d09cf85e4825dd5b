"""A folder of coded interviews as a study, with every coder's codes as their decisions.

    python benchmarks/load_coded.py DIR STUDY [--json]

`segments.jsonl` and `codebook.jsonl` are read. A row is a turn; rows that differ in their coder alone are one turn that
several people coded. Whoever has a row of a turn has read it, with or without codes; all speakers count, since people
coded what the asking side said too. A question that a row carries becomes a turn before it, which nobody coded.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from coding_study import ASKING, CodedData, _lines, codebook_of, guid_of
from printed import printed

from assistant.review import decide
from assistant.review.decide import DecisionLine
from assistant.segment import segment_new
from store.codebook import keep_codebook
from store.errors import StudyError
from store.interviews import add_interview
from store.study import Study, create_study
from store.transcripts import add_transcript, transcript
from store.values import NewTurn, Role, Verdict

UNNAMED = "human"


@dataclass(frozen=True, slots=True)
class Said:
    """A turn, and the codes of everybody who has a row of it."""

    speaker: str
    text: str
    by_coder: Mapping[str, frozenset[str]]

    @property
    def turn(self) -> NewTurn:
        """On its way into the study."""
        role = Role.INTERVIEWER if self.speaker in ASKING else Role.PARTICIPANT
        return NewTurn(text=self.text, speaker=self.speaker, role=role)


def read_said(folder: Path) -> dict[str, tuple[Said, ...]]:
    """The turns of each interview, interviews in the order of their first row."""
    by_interview: dict[str, list[dict[str, Any]]] = {}
    for row in _lines(folder / "segments.jsonl"):
        by_interview.setdefault(str(row["interview_id"]), []).append(row)
    return {label: tuple(_turns(rows)) for label, rows in by_interview.items()}


def _turns(rows: Sequence[dict[str, Any]]) -> list[Said]:
    found: list[Said] = []
    place: dict[tuple[str, str, str], int] = {}
    asked = ""
    for number, row in enumerate(rows):
        text = " ".join((row.get("text") or "").split())
        if not text:
            continue
        speaker, coder = str(row.get("speaker") or "SPEAKER"), str(row.get("coder") or UNNAMED)
        key = (str(row.get("segment_index", number)), speaker, text)
        codes = frozenset(row.get("codes") or ())
        if key in place:
            known = found[place[key]]
            merged = {**known.by_coder, coder: known.by_coder.get(coder, frozenset()) | codes}
            found[place[key]] = replace(known, by_coder=merged)
            continue
        question = " ".join((row.get("question") or "").split())
        if question and question != asked:
            asked = question
            found.append(Said("INTERVIEWER", question, {}))
        place[key] = len(found)
        found.append(Said(speaker, text, {coder: codes}))
    return found


def read_codes(folder: Path, said: Mapping[str, Sequence[Said]]) -> CodedData:
    """The codes with parent and definition; one that only a row names is added."""
    codes = {row["code"]: (row.get("parent"), row.get("definition") or "") for row in _lines(folder / "codebook.jsonl")}
    for turns in said.values():
        for turn in turns:
            for code in sorted(frozenset().union(*turn.by_coder.values())):
                codes.setdefault(code, (None, ""))
    return CodedData(folder.name, (), {}, codes)


def load_transcripts(said: Mapping[str, Sequence[Said]], place: Path, title: str) -> Study:
    """Make a study of what was said alone in the empty folder and return it, open: no codebook, nothing coded."""
    study = create_study(place, title)
    with tempfile.TemporaryDirectory() as sources:
        for number, (label, turns) in enumerate(said.items()):
            source = Path(sources) / f"{number}.txt"
            source.write_text(f"{label}\n" + "\n".join(turn.text for turn in turns), encoding="utf-8")
            add_interview(study, source, "transcript", label=label)
            add_transcript(study, label, [turn.turn for turn in turns], origin="import")
    segment_new(study)
    return study


def load_coded(folder: Path, place: Path) -> Study:
    """Make the study in an empty folder and return it, open."""
    said = read_said(folder)
    study = load_transcripts(said, place, folder.name.replace("_", " "))
    keep_codebook(study, codebook_of(read_codes(folder, said)), coder=UNNAMED, reason="from the folder")
    for coder, lines in _decided(study, said).items():
        decide(study, coder, list(enumerate(lines)))
    return study


def _decided(study: Study, said: Mapping[str, Sequence[Said]]) -> dict[str, list[DecisionLine]]:
    by_coder: dict[str, list[DecisionLine]] = {}
    for label, turns in said.items():
        for turn, kept in zip(turns, transcript(study, label).turns, strict=True):
            where = {"interview": label, "start": kept.span.start, "end": kept.span.end}
            for coder, codes in turn.by_coder.items():
                lines = by_coder.setdefault(coder, [])
                lines += [DecisionLine(**where, verdict=Verdict.ADD, code=guid_of(code)) for code in sorted(codes)]
                lines.append(DecisionLine(**where, verdict=Verdict.READ))
    return by_coder


def main() -> int:
    """Load the folder and say what is in the study."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("study", type=Path, metavar="STUDY")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    began = time.perf_counter()
    try:
        with load_coded(given.folder, given.study) as study:
            told = _told(study, time.perf_counter() - began)
    except (StudyError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(printed(told, as_json=given.json))
    return 0


def _told(study: Study, seconds: float) -> dict[str, object]:
    from store.codebook import current_codebook
    from store.coders import coders
    from store.decisions import codings
    from store.interviews import interviews

    book = current_codebook(study)
    return {
        "study": str(study.folder),
        "interviews": len(interviews(study)),
        "codes": 0 if book is None else len(book.codes),
        "coders": list(coders(study)),
        "codings": len(codings(study)),
        "seconds": round(seconds, 2),
    }


if __name__ == "__main__":
    sys.exit(main())
