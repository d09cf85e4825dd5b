"""What warm queries need, kept in memory: each refresh reads only what changed since, whoever changed it."""

from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from threading import RLock
from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from assistant.quotes.duplicates import Twins
from assistant.quotes.holding import Holding, Texts, by_row, read_texts, rejected_by_row, stretches_of
from assistant.quotes.table import segment_columns
from assistant.segment import StudyEmbeddings
from assistant.suggest import show
from store.adjudications import adjudications
from store.codebook import codebook_versions, current_codebook
from store.decisions import codings_of, standing
from store.newest import StudyStamp, decisions_since, study_stamp
from store.shown import shown_probabilities
from store.study import Study
from store.transcripts import transcript
from store.values import Code, Coding, Decision, Span, SuggestionDraft, Turn
from store.vector_file import SegmentVectors
from store.wording import words_of
from store.words_index import Phrase, Sought, WordsIndex

Matrix = NDArray[np.float32]
T = TypeVar("T")

_QUESTIONS = 256
_TRANSCRIPTS = 128
_TABLES = 8
_RANKS = 32


class Shelf:
    """A study's quotes at hand, one for all threads of a process: make it once, and hand it to every query."""

    def __init__(self, study: Study) -> None:
        self._study = study
        self._lock = RLock()
        self._stamp: StudyStamp | None = None
        self._made: list[tuple[int, Decision]] = []
        self._holding: Holding | None = None
        self._index = WordsIndex(study)
        self._vectors: dict[str, SegmentVectors] = {}
        self._said: dict[tuple[int, Span], str] = {}
        self._turns = _Newest[tuple[Turn, ...]](_TRANSCRIPTS)
        self._matches = _Newest[frozenset[int]](_QUESTIONS)
        self._ranks = _Newest[NDArray[np.float64]](_RANKS)
        self._tables = _Newest[tuple[object, object]](_TABLES)
        self._worked_out = _Newest[tuple[object, object]](_TABLES)
        self._questions = _Newest[Matrix](_QUESTIONS)
        self._shown: tuple[object, Mapping[int, float]] = (None, {})
        self._written: set[tuple[int, int, str, str]] = set()
        self._of_texts: dict[str, tuple[Texts, object]] = {}
        self.twins = Twins()

    def refresh(self) -> Holding:
        """Everything as it stands now; costs a glance at the database where nothing changed."""
        with self._lock:
            stamp, before = study_stamp(self._study), self._stamp
            if self._holding is not None and before is not None and stamp[:4] == before[:4]:
                self._stamp = stamp
                return self._holding
            texts = self._texts(stamp, before)
            self._take_decisions(stamp, before)
            self._holding = self._held(texts)
            self._tables.clear()
            self._worked_out.clear()
            self._stamp = stamp
            return self._holding

    def _texts(self, stamp: StudyStamp, before: StudyStamp | None) -> Texts:
        if self._holding is not None and before is not None and before.texts == stamp.texts:
            return self._holding.texts
        texts = read_texts(self._study)
        self._said.clear()
        self._turns.clear()
        self.twins = Twins()
        return texts

    def _take_decisions(self, stamp: StudyStamp, before: StudyStamp | None) -> None:
        last = self._made[-1][0] if self._made else 0
        new = decisions_since(self._study, last)
        if before is not None and before.texts == stamp.texts and len(self._made) + len(new) >= stamp.decisions[1]:
            self._made += new
        else:
            self._made = list(decisions_since(self._study, 0))

    def _held(self, texts: Texts) -> Holding:
        codebook, made = current_codebook(self._study), [decision for _, decision in self._made]
        codings = codings_of(made, codebook, texts.move)
        known = () if codebook is None else codebook.codes
        return Holding(
            texts=texts,
            codebook=codebook,
            codings=codings,
            stretches=stretches_of(texts, codings),
            coded=by_row(texts, codings),
            rejected=rejected_by_row(texts, standing(made).values()),
            answers={d.guid: d.suggestion_id for d in made if d.suggestion_id is not None},
            adjudications=adjudications(self._study),
            order={code.guid: number for number, code in enumerate(known)},
            names=self._names(known, codings),
        )

    def _names(self, known: Sequence[Code], codings: Iterable[Coding]) -> dict[str, str]:
        """What codes are called; one that was given and is in the codebook no more keeps the name it had."""
        names = {code.guid: code.name for code in known}
        if all(coding.code in names for coding in codings):
            return names
        return {code.guid: code.name for version in codebook_versions(self._study) for code in version.codes} | names

    def probabilities(self) -> Mapping[int, float]:
        """The probability of each suggestion that was shown, by its id."""
        with self._lock:
            stamp = None if self._stamp is None else self._stamp.suggestions
            if self._shown[0] != stamp:
                self._shown = (stamp, shown_probabilities(self._study))
            return self._shown[1]

    def said(self, texts: Texts, transcript_id: int, span: Span) -> str:
        """The words of a stretch with a space around each, as `spoken` takes them."""
        key = (transcript_id, span)
        found = self._said.get(key)
        if found is None:
            words = words_of(span.of(texts.texts.get(transcript_id, "")))
            found = self._said[key] = f" {' '.join(words)} "
        return found

    def turns(self, label: str, transcript_id: int) -> tuple[Turn, ...]:
        """The turns of an interview's transcript; none where another revision has become the current one."""

        def read() -> tuple[Turn, ...]:
            found = transcript(self._study, label)
            return found.turns if found.id == transcript_id else ()

        return self._turns.get((label, transcript_id), read)

    def standing_in(self, texts: Texts, sought: Sought) -> frozenset[int]:
        """The ids of the segments in which something stands."""

        def matches() -> frozenset[int]:
            self._refresh_words(texts)
            return self._index.matches(sought)

        with self._lock:
            return self._matches.get((texts.stamp, sought), matches)

    def ranked(self, texts: Texts, sought: Sequence[Phrase]) -> NDArray[np.float64]:
        """BM25 of these phrases for every segment (segments,), 0 where none of them stands."""

        def ranks() -> NDArray[np.float64]:
            self._refresh_words(texts)
            found = self._index.ranked(sought) if sought else {}
            every = np.zeros(len(texts.segments), np.float64)
            every[self._rows(texts, found)] = np.fromiter(found.values(), np.float64, len(found))
            return every

        with self._lock:
            return self._ranks.get((texts.stamp, tuple(sought)), ranks)

    def _rows(self, texts: Texts, ids: Collection[int]) -> list[int]:
        """The rows of segments, by their ids."""
        columns = self.kept_with_texts("columns", texts, lambda: segment_columns(texts))
        return columns.rows_of(ids)

    def _refresh_words(self, texts: Texts) -> None:
        self._index.refresh(texts.segments, texts.stamp)

    def kept_with(self, thing: object, made: Callable[[], T]) -> T:
        """What is worked out of a thing once, and kept as long as that thing is."""
        with self._lock:
            found = self._worked_out.get(id(thing), lambda: (thing, made()))
            return cast("T", found[1])

    def kept_with_texts(self, name: str, texts: Texts, made: Callable[[], T]) -> T:
        """What is worked out of the texts alone, and kept as long as they are, whatever is decided."""
        with self._lock:
            kept = self._of_texts.get(name)
            if kept is None or kept[0] is not texts:
                kept = self._of_texts[name] = (texts, made())
            return cast("T", kept[1])

    def table(self, key: Hashable, parts: tuple[object, ...], made: Callable[[], T]) -> T:
        """A table made of these very parts, or the one that was made of them before."""
        with self._lock:
            found = self._tables.get((key, *map(id, parts)), lambda: (parts, made()))
            return cast("T", found[1])

    def vectors(self, texts: Texts, model: str) -> Matrix | None:
        """The segments' vectors of length one (segments, dimensions), zeros where one has none; None without any."""
        with self._lock:
            if model not in self._vectors:
                self._vectors[model] = SegmentVectors(self._study, model)
            return self._vectors[model].of(texts.segments, texts.stamp)

    def question(self, embeddings: StudyEmbeddings, text: str) -> Matrix:
        """The vector of a question, of length one; the last few are remembered, here and nowhere else."""

        def embedded() -> Matrix:
            vector = np.asarray(embeddings.embed_query(text), np.float32)
            return vector / (np.linalg.norm(vector) or 1)

        return self._questions.get((embeddings.model, text), embedded)

    def write_down(self, drafts: Iterable[SuggestionDraft]) -> None:
        """Suggestions that are listed count as shown; those of earlier queries are written already."""
        new = [d for d in drafts if (d.run_id, d.segment_id, d.code, d.learner) not in self._written]
        if new:
            show(self._study, new)
            self._written.update((d.run_id, d.segment_id, d.code, d.learner) for d in new)


class _Newest(OrderedDict[Hashable, T]):
    """Remembers the values asked for last, so many of them."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most
        self._guard = RLock()

    def get(self, key: Hashable, made: Callable[[], T]) -> T:  # type: ignore[override]
        with self._guard:
            if key in self:
                self.move_to_end(key)
                return self[key]
        value = made()
        with self._guard:
            self[key] = value
            while len(self) > self._most:
                self.popitem(last=False)
        return value
