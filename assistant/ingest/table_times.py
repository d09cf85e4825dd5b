"""Times as they stand in cells of tables and values of json files."""

import math
import re
from collections.abc import Sequence
from typing import Literal

from assistant.ingest import stamps

Unit = Literal["s", "ms"]

LATEST_MS = 36_000_000_000
"""Ten thousand hours; what lies beyond is no time in a recording."""
_CLOCK = re.compile(r"(?:(\d{1,4}):)?(\d{1,3}):([0-5]\d)(?:[.,](\d{1,9}))?", re.ASCII)
_FRAMES = re.compile(r"(\d{1,3}):([0-5]\d):([0-5]\d)[:;]\d\d", re.ASCII)
_RANGE = re.compile(r"\s*(?:-->|->|→|–|—|-|\bto\b|\bbis\b)\s*")
_WRAPPED = re.compile(r"[\[({<]\s*(.*?)\s*[\])}>]")
_WITH_UNIT = re.compile(
    r"(?:(\d{1,4})\s*h(?:ours?)?\s*)?(?:(\d{1,5})\s*m(?:in)?\s*)?(?:(\d{1,9}(?:[.,]\d{1,9})?)\s*(ms|s(?:ec)?))?",
    re.ASCII | re.IGNORECASE,
)
_NUMBER = re.compile(r"\d{1,15}(?:[.,]\d{1,20})?(?:[eE][+-]?\d{1,2})?", re.ASCII)
_SIXTY = 60
_SLOWEST = 0.2
"""Characters spoken in each unit: more means that the unit is a second, fewer that it is a millisecond."""


def clock(text: str) -> tuple[int, int | None] | None:
    """Start, and end where a range is given, of a time that is written as one.

    >>> clock("0:01"), clock("[01:00:02,5]"), clock("00:01 - 00:04"), clock("350 ms"), clock("12")
    ((1000, None), (3602500, None), (1000, 4000), (350, None), None)
    """
    text = text.strip()
    if wrapped := _WRAPPED.fullmatch(text):
        text = wrapped[1]
    if stamps.INLINE.fullmatch(text):
        return stamps.milliseconds(text)
    start = _one(text)
    if start is not None:
        return start, None
    ends = [_one(part) for part in _RANGE.split(text, maxsplit=1)]
    if len(ends) == 1 or ends[0] is None or ends[1] is None:
        return None
    return ends[0], ends[1]


def number(text: str) -> float | None:
    """A decimal number that is zero or more, with a point or a comma."""
    return float(text.strip().replace(",", ".")) if _NUMBER.fullmatch(text.strip()) else None


def milliseconds(value: float, unit: Unit) -> int | None:
    """A number of seconds or milliseconds as a time; None where it cannot be one."""
    if isinstance(value, bool) or not math.isfinite(value) or value < 0:
        return None
    found = value * 1000 if unit == "s" else value
    return round(found) if found <= LATEST_MS else None


def guessed_unit(numbers: Sequence[float], characters: int) -> Unit:
    """Seconds or milliseconds, by how much is said between the first and the last of the times."""
    if not numbers or any(not float(each).is_integer() for each in numbers):
        return "s"
    reach = max(numbers) - min(numbers)
    return "ms" if reach and characters / reach < _SLOWEST else "s"


def _one(text: str) -> int | None:
    if found := _CLOCK.fullmatch(text):
        hours, minutes, seconds, fraction = found.groups()
        if hours is not None and int(minutes) >= _SIXTY:
            return None
        whole = (int(hours or 0) * _SIXTY + int(minutes)) * _SIXTY + int(seconds)
        return whole * 1000 + int((fraction or "0").ljust(3, "0")[:3])
    if found := _FRAMES.fullmatch(text):
        return ((int(found[1]) * _SIXTY + int(found[2])) * _SIXTY + int(found[3])) * 1000
    found = _WITH_UNIT.fullmatch(text)
    if not found or not any(found.groups()):
        return None
    hours, minutes, amount, unit = found.groups()
    rest = float((amount or "0").replace(",", ".")) * (1 if (unit or "").lower() == "ms" else 1000)
    total = (int(hours or 0) * _SIXTY + int(minutes or 0)) * 60_000 + round(rest)
    return total if total <= LATEST_MS else None
