"""The blind sample: segments drawn by chance, which a person decides before seeing any suggestion for them.

What is measured on them holds for all segments they were drawn from, which nothing that the queue picks could tell.
"""

from functools import lru_cache
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
    return _lot(seed, segment.interview, segment.text_sha256) < share * _STEPS


@lru_cache(maxsize=2**17)
def _lot(seed: int, interview: str, text_sha256: str) -> int:
    """Kept, for pages ask again for every segment of a study."""
    drawn = sha256(f"{seed}|{interview}|{text_sha256}".encode()).digest()
    return int.from_bytes(drawn[:8], "big")


def blind_rows(segments: tuple[Segment, ...], seed: int, share: float = SHARE) -> NDArray[np.bool_]:
    """The same for many, shape (segments,)."""
    return np.array([in_blind_sample(segment, seed, share) for segment in segments], np.bool_)
