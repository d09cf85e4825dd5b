"""Scores labels from logits: the shared prefix once, many suffixes beside each other, nothing generated."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from assistant.llm.chat_template import ChatTemplate, Piece, Turn
from assistant.llm.errors import PromptTooLongError
from assistant.llm.kept_prefix import KeptPrefixes
from assistant.llm.native import BATCH_TOKENS, MAX_SEQUENCES, NativeModel, Row
from assistant.llm.protocol import LabelPrompt
from store.errors import InvalidInputError

PREFIX_SEQUENCE = 0
_FIRST_SUFFIX = 1
MAX_PARALLEL = MAX_SEQUENCES - 2
"""Suffixes beside each other; the remaining sequences hold the prefix and generated text."""


@dataclass(frozen=True, slots=True)
class PreparedPrompt:
    """A label prompt as tokens: before the suffix, after it, and one token for each label."""

    before: tuple[int, ...]
    after: tuple[int, ...]
    labels: tuple[int, ...]


class LabelScorer:
    """Keeps one evaluated prefix in the context and scores suffixes behind it, `parallel` of them at a time.

    One at a time gives each suffix the same numbers whatever its neighbours are, and on a CPU costs nothing; beside
    each other only a GPU gains. How tokens are cut into batches changes the last bits, and weights of few bits make
    more of that: up to 0.3 in a log-probability measured with Q4_1, 0.01 with F16.
    """

    def __init__(
        self, model: NativeModel, template: ChatTemplate, kept: KeptPrefixes, parallel: int | None = None
    ) -> None:
        best = MAX_PARALLEL if model.on_gpu else 1
        self.parallel = min(parallel or best, MAX_PARALLEL)
        self._model = model
        self._template = template
        self._kept = kept
        self._current: tuple[int, ...] = ()
        self.prepare = lru_cache(maxsize=8)(self._prepare)

    @property
    def prefix_tokens(self) -> int:
        """How many tokens of the context the kept prefix takes."""
        return len(self._current)

    def score(self, prompt: LabelPrompt, suffixes: Sequence[str]) -> NDArray[np.float64]:
        """Log-probabilities of the labels at the answer, shape (suffixes, labels)."""
        prepared = self.prepare(prompt)
        rows = [(*self._model.tokenize(text, special=False), *prepared.after) for text in suffixes]
        self._check_lengths(prepared, rows)
        self._hold(prepared.before)
        scores = np.empty((len(rows), len(prompt.labels)))
        for group in self._groups(rows):
            scores[group] = self._score_group(prepared, [rows[i] for i in group])
        return scores

    def drop_prefix(self) -> None:
        """Free the kept prefix's cells; the next scoring takes it from disk."""
        self._model.forget(PREFIX_SEQUENCE)
        self._current = ()

    def _prepare(self, prompt: LabelPrompt) -> PreparedPrompt:
        user = Turn("user", (prompt.prefix, "", prompt.tail))
        turns = [Turn("system", (prompt.system,)), user] if prompt.system else [user]
        pieces = self._template.pieces(turns)
        suffix = 2 if prompt.system else 1
        place = next(i for i, piece in enumerate(pieces) if piece.part == suffix)
        before = self._template.tokens(pieces[:place], start=True)
        after = self._template.tokens(pieces[place + 1 :], start=False)
        labels = tuple(self._label_token(label, pieces[-1]) for label in prompt.labels)
        return PreparedPrompt(tuple(before), tuple(after), labels)

    def _label_token(self, label: str, answer_start: Piece) -> int:
        base = self._model.tokenize(answer_start.text, special=True)
        for form in (label, f" {label}"):
            tokens = self._model.tokenize(answer_start.text + form, special=True)
            if len(tokens) == len(base) + 1 and tokens[:-1] == base:
                return tokens[-1]
        raise InvalidInputError(
            f"The label {label!r} is not a single token of {self._model.options.path.name}, so it cannot be scored;"
            " use single letters as labels."
        )

    def _check_lengths(self, prepared: PreparedPrompt, rows: Sequence[tuple[int, ...]]) -> None:
        window, prefix = self._model.context_tokens, len(prepared.before)
        if prefix + len(prepared.after) >= window:
            raise PromptTooLongError(
                f"The codebook prompt has {prefix} tokens, but the model's context window has {window}: offer fewer"
                " codes at a time, or raise llm_context_tokens."
            )
        for index, row in enumerate(rows):
            if prefix + len(row) > window:
                raise PromptTooLongError(
                    f"Text number {index + 1} has {len(row)} tokens behind a codebook prompt of {prefix}, but the"
                    f" model's context window has {window}: cut the segment, offer fewer codes at a time, or raise"
                    " llm_context_tokens.",
                    index,
                )

    def _hold(self, tokens: tuple[int, ...]) -> None:
        if tokens == self._current:
            return
        self.drop_prefix()
        if not self._kept.load(tokens, PREFIX_SEQUENCE):
            for start in range(0, len(tokens), BATCH_TOKENS):
                chunk = tokens[start : start + BATCH_TOKENS]
                self._model.decode([Row(t, start + i, PREFIX_SEQUENCE) for i, t in enumerate(chunk)])
            self._kept.save(tokens, PREFIX_SEQUENCE)
        self._current = tokens

    def _groups(self, rows: Sequence[tuple[int, ...]]) -> Iterator[list[int]]:
        """Neighbouring suffixes that fill one batch; a longer one goes alone."""
        group: list[int] = []
        used = 0
        for index, row in enumerate(rows):
            if group and (used + len(row) > BATCH_TOKENS or len(group) == self.parallel):
                yield group
                group, used = [], 0
            group.append(index)
            used += len(row)
        if group:
            yield group

    def _score_group(self, prepared: PreparedPrompt, group: Sequence[tuple[int, ...]]) -> NDArray[np.float64]:
        sequences = range(_FIRST_SUFFIX, _FIRST_SUFFIX + len(group))
        try:
            for sequence in sequences:
                self._model.share(PREFIX_SEQUENCE, sequence)
            return self._run(
                prepared, [row for s, t in zip(sequences, group, strict=True) for row in _rows(s, t, prepared)]
            )
        finally:
            for sequence in sequences:
                self._model.forget(sequence)

    def _run(self, prepared: PreparedPrompt, rows: Sequence[Row]) -> NDArray[np.float64]:
        found = []
        for start in range(0, len(rows), BATCH_TOKENS):
            batch = rows[start : start + BATCH_TOKENS]
            self._model.decode(batch)
            found += [self._model.logprobs(i)[list(prepared.labels)] for i, row in enumerate(batch) if row.wanted]
        return np.stack(found)


def _rows(sequence: int, tokens: Sequence[int], prepared: PreparedPrompt) -> Iterator[Row]:
    start, last = len(prepared.before), len(tokens) - 1
    for i, token in enumerate(tokens):
        yield Row(token, start + i, sequence, wanted=i == last)
