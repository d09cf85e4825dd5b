"""Reads a folder of coded interviews (`segments.jsonl`, `codebook.jsonl`) as the stages of the product take it."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant.suggest.llm_scores import Question
from store.canonical import sha256_text
from store.values import Code, Codebook, Role, Segment, Span

ASKING = frozenset({"INTERVIEWER", "THERAPIST", "MODERATOR", "TASK_PROMPT"})
"""Speakers whose words are no data."""


@dataclass(frozen=True, slots=True)
class CodedFolder:
    """What participants said, each with what was asked before it, and the codes that people gave it."""

    name: str
    codebook: Codebook
    questions: tuple[Question, ...]
    truth: tuple[frozenset[str], ...]


def read_coded(folder: Path) -> CodedFolder:
    """The first coder's codes count; a code is known by its full name, which serves as its GUID."""
    codebook = Codebook(1, 1, "0" * 64, _codes(_rows(folder / "codebook.jsonl")), datetime.now(UTC), "", "")
    known = {code.guid for code in codebook.codes}
    questions, truth, asked, seen = [], [], {}, set()
    for number, row in enumerate(_rows(folder / "segments.jsonl")):
        interview = row["interview_id"]
        if row["speaker"] in ASKING:
            asked[interview] = row["text"]
        elif row["text"].strip() and (interview, row["segment_index"]) not in seen:
            seen.add((interview, row["segment_index"]))
            before = row.get("question") or asked.get(interview, "")
            questions.append(Question(made_segment(number, interview, row["text"]), before))
            truth.append(known & set(row["codes"]))
    return CodedFolder(folder.name, codebook, tuple(questions), tuple(map(frozenset, truth)))


def made_segment(number: int, interview: str, text: str) -> Segment:
    """A segment that is in no study."""
    span = Span(0, max(1, len(text)))
    digest = sha256_text(text)
    return Segment(number, interview, 1, 1, number, number, span, text, digest, "P", Role.PARTICIPANT, None, None)


def _codes(rows: list[dict[str, Any]]) -> tuple[Code, ...]:
    names = {row["code"] for row in rows}
    return tuple(
        Code(
            guid=row["code"],
            name=_own_name(row["code"], row["parent"]),
            parent=row["parent"] if row["parent"] in names else None,
            definition=row["definition"] or "",
        )
        for row in rows
    )


def _own_name(code: str, parent: str | None) -> str:
    own = code.removeprefix(parent).lstrip(" >:-/") if parent else code
    return own.replace("_", " ") or code


def _rows(file: Path) -> list[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]
