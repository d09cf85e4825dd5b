"""Values of attributes: dates, whole numbers, switches and colours; what cannot be read is said and left out."""

import re
from datetime import UTC, datetime

from assistant.exchange.refi.findings import Findings

_FIRST_YEAR = 1900
_COLOUR = re.compile(r"#?(?:([0-9a-fA-F]{6})|([0-9a-fA-F])([0-9a-fA-F])([0-9a-fA-F]))\Z")
_WITH_OPACITY = re.compile(r"#?(?:[fF]{2}([0-9a-fA-F]{6})|([0-9a-fA-F]{6})[fF]{2})\Z")
_IN_NUMBERS = re.compile(
    r"rgba?\(\s*([0-9]{1,3})\s*,\s*([0-9]{1,3})\s*,\s*([0-9]{1,3})\s*(?:,[^)]{0,20})?\)\Z", re.IGNORECASE
)
_MOST = 255
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}\Z")
_WHOLE = re.compile(r"([+-]?[0-9]{1,15})\.[0-9]+\Z")


class Values:
    """Reads values, and says where one could not be read."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings

    def time(self, given: str | None, where: str) -> datetime | None:
        """A time with its zone; UTC where none is given. The year 1 stands for none in .NET programs."""
        if not given or not given.strip():
            return None
        try:
            found = datetime.fromisoformat(given.strip())
            found = found if found.tzinfo else self._utc(found, where)
            found = found.astimezone(UTC)
        except (ValueError, OverflowError):
            self._findings.add("left out", where, "A date that is none was left out.")
            return None
        return found if found.year >= _FIRST_YEAR else None

    def number(self, given: str | None, where: str, what: str) -> int | None:
        """A whole number; digits behind a point are cut off."""
        text = (given or "").strip()
        cut = _WHOLE.match(text)
        if cut is not None:
            self._findings.add(
                "changed", where, f"{what.capitalize()} is no whole number; what is behind the point was cut off."
            )
            text = cut[1]
        if not _NUMBER.match(text):
            said = "is missing" if not text else "is no number"
            self._findings.add("left out", where, f"{what.capitalize()} {said}.")
            return None
        return int(text)

    def switch(self, given: str | None, where: str, what: str, *, otherwise: bool) -> bool:
        """A switch that is on or off."""
        text = (given or "").strip().lower()
        if text in ("true", "1", "false", "0"):
            return text in ("true", "1")
        if text:
            self._findings.add(
                "changed", where, f"{what} is neither true nor false; {str(otherwise).lower()} was taken."
            )
        return otherwise

    def colour(self, given: str | None, where: str) -> str:
        """A colour as `#RRGGBB`, empty where there is none; how opaque it is is not kept."""
        if not given or not given.strip():
            return ""
        found = _hexadecimal(given.strip())
        if not found:
            self._findings.add("left out", where, "A colour that is none was left out.")
        return found

    def _utc(self, found: datetime, where: str) -> datetime:
        if found.year >= _FIRST_YEAR:
            self._findings.add("guessed", where, "A time without zone was taken as UTC.")
        return found.replace(tzinfo=UTC)


def _hexadecimal(given: str) -> str:
    """`#RRGGBB` of a colour in hexadecimal digits or as `rgb()`, without its opacity; empty where it is none."""
    if found := _COLOUR.match(given):
        return f"#{found[1]}" if found[1] else "#" + "".join(each * 2 for each in found.groups()[1:])
    if found := _WITH_OPACITY.match(given):
        return f"#{found[1] or found[2]}"
    if (found := _IN_NUMBERS.match(given)) and all(int(each) <= _MOST for each in found.groups()):
        return "#" + "".join(f"{int(each):02x}" for each in found.groups())
    return ""
