"""A study to put recordings into."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from made_sound import tone, write_wav

from store.study import Study, create_study


@pytest.fixture
def study(tmp_path: Path) -> Iterator[Study]:
    """An empty study."""
    with create_study(tmp_path / "study") as made:
        yield made


@pytest.fixture
def speech_wav(tmp_path: Path) -> Callable[..., Path]:
    """Writes a recording with a loud tone wherever somebody is said to speak, given as (start_s, end_s) pairs."""

    def write(name: str, seconds: float, *spoken: tuple[float, float]) -> Path:
        samples = np.zeros(int(seconds * 16_000), dtype=np.int16)
        for start, end in spoken:
            part = tone(end - start, 16_000)
            samples[int(start * 16_000) : int(start * 16_000) + len(part)] = part
        return write_wav(tmp_path / name, samples)

    return write
