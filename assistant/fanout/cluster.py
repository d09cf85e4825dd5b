"""The way to a cluster: one scheduler that this machine allows, and the workers that the study may use."""

import logging
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from assistant.fanout.extra import extra
from assistant.fanout.places import scheduler_host, stays_here, worker_host
from assistant.privacy.guard import allow_host
from assistant.settings import Settings
from store.errors import InvalidInputError, StudyError
from store.hosts import allowed_hosts, is_this_machine

CONNECT_SECONDS = 10
NOBODY_SECONDS = 30.0
"""So long nobody may be there to work before that is said."""
_LOOK_SECONDS = 1.0

Note = Callable[[str], None]
"""Is told a sentence for the person."""


class SchedulerLostError(StudyError):
    """The scheduler went away; what came in is kept."""


class Cluster:
    """A connection to a scheduler; `elsewhere` says whether workers on other machines may be given work."""

    def __init__(self, client: Any, address: str, note: Note, *, elsewhere: bool) -> None:
        self.client = client
        self.address = address
        self._note = note
        self._elsewhere = elsewhere
        self._said: set[str] = set()
        self._workers: frozenset[str] = frozenset()
        self._looked = -_LOOK_SECONDS
        self._seen = time.monotonic()

    def _may(self, worker: str) -> bool:
        """Whether that worker may be given work; behind a scheduler elsewhere, it is the scheduler that is trusted."""
        if stays_here(worker):
            return True
        named = not stays_here(self.address) or worker_host(worker).lower() in allowed_hosts()
        return self._elsewhere and named

    def workers(self) -> frozenset[str]:
        """The addresses of the workers that may be given work, as of this second.

        Raises SchedulerLostError, and StudyError where nobody has been there for half a minute.
        """
        now = time.monotonic()
        if now - self._looked < _LOOK_SECONDS:
            return self._workers
        self._looked = now
        known = self._known()
        allowed = frozenset(each for each in known if self._may(each))
        if known - allowed:
            self.say(
                "Workers on other machines get nothing: their hosts must be named in INTERVIEW_ALLOWED_HOSTS here, and "
                "the study's settings must say allow_remote = true, if its text and recordings may leave this one."
            )
        elif any(not stays_here(each) for each in allowed):
            self.say("Workers on other machines get this study's text or recordings.")
        self._workers = allowed
        if allowed:
            self._seen = now
        elif now - self._seen > NOBODY_SECONDS:
            raise StudyError(
                f"No worker has been there at {self.address} for {NOBODY_SECONDS:.0f} seconds; start some with "
                f"`interview worker --scheduler {self.address}`, then run the same command again: what came in is kept."
            )
        return allowed

    def is_there(self) -> bool:
        """Whether the scheduler still answers."""
        return bool(self.client.status == "running")

    def lost(self) -> SchedulerLostError:
        """What to say of a scheduler that is gone."""
        return SchedulerLostError(
            f"The scheduler at {self.address} went away; what came in is kept. Start it and its workers again, then "
            "run the same command again to go on."
        )

    def _known(self) -> frozenset[str]:
        if not self.is_there():
            raise self.lost()
        try:
            return frozenset(self.client.nthreads())
        except (OSError, TimeoutError, RuntimeError, ValueError) as error:
            raise self.lost() from error

    def say(self, sentence: str) -> None:
        """Tell the person, once."""
        if sentence not in self._said:
            self._said.add(sentence)
            self._note(sentence)


@contextmanager
def cluster_at(address: str, settings: Settings, note: Note) -> Iterator[Cluster]:
    """A connection to the scheduler of that address; `note` is told what a person should know.

    Raises InvalidInputError where this machine or the study does not allow it, StudyError where nobody answers.
    """
    host = scheduler_host(address)
    if not is_this_machine(host):
        if not settings.allow_remote:
            raise InvalidInputError(
                f"The scheduler {address} is on another machine, so text and recordings of this study would leave this "
                "one; write allow_remote = true into [settings] of its interview.toml if they may."
            )
        note(f"Text and recordings of this study leave this machine: the scheduler is on {host}.")
    allow_host(host)
    client = _client(address)
    try:
        yield Cluster(client, address, note, elsewhere=settings.allow_remote)
    finally:
        with suppress(Exception):  # whatever it says on leaving changes nothing
            client.close(timeout=2)


def _quieten() -> None:
    """What Dask says is said here in sentences; it gives each of its loggers a level of its own."""
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] == "distributed":
            logging.getLogger(name).setLevel(logging.CRITICAL)


def _client(address: str) -> Any:
    distributed = extra("distributed")
    _quieten()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return distributed.Client(
                address, timeout=CONNECT_SECONDS, set_as_default=False, name="interview-assistant"
            )
        except (OSError, TimeoutError, ValueError, TypeError, RuntimeError) as error:
            raise StudyError(
                f"No scheduler answers at {address} ({type(error).__name__}); start one with `dask scheduler`, and "
                "workers with `interview worker`, or leave out --scheduler."
            ) from error
