"""The vector index: Chroma as a derived thing that repairs itself.

Of an encrypted study it is held in memory, while it is open: Chroma writes texts and vectors in the clear.

Local Chroma is not safe for two processes, so a file lock lets one process at a time hold the folder; whoever does
not hold it searches exactly, in memory, from the vector cache. Whatever is wrong with the folder, it is made again
from the cache.
"""

import random
import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from filelock import FileLock, Timeout
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from store.canonical import sha256_text
from store.index_folder import LOCK, VECTORS, WORDS, discard_index
from store.segments import segments
from store.study import Study
from store.values import Segment
from store.vectors import has_vectors, load_vectors

if TYPE_CHECKING:
    from store.index_place import IndexPlace

_AT_ONCE = 200
_PROBES = 20


@dataclass(frozen=True, slots=True)
class Repair:
    """What opening the index found: the reason it was made again, or nothing; and why it could not be asked."""

    reason: str | None
    segments: int
    problem: str = ""


class _Cached(Embeddings):
    """Hands Chroma the vectors that the cache holds; texts without one are a bug."""

    def __init__(self, vectors: dict[str, NDArray[np.float32]]) -> None:
        self._vectors = vectors

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self._vectors[sha256_text(text)].tolist() for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


class VectorIndex:
    """The Chroma collection of one embedding model, held by this process alone; use it as a context manager."""

    def __init__(self, study: Study, model: str, *, wait_seconds: float = 0.0) -> None:
        self._study = study
        self._model = model
        self._name = f"segments-{sha256_text(model)[:16]}"
        self._in_memory = study.key is not None
        if self._in_memory:  # what lies in memory is shared by all that this process opens
            self._name = f"{self._name}-{uuid.uuid4().hex}"
        self._lock = FileLock(study.folder / LOCK)
        self._wait = wait_seconds
        self._store: Any = None
        self._client: Any = None
        self.repair = Repair(None, 0)

    def __enter__(self) -> Self:
        """Take the lock, check the collection and make it again where it is missing or wrong.

        Raises filelock.Timeout where another process holds the folder.
        """
        self._lock.acquire(timeout=self._wait)
        try:
            self.repair = self._verified()
        except BaseException:
            self._release()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._release()

    def _release(self) -> None:
        self._close()
        self._lock.release()

    def _verified(self) -> Repair:
        wanted = {key(s): s for s in segments(self._study)}
        vectors = load_vectors(self._study, self._model, {s.text_sha256 for s in wanted.values()})
        wanted = {name: s for name, s in wanted.items() if s.text_sha256 in vectors}
        reason = self._open_and_check(wanted, vectors)
        if reason is not None:
            self._rebuild(wanted, vectors)
        return Repair(reason, len(wanted))

    def _open_and_check(self, wanted: dict[str, Segment], vectors: dict[str, NDArray[np.float32]]) -> str | None:
        if not self._study.index.is_file() and not any(self._vector_files()):
            self._store = self._open(vectors)
            self._add(wanted.values())
            return None if not wanted else "it was missing"
        try:
            self._store = self._open(vectors)
            self._refresh(wanted)
            return self._probe(wanted, vectors)
        except BaseException as error:
            # Chroma's Rust core panics outside the Exception family; whatever it was, the index can be made again.
            if isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit):
                raise
            return f"it could not be read ({type(error).__name__})"

    def _vector_files(self) -> Iterable[Path]:
        return (path for path in self._study.index.glob("*") if not path.name.startswith((WORDS, VECTORS)))

    def _open(self, vectors: dict[str, NDArray[np.float32]]) -> Any:
        import chromadb
        from chromadb.config import Settings
        from langchain_chroma import Chroma

        name_no_code()
        self._study.index.mkdir(mode=0o700, exist_ok=True)
        try:
            if self._in_memory:
                self._client = chromadb.EphemeralClient(Settings(anonymized_telemetry=False))
            else:
                self._client = chromadb.PersistentClient(str(self._study.index), Settings(anonymized_telemetry=False))
        except BaseException:
            _forget_half_open(self._study.index)
            raise
        return Chroma(
            client=self._client,
            collection_name=self._name,
            embedding_function=_Cached(vectors),
            collection_metadata={"hnsw:space": "cosine", "model": self._model},
        )

    def _close(self) -> None:
        self._store = None
        if self._client is not None:
            if self._in_memory:
                with suppress(Exception):  # it was not made yet; nothing of it is on the disk
                    self._client.delete_collection(self._name)
            self._client.close()
            self._client = None

    def _refresh(self, wanted: dict[str, Segment]) -> None:
        present = set(self._store.get(include=[])["ids"])
        gone = sorted(present - wanted.keys())
        for start in range(0, len(gone), _AT_ONCE):
            self._store.delete(ids=gone[start : start + _AT_ONCE])
        self._add(segment for name, segment in wanted.items() if name not in present)

    def _add(self, new: Iterable[Segment]) -> None:
        rows = list(new)
        for start in range(0, len(rows), _AT_ONCE):
            part = rows[start : start + _AT_ONCE]
            self._store.add_texts(
                [s.text for s in part],
                metadatas=[{"segment": s.id, "interview": s.interview} for s in part],
                ids=[key(s) for s in part],
            )

    def _probe(self, wanted: dict[str, Segment], vectors: dict[str, NDArray[np.float32]]) -> str | None:
        """Whether a few segments find themselves; a near-tie with an equal text counts as found."""
        if len(self._store.get(include=[])["ids"]) != len(wanted):
            return "its count was wrong"
        names = sorted(wanted)
        for name in random.Random(len(names)).sample(names, min(_PROBES, len(names))):  # noqa: S311
            vector = vectors[wanted[name].text_sha256]
            found = self._store.similarity_search_by_vector_with_relevance_scores(vector.tolist(), k=1)
            if not found or found[0][1] > 1e-3:  # noqa: PLR2004 - cosine distance to itself, in float32
                return "a segment did not find itself"
        return None

    def _rebuild(self, wanted: dict[str, Segment], vectors: dict[str, NDArray[np.float32]]) -> None:
        self._close()
        discard_index(self._study.index)
        self._store = self._open(vectors)
        self._add(wanted.values())

    def search(self, vector: NDArray[np.float32], limit: int) -> list[tuple[int, float]]:
        """The nearest segments as (segment id, cosine similarity), best first, approximately."""
        found = self._store.similarity_search_by_vector_with_relevance_scores(vector.tolist(), k=limit)
        return [(int(document.metadata["segment"]), 1.0 - distance) for document, distance in found]


def name_no_code() -> None:
    """Have Chroma build nothing that the index's own database names: some makers of vectors run code from a folder.

    An index may come with a study that somebody sent; our vectors come from the cache.
    """
    from chromadb.utils import embedding_functions

    embedding_functions.known_embedding_functions.clear()
    embedding_functions.sparse_known_embedding_functions.clear()


def _forget_half_open(folder: Path) -> None:
    """Drop what Chroma keeps of a folder that it could not open: it would be handed out again for the mended one."""
    from chromadb.api.shared_system_client import SharedSystemClient

    SharedSystemClient._identifier_to_system.pop(str(folder), None)  # noqa: SLF001 - the public way drops all folders
    SharedSystemClient._identifier_to_refcount.pop(str(folder), None)  # noqa: SLF001


def key(segment: Segment) -> str:
    """A segment's name in the index: by content, so that nothing old can pass for it."""
    return f"{segment.transcript_id}:{segment.span.start}-{segment.span.end}:{segment.text_sha256[:12]}"


def refresh_index(study: Study, model: str) -> Repair | None:
    """Bring the index up to the segments that have vectors; None where another process holds it, which will do it.

    An encrypted study has no index on the disk: it is searched exactly, from the vectors in its database. Where the
    index is on a server that cannot be asked, `problem` says why; queries answer from the vectors all the same.

    Raises InvalidInputError where the study's own `[index]` cannot be used.
    """
    from store.index_place import index_place

    place = index_place(study)
    if place is not None:
        return _on_server(study, model, place)
    if study.key is not None or not has_vectors(study, model):
        return Repair(None, 0)
    try:
        with VectorIndex(study, model) as index:
            return index.repair
    except Timeout:
        return None


def _on_server(study: Study, model: str, place: "IndexPlace") -> Repair:
    from store.index_connection import IndexServerError
    from store.index_forget import forget_all
    from store.index_server import ServerIndex

    if not has_vectors(study, model):
        return Repair(None, 0, forget_all(study))
    try:
        with ServerIndex(study, model, place) as index:
            return index.repair
    except IndexServerError as error:
        return Repair(None, 0, str(error))


def reindex(study: Study, model: str, *, wait_seconds: float = 30.0) -> Repair:
    """Throw the index away and make it again from the cached vectors, in the folder or on the study's server.

    Raises filelock.Timeout where another process holds the folder, IndexServerError where the server cannot be asked.
    """
    from store.index_place import index_place

    place = index_place(study)
    if place is not None:
        from store.index_server import ServerIndex

        with ServerIndex(study, model, place, afresh=True) as there:
            return Repair("it was asked for", there.repair.segments)
    with FileLock(study.folder / LOCK).acquire(timeout=wait_seconds):
        discard_index(study.index)
    with VectorIndex(study, model, wait_seconds=wait_seconds) as index:
        return Repair("it was asked for", index.repair.segments)
