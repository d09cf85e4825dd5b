"""The vector cache: embeddings by model and text hash, so that rebuilding the index costs seconds."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Insert, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session

from store.records import VectorRow
from store.study import Study

_AT_ONCE = 500
_DTYPE = np.dtype("<f4")


def keep_vectors(study: Study, model: str, vectors: Mapping[str, NDArray[np.float32]]) -> None:
    """Keep embeddings by the SHA-256 of their texts; those there already stay as they are."""
    if not vectors:
        return
    rows = [
        {"model": model, "text_sha256": digest, "data": np.asarray(vector, _DTYPE).tobytes()}
        for digest, vector in vectors.items()
    ]
    with study.write() as session:
        for start in range(0, len(rows), _AT_ONCE):
            session.execute(_insert_new(session), rows[start : start + _AT_ONCE])


def _insert_new(session: Session) -> Insert:
    """An insertion that leaves out what is there already, in the words of the database's own dialect."""
    if session.get_bind().dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(VectorRow).on_conflict_do_nothing()
    return sqlite.insert(VectorRow).on_conflict_do_nothing()


def has_vectors(study: Study, model: str) -> bool:
    """Whether anything was embedded with that model yet."""
    with study.read() as session:
        return session.scalar(select(VectorRow.model).where(VectorRow.model == model).limit(1)) is not None


def load_vectors(study: Study, model: str, digests: Iterable[str]) -> dict[str, NDArray[np.float32]]:
    """The cached embeddings among those asked for, each of shape (dimensions,)."""
    wanted = list(dict.fromkeys(digests))
    found: dict[str, NDArray[np.float32]] = {}
    with study.read() as session:
        for start in range(0, len(wanted), _AT_ONCE):
            query = select(VectorRow.text_sha256, VectorRow.data).where(
                VectorRow.model == model, VectorRow.text_sha256.in_(wanted[start : start + _AT_ONCE])
            )
            for digest, data in session.execute(query):
                found[digest] = np.frombuffer(data, _DTYPE)
    return found


def stack(vectors: Mapping[str, NDArray[np.float32]], digests: Sequence[str]) -> NDArray[np.float32]:
    """The vectors of these texts as one matrix of shape (texts, dimensions); raises KeyError where one is missing."""
    if not digests:
        return np.zeros((0, 0), np.float32)
    return np.stack([vectors[digest] for digest in digests])
