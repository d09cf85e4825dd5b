"""Asking the language model about the segments of many interviews, by whoever does it: this process, or several."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.suggest.llm_scores import LlmScores, Question
from store.values import Role, Segment

Matrix = NDArray[np.float32]
Mask = NDArray[np.bool_]

SEGMENTS_PER_COMMIT = 16


@dataclass(frozen=True, slots=True)
class Part:
    """One interview's segments to be asked about; `todo` says with which codes, shape (segments, codes)."""

    label: str
    transcript_id: int
    segments: tuple[int, ...]
    questions: Sequence[Question]
    todo: Mask
    signals: dict[str, Matrix]

    @property
    def rows(self) -> list[int]:
        """The segments that are to be asked about, in order."""
        rows: list[int] = np.flatnonzero(self.todo.any(axis=1)).tolist()
        return rows


@dataclass(frozen=True, slots=True)
class Answer:
    """The scores of some segments of a part, shape (rows, codes), NaN where nothing was asked or nothing fitted."""

    part: Part
    rows: Sequence[int]
    scores: Matrix


Ask = Callable[[LlmScores, Iterator[Part]], Iterator[Answer]]
"""Answers for all that is to be asked in these parts, which it takes one after the other as it needs them.

Answers may come in any order. It raises what went wrong after the last answer that it could get.
"""


def one_by_one(llm: LlmScores, parts: Iterator[Part]) -> Iterator[Answer]:
    """Ask the model of this process, some segments at a time."""
    for part in parts:
        rows = part.rows
        for start in range(0, len(rows), SEGMENTS_PER_COMMIT):
            some = rows[start : start + SEGMENTS_PER_COMMIT]
            yield Answer(part, some, llm.scores([part.questions[row] for row in some], part.todo[some]))


def questions_of(found: Sequence[Segment]) -> list[Question]:
    """The segments to code, each with the interviewer's last words before its turn."""
    questions: list[Question] = []
    asked = ""
    for segment in found:
        if segment.role is Role.INTERVIEWER:
            asked = segment.text
        else:
            questions.append(Question(segment, asked))
    return questions
