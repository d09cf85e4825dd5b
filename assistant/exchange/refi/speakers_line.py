"""The line that says which labels of a text are speakers: `Speakers: Ana (participant), Ben (interviewer)`.

A label that is not its speaker's name says whose it is, and a name that is no plain word is quoted as in JSON:
`Speakers: "Smith, John" (participant), Unnamed (participant) for nobody, Ana 2 (interviewer) for "Ana"`.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from assistant.exchange.quote_lines import legal
from store.values import Role

Voice = tuple[str | None, Role]
"""A speaker's name, None where nobody is named, and what they are in the interview."""

NOBODY: Voice = (None, Role.PARTICIPANT)
"""Whose text needs no labels where nobody else speaks."""

_BEGIN = "Speakers: "
_NONE_NAMED = "Speakers: none named"
_TIMED = "; each line begins with its time"
_UNNAMED = "Unnamed"
_JSON = r'"(?:[^"\\]|\\.)*"'
_PLAIN = re.compile(r'[^\s"(),:](?:[^"(),:]*[^\s"(),:])?')
_ENTRY = re.compile(
    rf'(?P<label>{_JSON}|[^"(),:]+) \((?P<role>{"|".join(Role)})\)(?: for (?P<name>{_JSON}|nobody))?(?:, |\Z)'
)


def labels_of(voices: Iterable[Voice]) -> dict[Voice, str]:
    """A label for each voice that no other has, without a colon or a line break."""
    found: dict[Voice, str] = {}
    taken: set[str] = set()
    for voice in dict.fromkeys(voices):
        wanted = " ".join(legal(voice[0] or "").replace(":", " ").replace("\ufeff", " ").split()) or _UNNAMED
        label, number = wanted, 1
        while label in taken:
            number += 1
            label = f"{wanted} {number}"
        taken.add(label)
        found[voice] = label
    return found


def written(labels: Mapping[Voice, str], *, timed: bool = False) -> str:
    """The line for these labels; for none, the line that says that nobody is named. `timed` texts have stamps, too."""
    said = [f"{_quoted(label)} ({role}){_whose(label, name)}" for (name, role), label in labels.items()]
    return (_BEGIN + ", ".join(said) if said else _NONE_NAMED) + (_TIMED if timed else "")


def _quoted(label: str) -> str:
    return label if _PLAIN.fullmatch(label) else json.dumps(label, ensure_ascii=False)


def _whose(label: str, name: str | None) -> str:
    if name == label:
        return ""
    return f" for {'nobody' if name is None else json.dumps(name)}"


def voices_of(line: str) -> dict[str, Voice] | None:
    """By label the voices that a line names, none where it says so; None where it is no such line."""
    if line == _NONE_NAMED:
        return {}
    if not line.startswith(_BEGIN):
        return None
    found: dict[str, Voice] = {}
    at = len(_BEGIN)
    while at < len(line):
        entry = _ENTRY.match(line, at)
        if entry is None:
            return None
        label = _unquoted(entry["label"])
        name = label if entry["name"] is None else None if entry["name"] == "nobody" else _unquoted(entry["name"])
        if label is None or (name is None and entry["name"] not in (None, "nobody")):
            return None
        found[label] = (name, Role(entry["role"]))
        at = entry.end()
    return found or None


def _unquoted(text: str) -> str | None:
    if not text.startswith('"'):
        return text
    try:
        return str(json.loads(text))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Described:
    """What a description says beside the line about speakers, and what that says: voices by label, and of times."""

    rest: str
    voices: Mapping[str, Voice]
    timed: bool


def divided(description: str) -> Described | None:
    """A description with a line about speakers, which must be its last; None where there is none."""
    rest, _, last = description.rpartition("\n")
    voices = voices_of(last.removesuffix(_TIMED))
    return None if voices is None else Described(rest, voices, last.endswith(_TIMED))
