"""Turns messages into tokens by the model's own chat template, keeping what is data apart from what is template.

A template is rendered with marks in place of the contents, then cut at the marks: template pieces may hold
control tokens, contents never do, so `<|im_end|>` inside a transcript is plain text.
"""

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import TemplateError

from assistant.llm.errors import LlmError
from assistant.llm.native import NativeModel

_MARK = "part6f1d{}e3b0"


@dataclass(frozen=True, slots=True)
class Turn:
    """A message whose content comes in parts."""

    role: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the rendered chat: template text, or the part with number `part` (counted over all turns)."""

    text: str
    part: int | None = None


class ChatTemplate:
    """The chat template from the model file, or ChatML when it has none or when it cannot hold the messages."""

    def __init__(self, model: NativeModel) -> None:
        formats: Any = importlib.import_module("llama_cpp.llama_chat_format")
        own = model.c.llama_model_chat_template(model.model, None)
        self._bos = model.c.llama_vocab_bos(model.vocab)
        self._adds_bos = bool(model.c.llama_vocab_get_add_bos(model.vocab)) and self._bos >= 0
        self._model = model
        names = {
            "bos_token": model.token_text(self._bos),
            "eos_token": model.token_text(model.c.llama_vocab_eos(model.vocab)),
        }
        texts = ([own.decode("utf-8")] if own else []) + [formats.CHATML_CHAT_TEMPLATE]
        self._formatters = [formats.Jinja2ChatFormatter(template=text, **names) for text in texts]

    def pieces(self, turns: Sequence[Turn]) -> list[Piece]:
        """The rendered chat up to where the assistant answers, cut into template and parts."""
        for formatter in self._formatters:
            for form in (list(turns), _system_in_user(turns)):
                pieces = _render(formatter, form)
                if pieces is not None:
                    return pieces
        raise LlmError("The model's chat template cannot hold these messages; choose another model.")

    def tokens(self, pieces: Sequence[Piece], *, start: bool) -> list[int]:
        """Token ids of pieces; `start` says that they open the chat, where some models want a first token."""
        ids: list[int] = []
        for piece in pieces:
            ids += self._model.tokenize(piece.text, special=piece.part is None)
        if start and self._adds_bos and ids[:1] != [self._bos]:
            ids.insert(0, self._bos)
        return ids


def _system_in_user(turns: Sequence[Turn]) -> list[Turn]:
    if len(turns) < 2 or turns[0].role != "system" or turns[1].role != "user":  # noqa: PLR2004 - a pair
        return list(turns)
    *begin, last = turns[0].parts
    return [Turn("user", (*begin, f"{last}\n\n", *turns[1].parts)), *turns[2:]]


def _render(formatter: Any, turns: Sequence[Turn]) -> list[Piece] | None:
    """The pieces, or None when the template refuses or loses a part."""
    texts = [part for turn in turns for part in turn.parts]
    marks = iter([_MARK.format(number) for number in range(len(texts))])
    messages = [{"role": turn.role, "content": "".join(next(marks) for _ in turn.parts)} for turn in turns]
    try:
        rendered = formatter(messages=messages, enable_thinking=False).prompt
    except (TemplateError, ValueError):
        return None
    return _cut(rendered, texts)


def _cut(rendered: str, texts: Sequence[str]) -> list[Piece] | None:
    pieces, rest = [], rendered
    for number, text in enumerate(texts):
        before, mark, rest = rest.partition(_MARK.format(number))
        if not mark:
            return None
        pieces += [Piece(before), Piece(text, number)]
    return [piece for piece in (*pieces, Piece(rest)) if piece.text or piece.part is not None]
