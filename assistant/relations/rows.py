"""The rows of every table of relations: codes, or themes with all that is below them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from assistant.review import Counted

Level = Literal["code", "theme"]


@dataclass(frozen=True, slots=True)
class Rows:
    """Codes or themes in the order of the codebook; `of` leads from a code's GUID to the number of its row.

    `themes` names the theme at the top of each row's branch, empty where the row stands alone.
    """

    level: Level
    guids: tuple[str, ...]
    names: tuple[str, ...]
    themes: tuple[str, ...]
    of: Mapping[str, int]

    def __len__(self) -> int:
        return len(self.guids)


def rows_of(counted: Counted, level: Level) -> Rows:
    """A row for each code, or for each theme with everything below it.

    At the level of codes a theme has a row only where somebody coded with it, and so has a code that is retired.
    """
    book = counted.codebook
    coded = {coding.code for coding in counted.codings}
    themes = {theme.guid for theme in book.themes}
    tops = book.tops
    if level == "theme":
        kept = [c for c in book.codes if c.parent is None and (not c.retired or book.family(c.guid) & coded)]
    else:
        kept = [c for c in book.codes if c.guid in coded or not (c.guid in themes or c.retired)]
    place = {code.guid: number for number, code in enumerate(kept)}
    names = {code.guid: code.name for code in book.codes}
    return Rows(
        level=level,
        guids=tuple(place),
        names=tuple(code.name for code in kept),
        themes=tuple("" if tops[c.guid] == c.guid else names[tops[c.guid]] for c in kept),
        of={g: place[t] for g, t in tops.items() if t in place} if level == "theme" else place,
    )
