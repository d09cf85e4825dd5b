"""Whatever becomes of a file, it is read or refused with a sentence; and what was read goes into a study and out again.

`FUZZ=20` in the environment tries new files for twenty minutes instead of the fixed ones.
"""

import os
import sys

import pytest
from fuzz_campaign import long_run, short_run
from fuzz_readers import READERS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the bounds on memory and time are those of Linux")
MINUTES = float(os.environ.get("FUZZ", "0"))


def test_no_file_makes_a_reader_fail_hang_swallow_memory_or_reach_out(capsys):
    """Thousands of changed files, in processes of their own; the last line says how many."""
    seed = os.environ.get("FUZZ_SEED") or os.urandom(4).hex()
    found = long_run(MINUTES, seed, [each.name for each in READERS]) if MINUTES else short_run()
    with capsys.disabled():
        print(f"\n{f'seed {seed}: ' if MINUTES else ''}{found}")
    assert not found.findings, "\n\n".join(found.findings)
    assert found.readers == {each.name for each in READERS}
    assert MINUTES or found.tried == sum(each.tries for each in READERS)
