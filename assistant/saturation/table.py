"""The code × interview table of a study; only interviews that were read count."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from assistant.review import (
    Basis,
    Blindness,
    Counted,
    codings_per_interview,
    counted,
    ground_of,
    looked_for,
    partly_read,
    places_read,
)
from assistant.saturation.curve import curve
from store.study import Study
from store.values import Codebook

Level = Literal["code", "theme"]


class Kind(StrEnum):
    """What a cell of the table says of a code in an interview."""

    FOUND = "found"
    NOT_FOUND = "not found"
    NOT_LOOKED_FOR = "not looked for"


@dataclass(frozen=True, slots=True)
class Saturation:
    """Incidents per code and interview that was read, and how many codes were new in each.

    `partly_read` names the interviews that count although some of what participants said was not read yet. `matrix`
    is int of shape (codes, interviews): how many codings of the code stand in the interview; `looked` is bool of the
    same shape: whether the code was in the codebook when the interview was last read, or was found there all the same;
    `in_part` marks what was not found, but looked for in some of the interview only. `members` holds the codes that
    each row counts, by its GUID. `assumed` are interviews coded by people without any reading: every code counts as
    looked for there. `homeless` codings name a code that the codebook does not have any more, and are in no row.
    """

    level: Level
    basis: Basis
    sentence: str
    interviews: tuple[str, ...]
    unread: tuple[str, ...]
    partly_read: tuple[str, ...]
    codes: tuple[str, ...]
    guids: tuple[str, ...]
    members: Mapping[str, tuple[str, ...]]
    matrix: NDArray[np.int64]
    looked: NDArray[np.bool_]
    in_part: NDArray[np.bool_]
    assumed: tuple[str, ...]
    homeless: int
    new_codes: tuple[int, ...]
    cumulative_codes: tuple[int, ...]

    @property
    def found(self) -> NDArray[np.bool_]:
        """Whether each code was found in each interview, of the shape of `matrix`."""
        incidents: NDArray[np.bool_] = self.matrix > 0
        return incidents

    @property
    def found_codes(self) -> Mapping[str, str]:
        """The rows that were found anywhere, GUID → name."""
        return {self.guids[row]: self.codes[row] for row in np.flatnonzero(self.found.any(axis=1))}

    def kind(self, row: int, column: int) -> Kind:
        """What the cell says."""
        if self.matrix[row, column]:
            return Kind.FOUND
        return Kind.NOT_FOUND if self.looked[row, column] else Kind.NOT_LOOKED_FOR

    def new_in(self, column: int) -> tuple[int, ...]:
        """The rows that were found for the first time in that interview."""
        before, here = self.found[:, :column].any(axis=1), self.found[:, column]
        return tuple(int(row) for row in np.flatnonzero(here & ~before))


def saturation(
    study: Study,
    basis: Basis | None = None,
    *,
    level: Level = "code",
    coder: str | None = None,
    hidden: Blindness | None = None,
) -> Saturation:
    """Saturation over the confirmed codings that a basis names (`coder` is short for one of that coder).

    An interview counts as read when somebody recorded a reading of it, or when somebody without any reading in the
    study, as in imported ones, coded in it. What is `hidden` from whoever looks does not count. Raises
    InvalidInputError without a codebook.
    """
    asked = basis or Basis()
    if coder is not None:
        asked = replace(asked, coder=coder)
    return tabulated(study, counted(study, asked, hidden), level)


def tabulated(study: Study, of: Counted, level: Level = "code") -> Saturation:
    """The same over what was counted already."""
    on, rows = ground_of(of), _rows(of.codebook, level, {coding.code for coding in of.codings})
    names = {code.guid: code.name for code in of.codebook.codes}
    guids = tuple(dict.fromkeys(rows.values()))
    numbers = {guid: number for number, guid in enumerate(guids)}
    row_of, places = {code: numbers[row] for code, row in rows.items()}, places_read(study, of)
    matrix, looked = codings_per_interview(on, row_of), looked_for(on, row_of, places)
    labels, line = set(on.labels), curve(matrix)
    return Saturation(
        level=level,
        basis=of.basis,
        sentence=of.sentence,
        interviews=on.labels,
        unread=on.unread,
        partly_read=partly_read(study, on.labels, places.values()),
        codes=tuple(names[guid] for guid in guids),
        guids=guids,
        members={row: tuple(code for code, of_row in rows.items() if of_row == row) for row in guids},
        matrix=matrix,
        looked=looked.anywhere,
        in_part=looked.in_part,
        assumed=tuple(label for label in on.labels if label in on.assumed),
        homeless=sum(c.code not in rows and c.interview in labels for c in of.codings),
        new_codes=line.new_codes,
        cumulative_codes=line.cumulative_codes,
    )


def _rows(codebook: Codebook, level: Level, coded: set[str]) -> Mapping[str, str]:
    """Code GUID → GUID of the row it counts for: itself, or the theme at the top of its branch.

    At the level of codes a theme has a row of its own only where somebody coded with the theme itself.
    """
    if level == "code":
        themes = {theme.guid for theme in codebook.themes}
        return {c.guid: c.guid for c in codebook.codes if c.guid not in themes or c.guid in coded}
    return codebook.tops


def as_record(result: Saturation) -> dict[str, Any]:
    """The table as JSON values."""
    cells = [[str(result.kind(row, column)) for column in range(len(result.interviews))] for row in _numbers(result)]
    return {
        "level": result.level,
        "basis": result.basis.to_json(),
        "counted": result.sentence,
        "interviews": list(result.interviews),
        "unread": list(result.unread),
        "partly_read": list(result.partly_read),
        "order": list(result.interviews),
        "codes": list(result.codes),
        "matrix": result.matrix.tolist(),
        "kinds": cells,
        "looked_for_in_part": [
            [result.codes[row], result.interviews[column]] for row, column in np.argwhere(result.in_part).tolist()
        ],
        "new_codes": list(result.new_codes),
        "cumulative_codes": list(result.cumulative_codes),
    }


def _numbers(result: Saturation) -> range:
    return range(len(result.codes))
