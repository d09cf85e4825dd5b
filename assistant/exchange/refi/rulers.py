"""Offsets of one convention → code points of a text whose line ends are line feeds."""

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import merge
from typing import Literal

Unit = Literal["code points", "UTF-16 units", "UTF-8 bytes"]
LineEnd = Literal["as written", "one", "two"]

_LINE_END = re.compile(r"\r\n?")
_WIDE = re.compile("[\U00010000-\U0010ffff]")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_SAID_LINE_END = {
    "as written": "line ends as the file has them",
    "one": "every line end as one",
    "two": "every line end as two",
}


@dataclass(frozen=True, slots=True)
class Convention:
    """How a producer counts: in what, line ends as how many, the first character as 0 or 1, the last one in or out."""

    unit: Unit = "code points"
    line_end: LineEnd = "as written"
    first: int = 0
    inclusive: bool = False

    def said(self) -> str:
        """The convention in words."""
        end = "the end is the last character" if self.inclusive else "the end is behind the last character"
        return f"{self.unit} from {self.first}, {_SAID_LINE_END[self.line_end]}; {end}"


@dataclass(frozen=True, slots=True)
class SourceText:
    """A text as its file has it, without byte order mark; `bom` says whether the file had one.

    `put_back` says that it stood in XML with carriage returns, which are no part of it as the standard reads it.
    """

    written: str
    bom: bool = False
    put_back: bool = False

    def read(self) -> str:
        """The text with line feeds alone."""
        return _LINE_END.sub("\n", self.written)

    def pairs(self) -> list[int]:
        """Where the text as read has a line feed for a carriage return and line feed."""
        return [found.start() - number for number, found in enumerate(re.finditer("\r\n", self.written))]


@dataclass(frozen=True, slots=True)
class Widths:
    """Where a text has characters that count more than one.

    `starts` are the offsets of these characters, the first character of the text being 0, and `beyond` is what they
    and those before count beyond one.
    """

    places: Sequence[int]
    starts: Sequence[int]
    beyond: Sequence[int]


class AllWidths:
    """The widths of one text for every unit and way to count line ends, each found once."""

    def __init__(self, text: SourceText, read: str) -> None:
        self._text, self._read = text, read
        self._known: dict[tuple[Unit, LineEnd], Widths] = {}

    def of(self, convention: Convention) -> Widths:
        """The widths of a convention; one object for all conventions with equal widths."""
        key = (convention.unit, convention.line_end)
        if key not in self._known:
            ends = _of_line_ends(self._text, self._read, convention.line_end)
            found = _widths(merge(_of_unit(self._read, convention.unit), ends))
            self._known[key] = next((each for each in self._known.values() if each == found), found)
        return self._known[key]


class Ruler:
    """Finds characters of a text by the offsets of a convention."""

    def __init__(self, widths: Widths, convention: Convention) -> None:
        self.convention = convention
        self.widths = widths

    def same_as(self, other: "Ruler") -> bool:
        """Whether both, of one text, find the same character at every offset."""
        mine, theirs = self.convention, other.convention
        return self.widths is other.widths and (mine.first, mine.inclusive) == (theirs.first, theirs.inclusive)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Code points of a stretch, `end` exclusive; they may lie outside of the text."""
        behind = end + 1 if self.convention.inclusive else end
        return self._place(start)[0], self._place(behind, up=True)[0]

    def within(self, offset: int) -> bool:
        """Whether an offset stands inside of a character that counts more than one."""
        return not self._place(offset)[1]

    def _place(self, offset: int, *, up: bool = False) -> tuple[int, bool]:
        """The character, and whether the offset stands at its edge; inside of one it is the edge before, or behind."""
        counted = offset - self.convention.first
        before = bisect_right(self.widths.starts, counted) - 1
        if before < 0:
            return counted, True
        place, start = self.widths.places[before], self.widths.starts[before]
        if counted == start:
            return place, True
        by_width = counted - self.widths.beyond[before]
        return (by_width, True) if by_width > place else (place + up, False)


def _widths(wide: Iterable[tuple[int, int]]) -> Widths:
    """The widths of characters in order, each with what it counts beyond one."""
    places, starts, beyond = array("q"), array("q"), array("q")
    so_far = 0
    for place, extra in wide:
        places.append(place)
        starts.append(place + so_far)
        so_far += extra
        beyond.append(so_far)
    return Widths(places, starts, beyond)


def _of_unit(read: str, unit: Unit) -> list[tuple[int, int]]:
    if unit == "UTF-16 units":
        return [(found.start(), 1) for found in _WIDE.finditer(read)]
    if unit == "UTF-8 bytes":
        return [
            (found.start(), len(found[0].encode("utf-8", "surrogatepass")) - 1)
            for found in _BEYOND_ASCII.finditer(read)
        ]
    return []


def _of_line_ends(text: SourceText, read: str, line_end: LineEnd) -> list[tuple[int, int]]:
    if line_end == "one":
        return []
    if line_end == "as written":
        return [(place, 1) for place in text.pairs()]
    return [(found.start(), 1) for found in re.finditer("\n", read)]
