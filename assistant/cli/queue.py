"""`interview queue`: recordings that wait to be transcribed, in the background or in the foreground."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.common import AsJson, StudyFolder, note, opened, print_json
from store.study import Study

if TYPE_CHECKING:
    from assistant.settings import Settings
    from assistant.transcribe.queue import Queue, Queued
    from store.job_values import Job

Labels = list[str] | None


def queue_command(
    study: StudyFolder,
    add: Annotated[bool, typer.Option("--add", help="Queue recordings that have no transcript yet.")] = False,
    interview: Annotated[list[str] | None, typer.Option(help="With --add only this one; may be repeated.")] = None,
    model: Annotated[str, typer.Option(help="A speech model's name; `auto` takes the best one installed.")] = "auto",
    language: Annotated[
        str, typer.Option(help="A code such as en or de; `auto` listens which it is, `mixed` hears several.")
    ] = "auto",
    speakers: Annotated[str, typer.Option(help="How many people speak.", metavar="auto|N|none")] = "auto",
    first: Annotated[bool, typer.Option("--first", help="With --add before all others.")] = False,
    pause: Annotated[list[str] | None, typer.Option(help="Let this one rest; may be repeated.", metavar="I4")] = None,
    resume: Annotated[
        list[str] | None, typer.Option(help="Let it go on, also one that failed or was cancelled.", metavar="I4")
    ] = None,
    cancel: Annotated[
        list[str] | None, typer.Option(help="Take it out of the queue; what was heard is kept.", metavar="I4")
    ] = None,
    start: Annotated[bool, typer.Option("--start", help="Work the queue off in the background.")] = False,
    run: Annotated[bool, typer.Option("--run", help="Work it off here, until nothing waits.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the queue of recordings, change it, and have it worked off; a queue that was interrupted goes on."""
    _check_usage(add, interview, model, language, speakers, first, start, run)
    with opened(study) as (open_study, settings):
        if add:
            _add(open_study, settings, interview, (model, language, speakers), first=first)
        _turn(open_study, pause, resume, cancel)
        failed = _worked_off(open_study) if run else {}
        if start:
            _start(open_study)
        _show(open_study, as_json=as_json, offer=not (start or run))
    if failed:
        raise typer.Exit(1)


def _check_usage(
    add: bool, interview: Labels, model: str, language: str, speakers: str, first: bool, start: bool, run: bool
) -> None:
    if not add and (interview or first or {model, language, speakers} != {"auto"}):
        msg = "--interview, --model, --language, --speakers and --first go with --add"
        raise typer.BadParameter(msg)
    if start and run:
        msg = "--start works in the background, --run in the foreground; give one of them"
        raise typer.BadParameter(msg)


def _add(study: Study, settings: "Settings", labels: Labels, wanted: tuple[str, str, str], *, first: bool) -> None:
    from assistant.transcribe.queue import enqueue
    from store.job_values import Wanted

    made = enqueue(study, settings, labels, Wanted(*wanted), first=first)
    note(f"Queued: {', '.join(job.interview for job in made)}." if made else "Nothing is left to queue.")


def _turn(study: Study, pause: Labels, resume: Labels, cancel: Labels) -> None:
    from store.jobs import cancel_job, pause_job, resume_or_retry

    acts: tuple[tuple[Labels, Callable[[Study, str], Job]], ...] = (
        (pause, pause_job),
        (resume, resume_or_retry),
        (cancel, cancel_job),
    )
    for labels, act in acts:
        for label in labels or ():
            act(study, label)


def _worked_off(study: Study) -> dict[str, str]:
    """Sentences of recordings that failed, by label."""
    from assistant.cli.transcribe import shown
    from assistant.segment import segment_new
    from assistant.transcribe.queue_worker import work

    try:
        with shown() as progress:
            worked = work(study, tell=progress, log=lambda _: None)
    finally:
        segment_new(study)
    for why in (*worked.failed.values(), worked.halted):
        if why:
            note(why)
    return {**worked.failed, **({"": worked.halted} if worked.halted else {})}


def _start(study: Study) -> None:
    from assistant.transcribe.queue import current_queue, lacks_room, start_worker

    if not current_queue(study).waits:
        note("Nothing waits; queue recordings with --add first.")
    elif why := lacks_room(study):
        note(why)
    elif start_worker(study):
        note("The queue is worked off in the background; it goes on when this terminal is closed.")
    else:
        note("The queue is being worked off already.")


def _show(study: Study, *, as_json: bool, offer: bool) -> None:
    from assistant.transcribe.hearing import clock
    from assistant.transcribe.queue import current_queue

    queue = current_queue(study)
    if as_json:
        print_json(_described(queue))
        return
    for each in queue.jobs:
        print(_line(each, works=queue.works))
    if not queue.jobs:
        print("The queue is empty; `interview queue STUDY --add` queues every recording without a transcript.")
    elif queue.left_s is not None:
        print(f"About {clock(round(queue.left_s * 1000))} left in all.")
    if offer and queue.waits and not queue.works:
        note("Nobody works it off: give --start for the background, or --run.")


def _line(each: "Queued", *, works: bool) -> str:
    from assistant.transcribe.hearing import clock

    job = each.job
    parts = [job.interview, job.state if works or job.state != "running" else "interrupted"]
    if job.state in ("running", "paused", "waiting") and job.total_ms:
        parts.append(f"{job.percent} %")
    if job.state == "running" and job.speed:
        parts.append(f"{job.speed:.1f} times as fast as it was said")
    if each.left_s is not None:
        parts.append(f"about {clock(round(each.left_s * 1000))} left")
    return "  ".join([*parts, job.why]).rstrip()


def _described(queue: "Queue") -> dict[str, Any]:
    return {"works": queue.works, "left_seconds": _rounded(queue.left_s), "jobs": [_row(each) for each in queue.jobs]}


def _row(each: "Queued") -> dict[str, Any]:
    job = each.job
    return {
        "interview": job.interview,
        "file": job.file,
        "state": job.state,
        "model": job.wanted.model,
        "language": job.wanted.language,
        "speakers": job.wanted.speakers,
        "done_ms": job.done_ms,
        "total_ms": job.total_ms,
        "speed": _rounded(job.speed),
        "left_seconds": _rounded(each.left_s),
        "why": job.why,
        "queued_at": job.queued_at.isoformat(),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
