"""What relations are counted on: the interviews that were read, and the codes that were looked for in them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.relations.rows import Rows
from assistant.review import Basis, Blindness, Counted, counted
from store.study import Study
from store.values import Codebook, Decision, Interview


@dataclass(frozen=True, slots=True)
class Ground:
    """What a basis counts, and the interviews that were read, in study order.

    An interview was read when a reading of it is recorded; in a study that knows of no readings (`assumed`), when it
    has a coding.
    """

    counted: Counted
    read: tuple[Interview, ...]
    assumed: bool

    @property
    def unread(self) -> tuple[str, ...]:
        """The labels of the interviews that do not count, because nobody has read them."""
        read = {interview.label for interview in self.read}
        return tuple(i.label for i in self.counted.interviews if i.label not in read)


def ground(study: Study, basis: Basis | None = None, hidden: Blindness | None = None) -> Ground:
    """The ground that a basis gives; raises what `counted` raises."""
    found = counted(study, basis or Basis(), hidden)
    assumed = not found.readings and not _knows_readings(study, found)
    read = {c.interview for c in found.codings} if assumed else {d.interview for d in found.readings}
    return Ground(found, tuple(i for i in found.interviews if i.label in read), assumed)


def _knows_readings(study: Study, found: Counted) -> bool:
    """Whether anybody is known to have read anything by then, so that no reading means not read."""
    anybody = Basis(through=found.basis.through, version=found.basis.version)
    return bool(counted(study, anybody, found.hidden).readings)


def codings_per_interview(on: Ground, rows: Rows) -> NDArray[np.int64]:
    """How many codings of each row stand in each interview that was read; shape (rows, interviews)."""
    column = {interview.label: number for number, interview in enumerate(on.read)}
    matrix = np.zeros((len(rows), len(on.read)), np.int64)
    for coding in on.counted.codings:
        if coding.code in rows.of and coding.interview in column:
            matrix[rows.of[coding.code], column[coding.interview]] += 1
    return matrix


def looked_for(on: Ground, rows: Rows) -> NDArray[np.bool_]:
    """Whether each row was looked for in each interview that was read; bool of shape (rows, interviews).

    It was where it was found, and where a reading was made under a codebook that offered it, or offered what was merged
    into it; a code that was split off was not. In a study that knows of no readings every code counts as looked for.
    """
    if on.assumed:
        return np.ones((len(rows), len(on.read)), bool)
    looked = codings_per_interview(on, rows) > 0
    column = {interview.label: number for number, interview in enumerate(on.read)}
    offered = _offered(on.counted, rows)
    under = {(d.interview, _version_read(on.counted.versions, d)) for d in on.counted.readings}
    for label, place in under:
        if place is not None:
            looked[:, column[label]] |= offered[place]
    return looked


def _version_read(versions: Sequence[Codebook], reading: Decision) -> int | None:
    """The place of the version that a reading was made under: the one it names, else the newest of its time."""
    named = next((at for at, book in enumerate(versions) if book.id == reading.codebook_id), None)
    if named is not None:
        return named
    return next((at for at in reversed(range(len(versions))) if versions[at].created_at <= reading.recorded_at), None)


def _offered(on: Counted, rows: Rows) -> list[NDArray[np.bool_]]:
    """For each version, the rows of now that its codes stand for."""
    heirs = {guid: on.codebook.present(guid) or "" for guid in {c.guid for book in on.versions for c in book.codes}}
    found = []
    for book in on.versions:
        here = np.zeros(len(rows), bool)
        here[[rows.of[heirs[code.guid]] for code in book.active if heirs[code.guid] in rows.of]] = True
        found.append(here)
    return found
