"""A language model that writes text for a person who asked: under a grammar, at temperature 0, and labelled."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from assistant.llm import Completion, LlmClient
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


@dataclass(frozen=True, slots=True)
class Writer:
    """A model by name and weight hash, how to reach it, and the seed with which it writes."""

    name: str
    sha256: str
    client: Chat
    seed: int

    def options(self, max_tokens: int) -> Mapping[str, object]:
        """What else decides the text, as it is kept beside it."""
        return {"temperature": 0.0, "seed": self.seed, "max_tokens": max_tokens}

    def write(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        grammar: str,
    ) -> str:
        """The model's answer; raises StudyError where the model dies or the messages do not fit."""
        answer = self.client.chat(
            messages,
            max_tokens=max_tokens,
            temperature=0.0,
            seed=self.seed,
            grammar=grammar,
        )
        return answer.text


@contextmanager
def local_writer(wanted: str, settings: Settings) -> Iterator[Writer]:
    """The model of this machine by name, or the best one with `auto`; raises NotFoundError where there is none."""
    chosen = choose("llm", wanted, settings)
    with LlmClient(chosen.path, settings) as client:
        yield Writer(chosen.name, chosen.sha256, client, settings.seed)
