"""Whether a text is what a grammar allows: for servers that cannot be bound to one, and for those that say they were.

Grammars here are in GBNF, as llama.cpp has it, and without recursion; such a grammar is a regular expression.
"""

import re
from functools import cache

from store.errors import InvalidInputError

_PART = re.compile(
    r"""(?P<space>\s+)|(?P<literal>"(?:[^"\\]|\\.)*")|(?P<class>\[(?:[^\]\\]|\\.)*\])|(?P<times>\{\d+(?:,\d*)?\})"""
    r"""|(?P<sign>[()|*+?])|(?P<name>[A-Za-z][A-Za-z0-9_-]*)""",
    re.DOTALL,
)
_RULE = re.compile(r"^\s*([A-Za-z][A-Za-z0-9_-]*)\s*::=", re.MULTILINE)
_ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{2}|.)", re.DOTALL)
_SIGNS = {"n": "\n", "r": "\r", "t": "\t"}
_DEEPEST = 20


def follows(text: str, grammar: str) -> bool:
    r"""Whether the whole text is one that the grammar's rule `root` makes.

    Raises InvalidInputError for a grammar that has no such rule, recurses, or is not understood.

    >>> follows("It rains.", r'root ::= [A-Z] [a-z ]{2,10} "."')
    True
    """
    return _compiled(grammar).fullmatch(text) is not None


@cache
def _compiled(grammar: str) -> re.Pattern[str]:
    _, *parts = _RULE.split(grammar)
    rules = dict(zip(parts[::2], parts[1::2], strict=True))
    return re.compile(_expression("root", rules, 0))


def _expression(name: str, rules: dict[str, str], depth: int) -> str:
    if name not in rules or depth > _DEEPEST:
        raise InvalidInputError(f"The grammar for the answer has no rule {name!r} that comes to an end.")
    made, place, body = "", 0, rules[name]
    while place < len(body):
        part = _PART.match(body, place)
        if part is None:
            raise InvalidInputError(f"The grammar for the answer cannot be read at {body[place : place + 20]!r}.")
        place = part.end()
        made += _translated(part, rules, depth)
    return f"(?:{made})"


def _translated(part: re.Match[str], rules: dict[str, str], depth: int) -> str:
    text = part[0]
    match part.lastgroup:
        case "literal":
            return f"(?:{re.escape(_ESCAPE.sub(_meant, text[1:-1]))})"
        case "class":
            sign = "^" if text.startswith("[^") else ""
            return f"[{sign}{_class_of(text[1 + len(sign) : -1])}]"
        case "name":
            return _expression(text, rules, depth + 1)
        case "space":
            return ""
        case _:
            return "(?:" if text == "(" else text


def _class_of(inside: str) -> str:
    pieces: list[str] = []
    place = 0
    while place < len(inside):
        escaped = _ESCAPE.match(inside, place)
        if escaped:
            pieces.append(re.escape(_meant(escaped)))
            place = escaped.end()
        else:
            pieces.append("-" if inside[place] == "-" else re.escape(inside[place]))
            place += 1
    return "".join(pieces)


def _meant(escaped: re.Match[str]) -> str:
    sign = escaped[1]
    return chr(int(sign[1:], 16)) if len(sign) > 1 else _SIGNS.get(sign, sign)
