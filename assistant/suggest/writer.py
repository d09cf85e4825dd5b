"""A language model that writes text for a person who asked: under a grammar, at temperature 0, and labelled."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from assistant.llm import Completion, LlmClient
from assistant.llm.endpoint_place import uses_endpoint
from assistant.llm.protocol import Message
from assistant.models import choose
from assistant.settings import Settings


class Chat(Protocol):
    """What is needed of a language model's client."""

    def chat(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        temperature: float = 0.0,
        seed: int | None = None,
        grammar: str | None = None,
    ) -> Completion:
        """Generate an answer, bound to a grammar."""

    def info(self) -> dict[str, Any]:
        """What is loaded; `context_tokens` is how much fits."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text as the model counts them."""


@dataclass(frozen=True, slots=True)
class Writer:
    """A model by name and weight hash, how to reach it, and the seed with which it writes.

    A served model's weights are not known, so that `sha256` is empty; `details` say where it was asked.
    """

    name: str
    sha256: str
    client: Chat
    seed: int
    details: Mapping[str, object] = field(default_factory=dict)

    def options(self, max_tokens: int) -> Mapping[str, object]:
        """What else decides the text, as it is kept beside it."""
        return {"temperature": 0.0, "seed": self.seed, "max_tokens": max_tokens, **self.details}

    def write(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        grammar: str,
    ) -> str:
        """The model's answer; raises StudyError where the model dies or the messages do not fit."""
        return self.answer(messages, max_tokens=max_tokens, grammar=grammar).text

    def answer(self, messages: Sequence[Message], *, max_tokens: int, grammar: str) -> Completion:
        """The same, with how long it is and what ended it."""
        return self.client.chat(
            messages,
            max_tokens=max_tokens,
            temperature=0.0,
            seed=self.seed,
            grammar=grammar,
        )

    @property
    def context_tokens(self) -> int:
        """How many tokens a question and its answer can have together."""
        return int(self.client.info()["context_tokens"])

    def tokens(self, texts: Sequence[str]) -> list[int]:
        """How many tokens each text has."""
        return self.client.count_tokens(texts)


@contextmanager
def opened_writer(wanted: str, settings: Settings) -> Iterator[Writer]:
    """The endpoint of the settings, or the model of this machine by name, or the best one with `auto`.

    Raises NotFoundError where there is no model, StudyError where text may not be sent to the endpoint.
    """
    if uses_endpoint(settings):
        from assistant.llm.served import ServedLlm

        with ServedLlm(settings) as served:
            yield Writer(served.place.name, "", served, settings.seed, served.named)
        return
    chosen = choose("llm", wanted, settings)
    with LlmClient(chosen.path, settings) as client:
        yield Writer(chosen.name, chosen.sha256, client, settings.seed)
