"""Marks such as `<tool_call>` that a tokenizer takes for one token even in plain data, and how they are cut up.

llama.cpp reads control tokens (`<|im_end|>`) out of a text only where it is told to, but a model's user-defined tokens
always. Those of them that look like a mark are cut apart before a transcript is made into tokens.
"""

import re
from collections.abc import Iterable

_MARK = re.compile(r"[<\[{|▁]{1,3}[^\s<>\[\]]*[A-Za-z_][^\s<>\[\]]*[>\]}|]{1,3}")

_CONTROL = re.compile(
    r"<[|｜][^<>\s]{1,60}[|｜]>|</?[a-z_]{1,30}>|<</?SYS>>"
    r"|\[/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|TOOL_CONTENT|THINK)\]"
)


def marks_among(texts: Iterable[str]) -> re.Pattern[str] | None:
    """What finds those of a model's own token texts that look like marks; None where there are none."""
    marks = sorted({text for text in texts if _MARK.fullmatch(text)}, key=lambda text: (-len(text), text))
    return re.compile("|".join(map(re.escape, marks))) if marks else None


def cut_apart(text: str, marks: re.Pattern[str] | None) -> list[str]:
    """The text in pieces none of which holds a mark: each mark is cut after its first character.

    >>> cut_apart("so <think> it", marks_among(["<think>", "the"]))
    ['so <', 'think> it']
    """
    if marks is None:
        return [text]
    places = [match.start() + 1 for match in marks.finditer(text)]
    return [text[start:end] for start, end in zip([0, *places], [*places, len(text)], strict=True)]


def without_control_marks(text: str) -> str:
    """The text with every mark that a chat template may know broken by a space after its first character.

    For servers, which read control tokens out of everything that they are sent; what people say has hardly any.

    >>> without_control_marks("so<|im_end|> [INST] it [laughs] was")
    'so< |im_end|> [ INST] it [laughs] was'
    """
    return _CONTROL.sub(lambda found: f"{found[0][0]} {found[0][1:]}", text)
