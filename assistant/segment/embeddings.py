"""Embeddings of a study's texts through LangChain's interface, taken from the study's cache wherever they are there."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from assistant.models import choose
from assistant.settings import Settings
from store.canonical import sha256_text
from store.errors import ForbiddenError
from store.study import Study
from store.vectors import keep_vectors, load_vectors

_AT_ONCE = 64

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Embedder:
    """An embedding model by name and weight hash, loaded only when a text is not in the cache."""

    name: str
    load: Callable[[], Embeddings]


def local_embedder(settings: Settings) -> Embedder:
    """The embedding model of the settings, from the models on this machine; raises StudyError where it is missing."""
    installed = choose("embedder", settings.embedder, settings)
    loaded: list[Embeddings] = []

    def load() -> Embeddings:
        if not loaded:
            loaded.append(_sentence_transformer(installed.path, settings.threads))
        return loaded[0]

    return Embedder(f"{installed.name}@{installed.sha256[:16]}", load)


def _sentence_transformer(path: Path, threads: int) -> Embeddings:
    import torch
    import transformers
    from langchain_huggingface import HuggingFaceEmbeddings

    transformers.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    torch.set_num_threads(threads)
    embeddings: Embeddings = HuggingFaceEmbeddings(
        model_name=str(path),
        model_kwargs={"device": "cpu", "local_files_only": True},
        encode_kwargs={"normalize_embeddings": True, "batch_size": 32},
    )
    return embeddings


class StudyEmbeddings(Embeddings):
    """LangChain embeddings over a study's vector cache: what was embedded once is never embedded again."""

    def __init__(self, study: Study, embedder: Embedder, progress: Progress | None = None) -> None:
        self._study = study
        self._embedder = embedder
        self._progress = progress

    @property
    def model(self) -> str:
        """The name under which the cache keeps this model's vectors."""
        return self._embedder.name

    def matrix(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The embeddings of `texts`, shape (texts, dimensions); new ones are committed piece by piece."""
        digests = [sha256_text(text) for text in texts]
        known = load_vectors(self._study, self.model, digests)
        missing = {d: t for d, t in zip(digests, texts, strict=True) if d not in known}
        known |= self._embed(missing)
        return np.array([known[digest] for digest in digests], np.float32)

    def _embed(self, missing: dict[str, str]) -> dict[str, NDArray[np.float32]]:
        found: dict[str, NDArray[np.float32]] = {}
        digests = sorted(missing, key=lambda digest: (len(missing[digest]), digest))
        for start in range(0, len(digests), _AT_ONCE):
            part = digests[start : start + _AT_ONCE]
            vectors = self._embedder.load().embed_documents([missing[digest] for digest in part])
            new = {d: np.asarray(v, np.float32) for d, v in zip(part, vectors, strict=True)}
            with suppress(ForbiddenError):  # whoever only reads may search all the same
                keep_vectors(self._study, self.model, new)
            found |= new
            if self._progress is not None:
                self._progress(len(found), len(digests))
        return found

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """As LangChain wants them: a list of lists."""
        vectors: list[list[float]] = self.matrix(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """A query is not kept: people's questions are not data of the study."""
        return self._embedder.load().embed_query(text)
