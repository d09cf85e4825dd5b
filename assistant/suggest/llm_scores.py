"""The language model's score: how likely it is to answer with a code's letter, against an empty passage.

The codebook is asked about in groups of at most 25 codes, each group with a letter for “none of these”; a group that
does not fit the model's context window is halved. Nothing is cut off and nothing is generated: the scores are the
letters' log-probabilities in one forward pass, less those for a passage without content (contextual calibration,
Zhao et al. 2021).
"""

import string
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.llm import LabelPrompt, PromptTooLongError, RenderedPrompt, load_prompt
from store.values import Code, Codebook, Segment

Matrix = NDArray[np.float32]

PROMPT = "score_labels.v1"
CONTENT_FREE = "N/A"
MOST_CODES = 25


class LabelScorer(Protocol):
    """What scores labels: the language model process, or a fake in tests."""

    def score_labels(self, prompt: LabelPrompt, suffixes: Sequence[str]) -> Matrix:
        """Log-probabilities of shape (suffixes, labels)."""
        ...


@dataclass(frozen=True, slots=True)
class Question:
    """A segment with the interviewer's turn right before it, if there was one."""

    segment: Segment
    asked: str


@dataclass(frozen=True, slots=True)
class _Group:
    """Some codes with the prompt that asks about them and the answer to an empty passage."""

    codes: tuple[Code, ...]
    prompt: LabelPrompt
    baseline: Matrix


class LlmScores:
    """Scores segments against one codebook version with one model."""

    def __init__(
        self, scorer: LabelScorer, codebook: Codebook, codes: Sequence[Code], longest: Question | None = None
    ) -> None:
        self._scorer = scorer
        self._codebook = codebook
        self._prompt = load_prompt(PROMPT)
        try:
            self._groups = self._grouped(tuple(codes), MOST_CODES, longest)
        except PromptTooLongError:
            # The longest passage does not fit beside a single code: it will go without, and shall cost no one else.
            self._groups = self._grouped(tuple(codes), MOST_CODES, None)

    @property
    def seen(self) -> tuple[str, ...]:
        """The part of each prompt that all segments share, as the model sees it."""
        return tuple(group.prompt.prefix for group in self._groups)

    def scores(self, questions: Sequence[Question]) -> Matrix:
        """Shape (segments, codes); a row of NaN for a segment that is too long for the model's context window."""
        try:
            return self._batch(questions)
        except PromptTooLongError:
            if len(questions) == 1:
                return np.full((1, self._width), np.nan, np.float32)
            middle = len(questions) // 2
            return np.concatenate([self.scores(questions[:middle]), self.scores(questions[middle:])])

    @property
    def _width(self) -> int:
        return sum(len(group.codes) for group in self._groups)

    def _batch(self, questions: Sequence[Question]) -> Matrix:
        parts = []
        for group in self._groups:
            suffixes = [self._suffix(group, q.segment.text, q.asked) for q in questions]
            answers = _among_labels(self._scorer.score_labels(group.prompt, suffixes))
            parts.append((answers - group.baseline)[:, :-1])
        return np.concatenate(parts, axis=1).astype(np.float32)

    def _grouped(self, codes: tuple[Code, ...], most: int, longest: Question | None) -> list[_Group]:
        groups = []
        for start in range(0, len(codes), most):
            part = codes[start : start + most]
            try:
                groups.append(self._group(part, longest))
            except PromptTooLongError:
                if len(part) == 1:
                    raise
                groups += self._grouped(part, (len(part) + 1) // 2, longest)
        return groups

    def _group(self, codes: tuple[Code, ...], longest: Question | None) -> _Group:
        """The codes as one prompt; raises PromptTooLongError where the longest passage would not fit behind it."""
        rendered = self._render(codes, CONTENT_FREE, "")
        prompt = rendered.for_labels(tuple(string.ascii_uppercase[: len(codes) + 1]))
        suffixes = [rendered.suffix]
        if longest is not None:
            suffixes.append(self._render(codes, longest.segment.text, longest.asked).suffix)
        baseline = _among_labels(self._scorer.score_labels(prompt, suffixes)[:1])
        return _Group(codes, prompt, baseline)

    def _suffix(self, group: _Group, text: str, asked: str) -> str:
        return self._render(group.codes, text, asked).suffix

    def _render(self, codes: tuple[Code, ...], text: str, asked: str) -> RenderedPrompt:
        letters = string.ascii_uppercase
        listed = [
            {
                "letter": letters[index],
                "name": code.name,
                "theme": theme.name if (theme := self._codebook.theme_of(code)) else "",
                "definition": code.definition or code.name,
                "include": code.include,
                "exclude": code.exclude,
            }
            for index, code in enumerate(codes)
        ]
        return self._prompt.render(codes=listed, none_letter=letters[len(codes)], question=asked, segment=text)


def _among_labels(logprobs: Matrix) -> Matrix:
    """Log-probabilities over the labels alone, so that a model that rambles still chooses."""
    top = logprobs.max(axis=1, keepdims=True)
    among: Matrix = logprobs - top - np.log(np.exp(logprobs - top).sum(axis=1, keepdims=True))
    return among
