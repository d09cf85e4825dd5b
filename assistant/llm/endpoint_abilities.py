"""What a served model can do, found out by asking it: servers of one protocol differ in what they know of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from assistant.llm.endpoint_answers import label_scores, percent_schema, percent_scores
from assistant.llm.endpoint_chat import EndpointChat
from assistant.llm.endpoint_http import BUSY, SERVER_ERROR
from assistant.llm.errors import EndpointAnswerError, EndpointError, EndpointRefusedError
from assistant.llm.protocol import Message

_LABELS = ("Yes", "No")
_QUESTION: list[Message] = [
    {"role": "system", "content": "You answer with Yes or No."},
    {"role": "user", "content": "Is rain made of water?"},
]
_TOPS = (20, 5)
_LENGTH = "max_tokens"
_UNTHINKING: Mapping[str, object] = {"chat_template_kwargs": {"enable_thinking": False}}
_MANNERS: tuple[Mapping[str, object], ...] = ({}, _UNTHINKING)
"""A model that thinks aloud first begins with no label; several servers can switch that off in their template."""
_FINAL = frozenset({301, 302, 303, 307, 308, 401, 403, 404}) | (BUSY - {SERVER_ERROR})
"""What says nothing of the parameters: a server that is busy may take them all."""
_JSON_TOKENS = 64
_FORMS = ("json_schema", "json_object with a schema", "json_object", "words")
_GRAMMARS = ("grammar", "structured_outputs", "guided_grammar")
_ONLY = 'root ::= "777"'


@dataclass(frozen=True, slots=True)
class Manner:
    """Which of the usual parameters the server takes, under which name, and what else it is to be told."""

    length: str = _LENGTH
    temperature: bool = True
    seed: bool = True
    extra: Mapping[str, object] = field(default_factory=dict)

    def parameters(self, max_tokens: int, temperature: float, seed: int) -> dict[str, object]:
        """The parameters of a request."""
        wanted: dict[str, object] = {self.length: max_tokens}
        if self.temperature:
            wanted["temperature"] = temperature
        if self.seed:
            wanted["seed"] = seed % 2**31
        return wanted | dict(self.extra)

    @property
    def said(self) -> str:
        """In words, as it is kept beside scores; empty where the server takes what it is usually told."""
        other = [] if self.length == _LENGTH else [self.length]
        other += [f"no {name}" for name, taken in (("temperature", self.temperature), ("seed", self.seed)) if not taken]
        return ", ".join([*other, *(f"{name} {json.dumps(self.extra[name])}" for name in sorted(self.extra))])


@dataclass(frozen=True, slots=True)
class Scoring:
    """How labels are scored: by the `top` likeliest first tokens, or by an answer in JSON of that form for 0."""

    manner: Manner
    top: int = 0
    form: str = ""

    @property
    def said(self) -> str:
        """In words, as it is kept beside scores."""
        return f"logprobs of the {self.top} likeliest tokens" if self.top else f"an answer in JSON ({self.form})"


def find_manner(chat: EndpointChat, seed: int) -> Manner:
    """The parameters that the server takes; raises EndpointError where it answers in no manner at all."""
    refused: EndpointRefusedError | None = None
    for length, plain in product((_LENGTH, "max_completion_tokens"), (False, True)):
        manner = Manner(length, temperature=not plain, seed=not plain)
        try:
            _ask(chat, _QUESTION, manner.parameters(1, 0.0, seed))
        except EndpointRefusedError as error:
            if error.status in _FINAL:
                raise
            refused = refused or error
        else:
            return manner
    assert refused is not None
    raise refused


def find_scoring(chat: EndpointChat, manner: Manner, seed: int) -> Scoring:
    """By log-probabilities where the server gives them, else in JSON; raises EndpointError where there is neither."""
    for top, extra in product(_TOPS, _MANNERS):
        told = Manner(manner.length, manner.temperature, manner.seed, extra)
        wanted = told.parameters(1, 0.0, seed) | {"logprobs": True, "top_logprobs": top}
        answer = _tried(chat, _QUESTION, wanted)
        try:
            label_scores(answer.likely if answer else (), _LABELS)
        except EndpointAnswerError:
            continue
        return Scoring(told, top=top)
    found = find_json(chat, manner, seed)
    if found is None:
        raise EndpointError(
            f"The endpoint {chat.place.name} gives no log-probabilities and answers no question in JSON, so that it"
            " cannot score passages; choose another model or server, or the model of this machine with --llm auto."
        )
    return found


def find_json(chat: EndpointChat, manner: Manner, seed: int) -> Scoring | None:
    """How the server is bound to a JSON schema, or is only told of it; None where no answer can be read."""
    question = asked_in_percent(_QUESTION, _LABELS)
    for form, extra in product(_FORMS, _MANNERS):
        told = Manner(manner.length, manner.temperature, manner.seed, extra)
        wanted = told.parameters(_JSON_TOKENS, 0.0, seed) | response_format(form, percent_schema(_LABELS))
        answer = _tried(chat, question, wanted)
        try:
            percent_scores(answer.text if answer else "", _LABELS)
        except EndpointAnswerError:
            continue
        return Scoring(told, form=form)
    return None


def find_grammar(chat: EndpointChat, manner: Manner, seed: int) -> str | None:
    """The name under which the server takes a grammar in GBNF; None where it takes none."""
    for way in _GRAMMARS:
        wanted = manner.parameters(8, 0.0, seed) | bound_by(way, _ONLY)
        answer = _tried(chat, _QUESTION, wanted)
        if answer is not None and answer.text.strip() == "777":
            return way
    return None


def bound_by(way: str, grammar: str) -> dict[str, object]:
    """The parameter that binds an answer to a grammar."""
    return {way: {"grammar": grammar} if way == "structured_outputs" else grammar}


def response_format(form: str, schema: Mapping[str, Any]) -> dict[str, object]:
    """The parameter that binds an answer to a JSON schema in that form; none for words alone."""
    if form == "json_schema":
        named = {"name": "answer", "strict": True, "schema": dict(schema)}
        return {"response_format": {"type": "json_schema", "json_schema": named}}
    if form == "json_object with a schema":
        return {"response_format": {"type": "json_object", "schema": dict(schema)}}
    return {"response_format": {"type": "json_object"}} if form == "json_object" else {}


def asked_in_percent(messages: list[Message], labels: tuple[str, ...]) -> list[Message]:
    """The same question, to be answered with a share for each label, in JSON."""
    example = ", ".join(f'"{label}": …' for label in labels)
    told = (
        "\n\nAnswer with one JSON object and nothing else. It says for each answer how likely it is right, as a whole"
        f" number from 0 to 100: {{{example}}}"
    )
    *before, last = messages
    return [*before, {"role": last["role"], "content": last["content"] + told}]


def _tried(chat: EndpointChat, messages: list[Message], wanted: Mapping[str, object]) -> Any:
    """The answer, or None where the server refuses such a question or answers what nobody can read."""
    try:
        return _ask(chat, messages, wanted)
    except EndpointRefusedError as error:
        if error.status in _FINAL:
            raise
    except EndpointAnswerError:
        pass
    return None


def _ask(chat: EndpointChat, messages: list[Message], wanted: Mapping[str, object]) -> Any:
    chat.transport.trying = True
    try:
        return chat.ask(messages, wanted)
    finally:
        chat.transport.trying = False
