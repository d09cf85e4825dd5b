"""A simulated reviewer: looks at what the queue puts first, says yes or no as the human did, and the learner learns."""

from collections.abc import Callable
from typing import Any

import numpy as np
from coding_measures import Looks, in_order, measures
from numpy.typing import NDArray

from assistant.suggest.assurance import assure
from assistant.suggest.labels import Labels
from assistant.suggest.learner import learn
from assistant.suggest.order import Order, informativeness, turns_by_lot
from assistant.suggest.pool import Pool

Mask = NDArray[np.bool_]
Matrix = NDArray[np.floating]
Rows = NDArray[np.intp]

FEWEST_AT_ONCE = 20
SHARE_AT_ONCE = 0.05
ENOUGH = 0.96
CURVE = (0.1, 0.25, 0.5)
READ_AT_ONCE = 25
HELD_OUT = 0.25
BLIND = 0.2
DRAWS = 20

Fold = Callable[[Matrix], Matrix]
"""From the segments of the pool to the rows of the folder: the best of a row's segments."""


def review(pool: Pool, truth: Mask, open_rows: Mask, seed: int) -> Looks:
    """Go by the likeliest pair that was not looked at, learning as it goes, until 95 % of the codings are found.

    `truth` is (segments of the pool, codes), `open_rows` the segments to review; the others are known from the start.
    """
    known = np.repeat(~open_rows[:, None], truth.shape[1], axis=1)
    rejected = np.zeros_like(known)
    wanted = int(truth[open_rows].sum())
    found_at: list[int] = []
    looks, pairs = 0, int(open_rows.sum()) * truth.shape[1]
    while len(found_at) < ENOUGH * wanted and looks < pairs:
        labels = Labels(known.copy(), np.where(known, truth, 0).astype(np.float32), rejected.copy())
        chances = learn(pool, labels, seed=seed).probabilities
        batch = min(max(FEWEST_AT_ONCE, int(SHARE_AT_ONCE * looks)), pairs - looks)
        rows, columns = next_looks(chances, ~known, batch)
        hits = truth[rows, columns]
        found_at += (looks + np.flatnonzero(hits) + 1).tolist()
        known[rows, columns] = True
        rejected[rows[~hits], columns[~hits]] = True
        looks += batch
    return Looks(np.array(found_at, np.int64), wanted, pairs)


def fixed_order(similar: Matrix, truth: Mask) -> Looks:
    """Segments as they come, and for each of them every code, the nearest by definition first."""
    ranked = np.argsort(-similar, axis=1, kind="stable")
    return in_order(truth, (ranked + np.arange(len(truth))[:, None] * truth.shape[1]).ravel())


def rounds(similar: Matrix, truth: Mask) -> Looks:
    """A stronger fixed order: the nearest code of every segment as they come, then the second of every one, …."""
    ranked = np.argsort(-similar, axis=1, kind="stable")
    return in_order(truth, (ranked + np.arange(len(truth))[:, None] * truth.shape[1]).T.ravel())


def reading_order(order: Order, chances: Matrix, used: Matrix, open_rows: Rows, seed: int = 0) -> Rows:
    """The open rows in the order of reading; equals keep the order of the study."""
    if order is Order.INFORMATIVE:
        value = turns_by_lot(informativeness(chances, used), seed)[open_rows]
    elif order is Order.LIKELY:
        value = chances[open_rows].max(axis=1)
    else:
        return open_rows
    return open_rows[np.argsort(-value, kind="stable")]


def next_looks(chances: Matrix, open_pairs: NDArray[np.bool_], count: int) -> tuple[Rows, Rows]:
    """The next so many pairs of a segment and a code to look at: the likeliest, rows and columns of equal length."""
    best = np.argsort(-np.where(open_pairs, chances, -1).ravel(), kind="stable")[: min(count, int(open_pairs.sum()))]
    return best // chances.shape[1], best % chances.shape[1]


def reading_curve(pool: Pool, truth: Mask, order: Order | None, seed: int) -> list[dict[str, Any]]:
    """How good the suggestions are on a quarter that is never read, after some share of the rest was (None: by chance).

    `codes_seen` is the share of all codes that came up among what was read.
    """
    rng = np.random.default_rng(seed)
    kept = rng.random(len(truth)) < HELD_OUT
    unread = np.flatnonzero(~kept)
    known = np.zeros(truth.shape, np.bool_)
    marks = [int(share * len(unread)) for share in CURVE]
    curve = []
    while marks:
        labels = Labels(known.copy(), np.where(known, truth, 0).astype(np.float32), np.zeros_like(known))
        chances = learn(pool, labels, seed=seed).probabilities
        read = int(known.any(axis=1).sum())
        if read >= marks[0]:
            marks.pop(0)
            seen = truth[known.any(axis=1)].any(axis=0).sum() / max(1, truth.any(axis=0).sum())
            told = measures(chances[kept], truth[kept], likely=True)
            curve.append({"read": read, "micro_ap": told.get("micro_ap"), "codes_seen": float(seen)})
            continue
        used = np.where(known, truth, 0).sum(axis=0).astype(np.float32)
        ordered = rng.permutation(unread) if order is None else reading_order(order, chances, used, unread, seed)
        now = ordered[: min(READ_AT_ONCE, marks[0] - read)]
        known[now] = True
        unread = np.setdiff1d(unread, now)
    return curve


def assured(pool: Pool, truth: Mask, most_wrong: float, seed: int) -> dict[str, Any]:
    """How many suggestions are assured, and how many of those are wrong, on average over draws of the blind sample.

    A fifth of the segments is the blind sample, the learner learns from another fifth, the rest is undecided. A draw in
    which nothing is assured has no wrong ones, as in the definition of the false discovery rate.
    """
    drawn = [_assured(pool, truth, most_wrong, seed + number) for number in range(DRAWS)]
    return {
        "most_wrong": most_wrong,
        "undecided": round(float(np.mean([left for _, _, left in drawn]))),
        "assured": float(np.mean([count for count, _, _ in drawn])),
        "wrong": float(np.mean([wrong for _, wrong, _ in drawn])),
        "wrong_standard_error": float(np.std([wrong for _, wrong, _ in drawn]) / np.sqrt(DRAWS)),
    }


def _assured(pool: Pool, truth: Mask, most_wrong: float, seed: int) -> tuple[int, float, int]:
    lot = np.random.default_rng(seed).random(len(truth))
    blind = lot < BLIND
    known = np.repeat((lot < 2 * BLIND)[:, None], truth.shape[1], axis=1)
    labels = Labels(known, np.where(known, truth, 0).astype(np.float32), np.zeros_like(known))
    found = assure(pool, labels, blind, labels, most_wrong=most_wrong, seed=seed)
    wrong = [not truth[row, column] for row, column in found.assured.items()]
    return len(wrong), float(np.mean(wrong)) if wrong else 0.0, found.segments
