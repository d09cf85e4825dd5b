"""`interview worker`: this machine works for a scheduler."""

from typing import Annotated

import typer


def worker_command(
    scheduler: Annotated[str, typer.Option(help="The scheduler's address, such as tcp://127.0.0.1:8786.")],
    name: Annotated[
        str | None, typer.Option(help="What messages call this worker; the machine's name and a few letters.")
    ] = None,
    host: Annotated[str | None, typer.Option(help="This machine's address for the scheduler; found by itself.")] = None,
) -> None:
    """Hear recordings and ask models for `transcribe` and `suggest` with `--scheduler`; one piece of work at a time.

    Start as many as the machine has room for. It keeps no study, and reaches the scheduler alone.
    """
    from assistant.fanout.worker import run_worker

    run_worker(scheduler, name=name, host=host)
