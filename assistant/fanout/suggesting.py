"""Interviews embedded and asked about by the workers of a cluster; vectors and scores are kept here alone."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from assistant.fanout.cluster import Cluster
from assistant.fanout.recordings import refuse_encrypted
from assistant.fanout.spread import Came, Piece, Spread
from assistant.llm import LlmClient, load_prompt
from assistant.segment import StudyEmbeddings, segment_new
from assistant.settings import Settings
from assistant.suggest import Model
from assistant.suggest.asking import Answer, Ask, Part
from assistant.suggest.llm_scores import PROMPT, LlmScores
from store.canonical import sha256_text
from store.codebook import current_codebook
from store.errors import StudyError
from store.interviews import interviews
from store.segments import segments
from store.sentences import sentence_spans
from store.study import Study
from store.vectors import keep_vectors, load_vectors

TEXTS_PER_PIECE = 256
SEGMENTS_PER_PIECE = 32
_NAMED = 3
"""So many interviews that failed are named; the others are counted."""

Progress = Callable[[int, int], None]
_Texts = tuple[str, ...]
_Rows = tuple[Part, tuple[int, ...]]
Each = TypeVar("Each")


def embed_spread(study: Study, embeddings: StudyEmbeddings, cluster: Cluster, progress: Progress | None = None) -> int:
    """Have the workers embed every segment, and every sentence of a longer one, that has no vector yet.

    Returns how many texts were embedded; raises StudyError where some
    could not be, after the others are kept.
    """
    refuse_encrypted(study)
    segment_new(study)
    labels = [each.label for each in interviews(study)]
    done, failed, looked = 0, dict[str, str](), set[str]()

    def pieces() -> Iterator[Piece[_Texts]]:
        for label in labels:
            looked.add(label)
            for texts in _in_parts(_missing(study, embeddings.model, label), TEXTS_PER_PIECE):
                values = {
                    "texts": list(texts),
                    "embedder": embeddings.model.partition("@")[0],
                    "model": embeddings.model,
                }
                yield Piece(label, texts, "embed", values)

    with closing(Spread[_Texts](cluster).over(pieces())) as came:
        for each in came:
            try:
                keep_vectors(study, embeddings.model, _vectors(each))
            except StudyError as error:
                failed.setdefault(each.piece.name, str(error))
            else:
                done += len(each.piece.of)
            if progress is not None:
                progress(len(looked), len(labels))
    _raise_if(failed)
    return done


def is_of_this_machine(model: Model | None) -> bool:
    """Whether the language model is a process with weights, which a worker can have too, and no endpoint."""
    return model is not None and isinstance(model.scorer, LlmClient)


def asking_spread(study: Study, model: Model, settings: Settings, cluster: Cluster) -> Ask:
    """Who has the workers ask the language model about the segments of interviews, some at a time.

    Its answers are those of `assistant.suggest.asking.one_by_one`. It raises StudyError where some could not be asked
    about, after the last answer.
    """
    codebook = current_codebook(study)
    codes = () if codebook is None else codebook.active
    asked = {
        "llm": {
            "name": model.name,
            "sha256": model.sha256,
            "details": dict(model.details),
            "context_tokens": settings.llm_context_tokens,
            "keep_prefixes": settings.keep_prefixes,
        },
        "codes": [] if codebook is None else [asdict(code) for code in codebook.codes],
        "columns": [code.guid for code in codes],
        "prompt_sha256": load_prompt(PROMPT).sha256,
    }

    def ask(llm: LlmScores, parts: Iterator[Part]) -> Iterator[Answer]:
        failed: dict[str, str] = {}
        values = {**asked, "hashes": list(llm.hashes)}
        with closing(Spread[_Rows](cluster).over(_questions(parts, values))) as came:
            for each in came:
                part, rows = each.piece.of
                try:
                    scores = _scores(each, len(codes))
                except StudyError as error:
                    failed.setdefault(part.label, str(error))
                else:
                    yield Answer(part, rows, scores)
        _raise_if(failed)

    return ask


def _questions(parts: Iterator[Part], values: Mapping[str, Any]) -> Iterator[Piece[_Rows]]:
    for part in parts:
        for rows in _in_parts(part.rows, SEGMENTS_PER_PIECE):
            questions = [part.questions[row] for row in rows]
            own = {
                "questions": [[each.asked, each.segment.text] for each in questions],
                "wanted": np.ascontiguousarray(part.todo[list(rows)], np.bool_).tobytes(),
            }
            yield Piece(part.label, (part, rows), "ask", {**values, **own})


def _scores(came: Came[_Rows], codes: int) -> NDArray[np.float32]:
    """What came back, shape (rows, codes)."""
    _, rows = came.piece.of
    return _matrix(came, "scores", (len(rows), codes))


def _vectors(came: Came[_Texts]) -> dict[str, NDArray[np.float32]]:
    """What came back, by the hash of each text."""
    shape = (came.found or {}).get("shape")
    texts = came.piece.of
    if came.found is not None and not (isinstance(shape, list) and len(shape) == 2 and shape[0] == len(texts)):  # noqa: PLR2004 - rows and columns
        raise StudyError(f"{came.piece.name} came back from a worker with another number of vectors; try it again.")
    vectors = _matrix(came, "vectors", tuple(shape or ()))
    return {sha256_text(text): vector for text, vector in zip(texts, vectors, strict=True)}


def _matrix(came: Came[Any], what: str, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """The numbers that came back; raises StudyError where nothing came, or something else."""
    if came.found is None:
        raise StudyError(came.why)
    data = came.found.get(what)
    if not isinstance(data, bytes) or len(data) != 4 * int(np.prod(shape)):
        raise StudyError(f"{came.piece.name} came back from a worker in a form that is not known; try it again.")
    found: NDArray[np.float32] = np.frombuffer(data, "<f4").astype(np.float32).reshape(shape)
    return found


def _missing(study: Study, model: str, label: str) -> list[str]:
    """The texts of an interview that have no vector yet: its segments, and the sentences of those with several."""
    texts: dict[str, str] = {}
    for segment in segments(study, label):
        spans = sentence_spans(segment.text)
        sentences = [span.of(segment.text) for span in spans] if len(spans) > 1 else []
        texts |= {sha256_text(text): text for text in (segment.text, *sentences)}
    known = load_vectors(study, model, texts)
    return sorted((text for digest, text in texts.items() if digest not in known), key=len)


def _in_parts(values: Sequence[Each], size: int) -> Iterator[tuple[Each, ...]]:
    for start in range(0, len(values), size):
        yield tuple(values[start : start + size])


def _raise_if(failed: Mapping[str, str]) -> None:
    if not failed:
        return
    more = len(failed) - _NAMED
    said = " ".join(list(failed.values())[:_NAMED]) + (f" So did {more} other interviews." if more > 0 else "")
    raise StudyError(f"{said} All else is kept; run the same command again to try those again.")
