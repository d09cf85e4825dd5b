"""The appendix as plain values that each format writes in its own way: sections of paragraphs and tables."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from assistant.exchange.methods.number import Number

Piece = str | Number
"""A part of a sentence."""
Pieces = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences with their numbers."""

    pieces: Pieces


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under heads; a cell is one piece. The numbers of a row share a note."""

    caption: str
    headers: tuple[str, ...]
    rows: tuple[Pieces, ...]


Block = Paragraph | Table


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the appendix; `key` is what checklists point at."""

    key: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the record says to an item of a checklist; `whole` where nothing of it is left to the authors."""

    pieces: Pieces
    sections: tuple[str, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a reporting standard, in short; without an answer it is left open for the authors."""

    number: int
    domain: str
    title: str
    answer: Answer | None = None

    @property
    def state(self) -> str:
        """Whether the record answers it."""
        if self.answer is None:
            return "left open"
        return "answered" if self.answer.whole else "in part"


@dataclass(frozen=True, slots=True)
class Checklist:
    """A reporting standard with its source."""

    name: str
    source: str
    items: tuple[Item, ...]

    def count(self, state: str) -> int:
        """How many items are in that state."""
        return sum(item.state == state for item in self.items)


@dataclass(frozen=True, slots=True)
class Appendix:
    """The whole of it; `facts` are the JSON values that its numbers are taken from.

    It tells of the study as it stood after the event `through`, whose hash is `head`; `on` is the day it was written.
    """

    title: str
    on: str
    through: int
    head: str
    sections: tuple[Section, ...]
    checklists: tuple[Checklist, ...]
    facts: Mapping[str, Any]

    def section(self, key: str) -> Section:
        """The section of that key."""
        return next(section for section in self.sections if section.key == key)


def said(*parts: Piece | Pieces) -> Paragraph:
    """A paragraph of pieces and of runs of pieces."""
    return Paragraph(tuple(run(*parts)))


def run(*parts: Piece | Iterable[Piece]) -> list[Piece]:
    """The same as a list of pieces, with texts beside each other put together."""
    found: list[Piece] = []
    for part in parts:
        for piece in (part,) if isinstance(part, str | Number) else part:
            if isinstance(piece, str) and found and isinstance(found[-1], str):
                found[-1] += piece
            else:
                found.append(piece)
    return found


def many(number: Number, noun: str, nouns: str = "") -> Pieces:
    """So many of something: `1 interview`, `3 interviews`."""
    return (number, f" {noun if number.value == 1 else nouns or noun + 's'}")


def listed(parts: Iterable[Piece | Pieces], last: str = "and") -> Pieces:
    """One thing after another: `a, b and c`."""
    found = [(part,) if isinstance(part, str | Number) else part for part in parts]
    joined: list[Piece] = []
    for place, part in enumerate(found):
        if place:
            joined += run(f" {last} " if place == len(found) - 1 else ", ")
        joined += part
    return tuple(run(joined))
