"""A folder of coded interviews as a study of the product, and the human codes as decisions on it.

`segments.jsonl` and `codebook.jsonl` are read; a row is a turn, and the question that a row carries becomes a turn of
the interviewer. Where several coders worked, the adjudicated or primary one counts, else the first.
"""

import json
import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.review import decide
from assistant.review.decide import DecisionLine
from assistant.segment import segment_new
from store.codebook import keep_codebook
from store.interviews import add_interview
from store.segments import segments
from store.study import Study
from store.transcripts import add_transcript, transcript
from store.values import Code, NewTurn, Role, Span, Verdict

ASKING = frozenset({"INTERVIEWER", "THERAPIST", "MODERATOR", "TASK_PROMPT"})
"""Speakers whose words are no data."""
CODER = "human"
_SPACE = uuid.UUID("6a1f7d0e-54bb-4c53-9a5b-6c6f0d3c9b11")

Mask = NDArray[np.bool_]
Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class CodedRow:
    """A participant's row: interview, text, the question before it, the codes that count, and each coder's codes."""

    interview: str
    text: str
    question: str
    codes: frozenset[str]
    by_coder: dict[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Turn:
    """What goes into a transcript; `row` is the number of the participant's row, None for who asks."""

    speaker: str
    text: str
    row: int | None


@dataclass(frozen=True, slots=True)
class CodedData:
    """The rows of a folder in study order, the turns of each interview, and the codes with parent and definition."""

    name: str
    rows: tuple[CodedRow, ...]
    turns: dict[str, tuple[Turn, ...]]
    codes: dict[str, tuple[str | None, str]]

    def truth(self, columns: Sequence[str]) -> Mask:
        """Which code a row carries, shape (rows, codes)."""
        place = {code: column for column, code in enumerate(columns)}
        found = np.zeros((len(self.rows), len(columns)), np.bool_)
        for number, row in enumerate(self.rows):
            found[number, [place[code] for code in row.codes]] = True
        return found


def read_folder(folder: Path, each: int | None = None) -> CodedData:
    """The data of a folder; with `each`, only so many of the first rows of every interview's participants."""
    given = _lines(folder / "segments.jsonl")
    codes = {row["code"]: (row.get("parent"), row.get("definition") or "") for row in _lines(folder / "codebook.jsonl")}
    order = list(dict.fromkeys(row["interview_id"] for row in given))
    rows: list[CodedRow] = []
    turns: dict[str, tuple[Turn, ...]] = {}
    for interview in order:
        said = _turns([row for row in given if row["interview_id"] == interview], rows, each)
        if said:
            turns[str(interview)] = said
    for row in rows:
        for code in sorted(row.codes):
            codes.setdefault(code, (None, ""))
    return CodedData(folder.name, tuple(rows), turns, codes)


def _turns(given: Sequence[dict[str, Any]], rows: list[CodedRow], each: int | None) -> tuple[Turn, ...]:
    found: list[Turn] = []
    asked, before = "", len(rows)
    by_place: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for number, row in enumerate(given):
        text = " ".join((row.get("text") or "").split())
        place = (str(row.get("segment_index", number)), str(row.get("speaker")), text)
        by_place.setdefault(place, []).append(row)
    for (_, _, text), same in by_place.items():
        if each is not None and len(rows) - before >= each:
            break
        first = same[0]
        speaker = str(first.get("speaker") or "SPEAKER")
        if not text:
            continue
        if speaker in ASKING:
            asked = text
            found.append(Turn(speaker, text, None))
            continue
        question = " ".join((first.get("question") or "").split())
        if question and question != asked:
            asked = question
            found.append(Turn("INTERVIEWER", question, None))
        found.append(Turn(speaker, text, len(rows)))
        rows.append(_row(same, text, asked))
    return tuple(found)


def _row(same: Sequence[dict[str, Any]], text: str, asked: str) -> CodedRow:
    by_coder: dict[str, frozenset[str]] = {}
    for row in same:
        by_coder.setdefault(str(row.get("coder") or ""), frozenset(row.get("codes") or ()))
    counts = next((c for word in ("adjudicat", "primary") for c in by_coder if word in c.lower()), next(iter(by_coder)))
    first = same[0]
    return CodedRow(str(first["interview_id"]), text, asked, by_coder[counts], by_coder)


def _lines(file: Path) -> list[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def guid_of(code: str) -> str:
    """The GUID under which a code of the folder stands in the study."""
    return str(uuid.uuid5(_SPACE, code))


def codebook_of(data: CodedData) -> list[Code]:
    """The codes with the themes above them; a theme that is no code of the folder is made."""
    names = list(data.codes)
    for parent, _ in data.codes.values():
        if parent is not None and parent not in names:
            names.append(parent)
    spoken = _unique([_own_name(name, data.codes.get(name, (None, ""))[0]) for name in names], names)
    return [
        Code(
            guid=guid_of(name),
            name=own,
            parent=None if (parent := data.codes.get(name, (None, ""))[0]) in (None, name) else guid_of(str(parent)),
            definition=data.codes.get(name, (None, ""))[1],
        )
        for name, own in zip(names, spoken, strict=True)
    ]


def _unique(spoken: Sequence[str], names: Sequence[str]) -> list[str]:
    """Own names where no other code has the same, else whole names, else whole names with a number."""
    folded = [own.casefold() for own in spoken]
    found: list[str] = []
    for own, name in zip(spoken, names, strict=True):
        chosen = own if folded.count(own.casefold()) == 1 else _spaced(name)
        taken = {each.casefold() for each in found}
        tries = (chosen, *(f"{chosen} ({number})" for number in range(2, len(names) + 2)))
        found.append(next(each for each in tries if each.casefold() not in taken))
    return found


def _own_name(name: str, parent: str | None) -> str:
    own = name.removeprefix(parent).lstrip(" >:-/") if parent else name
    return _spaced(own) or _spaced(name)


def _spaced(name: str) -> str:
    return " ".join(re.sub(r"_+", " ", name).split())


@dataclass(frozen=True, slots=True)
class BuiltStudy:
    """The study, and for each row of the folder its interview's label, its span and the ids of its segments."""

    study: Study
    spans: tuple[Span, ...]
    segments: tuple[tuple[int, ...], ...]


def build_study(study: Study, data: CodedData, folder: Path) -> BuiltStudy:
    """Put interviews, transcripts, segments and the codebook into an empty study, through the product's doors."""
    spans: dict[int, Span] = {}
    parts: dict[int, tuple[int, ...]] = {}
    for number, (label, turns) in enumerate(data.turns.items()):
        source = folder / f"{number}.txt"
        source.write_text(f"{label}\n" + "\n".join(turn.text for turn in turns), encoding="utf-8")
        add_interview(study, source, "transcript", label=label)
        add_transcript(study, label, [_new_turn(turn) for turn in turns], origin="import")
    keep_codebook(study, codebook_of(data), coder=CODER, reason="from the folder")
    segment_new(study)
    for label, turns in data.turns.items():
        at = {turn.index: turn.span for turn in transcript(study, label).turns}
        cut = segments(study, label)
        for index, turn in enumerate(turns):
            if turn.row is not None:
                spans[turn.row] = at[index]
                parts[turn.row] = tuple(s.id for s in cut if s.turn_index == index)
    count = range(len(data.rows))
    return BuiltStudy(study, tuple(spans[n] for n in count), tuple(parts[n] for n in count))


def _new_turn(turn: Turn) -> NewTurn:
    role = Role.INTERVIEWER if turn.row is None else Role.PARTICIPANT
    return NewTurn(text=turn.text, speaker=turn.speaker, role=role)


def reveal(built: BuiltStudy, data: CodedData, numbers: Iterable[int]) -> None:
    """Decide on some rows as the human did: add each of their codes, and note that they were read."""
    lines: list[tuple[int, DecisionLine]] = []
    for number in numbers:
        row, span = data.rows[number], built.spans[number]
        place = {"interview": row.interview, "start": span.start, "end": span.end}
        told = [DecisionLine(**place, verdict=Verdict.ADD, code=guid_of(code)) for code in sorted(row.codes)]
        lines += [(number, line) for line in (*told, DecisionLine(**place, verdict=Verdict.READ))]
    decide(built.study, CODER, lines)


def agreement(data: CodedData) -> dict[str, float] | None:
    """How well two people agreed where two coded the same row: the ceiling; None where only one ever did."""
    both = hits = first = second = identical = 0
    for row in data.rows:
        others = [codes for codes in row.by_coder.values() if codes is not row.codes]
        if len(row.by_coder) > 1 and others:
            both += 1
            hits += len(row.codes & others[0])
            first += len(row.codes)
            second += len(others[0])
            identical += row.codes == others[0]
    if not both:
        return None
    pairs = both * len(data.codes)
    observed = 1 - (first + second - 2 * hits) / pairs
    chance = (first * second + (pairs - first) * (pairs - second)) / pairs**2
    return {
        "segments": both,
        "micro_f1": 2 * hits / (first + second) if first + second else 1.0,
        "kappa": (observed - chance) / (1 - chance) if chance < 1 else 1.0,
        "identical": identical / both,
    }
