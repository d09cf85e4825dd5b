"""Incidence frequencies: in how many interviews each code was found, and how many codes were found in just k of them.

What ecology calls a species is a code here, and a sampling unit is an interview (Chao & Colwell, 2017, Methods in
Ecology and Evolution 8:1437–1440; for themes of interviews Lowe, Norris, Farris & Babbage, 2018, ask the same).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True)
class Incidence:
    """The counts that all estimators rest on: `y` (largest first, zeros left out), `t` interviews, Q1 to Q4."""

    y: tuple[int, ...]
    t: int

    @property
    def observed(self) -> int:
        """S: codes found at least once."""
        return len(self.y)

    @property
    def incidents(self) -> int:
        """U: pairs of code and interview."""
        return sum(self.y)

    def q(self, k: int) -> int:
        """Q_k: codes found in exactly `k` interviews."""
        return self.y.count(k)

    @property
    def unseen(self) -> float:
        """q0: codes not found yet, at least, by Chao2 (Chao, 1987); with Q2 = 0 its bias-corrected form."""
        return float(unseen_codes(self.q(1), self.q(2), self.t)) if self.t else 0.0

    @property
    def estimable(self) -> bool:
        """Whether anything can be said about codes not found: two interviews and one code, at least."""
        return self.t > 1 and bool(self.y)


def incidence(y: ArrayLike, t: int) -> Incidence:
    """Checked counts. Raises ValueError where a count is negative, not whole, or above the number of interviews.

    >>> incidence([1, 0, 3, 1], 4)
    Incidence(y=(3, 1, 1), t=4)
    """
    given = np.asarray(y)
    counts = given.astype(np.int64) if given.size else np.zeros(0, np.int64)
    if given.ndim != 1 or not np.array_equal(counts, given):
        msg = f"Incidence counts are one whole number per code; these are {given.dtype} of shape {given.shape}."
        raise ValueError(msg)
    if t < 0 or (counts.size and (counts.min() < 0 or counts.max() > t)):
        msg = f"A code is found in no fewer than 0 and no more than all of the {t} interviews; look at the counts."
        raise ValueError(msg)
    return Incidence(tuple(int(n) for n in np.sort(counts[counts > 0])[::-1]), int(t))


def incidence_of(found: ArrayLike) -> Incidence:
    """The counts of a matrix (codes, interviews) whose cells are above zero where the code was found."""
    matrix = as_found(found)
    return incidence(matrix.sum(axis=1), matrix.shape[1])


def as_found(found: ArrayLike) -> NDArray[np.bool_]:
    """The matrix as bools. Raises ValueError unless it has the shape (codes, interviews)."""
    matrix = np.asarray(found) > 0
    if matrix.ndim != 2:  # noqa: PLR2004
        msg = f"What was found needs the shape (codes, interviews), not {matrix.shape}."
        raise ValueError(msg)
    return matrix


def unseen_codes(q1: ArrayLike, q2: ArrayLike, t: int) -> NDArray[np.float64]:
    """q0 of Chao2 for one pair of counts or for arrays of them: (t-1)/t · Q1²/(2·Q2), or · Q1(Q1-1)/2 with Q2 = 0."""
    once, twice = np.asarray(q1, float), np.asarray(q2, float)
    plain = once**2 / (2 * np.maximum(twice, 1))
    return np.asarray((t - 1) / t * np.where(twice > 0, plain, once * (once - 1) / 2))


def deficit_ratio(q1: ArrayLike, unseen: ArrayLike, t: int) -> NDArray[np.float64]:
    """A of Colwell et al. (2012): t·q0/(t·q0 + Q1), the share by which each interview shrinks what is not covered.

    1 where no code was found just once, as there is then nothing to shrink.
    """
    once, missing = np.asarray(q1, float), np.asarray(unseen, float)
    return np.asarray(np.where(once > 0, t * missing / np.maximum(t * missing + once, 1), 1.0))
