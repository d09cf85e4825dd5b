"""Which codes or themes are related, in which interviews: only those that were read, and codes that were looked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from assistant.review import Counted
from store.values import Codebook, Interview

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
    tops = {code.guid: _top(book, code.guid) for code in book.codes}
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


def _top(codebook: Codebook, guid: str) -> str:
    above = {code.guid: code.parent for code in codebook.codes}
    while (parent := above[guid]) is not None:
        guid = parent
    return guid


def read_interviews(counted: Counted) -> tuple[Interview, ...]:
    """The interviews that count: those with a reading or, where no reading is recorded, those with a coding."""
    read = {d.interview for d in counted.readings} or {c.interview for c in counted.codings}
    return tuple(interview for interview in counted.interviews if interview.label in read)


def codings_per_interview(counted: Counted, rows: Rows, read: Sequence[Interview]) -> NDArray[np.int64]:
    """How many codings of each row stand in each interview that was read; shape (rows, interviews)."""
    column = {interview.label: number for number, interview in enumerate(read)}
    matrix = np.zeros((len(rows), len(read)), np.int64)
    for coding in counted.codings:
        if coding.code in rows.of and coding.interview in column:
            matrix[rows.of[coding.code], column[coding.interview]] += 1
    return matrix


def looked_for(counted: Counted, rows: Rows, read: Sequence[Interview]) -> NDArray[np.bool_]:
    """Whether each row could have been found in each interview; bool of shape (rows, interviews).

    It could where the interview was read under a codebook that had the code, or the codes that it was merged from.
    Readings that do not say under which codebook count for every code, as do interviews of a study without readings.
    """
    if not counted.readings:
        return np.ones((len(rows), len(read)), bool)
    known = {book.id: _offered(counted.codebook, rows, book) for book in counted.versions}
    everything = np.ones(len(rows), bool)
    column = {interview.label: number for number, interview in enumerate(read)}
    under = {(d.interview, d.codebook_id) for d in counted.readings}
    looked = codings_per_interview(counted, rows, read) > 0
    for label, codebook_id in under:
        offered = everything if codebook_id is None else known.get(codebook_id, everything)
        looked[:, column[label]] |= offered
    return looked


def _offered(now: Codebook, rows: Rows, then: Codebook) -> NDArray[np.bool_]:
    found = np.zeros(len(rows), bool)
    for code in then.active:
        present = now.present(code.guid)
        if present is not None and present in rows.of:
            found[rows.of[present]] = True
    return found
