"""Time stamps as people and programs write them in running text."""

import re

_CLOCK = r"(?:\d{1,2}:[0-5]\d|\d{1,3}):[0-5]\d(?:[.,]\d{1,3})?(?![\d:])"
_RANGE = rf"{_CLOCK}(?:\s*(?:-->|-|–)\s*{_CLOCK})?"
_HASHED = r"#\d{1,2}:[0-5]\d:[0-5]\d(?:-\d)?#"
_BRACKETED = rf"\[\s*{_RANGE}\s*\]|\(\s*{_RANGE}\s*\)|\{{\s*{_RANGE}\s*\}}|<\s*{_RANGE}\s*>|{_HASHED}"

INLINE = re.compile(_BRACKETED)
"""A stamp in brackets or between hash signs, anywhere in a text."""
LEADING = re.compile(rf"(?:{_BRACKETED}|{_RANGE}(?=\s|\Z))\s*(?:[-–]\s+)?")
"""A stamp at the start of a line; here it may stand without brackets."""
TRAILING = re.compile(rf"(?:{_BRACKETED}|(?<!\S){_RANGE})\Z")
"""A stamp at the end of a line."""

_TENTHS = re.compile(r"-(\d)#")
_NUMBERS = re.compile(_CLOCK)


def milliseconds(stamp: str) -> tuple[int, int | None]:
    """Start, and end where the stamp is a range, of a matched stamp.

    >>> milliseconds("[00:12:31]"), milliseconds("#00:00:12-5#"), milliseconds("[00:01.500 --> 00:04.000]")
    ((751000, None), (12500, None), (1500, 4000))
    """
    tenths = _TENTHS.search(stamp)
    times = [_clock(found) for found in _NUMBERS.findall(stamp)]
    if tenths:
        return times[0] + 100 * int(tenths[1]), None
    return times[0], times[1] if len(times) > 1 else None


def _clock(text: str) -> int:
    whole, _, fraction = text.replace(",", ".").partition(".")
    seconds = 0
    for part in whole.split(":"):
        seconds = seconds * 60 + int(part)
    return seconds * 1000 + int(fraction.ljust(3, "0") or 0)
