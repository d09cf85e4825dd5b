"""Which codes stand together: pure functions over arrays, one small matrix product per interview.

Codes are counted as present or absent in a unit, however many codings and coders put them there.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Stretches:
    """Codings as four arrays of one length: number of the interview, of the code, and the span in code points."""

    interview: Ints
    code: Ints
    start: Ints
    end: Ints

    @property
    def interviews(self) -> int:
        """How many interviews they may come from: the highest number and one."""
        return int(self.interview.max()) + 1 if len(self.interview) else 0


@dataclass(frozen=True, slots=True)
class Units:
    """Stretches of text that do not overlap, ordered by interview and start; `place` is the place of its turn."""

    interview: Ints
    start: Ints
    end: Ints
    place: Ints


class _Part(NamedTuple):
    """Of one interview: the codes that it has and, square over them, the places at which two are together.

    `near` is the size of what has both within reach, `common` of what has both exactly there.
    """

    codes: Ints
    places: Floats
    near: Floats
    common: Floats


@dataclass(frozen=True, slots=True)
class Together:
    """How often pairs of codes stand together; all arrays but the last are symmetric, of shape (codes, codes).

    `count` is the number of places at which both stand, `jaccard` what both share of what either has (0 where neither
    is found), `interviews` the number of interviews in which they are together at least once. The diagonals are the
    code alone. `where` has a row for each interview and a column for each pair.
    """

    count: Ints
    jaccard: Floats
    interviews: Ints
    where: csc_array

    def interviews_of(self, a: int, b: int) -> tuple[int, ...]:
        """The numbers of the interviews in which two codes are together."""
        column = min(a, b) * len(self.count) + max(a, b)
        first, last = self.where.indptr[column], self.where.indptr[column + 1]
        return tuple(int(number) for number in np.sort(self.where.indices[first:last]))


def together_in_units(coded: Stretches, units: Units, codes: int, reach: int = 0) -> Together:
    """Codes within the same unit, or within units whose places are at most `reach` apart.

    With units of one place each (turns) and A, B the places that carry a code, what is together are the places of
    A or B that have the other code within reach, and Jaccard's coefficient (Jaccard 1912, New Phytologist 11:37) is
    their share in A ∪ B. With reach 0 that is the familiar |A ∩ B| / |A ∪ B|. It never falls with reach.
    """
    interview, place, code = _presence(coded, units)
    parts = _blocks(interview, coded.interviews)
    return _summed((_in_units(place[at], code[at], reach) for at in parts), codes)


def together_by_overlap(coded: Stretches, codes: int) -> Together:
    """Codes on the same characters: `count` is the number of unbroken stretches that carry both codes.

    Jaccard's coefficient is here that of characters: those that carry both, of those that carry either.
    """
    order = np.argsort(coded.interview, kind="stable")
    parts = _blocks(coded.interview[order], coded.interviews)
    return _summed((_overlapping(coded, order[at]) for at in parts), codes)


def _presence(coded: Stretches, units: Units) -> tuple[Ints, Ints, Ints]:
    """Each code once at each place of each interview where a coding of it touches a unit, in this order."""
    base = int(max(coded.end.max(initial=0), units.end.max(initial=0))) + 1
    shift = units.interview * base
    first = np.searchsorted(units.end + shift, coded.start + coded.interview * base, side="right")
    last = np.searchsorted(units.start + shift, coded.end + coded.interview * base, side="left")
    touched = np.maximum(last - first, 0)
    which = np.repeat(np.arange(len(first)), touched)
    unit = np.arange(len(which)) - np.repeat(np.cumsum(touched) - touched, touched) + first[which]
    places, codes = int(units.place.max(initial=0)) + 1, int(coded.code.max(initial=0)) + 1
    once = np.unique((coded.interview[which] * places + units.place[unit]) * codes + coded.code[which])
    return once // codes // places, once // codes % places, once % codes


def _blocks(interview: Ints, interviews: int) -> list[slice]:
    edges = np.searchsorted(interview, np.arange(interviews + 1))
    return [slice(int(a), int(b)) for a, b in itertools.pairwise(edges)]


def _in_units(place: Ints, code: Ints, reach: int) -> _Part:
    places, row = np.unique(place, return_inverse=True)
    codes, column = np.unique(code, return_inverse=True)
    has = np.zeros((len(places), len(codes)), np.float32)
    has[row, column] = 1
    common = (has.T @ has).astype(float)
    if not reach:
        return _Part(codes, common, common, common)
    one_way = (has.T @ _near(has, places, reach)).astype(float)
    near = one_way + one_way.T - common  # a place that has both was counted from either side
    return _Part(codes, near, near, common)


def _near(has: NDArray[np.float32], places: Ints, reach: int) -> NDArray[np.float32]:
    """Of each place: which codes stand at most `reach` places away."""
    so_far = np.vstack([np.zeros_like(has[:1]), np.cumsum(has, axis=0)])
    first = np.searchsorted(places, places - reach, side="left")
    last = np.searchsorted(places, places + reach, side="right")
    return (so_far[last] > so_far[first]).astype(np.float32)


def _overlapping(coded: Stretches, at: Ints) -> _Part:
    """Cut the text wherever a coding begins or ends; a stretch is counted where it begins."""
    edges = np.unique(np.concatenate([coded.start[at], coded.end[at]]))
    codes, column = np.unique(coded.code[at], return_inverse=True)
    change = np.zeros((len(edges), len(codes)), np.float32)
    np.add.at(change, (np.searchsorted(edges, coded.start[at]), column), 1)
    np.add.at(change, (np.searchsorted(edges, coded.end[at]), column), -1)
    has = (np.cumsum(change, axis=0) > 0)[:-1].astype(np.float32)  # whole numbers below 2^24, so sums stay exact
    going_on = has[1:] * has[:-1]
    shared = (has * np.diff(edges)[:, None].astype(np.float32)).T @ has
    places = (has.T @ has - going_on.T @ going_on).astype(float)
    return _Part(codes, places, shared.astype(float), shared.astype(float))


def _summed(parts: Iterator[_Part], codes: int) -> Together:
    count, near, common = (np.zeros((codes, codes)) for _ in range(3))
    interviews = np.zeros((codes, codes), np.int64)
    pairs, ends = [np.zeros(0, np.int64)], [0]
    for part in parts:
        block = np.ix_(part.codes, part.codes)
        count[block] += part.places
        near[block] += part.near
        common[block] += part.common
        interviews[block] += part.places > 0
        a, b = np.nonzero(np.triu(part.places))
        pairs.append(part.codes[a] * codes + part.codes[b])
        ends.append(ends[-1] + len(a))
    found = np.concatenate(pairs)
    where = csr_array((np.ones(len(found), bool), found, np.array(ends)), shape=(len(ends) - 1, codes * codes))
    either = np.add.outer(common.diagonal(), common.diagonal()) - common
    jaccard = np.divide(near, either, out=np.zeros_like(near), where=either > 0)
    return Together(count.astype(np.int64), jaccard, interviews, where.tocsc())
