"""Starts another worker where one died, so that a native crash at night costs one recording and not the whole queue.

The worker is a child of this process; it is the child that holds the lock. A recording at which two workers died fails
(`store.job_steps.recover`), so this comes to an end.
"""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from types import FrameType

TOLD_TO_END = 143
MOST_DEATHS = 20
_PAUSE_SECONDS = 1.0
_ORDINARY = (0, 1, TOLD_TO_END, -signal.SIGTERM)
"""How a worker ends that was not killed and did not crash."""


def keep_alive(command: Sequence[str], log: Callable[[str], None]) -> int:
    """Run that command until it ends in an ordinary way, and return its status; told to end, tell it to end too."""
    status = 0
    for _ in range(MOST_DEATHS):
        status = _run(command)
        if status in _ORDINARY:
            return TOLD_TO_END if status == -signal.SIGTERM else status
        log(f"a worker died with status {status}")
        time.sleep(_PAUSE_SECONDS)
    log(f"{MOST_DEATHS} workers died; the queue is left alone")
    return status


def _run(command: Sequence[str]) -> int:
    child: subprocess.Popen[bytes] | None = None
    told = False

    def end(_signal: int, _frame: FrameType | None) -> None:
        nonlocal told
        told = True
        if child is not None:
            child.terminate()

    before = signal.signal(signal.SIGTERM, end)
    try:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, creationflags=_hidden())  # noqa: S603 - our own
        if told:
            child.terminate()
        status = child.wait()
    finally:
        signal.signal(signal.SIGTERM, before)
    return TOLD_TO_END if told else status


def _hidden() -> int:
    if sys.platform == "win32":
        return subprocess.CREATE_NO_WINDOW
    return 0
