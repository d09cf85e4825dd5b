"""Meaning saturation of one code, by the vectors of its quotes that the study keeps; nothing is embedded here."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.review import Counted
from assistant.saturation.facets import Facets, facets
from assistant.saturation.table import Saturation
from assistant.segment import local_embedder
from assistant.settings import load_settings
from store.errors import NotFoundError, StudyError
from store.placing import texts_of
from store.runs import latest_run
from store.segments import segments
from store.study import Study
from store.values import Code, Coding, Segment
from store.vectors import has_vectors, load_vectors

EXPLORATORY = (
    "Exploratory: a facet is a group of quotes that an embedding model puts near each other, a machine’s guess at a"
    " dimension of meaning. Read the quotes before you report any of it."
)


@dataclass(frozen=True, slots=True)
class FacetQuote:
    """A quote with its interview; its text is the slice of the transcript."""

    interview: str
    text: str


@dataclass(frozen=True, slots=True)
class Meaning:
    """New facets of a code in each of the table's interviews; `facets` is None where `note` says why.

    `quotes` are those that have a vector, in study order, like `Facets.facet_of`; `without` have none.
    """

    code: Code
    interviews: tuple[str, ...]
    facets: Facets | None
    quotes: tuple[FacetQuote, ...]
    without: int
    note: str


def meaning(study: Study, of: Counted, table: Saturation, code: str) -> Meaning:
    """Meaning saturation of a code (by name or GUID) with all below it, over the interviews of the table.

    A quote has the mean vector of the segments that it lies in. Raises NotFoundError for an unknown code.
    """
    asked = of.codebook.find(code)
    if asked is None:
        msg = f"There is no code “{code}” in version {of.codebook.version} of the codebook; correct the name."
        raise NotFoundError(msg)
    quotes = _quotes(of, table, of.codebook.family(asked.guid))
    vectors = _vectors(study, quotes)
    placed = [c for c in quotes if c.decision in vectors]
    note = _note(asked.name, len(quotes), len(placed))
    if note:
        return Meaning(asked, table.interviews, None, (), len(quotes), note)
    column = {label: number for number, label in enumerate(table.interviews)}
    found = facets(
        np.array([vectors[c.decision] for c in placed]), [column[c.interview] for c in placed], len(table.interviews)
    )
    texts = texts_of(study, {c.transcript_id for c in placed})
    shown = tuple(FacetQuote(c.interview, c.span.of(texts[c.transcript_id])) for c in placed)
    return Meaning(asked, table.interviews, found, shown, len(quotes) - len(placed), "")


def first_quotes(of: Meaning) -> list[tuple[int, int, str, str]]:
    """For each facet its number (from 1), how many quotes it has, and the interview and text of its first quote."""
    numbers = () if of.facets is None else of.facets.facet_of
    first = dict(reversed(list(zip(numbers, of.quotes, strict=True))))
    return [(n + 1, numbers.count(n), quote.interview, quote.text) for n, quote in sorted(first.items())]


def _note(name: str, quotes: int, placed: int) -> str:
    if not quotes:
        return f"“{name}” has no quote in the interviews that count."
    if not placed:
        return f"No quote of “{name}” is embedded yet; `interview reindex` does that where an embedding model is there."
    return ""


def _quotes(of: Counted, table: Saturation, family: frozenset[str]) -> list[Coding]:
    """The stretches coded so, each once, in study order."""
    column = {label: number for number, label in enumerate(table.interviews)}
    found: dict[tuple[int, int, int], Coding] = {}
    for c in of.codings:
        if c.code in family and c.interview in column and not c.needs_look:
            found.setdefault((c.transcript_id, c.span.start, c.span.end), c)
    return sorted(found.values(), key=lambda c: (column[c.interview], c.span.start, c.span.end))


def _vectors(study: Study, quotes: Sequence[Coding]) -> Mapping[str, NDArray[np.float32]]:
    """By decision, the mean vector of the segments that a quote touches; those without any vector are left out."""
    model = embedded_with(study)
    if model is None or not quotes:
        return {}
    by_transcript: dict[int, list[Segment]] = {}
    for segment in segments(study):
        by_transcript.setdefault(segment.transcript_id, []).append(segment)
    touched = {
        c.decision: [s.text_sha256 for s in by_transcript.get(c.transcript_id, ()) if s.span.overlaps(c.span)]
        for c in quotes
    }
    known = load_vectors(study, model, {digest for digests in touched.values() for digest in digests})
    found = {decision: [known[d] for d in digests if d in known] for decision, digests in touched.items()}
    return {decision: np.mean(vectors, axis=0) for decision, vectors in found.items() if vectors}


def embedded_with(study: Study) -> str | None:
    """The model whose vectors the study keeps: that of its settings, else that of its last run; None without any."""
    names: list[str] = []
    with contextlib.suppress(StudyError):  # without the model on this machine, its vectors may still be in the study
        names.append(local_embedder(load_settings(study.settings())).name)
    run = latest_run(study)
    names += [] if run is None else [str(run.settings.get("embedder", ""))]
    return next((name for name in names if name and has_vectors(study, name)), None)
