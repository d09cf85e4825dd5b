"""Lines with their places on a page."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.ingest import stamps

_SAME_ROW = 0.5
_WORD_GAP = 1.0
_SAME_PLACE = 2.0
_MOST_GAPS = 0.5
_MANY_ROWS = 0.3
_TAB = "\t"


@dataclass(frozen=True, slots=True)
class PageLine:
    """A line of one column: its text, where it stands, and how many characters at its start are bold."""

    text: str
    x0: float
    x1: float
    y0: float
    y1: float
    bold: int = 0

    @property
    def middle(self) -> float:
        """Its height on the page, from below."""
        return (self.y0 + self.y1) / 2

    @property
    def height(self) -> float:
        """How high its letters are."""
        return max(self.y1 - self.y0, 0.1)


@dataclass(frozen=True, slots=True)
class Page:
    """The lines of one page in no order, and whether pictures are on it."""

    width: float
    height: float
    lines: list[PageLine]
    pictures: bool


def rows(lines: Sequence[PageLine]) -> list[list[PageLine]]:
    """The lines from top to bottom, those side by side together from left to right."""
    found: list[list[PageLine]] = []
    for line in sorted(lines, key=lambda each: -each.middle):
        last = found[-1][0] if found else None
        if last is not None and last.middle - line.middle < _SAME_ROW * min(last.height, line.height):
            found[-1].append(line)
        else:
            found.append([line])
    return [sorted(row, key=lambda each: each.x0) for row in found]


def by_rows(pages: Sequence[Sequence[PageLine]]) -> list[list[PageLine]]:
    """The lines of each page from top to bottom; what stands side by side in columns is joined by tabs.

    Justified text, which programs write with wide gaps between words, has no columns and is joined by spaces.
    """
    in_rows = [rows(page) for page in pages]
    columns = _columns([row for page in in_rows for row in page])
    return [[_together(row, columns) for row in page] for page in in_rows]


def _columns(all_rows: Sequence[Sequence[PageLine]]) -> frozenset[int]:
    """Where columns beside the first begin: where many rows, or most that have a gap, go on after it."""
    after = Counter(_place(line.x0) for row in all_rows for line in row[1:])
    begun = Counter(place for row in all_rows for place in {_place(line.x0) for line in row})
    gaps = sum(after.values())
    often = {place for place, count in after.items() if count >= max(2, _MOST_GAPS * gaps)}
    return frozenset(often | {place for place in after if begun[place] >= max(2, _MANY_ROWS * len(all_rows))})


def _place(x: float) -> int:
    return round(x / _SAME_PLACE)


def _together(row: Sequence[PageLine], columns: frozenset[int]) -> PageLine:
    first, text = row[0], row[0].text
    bold, x1 = first.bold, first.x1
    for line in row[1:]:
        near = {_place(line.x0) + by for by in (-1, 0, 1)}
        apart = line.x0 - x1 > _WORD_GAP * line.height and (near & columns or stamps.LEADING.fullmatch(line.text))
        whole = bold >= len(text)
        text = f"{text}{_TAB if apart else ' '}{line.text.lstrip()}"
        bold = bold + 1 + line.bold if whole and line.bold else bold
        x1 = max(x1, line.x1)
    return PageLine(text, first.x0, x1, min(line.y0 for line in row), max(line.y1 for line in row), bold)
