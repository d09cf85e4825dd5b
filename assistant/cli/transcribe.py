"""`interview transcribe`: recordings become transcripts."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from assistant.cli.common import AsJson, StudyFolder, note, opened, print_json

if TYPE_CHECKING:
    from assistant.transcribe.transcription import Outcome, Transcribed

Report = Callable[[str, int, int], None]
"""Is told a label, the milliseconds done, and of how many."""


def _speakers(value: str) -> str:
    from assistant.transcribe.queue import MOST_SPEAKERS

    if value not in {"auto", "none"} and value not in {str(number) for number in range(1, MOST_SPEAKERS + 1)}:
        msg = f"give auto, none, or how many people speak, from 1 to {MOST_SPEAKERS}"
        raise typer.BadParameter(msg)
    return value


def transcribe_command(
    study: StudyFolder,
    model: Annotated[str, typer.Option(help="A speech model's name; `auto` takes the best one installed.")] = "auto",
    language: Annotated[
        str, typer.Option(help="A code such as en or de; `auto` listens which it is, `mixed` does so again and again.")
    ] = "auto",
    speakers: Annotated[
        str, typer.Option(callback=_speakers, help="auto, none, or how many people speak.", metavar="auto|N|none")
    ] = "auto",
    interview: Annotated[list[str] | None, typer.Option(help="Only this interview; may be repeated.")] = None,
    scheduler: Annotated[
        str | None, typer.Option(help="Have workers hear them: a Dask scheduler, such as tcp://127.0.0.1:8786.")
    ] = None,
    media_url: Annotated[
        str | None, typer.Option(help="Where workers find what lies in the study's folder media; else that folder.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Turn recordings into transcripts on this machine; an interrupted run goes on where it stopped."""
    from assistant.transcribe import transcribe_all
    from assistant.transcribe.transcription import Wanted

    if media_url is not None and scheduler is None:
        raise typer.BadParameter("it is for workers, so give --scheduler too", param_hint="--media-url")
    with opened(study) as (open_study, settings), shown() as progress:
        if scheduler is None:
            outcome = transcribe_all(
                open_study, settings, interview, model=model, language=language, speakers=speakers, progress=progress
            )
        else:
            from assistant.fanout import cluster_at, transcribe_spread

            with cluster_at(scheduler, settings, note) as cluster:
                outcome = transcribe_spread(
                    open_study,
                    settings,
                    cluster,
                    interview,
                    wanted=Wanted(model, language, speakers),
                    media_url=media_url,
                    progress=progress,
                )
    if as_json:
        print_json(_described(outcome))
    _say(outcome, quiet=as_json)
    if outcome.failed:
        raise typer.Exit(1)


def _say(outcome: "Outcome", *, quiet: bool) -> None:
    from assistant.ingest.pieces import count
    from assistant.transcribe.hearing import clock

    for done in outcome.done:
        for notice in done.notices:
            note(notice)
        if not quiet:
            row = _row(done)
            spent = clock(round(done.seconds * 1000))
            people = f" of {count(len(row['speakers']), 'speaker')}" if row["speakers"] else ""
            print(
                f"{row['interview']}: {clock(done.duration_ms)} heard in {spent} with {done.model}, "
                f"{count(row['turns'], 'turn')}{people}, {count(row['words'], 'word')}, language {done.language}."
            )
    for failure in outcome.failed:
        note(failure.why)
    if not quiet and not outcome.done and not outcome.failed:
        print("Every recording of this study has its transcript.")


def _described(outcome: "Outcome") -> dict[str, Any]:
    return {
        "interviews": [_row(done) for done in outcome.done],
        "failed": [{"interview": failure.interview, "why": failure.why} for failure in outcome.failed],
    }


def _row(done: "Transcribed") -> dict[str, Any]:
    turns = done.transcript.turns
    return {
        "interview": done.transcript.interview,
        "duration_ms": done.duration_ms,
        "language": done.language,
        "turns": len(turns),
        "speakers": list(dict.fromkeys(turn.speaker for turn in turns if turn.speaker is not None)),
        "words": sum(len(turn.words) for turn in turns),
        "model": done.model,
        "resumed_from_ms": done.resumed_from_ms,
        "seconds": done.seconds,
        "notices": list(done.notices),
    }


@contextmanager
def shown() -> Iterator[Report]:
    """Progress on stderr: a bar with the time left on a terminal, plain lines elsewhere."""
    if not sys.stderr.isatty():
        yield plain_lines()
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, speed_estimate_period=600) as progress:
        tasks: dict[str, Any] = {}

        def report(label: str, done_ms: int, total_ms: int) -> None:
            if label not in tasks:
                tasks[label] = progress.add_task(f"Transcribing {label}", total=total_ms)
            progress.update(tasks[label], completed=done_ms, total=total_ms)

        yield report


def plain_lines(now: Callable[[], float] = time.monotonic) -> Report:
    """Lines such as `I4  37 %  0:42 left`; the time left follows from what this run has heard so far."""
    began: dict[str, tuple[float, int]] = {}
    last = ""

    def report(label: str, done_ms: int, total_ms: int) -> None:
        from assistant.transcribe.hearing import clock

        nonlocal last
        at = now()
        started, first_ms = began.setdefault(label, (at, done_ms))
        percent = 100 * done_ms // total_ms if total_ms else 100
        heard_ms = done_ms - first_ms
        left = ""
        if heard_ms:
            left = f"  {clock(round((at - started) * 1000 / heard_ms * (total_ms - done_ms)))} left"
        line = f"{label}  {percent} %{left}"
        if line != last:
            last = line
            note(line)

    return report
