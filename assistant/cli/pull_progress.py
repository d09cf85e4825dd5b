"""Progress of a pull on stderr: a bar on a terminal, a plain line now and then elsewhere."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from assistant.models import Progress as Report

_LINES = 10


@contextmanager
def shown_progress(name: str) -> Iterator[Report]:
    """A callback for `pull` that shows what it is told."""
    if not sys.stderr.isatty():
        yield _PlainLines(name)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name, total=None)

        def report(done: int, total: int, what: str) -> None:
            bar.update(task, completed=done, total=total or None, description=f"{name}: {what}")

        yield report


class _PlainLines:
    """Prints a line whenever another tenth is done, or something new begins at the very start."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._step = -1

    def __call__(self, done: int, total: int, what: str) -> None:
        step = done * _LINES // total if total else self._step
        if step == self._step and total:
            return
        self._step = step
        percent = f" {100 * done // total} %" if total else ""
        print(f"{self._name}: {what}{percent}", file=sys.stderr, flush=True)
