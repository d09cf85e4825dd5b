"""Fixtures that every room's tests share."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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


@pytest.fixture(scope="session")
def sample_study(tmp_path_factory) -> tuple[Path, dict[str, Any]]:
    """The sample study as `interview demo --headless --json` builds it with the small models, and what that printed."""
    folder = tmp_path_factory.mktemp("sample") / "demo"
    done = subprocess.run(
        [sys.executable, "-m", "assistant", "demo", "--headless", "--json", "--folder", str(folder)],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "INTERVIEW_LLM": "smollm2-135m", "INTERVIEW_LLM_IDLE_SECONDS": "20"},
    )
    assert done.returncode == 0, done.stderr
    return folder, json.loads(done.stdout)
