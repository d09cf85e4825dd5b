"""llama.cpp through its low-level interface: one model, one context, tokens in, logits out.

llama_cpp is imported when a model is loaded and never before; a native crash here ends the process, which is why
only the worker imports this module.
"""

import ctypes
import importlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.llm.errors import LlmError
from assistant.llm.markers import cut_apart, marks_among
from store.errors import InvalidInputError

BATCH_TOKENS = 512
MAX_SEQUENCES = 32
_SELF_TEST_TOKENS = 32
_USER_DEFINED = 16
"""LLAMA_TOKEN_ATTR_USER_DEFINED of llama.h."""


class Row(NamedTuple):
    """One token of a batch: where it stands, in which sequence, and whether its logits are wanted."""

    token: int
    position: int
    sequence: int
    wanted: bool = False


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """How to load a model; everything here may change the numbers in the last bits."""

    path: Path
    context_tokens: int
    threads: int
    extra_bufts: bool = True


class NativeModel:
    """A loaded model with its context; not safe for two threads at a time."""

    def __init__(self, options: ModelOptions) -> None:
        self.c: Any = importlib.import_module("llama_cpp")
        logging.getLogger("llama-cpp-python").setLevel(logging.ERROR)
        self.options = options
        self.c.llama_backend_init()
        self.on_gpu = bool(self.c.llama_supports_gpu_offload())
        self.model = self._load_model()
        self.vocab = self.c.llama_model_get_vocab(self.model)
        self.vocab_size = int(self.c.llama_vocab_n_tokens(self.vocab))
        self._marks = marks_among(self._user_defined())
        self.trained_context = int(self.c.llama_model_n_ctx_train(self.model))
        self.context = self._new_context()
        self.context_tokens = int(self.c.llama_n_ctx(self.context))
        self.memory = self.c.llama_get_memory(self.context)
        self._batch = self.c.llama_batch_init(BATCH_TOKENS, 0, 1)

    def _load_model(self) -> Any:
        params = self.c.llama_model_default_params()
        params.use_extra_bufts = self.options.extra_bufts
        model = self.c.llama_model_load_from_file(str(self.options.path).encode("utf-8"), params)
        if not model:
            raise InvalidInputError(
                f"The model file {self.options.path} cannot be loaded: it is damaged, not a GGUF file, or of a kind"
                " this llama.cpp does not know. Check it with `interview models verify`."
            )
        return model

    def _new_context(self) -> Any:
        params = self.c.llama_context_default_params()
        params.n_ctx = min(self.options.context_tokens, self.trained_context)
        params.n_batch = params.n_ubatch = BATCH_TOKENS
        params.n_seq_max = params.n_outputs_max = MAX_SEQUENCES
        params.n_threads = params.n_threads_batch = self.options.threads
        params.kv_unified = True  # sequences share the prefix's cells; without it a shared prefix cannot be batched
        if not self.on_gpu:  # no faster on a CPU, and it moves the numbers more
            params.flash_attn_type = self.c.LLAMA_FLASH_ATTN_TYPE_DISABLED
        params.no_perf = True
        context = self.c.llama_init_from_model(self.model, params)
        if not context:
            raise LlmError(
                f"The model {self.options.path.name} was loaded, but there is no memory for a context of"
                f" {params.n_ctx} tokens. Choose a smaller model or a smaller llm_context_tokens."
            )
        return context

    def _user_defined(self) -> Iterator[str]:
        """The texts of the tokens that llama.cpp reads out of any text."""
        for token in range(self.vocab_size):
            if int(self.c.llama_vocab_get_attr(self.vocab, token)) & _USER_DEFINED:
                yield self.token_text(token)

    def describe(self) -> str:
        """The model's architecture, size and quantisation in llama.cpp's words."""
        buffer = ctypes.create_string_buffer(256)
        self.c.llama_model_desc(self.model, buffer, 256)
        return buffer.value.decode("utf-8", errors="replace")

    def tokenize(self, text: str, *, special: bool) -> list[int]:
        """Token ids of a text; only with `special` do marks such as `<|im_end|>` or `<tool_call>` mean anything."""
        if not special:
            pieces = cut_apart(text, self._marks)
            if len(pieces) > 1:
                return [token for piece in pieces for token in self._tokens(piece, special=False)]
        return self._tokens(text, special=special)

    def _tokens(self, text: str, *, special: bool) -> list[int]:
        data = text.encode("utf-8", errors="replace")
        room = len(data) + 8
        tokens = (self.c.llama_token * room)()
        count = self.c.llama_tokenize(self.vocab, data, len(data), tokens, room, False, special)
        if count < 0:
            raise LlmError(f"The tokenizer of {self.options.path.name} refused a text of {len(text)} characters.")
        return list(tokens[:count])

    def piece(self, token: int) -> bytes:
        """The bytes of one token, control tokens being nothing."""
        buffer = ctypes.create_string_buffer(256)
        length = self.c.llama_token_to_piece(self.vocab, token, buffer, 256, 0, False)
        return buffer.raw[: max(length, 0)]

    def token_text(self, token: int) -> str:
        """A token's own name, for control tokens too; empty for none."""
        text: bytes = self.c.llama_vocab_get_text(self.vocab, token) if token >= 0 else b""
        return text.decode("utf-8", errors="replace")

    def decode(self, rows: Sequence[Row]) -> None:
        """Run at most `BATCH_TOKENS` rows through the model."""
        batch = self._batch
        batch.n_tokens = len(rows)
        for i, row in enumerate(rows):
            batch.token[i] = row.token
            batch.pos[i] = row.position
            batch.n_seq_id[i] = 1
            batch.seq_id[i][0] = row.sequence
            batch.logits[i] = row.wanted
        status = self.c.llama_decode(self.context, batch)
        if status != 0:
            raise LlmError(
                f"llama.cpp could not evaluate {len(rows)} tokens (status {status}) with {self.options.path.name}."
                " Try a smaller llm_context_tokens, or another model."
            )

    def run(self, rows: Sequence[Row]) -> list[NDArray[np.float64]]:
        """Run any number of rows, batch after batch: the log-probabilities at each wanted row, in their order."""
        found = []
        for start in range(0, len(rows), BATCH_TOKENS):
            batch = rows[start : start + BATCH_TOKENS]
            self.decode(batch)
            found += [self.logprobs(i) for i, row in enumerate(batch) if row.wanted]
        return found

    def logprobs(self, row: int) -> NDArray[np.float64]:
        """Log-probabilities over the whole vocabulary at a wanted row of the last batch."""
        pointer = self.c.llama_get_logits_ith(self.context, row)
        logits = np.ctypeslib.as_array(pointer, shape=(self.vocab_size,)).astype(np.float64)
        top = logits.max()
        if not np.isfinite(top):
            raise LlmError(f"The model {self.options.path.name} answered with no numbers; choose another model.")
        result: NDArray[np.float64] = logits - (top + np.log(np.exp(logits - top).sum()))
        return result

    def share(self, source: int, target: int) -> None:
        """Let a sequence begin with all of another one, without copying."""
        self.c.llama_memory_seq_cp(self.memory, source, target, -1, -1)

    def forget(self, sequence: int) -> None:
        """Free a sequence's cells, except those that another one shares."""
        self.c.llama_memory_seq_rm(self.memory, sequence, -1, -1)

    def self_test(self) -> None:
        """Evaluate a batch of two sequences, then one token: the calls that crash where the build is wrong."""
        words = self.tokenize("The cat sat on the mat. " * _SELF_TEST_TOKENS, special=False)[:_SELF_TEST_TOKENS]
        self.decode([Row(t, i, 1) for i, t in enumerate(words)])
        self.share(1, 2)
        end = len(words)
        self.decode([Row(words[0], end, 1, wanted=True), Row(words[1], end, 2, wanted=True)])
        self.logprobs(0)
        self.decode([Row(words[2], end + 1, 2, wanted=True)])
        self.logprobs(0)
        self.forget(1)
        self.forget(2)
