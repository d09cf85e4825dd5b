"""Which codes the language model is asked about for each segment: those that retrieval ranks best."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
Mask = NDArray[np.bool_]

_SAME = 1e-6
"""Similarities that differ by less are float32 noise: such a code is near to all segments alike."""


class Shortlist:
    """Chooses the codes that stand out for a segment, each measured against its own similarities over the study.

    `study` holds the similarities of the study's segments to the codes, shape (segments, codes); `size` is how many
    codes are chosen, 0 for all. A code that is near to everything is thereby not on every list.
    """

    def __init__(self, study: Sequence[Matrix], size: int) -> None:
        similar = np.concatenate(study).astype(np.float64)
        spread = similar.std(axis=0)
        self._mean = similar.mean(axis=0)
        self._spread = np.where(spread < _SAME, np.inf, spread)
        self.size = min(size, similar.shape[1]) or similar.shape[1]

    def of(self, similar: Matrix) -> Mask:
        """True for the chosen codes of each segment; of equals the first in the codebook is chosen."""
        standing = (similar - self._mean) / self._spread
        best = np.argsort(-standing, axis=1, kind="stable")[:, : self.size]
        chosen = np.zeros(similar.shape, np.bool_)
        np.put_along_axis(chosen, best, values=True, axis=1)
        return chosen
