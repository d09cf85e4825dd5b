"""What the worker can be asked: each public method is one request of the protocol."""

import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from assistant.llm.branches import BranchScorer
from assistant.llm.chat_template import ChatTemplate
from assistant.llm.generation import ChatOptions, chat_tokens, generate
from assistant.llm.kept_prefix import KeptPrefixes
from assistant.llm.native import ModelOptions, NativeModel
from assistant.llm.protocol import Fork, LabelPrompt, Message


class Engine:
    """A loaded model that scores branches, counts tokens and chats; for one thread at a time."""

    def __init__(self, options: ModelOptions, kv_folder: Path | None, parallel: int | None = None) -> None:
        self._model = NativeModel(options)
        self._template = ChatTemplate(self._model)
        kept = KeptPrefixes(kv_folder, self._model)
        self._scorer = BranchScorer(self._model, self._template, kept, parallel)

    def info(self) -> dict[str, Any]:
        """What is loaded, and how."""
        model = self._model
        return {
            "model": model.describe(),
            "path": str(model.options.path),
            "context_tokens": model.context_tokens,
            "trained_context_tokens": model.trained_context,
            "context_reduced": model.context_tokens < model.options.context_tokens,
            "threads": model.options.threads,
            "parallel": self._scorer.parallel,
            "use_extra_bufts": model.options.extra_bufts,
            "llama_cpp": str(model.c.__version__),
            "system": model.c.llama_print_system_info().decode("utf-8"),
            "pid": os.getpid(),
        }

    def self_test(self) -> dict[str, Any]:
        """Survive a batched decode."""
        self._model.self_test()
        return {"decoded": True, "use_extra_bufts": self._model.options.extra_bufts}

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, as data."""
        return [len(self._model.tokenize(text, special=False)) for text in texts]

    def score_branches(self, prompt: LabelPrompt, forks: Sequence[Fork]) -> list[list[list[float]]]:
        """Log-probabilities: for each fork a row for each branch with a column for each label."""
        return [scores.tolist() for scores in self._scorer.score(prompt, forks)]

    def chat(self, messages: Sequence[Message], options: ChatOptions) -> dict[str, Any]:
        """A generated answer; the kept prefix gives way when both do not fit."""
        tokens = chat_tokens(self._model, self._template, messages)
        if self._scorer.prefix_tokens + len(tokens) + options.max_tokens > self._model.context_tokens:
            self._scorer.drop_prefix()
        return asdict(generate(self._model, tokens, options))
