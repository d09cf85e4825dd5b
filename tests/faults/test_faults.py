"""Faults at any moment of any stage: what was shown as done is there afterwards, and nothing is half applied.

A fifth of the faults is tried; FAULTS=all tries all of them. `python tests/faults/run.py --seed N` repeats one.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from faults_line import LINE

RUN = Path(__file__).with_name("run.py")

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked, which this system cannot do")


@pytest.fixture(scope="module")
def said(request: pytest.FixtureRequest) -> str:
    """What the run of the faults says; its last line is shown at the very end, too."""
    done = subprocess.run(
        [sys.executable, str(RUN), "--self-check"], capture_output=True, encoding="utf-8", check=False
    )
    lines = done.stdout.splitlines()
    request.config.stash[LINE] = lines[-1] if lines else f"the faults were not tried: {done.stderr}"
    return done.stdout + done.stderr


def test_nothing_that_was_shown_as_done_is_lost(said: str) -> None:
    """Kills, power cuts, full and failing disks, dead models, damaged files; each followed by a look at the study."""
    tried = re.search(r"^faults tried (\d+), lost 0$", said, re.MULTILINE)
    assert tried is not None, said
    assert int(tried[1]) >= 70, said


@pytest.mark.parametrize("broken", ["unflushed", "too early", "by pieces"])
def test_a_store_that_breaks_its_promise_is_found_out(said: str, broken: str) -> None:
    """The same faults in a store that flushes nothing, tells too early or writes by pieces lose something."""
    if "cannot be watched" in said:
        pytest.skip("strace is not here, or may not watch our processes")
    found = re.search(rf"^a store that works “{broken}” lost (\d+) of (\d+)$", said, re.MULTILINE)
    assert found is not None, said
    assert int(found[1]) > 0, said
