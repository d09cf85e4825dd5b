"""What must be true of everything that a reader returns or says, for the study relies on it."""

import dataclasses
import math
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from store.transcripts import clean_text

LARGEST = 2**63
"""SQLite keeps no larger whole number."""
LONGEST_SENTENCE = 1_200
_UNPRINTABLE = ("Cc", "Cs", "Zl", "Zp")
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def utf8(value: Any) -> None:
    """Every text in it can be written as UTF-8 and every number kept."""
    for each in _leaves(value):
        if isinstance(each, str):
            each.encode()
        elif isinstance(each, int):
            assert -LARGEST <= each < LARGEST, each
        elif isinstance(each, float):
            assert math.isfinite(each), each


def sound_turns(read: Any) -> None:
    """Texts are cleaned, words lie within them in order, and no time ends before it starts."""
    utf8(read)
    assert read.turns, "a transcript without a turn"
    for turn in read.turns:
        assert turn.text == clean_text(turn.text), turn
        assert turn.speaker is None or turn.speaker == clean_text(turn.speaker) != "", turn
        _ordered(turn.start_ms, turn.end_ms)
        before = 0
        for word in turn.words:
            assert before <= word.start < word.end <= len(turn.text), (turn.text, word)
            assert 0 <= word.probability <= 1, word
            _ordered(word.start_ms, word.end_ms)
            before = word.end
    for left in read.left_out:
        assert left.characters >= 0, left
        assert left.why, left


def _ordered(start: int | None, end: int | None) -> None:
    for each in (start, end):
        assert each is None or (type(each) is int and 0 <= each < LARGEST), each
    assert start is None or end is None or start <= end, (start, end)


def sentence(error: Exception, path: Path) -> str | None:
    """What is wrong with what a reader says when it refuses a file; None where it is a sentence that names the file."""
    said = str(error)
    try:
        said.encode()
    except UnicodeEncodeError:
        return "holds half a character"
    if any(unicodedata.category(each) in _UNPRINTABLE for each in said) or _TURNS.intersection(said):
        return "is no single line that can be printed"
    if len(said) > LONGEST_SENTENCE:
        return f"has {len(said)} characters"
    if path.name not in said:
        return "does not name the file"
    if not said.rstrip("”’`").endswith((".", "!", "?")):
        return "does not end as a sentence"
    return None


def _leaves(value: Any) -> Iterator[Any]:
    stack = [value]
    while stack:
        each = stack.pop()
        if dataclasses.is_dataclass(each) and not isinstance(each, type):
            stack.extend(getattr(each, one.name) for one in dataclasses.fields(each))
        elif isinstance(each, Mapping):
            stack.extend(each.keys())
            stack.extend(each.values())
        elif isinstance(each, list | tuple | set | frozenset):
            stack.extend(each)
        elif hasattr(each, "model_dump"):
            stack.append(each.model_dump())
        elif isinstance(each, np.generic):
            stack.append(each.item())
        else:
            yield each
