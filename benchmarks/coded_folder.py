"""A folder of coded interviews as segments and codes that are in no study, for trials of single parts."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from coding_study import codebook_of, guid_of, read_folder

from assistant.suggest.llm_scores import Question
from store.canonical import sha256_text
from store.values import Codebook, Role, Segment, Span


@dataclass(frozen=True, slots=True)
class CodedFolder:
    """What participants said, each with what was asked before it, and the GUIDs of the codes that people gave it."""

    name: str
    codebook: Codebook
    questions: tuple[Question, ...]
    truth: tuple[frozenset[str], ...]


def read_coded(folder: Path) -> CodedFolder:
    """The same rows, codes and truths that `coding.py` works on."""
    data = read_folder(folder)
    codebook = Codebook(1, 1, "0" * 64, tuple(codebook_of(data)), datetime.now(UTC), "", "")
    rows = enumerate(data.rows)
    questions = tuple(Question(made_segment(number, row.interview, row.text), row.question) for number, row in rows)
    truth = tuple(frozenset(guid_of(code) for code in row.codes) for row in data.rows)
    return CodedFolder(folder.name, codebook, questions, truth)


def made_segment(number: int, interview: str, text: str) -> Segment:
    """A segment that is in no study."""
    span = Span(0, max(1, len(text)))
    digest = sha256_text(text)
    return Segment(number, interview, 1, 1, number, number, span, text, digest, "P", Role.PARTICIPANT, None, None)
