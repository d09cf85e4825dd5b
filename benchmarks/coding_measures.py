"""What is measured of scores (segments, codes) against what people coded."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

Matrix = NDArray[np.floating]
Mask = NDArray[np.bool_]

BINS = 10
RANKS = (1, 3, 5)
SHARES = (50, 80, 95)
THRESHOLDS = (0.1, 0.2, 0.3, 0.5, 0.7, 0.9)
FEWEST_USES = 5
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Looks:
    """Looks (one segment and code shown) at the moments when codings were found, and how many there are in all."""

    found_at: NDArray[np.int64]
    codings: int
    pairs: int

    def until(self, share: int) -> int | None:
        """Looks until that percentage of the codings was found; None where it never was."""
        needed = int(np.ceil(self.codings * share / 100))
        return int(self.found_at[needed - 1]) if 0 < needed <= len(self.found_at) else None

    def per_coding(self) -> dict[str, float | None]:
        """Looks for each coding found."""
        found = {}
        for share in SHARES:
            looks = self.until(share)
            found[str(share)] = None if looks is None else looks / int(np.ceil(self.codings * share / 100))
        return found

    def saved(self) -> float | None:
        """WSS@95: the share of all pairs that need not be looked at to find 95 % of the codings, less 5 %."""
        looks = self.until(95)
        return None if looks is None else 1 - looks / self.pairs - 0.05


def in_order(truth: Mask, order: NDArray[np.intp]) -> Looks:
    """The looks of somebody who goes through the pairs (flat numbers) in a fixed order."""
    hits = truth.ravel()[order]
    return Looks(np.flatnonzero(hits) + 1, int(truth.sum()), truth.size)


def measures(scores: Matrix, truth: Mask, *, likely: bool, looks: Looks | None = None) -> dict[str, Any]:
    """All figures of one set of scores; `likely` says that they are probabilities.

    `looks` are those of a reviewer; by default of one who goes by the scores from high to low.
    """
    if not truth.size:
        return {}
    looks = looks or in_order(truth, np.argsort(-scores.ravel(), kind="stable"))
    coded = truth.any(axis=1)
    found: dict[str, Any] = {
        "segments": len(truth),
        "coded": float(coded.mean()),
        "micro_ap": _ap(truth.ravel(), scores.ravel()),
        "macro_ap": _macro(scores, truth),
        "recall_at": {str(rank): _recall(scores, truth, rank) for rank in RANKS},
        "segment_ap": _ap(coded, _anything(scores, likely=likely)),
        "ece": calibration_error(*_best(scores, truth)),
        "looks_per_coding": looks.per_coding(),
        "wss95": looks.saved(),
    }
    if likely:
        _, right = _best(scores, truth)
        found["ece_base_rate"] = calibration_error(np.full(len(right), truth.mean()), right)
        found["reliability"] = reliability(*_best(scores, truth))
        found["thresholds"] = [_at_threshold(scores, truth, threshold) for threshold in THRESHOLDS]
    return found


def _ap(truth: Mask, scores: Matrix) -> float | None:
    return float(average_precision_score(truth, scores)) if truth.any() else None


def _macro(scores: Matrix, truth: Mask) -> float | None:
    often = np.flatnonzero(truth.sum(axis=0) >= FEWEST_USES)
    return float(np.mean([_ap(truth[:, c], scores[:, c]) for c in often])) if len(often) else None


def _recall(scores: Matrix, truth: Mask, rank: int) -> float | None:
    """Mean over coded segments of the share of their codes among the best so many."""
    coded = truth.any(axis=1)
    if not coded.any():
        return None
    best = np.argsort(-scores, axis=1, kind="stable")[:, :rank]
    hits = np.take_along_axis(truth, best, axis=1).sum(axis=1)
    return float((hits[coded] / truth.sum(axis=1)[coded]).mean())


def _anything(scores: Matrix, *, likely: bool) -> Matrix:
    return 1 - np.prod(1 - np.clip(scores, 0, 1), axis=1) if likely else scores.max(axis=1)


def _best(scores: Matrix, truth: Mask) -> tuple[Matrix, Mask]:
    """The five best codes of each segment: their scores and whether they are right, flat."""
    best = np.argsort(-scores, axis=1, kind="stable")[:, :5]
    return np.take_along_axis(scores, best, axis=1).ravel(), np.take_along_axis(truth, best, axis=1).ravel()


def _bins(scores: Matrix) -> list[NDArray[np.intp]]:
    """Ten bins of equal mass, of which none ends among equals: what was said alike is compared as one."""
    order = np.argsort(scores, kind="stable")
    firsts = [part[0] for part in np.array_split(scores[order], BINS) if len(part)]
    starts = np.unique(np.searchsorted(scores[order], firsts, side="left"))
    return np.split(order, starts[1:])


def calibration_error(scores: Matrix, right: Mask) -> float:
    """Expected calibration error over bins of equal mass (Naeini et al. 2015; Nixon et al. 2019)."""
    return float(sum(len(b) / len(scores) * abs(scores[b].mean() - right[b].mean()) for b in _bins(scores)))


def reliability(scores: Matrix, right: Mask) -> list[dict[str, float]]:
    """For each bin what was said and what was so."""
    return [{"said": float(scores[b].mean()), "was": float(right[b].mean()), "pairs": len(b)} for b in _bins(scores)]


def _at_threshold(scores: Matrix, truth: Mask, threshold: float) -> dict[str, float | None]:
    """Precision and coverage of the three best codes of a segment where they reach a threshold."""
    best = np.argsort(-scores, axis=1, kind="stable")[:, :SHOWN]
    shown = np.take_along_axis(scores, best, axis=1) >= threshold
    right = np.take_along_axis(truth, best, axis=1) & shown
    return {
        "threshold": threshold,
        "precision": float(right.sum() / shown.sum()) if shown.any() else None,
        "coverage": float(right.sum() / truth.sum()) if truth.any() else None,
        "silent": float(1 - shown.any(axis=1).mean()),
    }
