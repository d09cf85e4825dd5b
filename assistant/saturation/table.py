"""The code × interview table of a study; only interviews that were read count."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from assistant.review import Blindness
from assistant.saturation.curve import curve
from store.codebook import current_codebook
from store.decisions import codings, decisions
from store.errors import InvalidInputError
from store.interviews import interviews
from store.segments import segments
from store.study import Study
from store.values import Codebook, Coding, Decision, Role, Span, Verdict

Level = Literal["code", "theme"]


@dataclass(frozen=True, slots=True)
class Saturation:
    """Incidents per code and interview that was read, and how many codes were new in each.

    `partly_read` names the interviews that count although some of what participants said was not read yet.
    `matrix` is int of shape (codes, interviews): how many codings of the code stand in the interview.
    """

    level: Level
    interviews: tuple[str, ...]
    unread: tuple[str, ...]
    partly_read: tuple[str, ...]
    codes: tuple[str, ...]
    matrix: NDArray[np.int64]
    new_codes: tuple[int, ...]
    cumulative_codes: tuple[int, ...]


def saturation(
    study: Study, *, level: Level = "code", coder: str | None = None, hidden: Blindness | None = None
) -> Saturation:
    """Saturation over confirmed codings, of one coder or of all, in study order.

    An interview counts as read when somebody recorded a reading of it; in a study without any readings, when it
    has a coding. What is `hidden` from whoever looks does not count. Raises InvalidInputError without a codebook.
    """
    codebook = current_codebook(study)
    if codebook is None:
        msg = "This study has no codebook yet, so nothing can be counted; bring one with `interview codebook import`."
        raise InvalidInputError(msg)
    unseen = hidden or Blindness("")
    found = tuple(c for c in codings(study, coder=coder) if not unseen.hides(c.interview, c.coder))
    rows = _rows(codebook, level, {coding.code for coding in found})
    order = tuple(interview.label for interview in interviews(study))
    made = [d for d in decisions(study) if d.verdict is Verdict.READ and not unseen.hides(d.interview, d.coder)]
    read = _read(made, found, coder)
    counted = tuple(label for label in order if label in read)
    matrix = _matrix(found, rows, counted)
    line = curve(matrix)
    names = {code.guid: code.name for code in codebook.codes}
    return Saturation(
        level=level,
        interviews=counted,
        unread=tuple(label for label in order if label not in read),
        partly_read=_partly(study, counted, made, coder),
        codes=tuple(names[guid] for guid in dict.fromkeys(rows.values())),
        matrix=matrix,
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
    return {code.guid: _top(codebook, code.guid) for code in codebook.codes}


def _top(codebook: Codebook, guid: str) -> str:
    by_guid = {code.guid: code for code in codebook.codes}
    while (parent := by_guid[guid].parent) is not None:
        guid = parent
    return guid


def _read(readings: Sequence[Decision], found: tuple[Coding, ...], coder: str | None) -> set[str]:
    if not readings:
        return {coding.interview for coding in found}
    return {d.interview for d in readings if coder is None or d.coder == coder}


def _partly(study: Study, counted: tuple[str, ...], readings: Sequence[Decision], coder: str | None) -> tuple[str, ...]:
    """Interviews with readings in which a participant's segment was read by nobody, or not by this coder."""
    read: dict[str, list[Span]] = {}
    for d in readings:
        if coder is None or d.coder == coder:
            read.setdefault(d.interview, []).append(d.span)
    unread = {
        s.interview
        for s in segments(study)
        if s.role is not Role.INTERVIEWER
        and s.interview in read
        and not any(span.start <= s.span.start and s.span.end <= span.end for span in read[s.interview])
    }
    return tuple(label for label in counted if label in unread)


def _matrix(found: tuple[Coding, ...], rows: dict[str, str], counted: tuple[str, ...]) -> NDArray[np.int64]:
    line = {guid: number for number, guid in enumerate(dict.fromkeys(rows.values()))}
    column = {label: number for number, label in enumerate(counted)}
    matrix = np.zeros((len(line), len(column)), np.int64)
    for coding in found:
        if coding.code in rows and coding.interview in column:
            matrix[line[rows[coding.code]], column[coding.interview]] += 1
    return matrix


def as_record(result: Saturation) -> dict[str, Any]:
    """The table as JSON values."""
    return {
        "level": result.level,
        "interviews": list(result.interviews),
        "unread": list(result.unread),
        "partly_read": list(result.partly_read),
        "order": list(result.interviews),
        "codes": list(result.codes),
        "matrix": result.matrix.tolist(),
        "new_codes": list(result.new_codes),
        "cumulative_codes": list(result.cumulative_codes),
    }
