from collections.abc import Iterator

import pytest
from four_talks import four_talks

from store.study import Study


@pytest.fixture
def talks(tmp_path) -> Iterator[Study]:
    """Four interviews with a codebook and segments, nothing decided."""
    with four_talks(tmp_path) as study:
        yield study
