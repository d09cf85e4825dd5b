"""A served language model behind the same operations as the process of this machine.

It answers one pair of passage and code at a time, several beside each other, those of one passage in a row so that a
server that keeps evaluated beginnings evaluates them once. An answer that is not of the form asked for is asked for
once more, then refused and counted: its score is missing, never guessed.
"""

import json
import threading
from collections.abc import Sequence
from functools import cached_property, partial
from types import TracebackType
from typing import Any, Self

import numpy as np
from langchain_core.language_models import BaseChatModel
from numpy.typing import NDArray

from assistant.llm import endpoint_abilities as abilities
from assistant.llm.endpoint_answers import json_object
from assistant.llm.endpoint_chat import Answer, EndpointChat, ServedModel
from assistant.llm.endpoint_http import EndpointTransport
from assistant.llm.endpoint_place import endpoint_place
from assistant.llm.errors import EndpointAnswerError, EndpointError, EndpointRefusedError
from assistant.llm.grammar_form import follows
from assistant.llm.protocol import Completion, Fork, LabelPrompt, Message
from assistant.llm.served_labels import LabelQuestions, Tally, estimated_tokens, safe
from assistant.settings import Settings
from store.errors import StudyError

_ENDS = {"stop": "end", "length": "length"}
_NO_LIST = frozenset({403, 404, 405, 501})
"""What a server answers that has no list of models, or none for this key; whether it answers, the questions show."""


class ServedLlm:
    """The endpoint of the settings; thread-safe. Raises StudyError where it may not be asked, before anything is sent.

    The first question about scores, JSON or grammars finds out by some small questions what the server can do.
    """

    def __init__(self, settings: Settings, *, transport: EndpointTransport | None = None) -> None:
        self.place = endpoint_place(settings)
        self._settings = settings
        self._ending = threading.Event()
        pause = partial(_wait, self._ending)
        self._chat = EndpointChat(
            self.place,
            settings.endpoint_seconds,
            transport=transport or EndpointTransport(self.place, settings.endpoint_seconds, pause=pause),
        )
        self._labels = LabelQuestions(self._chat, settings.seed, settings.endpoint_parallel)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give up what is not answered yet, and hang up."""
        self._ending.set()
        self._labels.close()
        self._chat.close()

    @property
    def model(self) -> BaseChatModel:
        """The chat model of LangChain by which the endpoint is asked."""
        return self._chat.model

    @property
    def tally(self) -> Tally:
        """What was asked about labels so far, and what came of it."""
        return self._labels.tally

    @property
    def named(self) -> dict[str, object]:
        """Where the model is and how the server names it, as it is kept beside what it says."""
        return {
            "endpoint": self.place.name,
            "endpoint_url": self.place.url,
            "served_model": self._served.name if self._served else None,
            "leaves_machine": self.place.leaves,
        }

    @property
    def details(self) -> dict[str, object]:
        """What decides scores besides the prompt, as far as it can be known: the weights cannot."""
        manner = self._scoring.manner.said
        return self.named | {"scored_by": self._scoring.said} | ({"asked_with": manner} if manner else {})

    def info(self) -> dict[str, Any]:
        """What is served and where; `model` is the server's name for it, None where it gives none."""
        served = self._served
        return {
            "endpoint": self.place.name,
            "endpoint_url": self.place.url,
            "leaves_machine": self.place.leaves,
            "encrypted": self.place.encrypted,
            "model": served.name if served else None,
            "sha256": None,
            "context_tokens": self._context_tokens,
        }

    def what_it_can(self) -> dict[str, Any]:
        """How labels are scored, whether by log-probabilities, how JSON is bound, and whether grammars are taken."""
        scoring = self._scoring
        return {
            "scored_by": scoring.said,
            "logprobs": bool(scoring.top),
            "json": self._json.form if self._json else None,
            "grammar": self._grammar,
            "refuses": [
                name
                for name, taken in (("temperature", scoring.manner.temperature), ("seed", scoring.manner.seed))
                if not taken
            ],
        }

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """An estimate, rather too high: a token for every three bytes. The protocol has no question for it."""
        return [estimated_tokens(text) for text in texts]

    def score_branches(self, prompt: LabelPrompt, forks: Sequence[Fork]) -> list[NDArray[np.float32]]:
        """Log-probabilities of the labels as the answer's first token, for each fork of shape (branches, labels).

        NaN where an answer was refused, twice. Where a label was not among the likeliest tokens it has the most that it
        can have, which `tally` counts; where the server gives no log-probabilities, they are those of the shares that
        the model says. Raises PromptTooLongError, whose `index` names the fork that does not fit, and EndpointError
        where the server is gone or gives nothing that can be used.
        """
        return self._labels.scores(self._scoring, prompt, forks, self._context_tokens)

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
        """Generate an answer; one that is not of the form asked for is asked for once more, then refused.

        Raises EndpointAnswerError with a sentence for an answer that was refused.
        """
        wanted = self._bound(json_schema, grammar) | ({"stop": list(stop)} if stop else {})
        said = [safe(message) for message in messages]
        given = self._settings.seed if seed is None else seed
        for turn in (given, given + 1):
            manner = self._writing.manner
            answer = self._chat.ask(said, manner.parameters(max_tokens, temperature, turn) | wanted)
            text = self._in_form(answer, json_schema, grammar)
            if text is not None:
                ended = _ENDS.get(answer.finish, "end")
                return Completion(text, answer.prompt_tokens, answer.completion_tokens, ended)
        raise EndpointAnswerError(
            f"The endpoint {self.place.name} did not keep to the form of an answer, twice, so that nothing of it was"
            " kept; try again, or choose another model or server."
        )

    def _bound(self, json_schema: dict[str, Any] | None, grammar: str | None) -> dict[str, object]:
        if json_schema is not None:
            return abilities.response_format(self._json.form, json_schema) if self._json else {}
        if grammar is None:
            return {}
        if self._grammar:
            return abilities.bound_by(self._grammar, grammar)
        in_json = _is_json(grammar) and self._json is not None and self._json.form != "words"
        return abilities.response_format("json_object", {}) if in_json else {}

    def _in_form(self, answer: Answer, json_schema: dict[str, Any] | None, grammar: str | None) -> str | None:
        """The text of an answer that is as it was asked for, JSON of a grammar in one line; None otherwise."""
        text = answer.text
        if json_schema is not None:
            return text if _parses(text) is not None else None
        if grammar is None or (self._grammar and answer.finish == "length"):
            return text
        text = text.strip()
        if _is_json(grammar):
            text = json.dumps(_parses(text), ensure_ascii=False)
        return text if follows(text, grammar) else None

    @cached_property
    def _served(self) -> ServedModel | None:
        """The model as the server's list has it: by its name, with Ollama's usual tag, or the only one that there is.

        It is part of what a run is known by, so a server that is busy is no server without a list.
        """
        try:
            listed = self._chat.models()
        except EndpointAnswerError:
            return None
        except EndpointRefusedError as error:
            if error.status not in _NO_LIST:
                raise
            return None
        by_name = {each.name: each for each in listed}
        named = by_name.get(self.place.model) or by_name.get(f"{self.place.model}:latest")
        return named or (listed[0] if len(listed) == 1 else None)

    @property
    def _context_tokens(self) -> int:
        served = self._served
        return served.context_tokens if served and served.context_tokens else self._settings.llm_context_tokens

    @cached_property
    def _manner(self) -> abilities.Manner:
        return abilities.find_manner(self._chat, self._settings.seed)

    @cached_property
    def _scoring(self) -> abilities.Scoring:
        return abilities.find_scoring(self._chat, self._manner, self._settings.seed)

    @cached_property
    def _json(self) -> abilities.Scoring | None:
        return abilities.find_json(self._chat, self._manner, self._settings.seed)

    @cached_property
    def _writing(self) -> abilities.Scoring:
        """What was found out of the server's manners, by the one question or the other."""
        return self._json or abilities.Scoring(self._manner)

    @cached_property
    def _grammar(self) -> str | None:
        return abilities.find_grammar(self._chat, self._manner, self._settings.seed)


def _wait(ending: threading.Event, seconds: float) -> None:
    if ending.wait(seconds):
        raise EndpointError("The question to the endpoint was given up, as nobody waits for its answer any more.")


def _is_json(grammar: str) -> bool:
    return grammar.split("::=", 1)[-1].lstrip().startswith('"{')


def _parses(text: str) -> dict[str, Any] | None:
    try:
        return json_object(text)
    except StudyError:
        return None
