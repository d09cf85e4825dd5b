"""Which codes were looked for in which interviews: what was in the codebook when somebody last read there."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.review import Counted
from store.values import Codebook, Decision


def looked_for(counted: Counted, rows: Mapping[str, str], labels: Sequence[str]) -> NDArray[np.bool_]:
    """Whether each row was looked for in each of the interviews, of shape (rows, interviews).

    `rows` gives the row (a GUID) that a code of the codebook counts for. A code was looked for where one of the
    readings was made under a codebook that offered it, or offered a code that was merged into it; a code that was split
    off was not, nor one that was retired before. A theme was looked for where any of its codes was. In a study that
    knows of no readings, as imported ones, every code counts as looked for.
    """
    lines = {guid: number for number, guid in enumerate(dict.fromkeys(rows.values()))}
    if not counted.readings:
        return np.ones((len(lines), len(labels)), np.bool_)
    columns = {label: number for number, label in enumerate(labels)}
    looked = np.zeros((len(lines), len(labels)), np.bool_)
    offered = _offered(counted, rows)
    for label, version in {(d.interview, version_read(counted.versions, d)) for d in counted.readings}:
        if label in columns and version is not None:
            looked[[lines[guid] for guid in offered[version]], columns[label]] = True
    return looked


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
