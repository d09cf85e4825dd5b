"""The blind sample: segments drawn by chance, which a person decides before seeing any suggestion for them.

What is measured on them holds for all segments they were drawn from, which nothing that the queue picks could tell.
"""

from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from store.values import Segment

SHARE = 0.2
_STEPS = 2**64


def in_blind_sample(segment: Segment, seed: int, share: float = SHARE) -> bool:
    """Whether chance drew this segment.

    It depends on the seed, the interview's label and the segment's text alone: new interviews change nothing.
    """
    drawn = sha256(f"{seed}|{segment.interview}|{segment.text_sha256}".encode()).digest()
    return int.from_bytes(drawn[:8], "big") < share * _STEPS


def blind_rows(segments: tuple[Segment, ...], seed: int, share: float = SHARE) -> NDArray[np.bool_]:
    """The same for many, shape (segments,)."""
    return np.array([in_blind_sample(segment, seed, share) for segment in segments], np.bool_)
