"""Which codes were looked for in which interviews: what was in the codebook when somebody last read there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.review import Counted
from store.values import Codebook, Decision, Span

Place = tuple[int, Span]
"""A transcript's id and a stretch of it."""


@dataclass(frozen=True, slots=True)
class Looked:
    """Whether each row was looked for in each interview, and whether only in a part of what was read; bool matrices."""

    anywhere: NDArray[np.bool_]
    in_part: NDArray[np.bool_]


def looked_for(counted: Counted, rows: Mapping[str, str], labels: Sequence[str], places: Mapping[str, Place]) -> Looked:
    """What was looked for, of shape (rows, interviews).

    `rows` gives the row (a GUID) that a code of the codebook counts for, `places` by the GUID of a reading where that
    stands now. A code was looked for where one of the readings was made under a codebook that offered it, or offered a
    code that was merged into it; a code that was split off was not, nor one that was retired before. Where only some
    of the stretches read were read so, it was looked for in part. A theme was looked for where any of its codes was. In
    a study that knows of no readings, as imported ones, every code counts as looked for.
    """
    lines = {guid: number for number, guid in enumerate(dict.fromkeys(rows.values()))}
    shape = (len(lines), len(labels))
    if not counted.readings:
        return Looked(np.ones(shape, np.bool_), np.zeros(shape, np.bool_))
    offered = {version: [lines[guid] for guid in found] for version, found in _offered(counted, rows).items()}
    anywhere, everywhere = np.zeros(shape, np.bool_), np.ones(shape, np.bool_)
    columns = {label: number for number, label in enumerate(labels)}
    for label, versions in _stretches(counted, places):
        if label in columns:
            here = np.zeros(len(lines), np.bool_)
            here[[row for version in versions for row in offered[version]]] = True
            anywhere[:, columns[label]] |= here
            everywhere[:, columns[label]] &= here
    return Looked(anywhere, anywhere & ~everywhere)


def _stretches(counted: Counted, places: Mapping[str, Place]) -> set[tuple[str, frozenset[int]]]:
    """By interview, the versions under which any of its stretches was read."""
    found: dict[tuple[str, Place], set[int]] = {}
    for reading in counted.readings:
        version = version_read(counted.versions, reading)
        found.setdefault((reading.interview, places[reading.guid]), set()).update(() if version is None else (version,))
    return {(label, frozenset(versions)) for (label, _), versions in found.items()}


def version_read(versions: Sequence[Codebook], reading: Decision) -> int | None:
    """The version that a reading was made under: the one it names, else the newest of its time; None before any."""
    for book in versions:
        if book.id == reading.codebook_id:
            return book.version
    return next((book.version for book in reversed(versions) if book.created_at <= reading.recorded_at), None)


def _offered(counted: Counted, rows: Mapping[str, str]) -> dict[int, list[str]]:
    """By version, the rows of now that its codes stand for."""
    every = {code.guid for book in counted.versions for code in book.codes}
    heirs = {guid: counted.codebook.present(guid) or "" for guid in every}
    return {
        book.version: list({rows[heirs[code.guid]] for code in book.active if heirs[code.guid] in rows})
        for book in counted.versions
    }
