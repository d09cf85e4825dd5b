"""Reads labels from logits: the shared prefix once, each stem once, and behind it branch after branch.

How tokens are cut into batches changes the last bits, and weights of few bits make more of that: up to 0.3 in a
log-probability measured with Q4_1, 0.01 with F16. Therefore on a CPU a stem is a batch of its own and so is each
branch: a branch has the same numbers whatever stands beside it, so that scores can be kept for each pair of a passage
and a code. One batch for all branches would be up to a fifth faster and would tie their numbers together.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from assistant.llm.chat_template import ChatTemplate, Piece, Turn
from assistant.llm.errors import PromptTooLongError
from assistant.llm.kept_prefix import KeptPrefixes
from assistant.llm.native import BATCH_TOKENS, MAX_SEQUENCES, NativeModel, Row
from assistant.llm.protocol import Fork, LabelPrompt
from store.errors import InvalidInputError

PREFIX_SEQUENCE = 0
STEM_SEQUENCE = 1
_FIRST_BRANCH = 2
MAX_PARALLEL = MAX_SEQUENCES - 3
"""Branches beside each other; the remaining sequences hold the prefix, the stem and generated text."""

Tokens = tuple[int, ...]
Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PreparedPrompt:
    """A label prompt as tokens: before the stem, after a branch, and the tokens that count as each label."""

    before: Tokens
    after: Tokens
    labels: tuple[Tokens, ...]


@dataclass(frozen=True, slots=True)
class _Fork:
    """A fork as tokens, its branches with what the template puts after them."""

    stem: Tokens
    branches: tuple[Tokens, ...]

    @property
    def longest(self) -> int:
        return len(self.stem) + max(map(len, self.branches), default=0)


class BranchScorer:
    """Keeps one evaluated prefix in the context and scores forks behind it, `parallel` branches of one at a time.

    Beside each other only a GPU gains much, which is why more than one is its default there and nowhere else.
    """

    def __init__(
        self, model: NativeModel, template: ChatTemplate, kept: KeptPrefixes, parallel: int | None = None
    ) -> None:
        best = MAX_PARALLEL if model.on_gpu else 1
        self.parallel = min(parallel or best, MAX_PARALLEL)
        self._model = model
        self._template = template
        self._kept = kept
        self._current: Tokens = ()
        self.prepare = lru_cache(maxsize=8)(self._prepare)

    @property
    def prefix_tokens(self) -> int:
        """How many tokens of the context the kept prefix takes."""
        return len(self._current)

    def score(self, prompt: LabelPrompt, forks: Sequence[Fork]) -> list[Scores]:
        """Log-probabilities of the labels as the answer, for each fork of shape (branches, labels)."""
        prepared = self.prepare(prompt)
        cut = [self._cut(fork, prepared) for fork in forks]
        self._check_lengths(prepared, cut)
        self._hold(prepared.before)
        return [self._score(prepared, fork) for fork in cut]

    def drop_prefix(self) -> None:
        """Free the kept prefix's cells; the next scoring takes it from disk."""
        self._model.forget(PREFIX_SEQUENCE)
        self._current = ()

    def _prepare(self, prompt: LabelPrompt) -> PreparedPrompt:
        user = Turn("user", (prompt.prefix, ""))
        turns = [Turn("system", (prompt.system,)), user] if prompt.system else [user]
        pieces = self._template.pieces(turns)
        behind = 2 if prompt.system else 1
        place = next(i for i, piece in enumerate(pieces) if piece.part == behind)
        before = self._template.tokens(pieces[:place], start=True)
        after = self._template.tokens(pieces[place + 1 :], start=False)
        labels = tuple(self._label_tokens(label, pieces[-1]) for label in prompt.labels)
        return PreparedPrompt(tuple(before), tuple(after), labels)

    def _label_tokens(self, label: str, answer_start: Piece) -> Tokens:
        """The tokens that are the label where the answer starts, with a space before it and without."""
        base = self._model.tokenize(answer_start.text, special=True)
        found: dict[int, None] = {}
        for form in (label, f" {label}"):
            tokens = self._model.tokenize(answer_start.text + form, special=True)
            if len(tokens) == len(base) + 1 and tokens[:-1] == base:
                found[tokens[-1]] = None
        if not found:
            raise InvalidInputError(
                f"The label {label!r} is not a single token of {self._model.options.path.name}, so it cannot be scored;"
                " use single letters, or Yes and No, as labels."
            )
        return tuple(found)

    def _cut(self, fork: Fork, prepared: PreparedPrompt) -> _Fork:
        stem = tuple(self._model.tokenize(fork.stem, special=False))
        branches = ((*self._model.tokenize(text, special=False), *prepared.after) for text in fork.branches)
        return _Fork(stem, tuple(branches))

    def _check_lengths(self, prepared: PreparedPrompt, forks: Sequence[_Fork]) -> None:
        window, prefix = self._model.context_tokens, len(prepared.before)
        if prefix + len(prepared.after) >= window:
            raise PromptTooLongError(
                f"The prompt has {prefix} tokens before the first passage, but the model's context window has"
                f" {window}: shorten it, or raise llm_context_tokens."
            )
        for index, fork in enumerate(forks):
            if prefix + fork.longest > window:
                raise PromptTooLongError(
                    f"Text number {index + 1} has {fork.longest} tokens with its longest question behind a prompt of"
                    f" {prefix}, but the model's context window has {window}: cut the segment, shorten the code's"
                    " definition, or raise llm_context_tokens.",
                    index,
                )

    def _hold(self, tokens: Tokens) -> None:
        if tokens == self._current:
            return
        self.drop_prefix()
        if not self._kept.load(tokens, PREFIX_SEQUENCE):
            self._model.run([Row(token, i, PREFIX_SEQUENCE) for i, token in enumerate(tokens)])
            self._kept.save(tokens, PREFIX_SEQUENCE)
        self._current = tokens

    def _score(self, prepared: PreparedPrompt, fork: _Fork) -> Scores:
        start = len(prepared.before)
        scores = np.empty((len(fork.branches), len(prepared.labels)))
        try:
            self._model.share(PREFIX_SEQUENCE, STEM_SEQUENCE)
            self._model.run([Row(token, start + i, STEM_SEQUENCE) for i, token in enumerate(fork.stem)])
            for group in self._groups(prepared, fork):
                beside = [fork.branches[i] for i in group]
                scores[group] = self._score_beside(beside, start + len(fork.stem), prepared.labels)
        finally:
            self._model.forget(STEM_SEQUENCE)
        return scores

    def _groups(self, prepared: PreparedPrompt, fork: _Fork) -> Iterator[list[int]]:
        """Branches for one batch: as many as may stand beside each other and fit both the batch and the window."""
        room = min(BATCH_TOKENS, self._model.context_tokens - len(prepared.before) - len(fork.stem))
        group: list[int] = []
        used = 0
        for index, branch in enumerate(fork.branches):
            if group and (used + len(branch) > room or len(group) == self.parallel):
                yield group
                group, used = [], 0
            group.append(index)
            used += len(branch)
        if group:
            yield group

    def _score_beside(self, branches: Sequence[Tokens], start: int, labels: Sequence[Tokens]) -> Scores:
        sequences = range(_FIRST_BRANCH, _FIRST_BRANCH + len(branches))
        try:
            for sequence in sequences:
                self._model.share(STEM_SEQUENCE, sequence)
            rows = [row for s, tokens in zip(sequences, branches, strict=True) for row in _rows(s, tokens, start)]
            return np.stack([_of_labels(logprobs, labels) for logprobs in self._model.run(rows)])
        finally:
            for sequence in sequences:
                self._model.forget(sequence)


def _rows(sequence: int, tokens: Tokens, start: int) -> Iterator[Row]:
    last = len(tokens) - 1
    for i, token in enumerate(tokens):
        yield Row(token, start + i, sequence, wanted=i == last)


def _of_labels(logprobs: Scores, labels: Sequence[Tokens]) -> Scores:
    """The probability of a label is that of all its forms together."""
    return np.array([np.logaddexp.reduce(logprobs[list(forms)]) for forms in labels])
