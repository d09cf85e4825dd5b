"""Which codes were looked for, and which found, in the interviews that were read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.review.basis import Counted
from assistant.review.ground import Ground, Place
from store.values import Codebook, Decision

CodeRows = Mapping[str, int]
"""The row (numbered from 0, none left out) that a code of the codebook, by its GUID, counts for."""


@dataclass(frozen=True, slots=True)
class Looked:
    """Whether each row was looked for in each interview, and whether only in a part of what was read; bool matrices."""

    anywhere: NDArray[np.bool_]
    in_part: NDArray[np.bool_]


def looked_for(on: Ground, rows: CodeRows, places: Mapping[str, Place] | None = None) -> Looked:
    """What was looked for, of shape (rows, interviews that were read).

    A code was looked for where it was found, and where one of the readings was made under a codebook that offered it,
    or offered a code that was merged into it; a code that was split off was not, nor one that was retired before. Where
    only some of the stretches read were read so, it was looked for in part. A theme was looked for where any of its
    codes was. Where a reading is only assumed, every code counts as looked for. `places` gives, by the GUID of a
    reading, where it stands now; without it, stretches are those of then.
    """
    found = codings_per_interview(on, rows) > 0
    offered = _offered(on.counted, rows)
    anywhere, everywhere = np.zeros_like(found), np.ones_like(found)
    columns = {label: number for number, label in enumerate(on.labels)}
    for label, versions in _stretches(on.counted, places or {}):
        here = np.zeros(len(found), np.bool_)
        here[[row for version in versions for row in offered[version]]] = True
        anywhere[:, columns[label]] |= here
        everywhere[:, columns[label]] &= here
    for label in on.assumed:
        anywhere[:, columns[label]] = everywhere[:, columns[label]] = True
    return Looked(anywhere | found, anywhere & ~everywhere & ~found)


def codings_per_interview(on: Ground, rows: CodeRows) -> NDArray[np.int64]:
    """How many codings of each row stand in each interview that was read; shape (rows, interviews)."""
    columns = {label: number for number, label in enumerate(on.labels)}
    matrix = np.zeros((len(set(rows.values())), len(columns)), np.int64)
    for coding in on.counted.codings:
        if coding.code in rows and coding.interview in columns:
            matrix[rows[coding.code], columns[coding.interview]] += 1
    return matrix


def _stretches(found: Counted, places: Mapping[str, Place]) -> set[tuple[str, frozenset[int]]]:
    """By interview, the versions under which any of its stretches was read."""
    under: dict[tuple[str, Place], set[int]] = {}
    for reading in found.readings:
        version = _version_read(found.versions, reading)
        place = places.get(reading.guid, (reading.transcript_id, reading.span))
        under.setdefault((reading.interview, place), set()).update(() if version is None else (version,))
    return {(label, frozenset(versions)) for (label, _), versions in under.items()}


def _version_read(versions: Sequence[Codebook], reading: Decision) -> int | None:
    """The version that a reading was made under: the one it names, else the newest of its time; None before any."""
    for book in versions:
        if book.id == reading.codebook_id:
            return book.version
    return next((book.version for book in reversed(versions) if book.created_at <= reading.recorded_at), None)


def _offered(found: Counted, rows: CodeRows) -> dict[int, list[int]]:
    """By version, the rows of now that its codes stand for."""
    heirs = heirs_of(found.versions)
    return {
        book.version: list(
            {rows[heir] for code in book.active if (heir := heirs[code.guid]) is not None and heir in rows}
        )
        for book in found.versions
    }


def heirs_of(versions: Sequence[Codebook]) -> dict[str, str | None]:
    """By the GUID of every code of these versions, the code of the last one that it counts for now, if any."""
    every = {code.guid for book in versions for code in book.codes}
    return {guid: versions[-1].present(guid) for guid in every}
