"""The vectors of a study on a Chroma server: one collection per study and embedding model.

The server gets vectors with the numbers of segments and transcripts, and no text, label or name. It may be asked by
many at once: everything that is put there has a name by its content, so two processes that refresh at once only do the
same twice. What it answers is never taken as it is: numbers of segments that the study does not have are dropped.
"""

import random
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from types import TracebackType
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, func, select

from store.canonical import sha256_text
from store.errors import StudyError
from store.index import Repair
from store.index_connection import IndexServerError, connection
from store.index_forget import forget_pending, prefix_of
from store.index_place import IndexPlace
from store.newest import texts_stamp
from store.records import SegmentRow, VectorRow
from store.study import Study
from store.transcripts import current_transcripts
from store.vectors import load_vectors

_AT_ONCE = 1_000
_NAMES_AT_ONCE = 10_000
_IN_SQL = 500
_PROBES = 20
_TRIES = 3
_ITSELF = 1e-3
"""A cosine distance to itself, in float32, is below this."""
_VERSION = 1


class _Entry(NamedTuple):
    """A segment as the server has it, and the hash by which its vector is found."""

    segment: int
    transcript: int
    digest: str


class ServerIndex:
    """The collection of one study and model; use it as a context manager, which brings it up to the study.

    Entering raises IndexServerError where the server cannot be asked, InvalidInputError where this machine does not
    allow it. With `afresh`, everything is put there again.
    """

    def __init__(self, study: Study, model: str, place: IndexPlace, *, afresh: bool = False) -> None:
        self._study = study
        self._model = model
        self._place = place
        self._afresh = afresh
        self._name = f"{prefix_of(study)}{sha256_text(model)[:16]}"
        self._held = ExitStack()
        self._client: Any = None
        self._collection: Any = None
        self.repair = Repair(None, 0)

    def __enter__(self) -> Self:
        """Connect, compare, mend."""
        try:
            self._client = self._held.enter_context(connection(self._place))
            self.repair = self._verified()
        except BaseException as error:
            if self._held.__exit__(type(error), error, error.__traceback__):
                raise AssertionError from error  # no connection swallows an error
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.__exit__(kind, error, trace)

    def search(self, vector: NDArray[np.float32], limit: int) -> list[tuple[int, float]]:
        """The nearest segments as (segment id, cosine similarity), best first, approximately."""
        found = self._collection.query(
            query_embeddings=[vector.astype(np.float32)], n_results=max(1, limit), include=["metadatas", "distances"]
        )
        pairs = zip(found["metadatas"][0], found["distances"][0], strict=True)
        return [(int(about["segment"]), 1.0 - float(distance)) for about, distance in pairs]

    def _verified(self) -> Repair:
        forget_pending(self._study, self._place, self._client)
        known = any(each.name == self._name for each in self._client.list_collections(limit=_NAMES_AT_ONCE))
        reason = None if known else "it was missing"
        if known and self._afresh:
            self._client.delete_collection(self._name)
            reason = "it was asked for"
        count = self._count()
        try:
            self._open()
            reason = self._mended() or reason
        except Exception as error:
            if not known or isinstance(error, StudyError):
                raise
            reason = f"it could not be read ({type(error).__name__})"
            self._client.delete_collection(self._name)
            self._open()
            self._mended()
        return Repair(reason if count else None, self._count())

    def _open(self) -> None:
        self._collection = self._client.get_or_create_collection(
            self._name, metadata={"hnsw:space": "cosine", "model": self._model}, embedding_function=None
        )

    def _mended(self) -> str | None:
        """Bring the collection up to the study; returns why it was made again, None where it was not."""
        reason = None
        for _ in range(_TRIES):
            stamp, count = self._stamp()
            if (self._collection.metadata or {}).get("stamp") != stamp or self._collection.count() != count:
                self._refresh()
                self._collection.modify(metadata={"model": self._model, "stamp": stamp})
            if self._stamp()[0] != stamp:
                continue  # somebody added or erased meanwhile
            if self._probe():
                return reason
            reason = "a segment did not find itself"
            self._client.delete_collection(self._name)
            self._open()
        msg = f"{self._place.shown} does not keep what is put there; see its log, then run `interview reindex`."
        raise IndexServerError(msg[:1].upper() + msg[1:])

    def _stamp(self) -> tuple[str, int]:
        """What decides the content, and how many entries that are."""
        count = self._count()
        texts = "-".join(map(str, texts_stamp(self._study)))
        return f"{_VERSION}:{texts}:{count}", count

    def _count(self) -> int:
        with self._study.read() as session:
            current = set(current_transcripts(session).values())
            query = self._with_vectors(SegmentRow.transcript_id, func.count()).group_by(SegmentRow.transcript_id)
            return sum(count for transcript, count in session.execute(query).tuples() if transcript in current)

    def _with_vectors(self, *columns: Any) -> Select[Any]:
        """These columns of the segments that have a vector of this model."""
        return select(*columns).join(
            VectorRow, (VectorRow.text_sha256 == SegmentRow.text_sha256) & (VectorRow.model == self._model)
        )

    def _wanted(self) -> dict[str, _Entry]:
        columns = (SegmentRow.id, SegmentRow.transcript_id, SegmentRow.start, SegmentRow.end, SegmentRow.text_sha256)
        with self._study.read() as session:
            current = set(current_transcripts(session).values())
            rows = session.execute(self._with_vectors(*columns).execution_options(yield_per=_NAMES_AT_ONCE)).tuples()
            return {
                f"{transcript}:{start}-{end}:{digest[:12]}": _Entry(segment, transcript, digest)
                for segment, transcript, start, end, digest in rows
                if transcript in current
            }

    def _refresh(self) -> None:
        """What is there is listed before the study is read: nothing that others put there meanwhile is taken out."""
        present = self._names()
        wanted = self._wanted()
        for some in _parts(sorted(present - wanted.keys()), _AT_ONCE):
            self._collection.delete(ids=some)
        self._add({name: entry for name, entry in wanted.items() if name not in present})

    def _names(self) -> set[str]:
        found: set[str] = set()
        while True:
            some = self._collection.get(include=[], limit=_NAMES_AT_ONCE, offset=len(found))["ids"]
            before = len(found)
            found.update(some)
            if len(some) < _NAMES_AT_ONCE or len(found) == before:
                return found

    def _add(self, new: dict[str, _Entry]) -> None:
        at_once = min(_AT_ONCE, int(self._client.get_max_batch_size()))
        for names in _parts(new, at_once):
            entries = [new[name] for name in names]
            vectors = load_vectors(self._study, self._model, (entry.digest for entry in entries))
            there = [(name, entry) for name, entry in zip(names, entries, strict=True) if entry.digest in vectors]
            if not there:
                continue
            self._collection.upsert(
                ids=[name for name, _ in there],
                embeddings=[vectors[entry.digest] for _, entry in there],
                metadatas=[{"segment": entry.segment, "transcript": entry.transcript} for _, entry in there],
            )
            self._take_back_erased(dict(there))

    def _take_back_erased(self, added: dict[str, _Entry]) -> None:
        """Nothing that was erased while it was on its way may stay there."""
        there: set[int] = set()
        with self._study.read() as session:
            for some in _parts([entry.segment for entry in added.values()], _IN_SQL):
                there.update(session.scalars(select(SegmentRow.id).where(SegmentRow.id.in_(some))))
        gone = [name for name, entry in added.items() if entry.segment not in there]
        if gone:
            self._collection.delete(ids=gone)

    def _probe(self) -> bool:
        """Whether a few segments find themselves; a near-tie with an equal text counts as found."""
        with self._study.read() as session:
            query = self._with_vectors(SegmentRow.transcript_id, SegmentRow.text_sha256)
            current = set(current_transcripts(session).values())
            some = session.execute(query.order_by(func.random()).limit(2 * _PROBES)).tuples()
            digests = [digest for transcript, digest in some if transcript in current]
        vectors = load_vectors(self._study, self._model, digests)
        for vector in random.sample(list(vectors.values()), min(_PROBES, len(vectors))):
            if not vector.any():
                continue
            found = self._collection.query(query_embeddings=[vector], n_results=1, include=["distances"])
            distances = found["distances"][0]
            if not distances or distances[0] > _ITSELF:
                return False
        return True


def _parts(things: Iterable[Any], most: int) -> Iterator[list[Any]]:
    remaining = iter(things)
    while some := list(islice(remaining, most)):
        yield some
