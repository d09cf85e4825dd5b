"""Loaded first in a worker's process, by `dask worker --preload` too: it is offline before it takes any work."""

from typing import Any

from assistant.privacy import go_offline
from assistant.privacy.guard import allow_host
from store.hosts import allowed_hosts

go_offline()
for _host in allowed_hosts():
    allow_host(_host)


def dask_setup(worker: Any) -> None:
    """Let the worker reach its scheduler, be it on another machine."""
    from assistant.fanout.places import worker_host

    allow_host(worker_host(worker.scheduler.address))


def dask_teardown(worker: Any) -> None:  # noqa: ARG001 - Dask's to name
    """End the language model's process with the worker."""
    from assistant.fanout.tasks import close_all

    close_all()
