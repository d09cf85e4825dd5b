"""A language model loaded in the benchmark's own process, where tokens can be counted and clocks read."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.llm import Fork, LabelPrompt, RenderedPrompt
from assistant.llm.branches import BranchScorer
from assistant.llm.chat_template import ChatTemplate
from assistant.llm.kept_prefix import KeptPrefixes
from assistant.llm.native import ModelOptions, NativeModel, Row
from assistant.models import choose
from assistant.settings import Settings

# As the product's process does, but before any other library brings the same threads into this one.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

_STEM, _BRANCH = 1, 2


class InProcess:
    """The parts of the model process, and the likelihood of an answer, which the product does not need."""

    def __init__(self, path: Path, context_tokens: int, threads: int, kv_folder: Path) -> None:
        self.model = NativeModel(ModelOptions(path, context_tokens, threads))
        self.template = ChatTemplate(self.model)
        self.scorer = BranchScorer(self.model, self.template, KeptPrefixes(kv_folder, self.model))

    def score_branches(self, prompt: LabelPrompt, forks: Sequence[Fork]) -> list[NDArray[np.float32]]:
        """As the client of the process answers."""
        return [scores.astype(np.float32) for scores in self.scorer.score(prompt, forks)]

    def tokens(self, text: str) -> list[int]:
        """A text as tokens of data."""
        return self.model.tokenize(text, special=False)

    def likelihoods(self, rendered: RenderedPrompt, answers: Sequence[str]) -> NDArray[np.float64]:
        """The log-probability of each answer as the beginning of what the model says."""
        self.scorer.drop_prefix()
        prepared = self.scorer.prepare(rendered.for_labels(()))
        asked = [*prepared.before, *self.tokens(rendered.suffix + rendered.tail), *prepared.after]
        last = len(asked) - 1
        try:
            (first,) = self.model.run([Row(t, i, _STEM, wanted=i == last) for i, t in enumerate(asked)])
            return np.array([self._likelihood(first, self.tokens(answer), len(asked)) for answer in answers])
        finally:
            self.model.forget(_STEM)

    def _likelihood(self, first: NDArray[np.float64], tokens: Sequence[int], start: int) -> float:
        self.model.share(_STEM, _BRANCH)
        try:
            rows = [Row(token, start + i, _BRANCH, wanted=True) for i, token in enumerate(tokens[:-1])]
            found = [first, *self.model.run(rows)]
            return float(sum(logprobs[token] for logprobs, token in zip(found, tokens, strict=True)))
        finally:
            self.model.forget(_BRANCH)


@contextmanager
def in_process(name: str, settings: Settings) -> Iterator[InProcess]:
    """The installed model of that name, with nothing kept on disk afterwards."""
    with tempfile.TemporaryDirectory(prefix="kv") as folder:
        yield InProcess(choose("llm", name, settings).path, settings.llm_context_tokens, settings.threads, Path(folder))
