from collections.abc import Iterator
from pathlib import Path

import pytest
from four_talks import four_talks

from store.study import Study


@pytest.fixture
def talks(tmp_path: Path) -> Iterator[Study]:
    """Four interviews and a codebook; nothing is decided."""
    with four_talks(tmp_path) as study:
        yield study
