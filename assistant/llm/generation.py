"""Generates text with llama.cpp's own samplers, where a person asked for text."""

import importlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from assistant.llm.chat_template import ChatTemplate, Turn
from assistant.llm.errors import PromptTooLongError
from assistant.llm.native import BATCH_TOKENS, MAX_SEQUENCES, NativeModel, Row
from assistant.llm.protocol import Completion, Message
from store.errors import InvalidInputError

CHAT_SEQUENCE = MAX_SEQUENCES - 1


@dataclass(frozen=True, slots=True)
class ChatOptions:
    """How to generate: temperature 0 takes the likeliest token each time; a schema or GBNF grammar binds the form."""

    max_tokens: int
    temperature: float
    seed: int
    stop: tuple[str, ...] = ()
    grammar: str | None = None
    json_schema: dict[str, Any] | None = None


def chat_tokens(model: NativeModel, template: ChatTemplate, messages: Sequence[Message]) -> list[int]:
    """The messages as tokens, up to where the assistant answers; raises when they leave no room for an answer."""
    pieces = template.pieces([Turn(message["role"], (message["content"],)) for message in messages])
    tokens = template.tokens(pieces, start=True)
    if len(tokens) >= model.context_tokens:
        raise PromptTooLongError(
            f"The messages have {len(tokens)} tokens, but the model's context window has {model.context_tokens}:"
            " send less text, or raise llm_context_tokens."
        )
    return tokens


def generate(model: NativeModel, tokens: Sequence[int], options: ChatOptions) -> Completion:
    """Continue the tokens until the model ends, a stop string appears, or the length is reached."""
    stops = [stop.encode("utf-8") for stop in options.stop if stop]
    limit = min(options.max_tokens, model.context_tokens - len(tokens))
    text, made, stopped_by = b"", 0, "length"
    with _sampler(model, options) as sampler:
        try:
            for token in _sampled(model, sampler, tokens, limit):
                made += 1
                if model.c.llama_vocab_is_eog(model.vocab, token):
                    stopped_by = "end"
                    break
                text += model.piece(token)
                if any(stop in text for stop in stops):
                    text = text[: min(text.index(stop) for stop in stops if stop in text)]
                    stopped_by = "stop"
                    break
        finally:
            model.forget(CHAT_SEQUENCE)
    return Completion(text.decode("utf-8", errors="replace"), len(tokens), made, stopped_by)


def _sampled(model: NativeModel, sampler: Any, tokens: Sequence[int], limit: int) -> Iterator[int]:
    last = len(tokens) - 1
    rows = [Row(token, i, CHAT_SEQUENCE, wanted=i == last) for i, token in enumerate(tokens)]
    for start in range(0, len(rows), BATCH_TOKENS):
        model.decode(rows[start : start + BATCH_TOKENS])
    for made in range(limit):
        token = int(model.c.llama_sampler_sample(sampler, model.context, -1))
        yield token
        if made + 1 < limit:
            model.decode([Row(token, len(tokens) + made, CHAT_SEQUENCE, wanted=True)])


@contextmanager
def _sampler(model: NativeModel, options: ChatOptions) -> Iterator[Any]:
    c = model.c
    chain = c.llama_sampler_chain_init(c.llama_sampler_chain_default_params())
    try:
        grammar = _grammar(options)
        if grammar is not None:
            bound = c.llama_sampler_init_grammar(model.vocab, grammar.encode("utf-8"), b"root")
            if not bound:
                raise InvalidInputError("The grammar for the answer is not valid GBNF with a rule named root.")
            c.llama_sampler_chain_add(chain, bound)
        if options.temperature > 0:
            c.llama_sampler_chain_add(chain, c.llama_sampler_init_temp(options.temperature))
            c.llama_sampler_chain_add(chain, c.llama_sampler_init_dist(options.seed & 0xFFFFFFFF))
        else:
            c.llama_sampler_chain_add(chain, c.llama_sampler_init_greedy())
        yield chain
    finally:
        c.llama_sampler_free(chain)


def _grammar(options: ChatOptions) -> str | None:
    if options.json_schema is None:
        return options.grammar
    grammars: Any = importlib.import_module("llama_cpp.llama_grammar")
    try:
        return str(grammars.json_schema_to_gbnf(json.dumps(options.json_schema)))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInputError(f"The JSON schema for the answer cannot become a grammar: {error}.") from error
