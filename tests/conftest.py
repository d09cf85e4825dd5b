"""Fixtures that every room's tests share."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from study_builder import built_study

from assistant.privacy import go_offline
from store.study import Study

go_offline()


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Study]:
    """A study of two interviews with a codebook and segments, nothing decided."""
    with built_study(tmp_path) as study:
        yield study


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real data that is no part of the project; tests that need it skip where it is missing."""
    folder = Path(os.environ.get("INTERVIEW_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("the folder of real test data is not on this machine (INTERVIEW_TEST_DATA)")
    return folder
