"""From raw signals to probabilities, before anyone has decided anything.

Each signal is standardised per code over the whole study, so that a code which is near to everything does not win
everywhere; the standardised signals are added and shifted so that a segment is expected to carry about one code.
These probabilities order suggestions well but are not yet calibrated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from store.canonical import sha256_json
from store.values import ScoreMatrix

Matrix = NDArray[np.float32]

WEIGHTS = {"retrieval": 1.0, "llm": 0.25}
"""Small models guess more than they know, so the LLM is the quieter voice."""
CODES_PER_SEGMENT = 1.0


@dataclass(frozen=True, slots=True)
class Fused:
    """Probabilities per transcript, each of shape (segments, codes), and the hash of the state that made them."""

    probabilities: Mapping[int, Matrix]
    state: str


def fuse(matrices: Sequence[ScoreMatrix]) -> Fused:
    """Fuse the matrices of one run; all of them have the same codes."""
    if not matrices:
        return Fused({}, sha256_json({"fusion": 1}))
    total = np.zeros((sum(len(m.segments) for m in matrices), len(matrices[0].codes)))
    state: dict[str, object] = {"fusion": 2, "weights": WEIGHTS, "codes_per_segment": CODES_PER_SEGMENT}
    for name, weight in WEIGHTS.items():
        if all(name in m.signals for m in matrices):
            stacked = np.concatenate([m.signals[name] for m in matrices]).astype(np.float64)
            mean, spread = _moments(stacked)
            state[name] = [mean.round(6).tolist(), spread.round(6).tolist()]
            total += weight * np.nan_to_num((stacked - mean) / spread)
    chances = _chances(total + _shift(total))
    edges = np.cumsum([0, *(len(m.segments) for m in matrices)])
    parts = {
        m.transcript_id: chances[a:b].astype(np.float32) for m, a, b in zip(matrices, edges, edges[1:], strict=False)
    }
    return Fused(parts, sha256_json(state))


def _chances(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-logits))


def _shift(total: NDArray[np.float64]) -> float:
    """What to add to all logits so that a segment is expected to carry so many codes; by bisection."""
    rows, codes = total.shape
    if not rows or not codes:
        return 0.0
    goal = min(CODES_PER_SEGMENT, codes / 2)
    low, high = -50.0, 50.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _chances(total + middle).sum() / rows < goal else (low, middle)
    return (low + high) / 2


def _moments(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and spread per code over the rows that are known; a signal that never varies says nothing."""
    known = np.isfinite(values)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, values, 0).sum(axis=0) / count
    spread = np.sqrt((np.where(known, values - mean, 0) ** 2).sum(axis=0) / count)
    return mean, np.where(spread < 1e-6, 1.0, spread)  # noqa: PLR2004 - float32 noise
