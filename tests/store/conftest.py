"""Studies for the store's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from copied_study import copied_study
from full_study import add_written, full_study
from servers.postgres import Cluster

from store.study import Study, create_study, open_study


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory, chosen_database: Cluster | None) -> Path:
    """The full study, closed, to be copied."""
    folder = tmp_path_factory.mktemp("full")
    with pytest.MonkeyPatch.context() as patch:
        if chosen_database is not None:  # a database of its own, which can be copied whole
            patch.setenv("INTERVIEW_DATABASE", chosen_database.new_database())
        with full_study(folder) as study:
            add_written(study)
            return study.folder


@pytest.fixture
def full(made_once: Path, tmp_path: Path, chosen_database: Cluster | None) -> Iterator[Study]:
    """A fresh copy of a study with every kind of event."""
    with open_study(copied_study(made_once, tmp_path / "full", chosen_database)) as study:
        yield study


@pytest.fixture(scope="module")
def full_once(
    made_once: Path, tmp_path_factory: pytest.TempPathFactory, chosen_database: Cluster | None
) -> Iterator[Study]:
    """One copy for all examples of a property, which may add to it."""
    folder = tmp_path_factory.mktemp("once") / "full"
    with open_study(copied_study(made_once, folder, chosen_database)) as study:
        yield study


@pytest.fixture
def blank(tmp_path: Path) -> Iterator[Study]:
    """A new study with nothing in it."""
    with create_study(tmp_path / "blank", "Blank") as study:
        yield study
