"""What stands in the margins of pages: headers, footers, page numbers, numbers of lines and paragraphs."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from assistant.ingest.leavings import Leavings
from assistant.ingest.page_lines import PageLine, rows

_NUMBERS = "numbers of lines or paragraphs beside the text"
_REPEATED = "page headers, footers and numbers"
_FEWEST_NUMBERS = 3
_MOSTLY = 0.5
_EDGE_ROWS = 2
_DIGITS = re.compile(r"\d+")
_LINE_NUMBER = re.compile(r"\s*\d{1,9}\s*", re.ASCII)
_PAGE = re.compile(
    r"\W*(?:(?:page|seite|p\.|s\.|página|pagina|pag\.|strona|side)\s*)?\d{1,4}"
    r"(?:\s*(?:/|of|von|de|sur|di|van|\|)\s*\d{1,4})?\W*\Z",
    re.IGNORECASE,
)


def without_margins(pages: Sequence[Sequence[PageLine]], leavings: Leavings) -> list[list[PageLine]]:
    """The lines of each page that are text, from top to bottom."""
    numbers = _margin_numbers(pages)
    kept = []
    for page in pages:
        for line in page:
            if line in numbers:
                leavings.add(line.text, _NUMBERS)
        kept.append([line for line in page if line not in numbers])
    repeated = _repeated(kept)
    return [_without_edges(page, repeated, leavings) for page in kept]


def _margin_numbers(pages: Sequence[Sequence[PageLine]]) -> set[PageLine]:
    """Numbers left or right of all text that count up by a fixed step."""
    found: set[PageLine] = set()
    for page in pages:
        texts = [line for line in page if not line.text.strip().isdigit()]
        alone = [line for line in page if _LINE_NUMBER.fullmatch(line.text)]
        if not texts or not alone:
            continue
        left, right = min(line.x0 for line in texts), max(line.x1 for line in texts)
        for side in ([a for a in alone if a.x1 <= left], [a for a in alone if a.x0 >= right]):
            if _counts_up(side):
                found.update(side)
    return found


def _counts_up(side: Sequence[PageLine]) -> bool:
    values = [int(line.text) for line in sorted(side, key=lambda each: -each.middle)]
    steps = {b - a for a, b in pairwise(values)}
    return len(values) >= _FEWEST_NUMBERS and len(steps) == 1 and min(steps) > 0


def _edges(page: Sequence[PageLine]) -> list[PageLine]:
    """What stands in the first and last rows, each outermost one and its neighbour."""
    in_rows = rows(page)
    if len(in_rows) <= 2 * _EDGE_ROWS:
        in_rows = [*in_rows[:1], *in_rows[1:][-1:]]
    else:
        in_rows = [*in_rows[:_EDGE_ROWS], *in_rows[-_EDGE_ROWS:]]
    return [line for row in in_rows for line in row]


def _place(line: PageLine) -> tuple[str, int]:
    """What makes lines of different pages the same: the words, whatever the number, at the same height."""
    return _DIGITS.sub("#", " ".join(line.text.split())).casefold(), round(line.middle / 3)


def _repeated(pages: Sequence[Sequence[PageLine]]) -> set[tuple[str, int]]:
    counts = Counter(place for page in pages for place in {_place(line) for line in _edges(page)})
    filled = sum(bool(page) for page in pages)
    return {place for place, often in counts.items() if often >= max(2, _MOSTLY * filled)}


def _without_edges(page: Sequence[PageLine], repeated: set[tuple[str, int]], leavings: Leavings) -> list[PageLine]:
    edges = _edges(page)
    outermost = [line for row in (rows(page)[:1] + rows(page)[-1:]) if len(row) == 1 for line in row]
    gone = [line for line in edges if _place(line) in repeated]
    gone += [line for line in outermost if line not in gone and len(page) > 1 and _PAGE.match(line.text)]
    for line in gone:
        leavings.add(line.text, _REPEATED)
    return [line for line in page if line not in gone]
