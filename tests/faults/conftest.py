"""The line that counts comes last, after pytest's own."""

import pytest
from faults_line import LINE


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where several processes test, hand the line to the one that speaks."""
    line = session.config.stash.get(LINE, None)
    if line is not None and hasattr(session.config, "workeroutput"):
        session.config.workeroutput["last line"] = line


def pytest_unconfigure(config: pytest.Config) -> None:
    """Say how many faults were tried and how many lost something, where they were."""
    line = config.stash.get(LINE, None)
    if line is not None:
        print(line)
