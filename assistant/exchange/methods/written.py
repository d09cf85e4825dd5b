"""What every format of the appendix has in common: heads, what is left to the authors, and how wide columns are."""

from collections.abc import Sequence

from assistant.exchange.methods.document import Appendix, Checklist, Item

QUERIES = "Queries"
QUERY = "Query"
CHECKLIST_HEADS = ("Item", "Asked for", "State", "What the record says", "Section")
LEFT_OPEN = "For the authors."
_LONGEST = 26
"""Characters from which on a cell takes several lines."""
_LINE, _PADDING = 105, 4
"""Characters that a line of a table holds, and how many of them a column leaves empty."""


def count_of(each: Checklist) -> str:
    """How many items the record answers."""
    whole, part, left = (each.count(state) for state in ("answered", "in part", "left open"))
    items = f"{len(each.items)} items"
    return f"Of {items}, the record answers {whole}, answers {part} in part, and leaves {left} open for the authors."


def titles_of(of: Appendix, item: Item) -> tuple[str, ...]:
    """The titles of the sections that an item is answered in."""
    return () if item.answer is None else tuple(of.section(key).title for key in item.answer.sections)


def shares(lines: Sequence[Sequence[str]]) -> tuple[float, ...]:
    """How much of the line each column of a table takes: its longest word first, what is left goes to longer texts."""
    columns = list(zip(*lines, strict=True))
    least = [max((len(word) for cell in column for word in cell.split()), default=1) for column in columns]
    least = [min(word, _LONGEST) + _PADDING for word in least]
    longest = (min(max(len(cell) for cell in column), _LONGEST) for column in columns)
    more = [max(text + _PADDING - word, 0) for text, word in zip(longest, least, strict=True)]
    part = min(max(_LINE - sum(least), 0) / (sum(more) or 1), 1)
    wide = [word + part * text for word, text in zip(least, more, strict=True)]
    return tuple(each / sum(wide) for each in wide)
