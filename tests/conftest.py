"""Fixtures that every room's tests share."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from servers.postgres import Cluster, cluster, on_postgres
from study_builder import built_study

from assistant.privacy import go_offline, offline
from store.study import Study

go_offline()
offline.seal = lambda: False  # all tests share one process, and some of them listen on loopback

_LAST: pytest.StashKey[list[str]] = pytest.StashKey()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Keep the line with which a test process wants the whole run to end."""
    if line := getattr(node, "workeroutput", {}).get("last line"):
        node.config.stash.setdefault(_LAST, []).append(line)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Say those lines after everything that pytest says."""
    for line in config.stash.get(_LAST, []):
        print(line)


@pytest.fixture(scope="session", autouse=True)
def chosen_database() -> Iterator[Cluster | None]:
    """With INTERVIEW_TEST_DATABASE=postgresql, every study of these tests is a schema of one temporary server."""
    if not on_postgres():
        yield None
        return
    with cluster() as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("INTERVIEW_DATABASE", server.new_database())
        yield server


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is about the files of SQLite is not run against PostgreSQL."""
    if on_postgres():
        left_out = [item for item in items if item.get_closest_marker("sqlite")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("sqlite")]


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


@pytest.fixture(scope="session", autouse=True)
def own_runtime_folder() -> Iterator[None]:
    """The processes of these tests meet among themselves only: not those of other test processes, nor a person's."""
    with (
        tempfile.TemporaryDirectory(prefix="ia-", ignore_cleanup_errors=True) as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("INTERVIEW_RUNTIME_DIR", folder)
        yield


@pytest.fixture(scope="session")
def sample_study(tmp_path_factory) -> tuple[Path, dict[str, Any]]:
    """The sample study as `interview demo --headless --json` builds it with the small models, and what that printed.

    It is built once for all test processes; nobody may change it.
    """
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "sample" / "demo"
    folder.parent.mkdir(exist_ok=True)
    printed = folder.parent / "printed.json"
    with FileLock(folder.parent / "building.lock"):
        if not printed.exists():
            printed.write_text(_built_sample(folder), encoding="utf-8")
    return folder, json.loads(printed.read_text(encoding="utf-8"))


def _built_sample(folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "assistant", "demo", "--headless", "--json", "--folder", str(folder)],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "INTERVIEW_LLM": "smollm2-135m", "INTERVIEW_LLM_IDLE_SECONDS": "20"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
