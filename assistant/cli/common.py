"""What every command shares: opening a study, printing JSON, showing progress."""

import getpass
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from assistant.settings import Settings, load_settings
from store.errors import NotFoundError, StudyError
from store.one_line import one_line
from store.segments import unsegmented
from store.study import Study, open_study

StudyFolder = Annotated[Path, typer.Argument(help="The study's folder.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]

_SECONDS_BETWEEN_LINES = 5.0


@contextmanager
def opened(folder: Path) -> Iterator[tuple[Study, Settings]]:
    """The study with its settings; what a stopped command left undone to its segments is done first.

    Says on stderr when the study was brought to a newer schema, and what was mended. Afterwards, its database is copied
    where that is due.
    """
    with open_study(folder) as study:
        if unsegmented(study):
            from assistant.segment import segment_new

            segment_new(study)
        if study.migrated_from is not None:
            note(f"The study was brought up to date; its state before is kept as {study.migrated_from}.")
        for repair in study.repairs:
            note(repair)
        settings = load_settings(study.settings())
        yield study, settings
        _keep_copy(study, settings)


def _keep_copy(study: Study, settings: Settings) -> None:
    """Copy the database where that is due, after the work; a copy that cannot be made is said and spoils nothing."""
    from store.backups import keep_copy_when_due, plan_of

    try:
        keep_copy_when_due(study.folder, plan_of(settings.model_dump()))
    except StudyError as error:
        note(f"What you did is kept, but: {error}")


def acting(name: str | None) -> str:
    """Who does it: the name given, else that of the account; raises InvalidInputError where it cannot be a coder's."""
    from store.coders import coder_name

    return coder_name(name or getpass.getuser())


def known_coder(study: Study, name: str | None) -> str | None:
    """The same name; raises NotFoundError where nobody of that name has coded here, which is most often a slip."""
    from store.coders import coders

    known = coders(study)
    if name is not None and name not in known:
        msg = f"There is no coder “{name}” in this study; there are: {', '.join(known) or 'none yet'}."
        raise NotFoundError(msg)
    return name


def print_json(value: Any) -> None:
    """JSON on stdout, readable, in UTF-8."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def note(text: str) -> None:
    """A line for the person, on stderr; what a file says steers no screen."""
    print("\n".join(one_line(line, None) for line in text.splitlines()), file=sys.stderr)


@contextmanager
def counted(what: str, unit: str) -> Iterator[Callable[[int, int, str], None]]:
    """A callback (done, total, label): a bar with the time left on a terminal, a line now and then elsewhere."""
    if not sys.stderr.isatty():
        yield _lines(what, unit)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total, label: progress.update(
            task, completed=done, total=total, description=f"{what} {label}"
        )


def _lines(what: str, unit: str) -> Callable[[int, int, str], None]:
    said, last = time.monotonic(), ""

    def show(done: int, total: int, label: str) -> None:
        nonlocal said, last
        line = f"{what} {label}: {done} of {total} {unit}"
        if line != last and (done == total or time.monotonic() - said >= _SECONDS_BETWEEN_LINES):
            said, last = time.monotonic(), line
            note(line)

    return show


def clock(milliseconds: int | None) -> str:
    """`00:12:31`, or nothing where no time is known."""
    if milliseconds is None:
        return ""
    seconds = milliseconds // 1000
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
