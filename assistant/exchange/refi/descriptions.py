"""A code's definition, what to include and exclude, and its examples ⇄ the one description that the standard has.

Each part but the definition begins a line of its own: `Include: …`, `Exclude: …`, `Example: …`. A line that only looks
like one is kept apart by a backslash before it.
"""

import re
from dataclasses import dataclass

from store.values import Code

_LABEL = r"(?:Include|Exclude|Examples?):"
_LOOKS_LIKE_ONE = re.compile(rf"^(?=\\*{_LABEL})", re.MULTILINE)
_KEPT_APART = re.compile(rf"^\\(?=\\*{_LABEL})", re.MULTILINE)
_BEGINS = re.compile(rf"(?:\A|\n)(?P<label>{_LABEL}) ?")


@dataclass(frozen=True, slots=True)
class Understood:
    """The parts of a code's description."""

    definition: str = ""
    include: str = ""
    exclude: str = ""
    examples: tuple[str, ...] = ()


def described(code: Code | Understood) -> str:
    """All that a code says of itself beside its name, as one text; `understood` reads it back exactly."""
    parts = [_apart(code.definition)] if code.definition else []
    parts += [f"Include: {_apart(code.include)}"] if code.include else []
    parts += [f"Exclude: {_apart(code.exclude)}"] if code.exclude else []
    parts += [f"Example: {_apart(example)}" for example in code.examples]
    return "\n".join(parts)


def understood(description: str) -> Understood:
    """The parts of a description of whatever program; what stands in no other part is the definition."""
    found: dict[str, list[str]] = {"Include:": [], "Exclude:": [], "Example:": []}
    begins = list(_BEGINS.finditer(description))
    ends = [*(begin.start() for begin in begins), len(description)]
    for begin, end in zip(begins, ends[1:], strict=True):
        found[begin["label"].replace("Examples", "Example")].append(_together(description[begin.end() : end]))
    return Understood(
        definition=_together(description[: ends[0]]),
        include="\n".join(found["Include:"]),
        exclude="\n".join(found["Exclude:"]),
        examples=tuple(found["Example:"]),
    )


def _apart(text: str) -> str:
    return _LOOKS_LIKE_ONE.sub(r"\\", text)


def _together(text: str) -> str:
    return _KEPT_APART.sub("", text)
