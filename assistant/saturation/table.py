"""The code × interview table of a study; only interviews that were read count."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from assistant.review import Basis, Blindness, Counted, counted
from assistant.saturation.curve import curve
from assistant.saturation.looked import Place, looked_for
from store.placing import span_mover
from store.segments import segments
from store.study import Study
from store.values import Codebook, Coding, Role, Span

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
    each row counts, by its GUID. `assumed` says that nothing is known of readings, so that every code counts as looked
    for. `homeless` codings name a code that the codebook does not have any more, and are in no row.
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
    assumed: bool
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

    An interview counts as read when somebody recorded a reading of it; in a study without any readings, when it
    has a coding. What is `hidden` from whoever looks does not count. Raises InvalidInputError without a codebook.
    """
    asked = basis or Basis()
    if coder is not None:
        asked = replace(asked, coder=coder)
    return tabulated(study, counted(study, asked, hidden), level)


def tabulated(study: Study, of: Counted, level: Level = "code") -> Saturation:
    """The same over what was counted already."""
    rows = _rows(of.codebook, level, {coding.code for coding in of.codings})
    names = {code.guid: code.name for code in of.codebook.codes}
    order = tuple(interview.label for interview in of.interviews)
    assumed = not of.readings and not _knows_readings(study, of)
    read = {c.interview for c in of.codings} if assumed else {d.interview for d in of.readings}
    labels = tuple(label for label in order if label in read)
    matrix = _matrix(of.codings, rows, labels)
    line, places = curve(matrix), _places(study, of)
    looked = looked_for(of, rows, labels, places)
    guids = tuple(dict.fromkeys(rows.values()))
    return Saturation(
        level=level,
        basis=of.basis,
        sentence=of.sentence,
        interviews=labels,
        unread=tuple(label for label in order if label not in read),
        partly_read=_partly(study, labels, places.values()),
        codes=tuple(names[guid] for guid in guids),
        guids=guids,
        members={row: tuple(code for code, of_row in rows.items() if of_row == row) for row in guids},
        matrix=matrix,
        looked=looked.anywhere | (matrix > 0),
        in_part=looked.in_part & (matrix == 0),
        assumed=assumed,
        homeless=sum(c.code not in rows and c.interview in read for c in of.codings),
        new_codes=line.new_codes,
        cumulative_codes=line.cumulative_codes,
    )


def _rows(codebook: Codebook, level: Level, coded: set[str]) -> dict[str, str]:
    """Code GUID → GUID of the row it counts for: itself, or the theme at the top of its branch.

    At the level of codes a theme has a row of its own only where somebody coded with the theme itself.
    """
    if level == "code":
        themes = {theme.guid for theme in codebook.themes}
        return {c.guid: c.guid for c in codebook.codes if c.guid not in themes or c.guid in coded}
    parents = {code.guid: code.parent for code in codebook.codes}
    return {code.guid: _top(parents, code.guid) for code in codebook.codes}


def _top(parents: dict[str, str | None], guid: str) -> str:
    while (parent := parents[guid]) is not None:
        guid = parent
    return guid


def _knows_readings(study: Study, of: Counted) -> bool:
    """Whether anybody is known to have read anything in the study by then, so that no reading means not read."""
    anybody = Basis(through=of.basis.through, version=of.basis.version)
    return bool(counted(study, anybody, of.hidden).readings)


def _places(study: Study, of: Counted) -> dict[str, Place]:
    """By the GUID of each reading, where it stands in the current transcripts."""
    move = span_mover(study)
    moved = ((reading.guid, move(reading.transcript_id, reading.span)) for reading in of.readings)
    return {guid: (place.transcript_id, place.span) for guid, place in moved}


def _partly(study: Study, labels: Sequence[str], places: Iterable[Place]) -> tuple[str, ...]:
    """Interviews with readings in which a participant's segment was read by nobody, or not by this coder."""
    exact = set(places)
    if not exact:
        return ()
    read: dict[int, list[Span]] = {}
    for transcript, span in exact:
        read.setdefault(transcript, []).append(span)
    unread = {
        s.interview
        for s in segments(study)
        if s.role is not Role.INTERVIEWER
        and (s.transcript_id, s.span) not in exact
        and not any(span.start <= s.span.start and s.span.end <= span.end for span in read.get(s.transcript_id, ()))
    }
    return tuple(label for label in labels if label in unread)


def _matrix(found: Sequence[Coding], rows: dict[str, str], labels: tuple[str, ...]) -> NDArray[np.int64]:
    line = {guid: number for number, guid in enumerate(dict.fromkeys(rows.values()))}
    column = {label: number for number, label in enumerate(labels)}
    matrix = np.zeros((len(line), len(column)), np.int64)
    for coding in found:
        if coding.code in rows and coding.interview in column:
            matrix[line[rows[coding.code]], column[coding.interview]] += 1
    return matrix


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
