"""Lines with their places on a page."""

from collections.abc import Sequence
from dataclasses import dataclass

_SAME_ROW = 0.5
_WORD_GAP = 1.0


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


def by_rows(lines: Sequence[PageLine]) -> list[PageLine]:
    """The lines from top to bottom, those side by side as one with a tab, or a space where the gap is small."""
    return [_together(row) for row in rows(lines)]


def _together(row: Sequence[PageLine]) -> PageLine:
    first, text = row[0], row[0].text
    bold, x1 = first.bold, first.x1
    for line in row[1:]:
        gap = "\t" if line.x0 - x1 > _WORD_GAP * line.height else " "
        whole = bold >= len(text)
        text = f"{text}{gap}{line.text.lstrip()}"
        bold = bold + 1 + line.bold if whole and line.bold else bold
        x1 = max(x1, line.x1)
    return PageLine(text, first.x0, x1, min(line.y0 for line in row), max(line.y1 for line in row), bold)
