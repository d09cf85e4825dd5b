"""A cluster in this process: each piece is done at once, or as the test says."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from assistant.fanout.cluster import SchedulerLostError
from assistant.fanout.places import worker_host
from assistant.fanout.request import Done


class KilledWorker(Exception):  # noqa: N818 - Dask's name
    """As Dask says that workers died with a piece."""


class CancelledError(Exception):
    """As Dask says that a scheduler is gone."""


class NeverError(Exception):
    """The test wants this piece to stay under way."""


CARRY_OUT = "carry out"
"""The test wants the piece to be done here as a worker does it."""


@dataclass(eq=False)
class FakeFuture:
    outcome: Any

    def done(self) -> bool:
        return not isinstance(self.outcome, NeverError)

    def add_done_callback(self, call: Callable[[Any], None]) -> None:
        if self.done():
            call(self)

    def result(self, timeout: float) -> Any:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


@dataclass
class FakeCluster:
    """`answer` is given a piece's name and the workers that may have it; it returns an answer or an error to raise."""

    answer: Callable[[str, list[str]], Any]
    there: set[str] = field(default_factory=lambda: {"tcp://127.0.0.1:1", "tcp://127.0.0.1:2"})
    up: bool = True
    sent: list[tuple[str, list[str]]] = field(default_factory=list)
    cancelled: list[Any] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    @property
    def client(self):
        return self

    def submit(self, function, kind, request, *, key, pure, workers, allow_other_workers) -> FakeFuture:
        assert key == request["key"]
        assert (pure, allow_other_workers) == (False, False)
        able = [each for each in sorted(self.there) if each in workers or worker_host(each) in workers]
        self.sent.append((request["name"], able))
        outcome = self.answer(request["name"], able)
        return FakeFuture(function(kind, request) if outcome == CARRY_OUT else outcome)

    def cancel(self, futures, *, force) -> None:
        assert force
        self.cancelled += futures

    def workers(self) -> frozenset[str]:
        return frozenset(self.there)

    def say(self, sentence: str) -> None:
        self.said.append(sentence)

    def is_there(self) -> bool:
        return self.up

    def lost(self) -> SchedulerLostError:
        return SchedulerLostError("gone")


def found(worker: str, **values: Any) -> dict[str, Any]:
    """A worker's answer."""
    return Done(worker, values).plain()


def not_found(worker: str, kind: Any, why: str) -> dict[str, Any]:
    """A worker's answer that there is nothing, and why."""
    return Done(worker, None, kind, why).plain()
