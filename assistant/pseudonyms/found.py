"""A stretch of a text that may identify somebody."""

from dataclasses import dataclass

from assistant.pseudonyms.kinds import Kind


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """A stretch of a text in code points, `end` exclusive; what it may name, and what found it.

    `like` is the spelling of a known name that it resembles.
    """

    start: int
    end: int
    kind: Kind
    by: str
    like: str = ""


RANKS = ("roster", "pattern", "first names", "model", "spelling", "capital")
"""What finds names, the surest first: where two found the same stretch, the surer one says of what kind it is."""
