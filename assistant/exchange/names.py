"""Speakers' names in formats that only have `Name: text` for them."""

import re
from collections.abc import Iterable

from assistant.ingest.labels import heading

UNKNOWN = "Unknown"

_NOT_IN_NAMES = re.compile(r"[:\[\](){}<>?!;|*\s]+")
_NOT_FIRST = re.compile(r"\A[\W_]+")
_LONGEST = 50
_MOST_WORDS = 6


def written_names(names: Iterable[str], notes: list[str]) -> dict[str, str]:
    """Each name → how it is written so that it is read as a name again; what had to change is said in `notes`."""
    written: dict[str, str] = {}
    for name in dict.fromkeys(names):
        taken = {each.casefold() for each in written.values()}
        best = next((each for each in _candidates(name) if _is_read(each) and each.casefold() not in taken), name)
        if best != name:
            notes.append(f"“{name}” is written as “{best}”, for a name with these characters would not be read as one.")
        written[name] = best
    return written


def _candidates(name: str) -> Iterable[str]:
    plain = _NOT_FIRST.sub("", " ".join(_NOT_IN_NAMES.sub(" ", name).split()[:_MOST_WORDS]))[:_LONGEST].strip()
    yield from (name, plain, f"Speaker {plain}".strip())
    for number in range(2, 1000):
        yield f"{plain or 'Speaker'} {number}"


def _is_read(name: str) -> bool:
    return heading(f"{name}: x").label == name and heading(f"{name} [00:00:01]: x").label == name
