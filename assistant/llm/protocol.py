"""What client and worker say to each other: JSON in UTF-8 bytes, one request, one answer."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant.llm.errors import LlmError, PromptTooLongError
from store.errors import InvalidInputError, StudyError

VERSION = 2
MAX_MESSAGE_BYTES = 64 * 1024 * 1024

Message = dict[str, str]


@dataclass(frozen=True, slots=True)
class LabelPrompt:
    """Questions answered by one label: a system message, then a user message of prefix + stem + branch.

    System and prefix are the same for many stems and are evaluated once. Each label must be one token of the model
    where the answer starts. Let prefix and stem end in one newline: parts are made into tokens one by one, and two
    newlines at an end become another token than in the middle of a text.
    """

    system: str
    prefix: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fork:
    """One text with several ways to go on, such as a passage and a question about each code."""

    stem: str
    branches: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Completion:
    """Generated text; `stopped_by` is `end` (the model ended), `stop` (a stop string) or `length`."""

    text: str
    prompt_tokens: int
    completion_tokens: int
    stopped_by: str


def encode(message: dict[str, Any]) -> bytes:
    """A message as bytes for `send_bytes`."""
    return json.dumps(message, ensure_ascii=False, allow_nan=False).encode("utf-8")


def decode(data: bytes) -> dict[str, Any]:
    """A message from `recv_bytes`; raises ValueError on anything but a JSON object."""
    message = json.loads(data.decode("utf-8"))
    if not isinstance(message, dict):
        raise TypeError("a message is a JSON object")
    return message


def prompt_from_json(value: dict[str, Any]) -> LabelPrompt:
    """The prompt as it arrived; it travels as `asdict` gives it."""
    return LabelPrompt(value["system"], value["prefix"], tuple(value["labels"]))


def forks_from_json(values: Sequence[dict[str, Any]]) -> list[Fork]:
    """The forks as they arrived."""
    return [Fork(value["stem"], tuple(value["branches"])) for value in values]


def error_to_json(error: StudyError) -> dict[str, Any]:
    """An answer that says no, with the sentence for the person."""
    kind = next((kind for kind, known in _ERRORS.items() if isinstance(error, known)), "failed")
    return {"ok": False, "kind": kind, "message": str(error), "index": getattr(error, "index", None)}


def error_from_json(answer: dict[str, Any]) -> StudyError:
    """The error that the worker meant."""
    if answer["kind"] == "too_long":
        return PromptTooLongError(answer["message"], answer["index"])
    return _ERRORS[answer["kind"]](answer["message"])


_ERRORS: dict[str, type[StudyError]] = {
    "too_long": PromptTooLongError,
    "invalid": InvalidInputError,
    "failed": LlmError,
}
