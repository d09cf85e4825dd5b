"""Studies for the store's tests."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from full_study import add_written, full_study

from store.study import Study, create_study, open_study


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The full study, closed, to be copied."""
    folder = tmp_path_factory.mktemp("full")
    with full_study(folder) as study:
        add_written(study)
        return study.folder


@pytest.fixture
def full(made_once: Path, tmp_path: Path) -> Iterator[Study]:
    """A fresh copy of a study with every kind of event."""
    shutil.copytree(made_once, tmp_path / "full")
    with open_study(tmp_path / "full") as study:
        yield study


@pytest.fixture(scope="module")
def full_once(made_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Study]:
    """One copy for all examples of a property, which may add to it."""
    folder = tmp_path_factory.mktemp("once") / "full"
    shutil.copytree(made_once, folder)
    with open_study(folder) as study:
        yield study


@pytest.fixture
def blank(tmp_path: Path) -> Iterator[Study]:
    """A new study with nothing in it."""
    with create_study(tmp_path / "blank", "Blank") as study:
        yield study
