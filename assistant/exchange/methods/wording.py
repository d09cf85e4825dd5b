"""How numbers, days and hashes are written in the appendix."""

from typing import Any

from assistant.agreement.record import number as coefficient
from assistant.agreement.record import percent
from assistant.exchange.methods.document import Piece, Pieces
from assistant.exchange.methods.number import Printed

NONE = "–"


def share(value: float | None) -> str:
    """A share in per cent: `62 %`."""
    return NONE if value is None else f"{percent(value)}\u00a0%"


def decimals(value: float | None) -> str:
    """A number with one digit after the point, as minutes and estimates are written."""
    return NONE if value is None else f"{value:,.1f}"


def whole(value: float | None) -> str:
    """A number without digits after the point, as words are counted."""
    return NONE if value is None else f"{value:,.0f}"


def cell(of: Printed, field: str, said: Any = None) -> Piece:
    """A number for a table; a dash where there is none."""
    return NONE if of.value(field) is None else of.number(field, said)


def interval(of: Printed, field: str, said: Any = coefficient) -> Pieces:
    """The two ends of an interval, in brackets; nothing where it could not be estimated."""
    if of.value(field) is None:
        return ()
    return (" (95\u00a0% interval ", of.number(f"{field}[0]", said), " to ", of.number(f"{field}[1]", said), ")")


def between(first: str | None, last: str | None) -> str:
    """On one day, or between two."""
    return f"on {first}" if first == last else f"between {first} and {last}"


def hashed(value: str | None) -> str:
    """A SHA-256 as it is cited."""
    return "" if not value else f"SHA-256 {value}"
