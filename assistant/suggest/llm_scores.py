"""The language model's score: how much rather it says Yes than No to whether a code applies to a passage.

Nothing is cut off and nothing is generated: a score is the log-odds of Yes against No in one forward pass. It depends
on the model, the prompt file, the segment, the question asked before it and this code's own words, and on no other
code or segment: after an edit of one code, that one is asked about again and no other.

A model leans towards Yes more with some codes than with others. Whoever uses the scores takes that off by measuring
each code against its own scores over the study, as for retrieval; taking off what a passage without content scores
(Zhao et al. 2021) did worse in `benchmarks/llm_signals.py`, and nothing beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.llm import Fork, LabelPrompt, Prompt, PromptTooLongError, load_prompt
from store.canonical import sha256_text
from store.values import Code, Codebook, Segment

Matrix = NDArray[np.float32]
Mask = NDArray[np.bool_]

PROMPT = "ask_code.v1"
LABELS = ("Yes", "No")


class BranchScorer(Protocol):
    """What scores branches: the language model process, or a fake in tests."""

    def score_branches(self, prompt: LabelPrompt, forks: Sequence[Fork]) -> list[Matrix]:
        """Log-probabilities of the labels, for each fork of shape (branches, labels)."""
        ...


@dataclass(frozen=True, slots=True)
class Question:
    """A segment with the interviewer's turn right before it, if there was one."""

    segment: Segment
    asked: str


class LlmScores:
    """Scores segments against the codes (at least one) of one codebook version with one model and prompt file."""

    def __init__(
        self, scorer: BranchScorer, codebook: Codebook, codes: Sequence[Code], file: Prompt | None = None
    ) -> None:
        self._scorer = scorer
        self._file = file or load_prompt(PROMPT)
        self._words = [code_words(code, codebook) for code in codes]
        rendered = [self._file.render(code=words, question="", segment="") for words in self._words]
        self._branches = [each.tail for each in rendered]
        self._prompt = rendered[0].for_labels(LABELS)

    @property
    def seen(self) -> str:
        """The part of the prompt that all pairs share, as the model sees it."""
        return f"{self._prompt.system}\n\n{self._prompt.prefix}"

    @property
    def hashes(self) -> tuple[str, ...]:
        """For each code the hash of what the model reads of it; scores are good for as long as it stays the same."""
        return tuple(sha256_text(branch) for branch in self._branches)

    def scores(self, questions: Sequence[Question], wanted: Mask) -> Matrix:
        """Shape (segments, codes) like `wanted`; NaN where nothing is wanted or the model's window is too small."""
        stems = [
            self._file.render(code=self._words[0], question=q.asked, segment=q.segment.text).suffix for q in questions
        ]
        return self._log_odds(stems, wanted)

    def _log_odds(self, stems: Sequence[str], wanted: Mask) -> Matrix:
        found = np.full(wanted.shape, np.nan, np.float32)
        rows: list[int] = np.flatnonzero(wanted.any(axis=1)).tolist()
        forks = [Fork(stems[row], tuple(self._branches[c] for c in np.flatnonzero(wanted[row]))) for row in rows]
        try:
            answers = self._scorer.score_branches(self._prompt, forks)
        except PromptTooLongError:
            return self._halved(stems, wanted)
        for row, answer in zip(rows, answers, strict=True):
            found[row, wanted[row]] = answer[:, 0] - answer[:, 1]
        return found

    def _halved(self, stems: Sequence[str], wanted: Mask) -> Matrix:
        """Ask in two halves, of segments or else of codes, so that what is too long costs no other pair."""
        if len(stems) > 1:
            middle = len(stems) // 2
            halves = [self._log_odds(stems[part], wanted[part]) for part in (slice(middle), slice(middle, None))]
            return np.concatenate(halves)
        columns = np.flatnonzero(wanted[0])
        if len(columns) == 1:
            return np.full(wanted.shape, np.nan, np.float32)
        early = wanted & (np.arange(wanted.shape[1]) < columns[len(columns) // 2])
        first, second = self._log_odds(stems, early), self._log_odds(stems, wanted & ~early)
        halved: Matrix = np.where(early, first, second)
        return halved


def code_words(code: Code, codebook: Codebook) -> dict[str, str]:
    """What a model is told of a code: its own words and its theme's name."""
    theme = codebook.theme_of(code)
    return {
        "name": code.name,
        "theme": theme.name if theme else "",
        "definition": code.definition,
        "include": code.include,
        "exclude": code.exclude,
    }
