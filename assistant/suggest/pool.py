"""What the learner knows of segments and codes whatever was decided: computed once, used by every refit."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
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
_MOST_WORDS = 40_000
"""Of words and pairs of words, in a study that is too large for all of them."""
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
    projection: "Projection | None" = None
    """How other rows become features of this pool, where that was asked for."""

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


@dataclass(frozen=True, slots=True)
class Projection:
    """What was worked out of the rows of a pool, to put other rows beside them.

    `middle` and `directions` belong to `meaning` (`spread` to the length of a text in it), `words` turns texts into
    features (None: no word comes twice), `asked` is the middle of what was asked, `scales` holds the mean and the
    divisor of each code by signal.
    """

    middle: Matrix
    directions: Matrix
    spread: float
    words: Callable[[Sequence[str]], Matrix] | None
    asked: Matrix
    scales: Mapping[str, "Scale"]


Scale = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]
"""By code: the mean of its scores, their standard deviation, and whether they hardly vary."""


def build_pool(
    rows: RawRows,
    codes: Sequence[str],
    parents: Mapping[str, str | None],
    signals: Mapping[str, Matrix],
    *,
    projecting: bool = False,
) -> Pool:
    """Make the pool of a study; `signals` are raw scores, NaN where unknown, `parents` give each code's theme.

    With `projecting`, it keeps what it takes to put other rows beside these (`pool_beside`).
    """
    interview = np.asarray(rows.interviews, np.intp)
    with one_core():
        whole, spread = _whole(rows, None)
        middle = whole.mean(axis=0, keepdims=True)
        whole = (whole - middle).astype(np.float32)
        directions = _directions(whole)
        meaning, basis = whole @ directions, directions[: rows.own.shape[1]]
        words, more_words = _words(rows.texts, _MOST_WORDS if projecting else None)
    before, after = _beside(interview)
    scales = {name: _scale(values) for name, values in signals.items()}
    standard = {name: _scaled(values, scales[name]) for name, values in signals.items()}
    themes, nearest, topmost = _themes(codes, parents)
    asked = _centred(rows.asked)
    middle_asked = rows.asked.mean(axis=0, keepdims=True)
    projection = Projection(middle, directions, spread, more_words, middle_asked, scales) if projecting else None
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
        projection=projection,
    )


def pool_beside(pool: Pool, rows: RawRows, signals: Mapping[str, Matrix]) -> Pool:
    """Other rows with the same codes, as the pool would see them; it must have been made with `projecting`.

    A signal that is not given is unknown of all of them. Raises ValueError where the pool keeps no projection.
    """
    made = pool.projection
    if made is None:
        msg = "this pool was not made to put other rows beside it"
        raise ValueError(msg)
    shape = (len(rows.ids), len(pool.codes))
    unknown = np.full(shape, np.nan, np.float32)
    raw = {name: signals.get(name, unknown) for name in pool.signals}
    interview = np.asarray(rows.interviews, np.intp)
    before, after = _beside(interview)
    whole, _ = _whole(rows, made.spread)
    return replace(
        pool,
        segments=tuple(rows.ids),
        interview=interview,
        before=before,
        after=after,
        meaning=(whole - made.middle).astype(np.float32) @ made.directions,
        asked=(rows.asked - made.asked).astype(np.float32),
        words=np.zeros((shape[0], 1), np.float32) if made.words is None else made.words(rows.texts),
        signals={name: _scaled(values, made.scales[name]) for name, values in raw.items()},
        llm_asked=None if pool.llm_asked is None else np.isfinite(raw["llm"]),
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
    return _scaled(values, _scale(values))


def _scale(values: Matrix) -> Scale:
    known = np.isfinite(values)
    count = np.maximum(known.sum(axis=0), 1)
    clean = np.where(known, values, 0).astype(np.float64)
    mean = clean.sum(axis=0) / count
    spread = np.sqrt((np.where(known, clean - mean, 0) ** 2).sum(axis=0) / count)
    return mean, spread, np.asarray(spread < 1e-6, np.bool_)  # noqa: PLR2004 - float32 noise


def _scaled(values: Matrix, scale: Scale) -> Matrix:
    mean, spread, flat = scale
    known = np.isfinite(values)
    clean = np.where(known, values, 0).astype(np.float64)
    scaled: Matrix = np.where(known & ~flat, (clean - mean) / np.where(flat, 1, spread), 0).astype(np.float32)
    return scaled


def _whole(rows: RawRows, spread: float | None) -> tuple[Matrix, float]:
    """A segment with what came before it, and its length, by the spread of lengths where that is not known yet."""
    length = np.log1p([len(text) for text in rows.texts]).astype(np.float32)[:, None]
    spread = (float(length.std()) or 1.0) if spread is None else spread
    return np.hstack([rows.own, BEFORE * rows.before, ASKED * rows.asked, LENGTH * length / spread]), spread


def _directions(whole: Matrix) -> Matrix:
    """The principal directions of centred rows (columns, dimensions)."""
    _, vectors = np.linalg.eigh(whole.T @ whole)
    found: Matrix = vectors[:, ::-1][:, :MEANING_DIMENSIONS].astype(np.float32)
    return found


def _words(texts: Sequence[str], most: int | None) -> tuple[Matrix, Callable[[Sequence[str]], Matrix] | None]:
    """Words and pairs of words by latent semantic analysis (Deerwester et al. 1990), shape (rows, dimensions).

    And what does the same with other texts. `most` is how many words and pairs count, the most frequent; None for all.
    """
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer

    nothing = np.zeros((len(texts), 1), np.float32)
    if len(texts) < _FEWEST_FOR_WORDS:
        return nothing, None
    counter = TfidfVectorizer(
        ngram_range=(1, 2), min_df=2, max_features=most, sublinear_tf=True, token_pattern=_WORD, dtype=np.float32
    )
    try:
        counts = counter.fit_transform(texts)
    except ValueError:  # scikit-learn's way to say that no word comes twice
        return nothing, None
    width = min(WORD_DIMENSIONS, counts.shape[1] - 1, len(texts) - 1)
    if width < 1:
        return nothing, None
    reducer = TruncatedSVD(width, random_state=_SEED)
    reduced = np.asarray(reducer.fit_transform(counts), np.float32)
    middle = reduced.mean(axis=0, keepdims=True)

    def others(more: Sequence[str]) -> Matrix:
        found: Matrix = (reducer.transform(counter.transform(more)) - middle).astype(np.float32)
        return found

    return _centred(reduced), others


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
