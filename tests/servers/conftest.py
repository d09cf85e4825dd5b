"""Servers for tests, each started once for a test process."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers.postgres import Cluster, cluster

sys.path.append(str(Path(__file__).parents[1] / "store"))  # for the study with every kind of event


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """A temporary PostgreSQL without passwords."""
    with cluster() as made:
        yield made


@pytest.fixture
def postgres_url(postgres_cluster: Cluster) -> str:
    """An empty database of its own."""
    return postgres_cluster.new_database()
