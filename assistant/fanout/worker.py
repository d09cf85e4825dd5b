"""`interview worker`: one process that works for a scheduler, offline but for it, and comes back when it dies."""

import asyncio
import logging
import signal
import socket
import sys
import tempfile
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from assistant.fanout.cluster import CONNECT_SECONDS
from assistant.fanout.extra import extra
from assistant.fanout.places import scheduler_host
from assistant.privacy.guard import allow_host
from store.errors import InvalidInputError, StudyError
from store.hosts import ALLOWED_HOSTS, allowed_hosts, is_this_machine

_PRELOAD = "assistant.fanout.preload"
_STAY_SECONDS = 0.5
_START_SECONDS = 120
"""A process that loads what it needs takes a while on a busy machine."""


def run_worker(scheduler: str, *, name: str | None = None, host: str | None = None) -> None:
    """Work for that scheduler until told to end, or until it goes away; `host` is this machine's address for it.

    Raises InvalidInputError where this machine does not allow that scheduler, StudyError where it does not answer.
    """
    there = scheduler_host(scheduler)
    host = host or _own_address(there)
    if is_this_machine(there) and not is_this_machine(host):
        raise InvalidInputError(f"A scheduler on this machine is reached from it alone; leave out --host {host}.")
    for each in (there, host, *allowed_hosts()):
        allow_host(each)
    extra("distributed")
    try:
        socket.create_connection((there, urlsplit(scheduler).port), CONNECT_SECONDS).close()
    except OSError as error:
        raise _not_taken(scheduler, error) from error
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="ia-worker-", ignore_cleanup_errors=True) as folder:
        asyncio.run(_served(scheduler, name or f"{socket.gethostname()}-{folder[-8:]}", host, folder))


async def _served(scheduler: str, name: str, host: str, folder: str) -> None:
    told = asyncio.Event()
    _listen(told)
    try:
        nanny = extra("distributed").Nanny(
            scheduler,
            nthreads=1,  # one piece at a time: models take all cores they are given
            name=name,
            host=host,
            local_directory=folder,
            memory_limit=0,  # Dask would end a process for the size of a model
            preload=[_PRELOAD],
            dashboard=False,
            dashboard_address=f"{host}:0",
            death_timeout=_START_SECONDS,
            silence_logs=logging.CRITICAL,
            config=_config(),
            env={ALLOWED_HOSTS: ",".join(sorted({*allowed_hosts(), host}))},  # its guard lets it listen there
        )
        await asyncio.wait_for(nanny, _START_SECONDS)
    except (OSError, TimeoutError, RuntimeError, ValueError) as error:
        raise _not_taken(scheduler, error) from error
    print(f"Worker {name} works for {scheduler}.", file=sys.stderr, flush=True)
    try:
        while not told.is_set() and nanny.status.name in {"init", "starting", "running"}:
            with suppress(TimeoutError):
                await asyncio.wait_for(told.wait(), _STAY_SECONDS)
    finally:
        await nanny.close(timeout=5)
    if not told.is_set():
        raise StudyError(f"The scheduler at {scheduler} went away, and this worker with it; start them again.")


def _not_taken(scheduler: str, error: Exception) -> StudyError:
    return StudyError(
        f"No scheduler took this worker in at {scheduler} ({type(error).__name__}); start one with `dask scheduler`, "
        "then this command again."
    )


def _listen(told: asyncio.Event) -> None:
    """Have the signals with which a program is ended set `told`."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(told.set))


def _config() -> dict[str, Any]:
    """Dask's settings for the worker's process: nothing of what it holds is written to a disk."""
    own = {
        "distributed.worker.memory.target": False,
        "distributed.worker.memory.spill": False,
        "distributed.worker.memory.pause": False,
        "distributed.worker.memory.terminate": False,
        # Dask would set these to 1, and a word that is unsure is heard otherwise then than without workers
        "distributed.nanny.pre-spawn-environ": dict.fromkeys(
            ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
        ),
    }
    dask = extra("dask")
    dask.config.set(own)
    config: dict[str, Any] = dask.config.config
    return config


def _own_address(there: str) -> str:
    """The address of this machine from which that host is reached; nothing is sent for that."""
    if is_this_machine(there):
        return "127.0.0.1"
    allow_host(there)
    try:
        family = socket.getaddrinfo(there, None)[0][0]
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((there, 9))
            return str(probe.getsockname()[0])
    except OSError as error:
        raise StudyError(f"{there} cannot be found from this machine ({error}); name its address.") from error
