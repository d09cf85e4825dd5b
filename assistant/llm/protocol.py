"""What client and worker say to each other: JSON in UTF-8 bytes, one request, one answer."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from assistant.llm.errors import LlmError, PromptTooLongError
from store.errors import InvalidInputError, StudyError

VERSION = 1
MAX_MESSAGE_BYTES = 64 * 1024 * 1024

Message = dict[str, str]


@dataclass(frozen=True, slots=True)
class LabelPrompt:
    """A question answered by one label: a system message, then a user message of prefix + suffix + tail.

    Prefix and system are the same for many suffixes and are evaluated once. Each label must be one token of the
    model where the answer starts. Let prefix and suffix end in one newline: parts are made into tokens one by one,
    and two newlines at an end become another token than in the middle of a text.
    """

    system: str
    prefix: str
    labels: tuple[str, ...]
    tail: str = ""


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


def prompt_to_json(prompt: LabelPrompt) -> dict[str, Any]:
    """The prompt as it travels."""
    return asdict(prompt)


def prompt_from_json(value: dict[str, Any]) -> LabelPrompt:
    """The prompt as it arrived."""
    return LabelPrompt(value["system"], value["prefix"], tuple(value["labels"]), value["tail"])


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
