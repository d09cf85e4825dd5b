"""Which quotes a model reads where it cannot read all: spread over the people who spoke, the most typical first."""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RULE = (
    "Quotes are taken in rounds: in each round the most typical quote of every interviewee that was not taken yet, the"
    " most typical first. One that does not fit into what is left of the model’s window is passed over. They are shown"
    " to the model in the order of the study."
)
"""The rule in words, for whoever reads a summary."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The places of the quotes to be read, in study order, and how many did not fit into the window."""

    places: tuple[int, ...]
    passed_over: int


def typicality(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """How near each quote is to the middle of all: the cosine of its vector with their mean; shape (quotes,).

    `vectors` are unit rows, shape (quotes, dimensions). The mean over unit rows is that of the quotes' directions, so
    the row that is nearest to it has the highest mean cosine similarity to all quotes (the medoid of the theme).
    """
    middle = vectors.mean(axis=0)
    length = float(np.linalg.norm(middle))
    found: NDArray[np.float32] = vectors @ (middle / length) if length > 0 else np.zeros(len(vectors), np.float32)
    return found


def reading_order(people: Sequence[Hashable], typical: Sequence[float]) -> list[int]:
    """The places of all quotes in the order in which they are taken; equals keep the order of the study."""
    rounds = _rounds(people, typical)
    return sorted(range(len(people)), key=lambda at: (rounds[at], -typical[at], at))


def _rounds(people: Sequence[Hashable], typical: Sequence[float]) -> dict[int, int]:
    """In which round each quote is taken: how many more typical ones its interviewee has."""
    taken: Counter[Hashable] = Counter()
    found = {}
    for at in sorted(range(len(people)), key=lambda at: (-typical[at], at)):
        found[at] = taken[people[at]]
        taken[people[at]] += 1
    return found


def choose(order: Sequence[int], sizes: Sequence[int], room: int, most: int | None) -> Chosen:
    """Take quotes in that order while they fit; `sizes` and `room` are in tokens, `most` is how many at most."""
    taken: list[int] = []
    passed_over = 0
    for at in order:
        if most is not None and len(taken) >= most:
            break
        if sizes[at] <= room:
            taken.append(at)
            room -= sizes[at]
        else:
            passed_over += 1
    return Chosen(tuple(sorted(taken)), passed_over)
