"""What the learner knows of segments and codes whatever was decided: computed once, used by every refit."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
Rows = NDArray[np.intp]

MEANING_DIMENSIONS = 384
WORD_DIMENSIONS = 150
BEFORE, ASKED, LENGTH = 0.7, 0.5, 0.15
"""How much the turn before, the interviewer's last words and the length count beside the segment's own meaning."""
_FEWEST_FOR_WORDS = 3
_SEED = 0
_WORD = r"(?u)\b\w+\b"
"""One letter is a word too: “I”."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Segments in study order (rows) and codes (columns) as numbers.

    `interview` numbers each row's interview, `before` and `after` are the rows beside it in the same interview (itself
    where there is none). `meaning`, `asked` and `words` are centred features of the rows. `basis` maps an embedding of
    a sentence into `meaning`. `signals` are standardised scores (rows, codes), 0 where unknown; `llm_asked` says where
    the language model was asked. `themes` is (themes, codes): which codes stand somewhere below which theme; `nearest`
    and `topmost` number each code's theme right above and at the top, -1 for none.
    """

    codes: tuple[str, ...]
    segments: tuple[int, ...]
    interview: Rows
    before: Rows
    after: Rows
    meaning: Matrix
    basis: Matrix
    asked: Matrix
    words: Matrix
    signals: Mapping[str, Matrix]
    llm_asked: NDArray[np.bool_] | None
    themes: Matrix
    nearest: Rows
    topmost: Rows
    digest: str
    """The hash of all that decides probabilities."""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and codes."""
        return len(self.segments), len(self.codes)


@dataclass(frozen=True, slots=True)
class RawRows:
    """Segments before they are numbers of a pool; embeddings are (rows, dimensions), rows of zeros where none is.

    `before` embeds the turn or part before a segment, whoever spoke; `asked` the interviewer's last words before it.
    """

    ids: Sequence[int]
    interviews: Sequence[int]
    texts: Sequence[str]
    own: Matrix
    before: Matrix
    asked: Matrix


def build_pool(
    rows: RawRows, codes: Sequence[str], parents: Mapping[str, str | None], signals: Mapping[str, Matrix]
) -> Pool:
    """Make the pool of a study; `signals` are raw scores, NaN where unknown, `parents` give each code's theme."""
    interview = np.asarray(rows.interviews, np.intp)
    with one_core():
        meaning, basis = _meaning(rows)
        words = _words(rows.texts)
    before, after = _beside(interview)
    standard = {name: standardised(values) for name, values in signals.items()}
    themes, nearest, topmost = _themes(codes, parents)
    asked = _centred(rows.asked)
    known = [np.isfinite(signals["llm"])] if "llm" in signals else []
    return Pool(
        codes=tuple(codes),
        segments=tuple(rows.ids),
        interview=interview,
        before=before,
        after=after,
        meaning=meaning,
        basis=basis,
        asked=asked,
        words=words,
        signals=standard,
        llm_asked=known[0] if known else None,
        themes=themes,
        nearest=nearest,
        topmost=topmost,
        digest=_digest(codes, (interview, meaning, words, asked, themes, nearest, topmost, *standard.values(), *known)),
    )


def _digest(codes: Sequence[str], parts: Iterable[NDArray[np.generic]]) -> str:
    whole = sha256("|".join(codes).encode("utf-8"))
    for part in parts:
        whole.update(np.ascontiguousarray(part).tobytes())
    return whole.hexdigest()


def one_core() -> AbstractContextManager[object]:
    """Linear algebra on one core, as a context.

    Beside a busy language model, threads that wait for each other take a hundred times as long.
    """
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[object] = threadpool_limits(1, user_api="blas")
    return limits


def standardised(values: Matrix) -> Matrix:
    """Each code's scores in standard deviations from its own mean over the study, so that none wins everywhere.

    Unknown scores (NaN) become 0, and so do those of a code whose scores never vary.
    """
    known = np.isfinite(values)
    count = np.maximum(known.sum(axis=0), 1)
    clean = np.where(known, values, 0).astype(np.float64)
    mean = clean.sum(axis=0) / count
    spread = np.sqrt((np.where(known, clean - mean, 0) ** 2).sum(axis=0) / count)
    flat = spread < 1e-6  # noqa: PLR2004 - float32 noise
    scaled: Matrix = np.where(known & ~flat, (clean - mean) / np.where(flat, 1, spread), 0).astype(np.float32)
    return scaled


def _meaning(rows: RawRows) -> tuple[Matrix, Matrix]:
    """A segment with what came before it, in its principal directions; and the basis for embeddings alone."""
    length = np.log1p([len(text) for text in rows.texts]).astype(np.float32)[:, None]
    spread = float(length.std()) or 1.0
    whole = np.hstack([rows.own, BEFORE * rows.before, ASKED * rows.asked, LENGTH * length / spread])
    whole = _centred(whole)
    _, vectors = np.linalg.eigh(whole.T @ whole)
    basis = vectors[:, ::-1][:, :MEANING_DIMENSIONS].astype(np.float32)
    return whole @ basis, basis[: rows.own.shape[1]]


def _words(texts: Sequence[str]) -> Matrix:
    """Words and pairs of words by latent semantic analysis (Deerwester et al. 1990), shape (rows, dimensions)."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer

    nothing = np.zeros((len(texts), 1), np.float32)
    if len(texts) < _FEWEST_FOR_WORDS:
        return nothing
    counter = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, token_pattern=_WORD, dtype=np.float32)
    try:
        counts = counter.fit_transform(texts)
    except ValueError:  # scikit-learn's way to say that no word comes twice
        return nothing
    width = min(WORD_DIMENSIONS, counts.shape[1] - 1, len(texts) - 1)
    if width < 1:
        return nothing
    reduced = TruncatedSVD(width, random_state=_SEED).fit_transform(counts)
    return _centred(np.asarray(reduced, np.float32))


def _centred(values: Matrix) -> Matrix:
    centred: Matrix = (values - values.mean(axis=0, keepdims=True)).astype(np.float32)
    return centred


def _beside(interview: Rows) -> tuple[Rows, Rows]:
    here = np.arange(len(interview))
    same = interview[1:] == interview[:-1]
    before, after = here.copy(), here.copy()
    before[1:][same] = here[:-1][same]
    after[:-1][same] = here[1:][same]
    return before, after


def _themes(codes: Sequence[str], parents: Mapping[str, str | None]) -> tuple[Matrix, Rows, Rows]:
    above = [_above(code, parents) for code in codes]
    names = list(dict.fromkeys(theme for line in above for theme in line))
    number = {theme: row for row, theme in enumerate(names)}
    below = np.zeros((len(names), len(codes)), np.float32)
    for column, line in enumerate(above):
        for theme in line:
            below[number[theme], column] = 1
    nearest = np.array([number[line[0]] if line else -1 for line in above], np.intp)
    topmost = np.array([number[line[-1]] if line else -1 for line in above], np.intp)
    return below, nearest, topmost


def _above(code: str, parents: Mapping[str, str | None]) -> list[str]:
    """The themes above a code, the nearest first."""
    line: list[str] = []
    at = parents.get(code)
    while at is not None and at not in line:
        line.append(at)
        at = parents.get(at)
    return line
