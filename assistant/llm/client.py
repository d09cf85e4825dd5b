"""Asks the language model process, starting it when needed and again when it dies."""

import threading
from collections.abc import Sequence
from dataclasses import asdict
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from assistant.llm import protocol
from assistant.llm.errors import LlmCrashedError, PromptTooLongError
from assistant.llm.launch import WORKER_COMMAND, Launcher
from assistant.llm.protocol import Completion, Fork, LabelPrompt, Message
from assistant.llm.rendezvous import place_of
from assistant.settings import Settings

FORKS_PER_REQUEST = 16
"""Small enough that others get their turn and that a crash repeats little."""
_TRIES = 2
_STOP_SECONDS = 10.0


class LlmClient:
    """One model's process, shared with every other client of the same model, options and user; thread-safe.

    `command` replaces the worker's command line, `request_timeout` (seconds) is when a silent worker counts as dead.
    """

    def __init__(
        self,
        model_path: Path,
        settings: Settings,
        *,
        command: Sequence[str] | None = None,
        request_timeout: float = 3600.0,
    ) -> None:
        command = tuple(command or WORKER_COMMAND)
        self._model_path = model_path
        self._settings = settings
        self._timeout = request_timeout
        self._launcher = Launcher(place_of(model_path, settings, command), model_path, settings, command)
        self._connection: Connection | None = None
        self._lock = threading.RLock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up; the process stays for others until it is idle."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def info(self) -> dict[str, Any]:
        """What is loaded: model, context_tokens, trained_context_tokens, pid, use_extra_bufts, llama_cpp and more."""
        result: dict[str, Any] = self._ask({"op": "info"}, "starting")
        return result

    def self_test(self) -> dict[str, Any]:
        """Have the process decode a small batch again."""
        result: dict[str, Any] = self._ask({"op": "self_test"}, "testing itself")
        return result

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text as the model counts them."""
        result: list[int] = self._ask({"op": "count_tokens", "texts": list(texts)}, "counting tokens")
        return result

    def score_branches(self, prompt: LabelPrompt, forks: Sequence[Fork]) -> list[NDArray[np.float32]]:
        """Log-probabilities of the labels as the answer's first token, for each fork of shape (branches, labels).

        They are taken over the whole vocabulary and so comparable between forks. On a CPU they depend on the prompt,
        the stem and the branch alone, to the last bit. Raises PromptTooLongError, whose `index` names the fork that
        does not fit.
        """
        found: list[NDArray[np.float32]] = []
        for start in range(0, len(forks), FORKS_PER_REQUEST):
            chunk = [asdict(fork) for fork in forks[start : start + FORKS_PER_REQUEST]]
            request = {"op": "score_branches", "prompt": asdict(prompt), "forks": chunk}
            try:
                answers = self._ask(request, "scoring segments")
            except PromptTooLongError as error:
                raise _shifted(error, start) from None
            found += [np.array(rows, np.float32).reshape(-1, len(prompt.labels)) for rows in answers]
        return found

    def chat(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        temperature: float = 0.0,
        seed: int | None = None,
        json_schema: dict[str, Any] | None = None,
        grammar: str | None = None,
        stop: Sequence[str] = (),
    ) -> Completion:
        """Generate an answer to messages with `role` and `content`; `seed` defaults to the settings' one."""
        options = {
            "max_tokens": max_tokens,
            "temperature": temperature,
            "seed": self._settings.seed if seed is None else seed,
            "stop": list(stop),
            "grammar": grammar,
            "json_schema": json_schema,
        }
        request = {"op": "chat", "messages": list(messages), "options": options}
        return Completion(**self._ask(request, "writing text"))

    def shutdown(self) -> None:
        """End the process, also for other clients; they start it again when they need it."""
        with self._lock:
            self._hang_up_if_gone()
            connection = self._connection or self._launcher.running()
            self._connection = None
            if connection is not None:
                _ask_to_stop(connection)
                self._launcher.wait_until_gone()

    def _ask(self, request: dict[str, Any], doing: str) -> Any:
        data = protocol.encode(request)
        with self._lock:
            self._hang_up_if_gone()
            for _ in range(_TRIES):
                answer = self._exchange(data)
                if answer is not None:
                    break
            else:
                raise LlmCrashedError(
                    f"The language model {self._model_path.name} crashed twice while {doing}"
                    f" ({self._launcher.why_it_died()}). Run `interview doctor`, or choose another model."
                )
        if answer["ok"]:
            return answer["result"]
        raise protocol.error_from_json(answer)

    def _exchange(self, data: bytes) -> dict[str, Any] | None:
        """One question and its answer, or None when the process died or fell silent on it."""
        if self._connection is None:
            self._connection = self._launcher.connection()
        try:
            self._connection.send_bytes(data)
            if self._connection.poll(self._timeout):
                return protocol.decode(self._connection.recv_bytes(protocol.MAX_MESSAGE_BYTES))
            self._launcher.kill()
        except (EOFError, OSError):
            pass  # the process is gone: whoever called counts the tries
        self.close()
        return None

    def _hang_up_if_gone(self) -> None:
        """Notice a process that ended while nobody asked: that is no crash."""
        try:
            gone = self._connection is not None and self._connection.poll(0)
        except OSError:
            gone = True
        if gone:
            self.close()


def _shifted(error: PromptTooLongError, start: int) -> PromptTooLongError:
    if error.index is None or start == 0:
        return error
    index = error.index + start
    return PromptTooLongError(str(error).replace(f"number {error.index + 1} ", f"number {index + 1} ", 1), index)


def _ask_to_stop(connection: Connection) -> None:
    with connection:
        try:
            connection.send_bytes(protocol.encode({"op": "shutdown"}))
            connection.poll(_STOP_SECONDS)
        except OSError:
            return
