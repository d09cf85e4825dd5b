"""Pieces of work spread over workers: few on their way at a time, taken as they come, and nobody's death stops others.

Dask gives the piece of a worker that dies to another one. A piece beside which workers die again and again is set aside
and tried alone at the end, so that it is known whether it is the one that kills them.
"""

import itertools
import queue
import uuid
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from assistant.fanout.cluster import Cluster
from assistant.fanout.places import worker_host
from assistant.fanout.request import Done, done_of, program
from assistant.fanout.tasks import carry_out
from store.errors import StudyError

Of = TypeVar("Of")
"""What a piece belongs to: whoever sends it knows it again by that."""

PER_WORKER = 2
"""One that is worked on, and one that waits beside it."""
_ALONE_TRIES = 2
_POLL_SECONDS = 0.5
_FETCH_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Piece(Generic[Of]):
    """One task: what messages call it, what it belongs to, its kind, and its plain values."""

    name: str
    of: Of
    kind: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Came(Generic[Of]):
    """What became of a piece: what was found, or why nothing was."""

    piece: Piece[Of]
    found: Mapping[str, Any] | None
    why: str = ""


@dataclass(slots=True)
class _Flight(Generic[Of]):
    """A piece on its way, the workers that may have it, and those that refused it with their reasons."""

    piece: Piece[Of]
    workers: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()
    """Where any worker may have it; nothing where only those of these addresses may."""
    refused: dict[str, str] = field(default_factory=dict)
    key: str = ""
    alone: int = 0
    """How often it was tried with nothing else under way."""

    def has_one_of(self, workers: frozenset[str]) -> bool:
        """Whether one of these workers may have it."""
        return any(each in self.workers or worker_host(each) in self.hosts for each in workers)


class Spread(Generic[Of]):
    """One round of work on a cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._running: dict[Any, _Flight[Of]] = {}
        self._finished: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._waiting: deque[_Flight[Of]] = deque()
        self._suspects: deque[_Flight[Of]] = deque()
        self._unfit: dict[str, str] = {}

    def over(self, pieces: Iterable[Piece[Of]]) -> Generator[Came[Of], None, None]:
        """What becomes of each piece, in any order; pieces are taken as there is room for them.

        Raises StudyError where nobody is there who could work, or the scheduler is gone. Whoever stops iterating calls
        back what is under way.
        """
        source = iter(pieces)
        try:
            while self._fill(source):
                with suppress(queue.Empty):
                    came = self._landed(self._finished.get(timeout=_POLL_SECONDS))
                    if came is not None:
                        yield came
                yield from self._stranded()
        finally:
            self._call_back()

    def _fill(self, source: Iterator[Piece[Of]]) -> bool:
        """Send out what there is room for; False once nothing is left."""
        workers = self._able()
        while len(self._running) < PER_WORKER * len(workers):
            flight = self._waiting.popleft() if self._waiting else self._next(source)
            if flight is None:
                break
            self._send(flight, workers)
        if not self._running and self._suspects and workers:
            suspect = self._suspects.popleft()
            suspect.alone += 1
            self._send(suspect, workers)
        return bool(self._running or self._waiting or self._suspects) or self._more(source)

    def _more(self, source: Iterator[Piece[Of]]) -> bool:
        """Whether there is another piece, which then waits."""
        flight = self._next(source)
        if flight is not None:
            self._waiting.append(flight)
        return flight is not None

    def _next(self, source: Iterator[Piece[Of]]) -> _Flight[Of] | None:
        for piece in itertools.islice(source, 1):
            return _Flight(piece)
        return None

    def _able(self) -> frozenset[str]:
        """The workers that can do such work; raises StudyError where all who are there said that they cannot."""
        workers = self._cluster.workers()
        able = workers.difference(self._unfit)
        if workers and not able:
            raise StudyError(" ".join(dict.fromkeys(self._unfit[each] for each in sorted(workers))))
        return able

    def _send(self, flight: _Flight[Of], workers: frozenset[str]) -> None:
        flight.workers = workers.difference(flight.refused) or workers
        if flight.alone:
            flight.workers = frozenset(sorted(flight.workers)[:1])
        # a host stands also for the worker that is started again there, under another address
        by_host = not (flight.alone or flight.refused or self._unfit)
        flight.hosts = frozenset(map(worker_host, flight.workers)) if by_host else frozenset()
        flight.key = f"{flight.piece.kind}-{uuid.uuid4().hex}"
        request = {**flight.piece.values, "name": flight.piece.name, "program": program(), "key": flight.key}
        future = self._cluster.client.submit(
            carry_out,
            flight.piece.kind,
            request,
            key=flight.key,
            pure=False,
            workers=sorted(flight.hosts or flight.workers),
            allow_other_workers=False,
        )
        self._running[future] = flight
        future.add_done_callback(self._finished.put)

    def _landed(self, future: Any) -> Came[Of] | None:
        """What came back; None where it is to be tried again."""
        flight = self._running.pop(future, None)
        if flight is None:
            return None
        try:
            done = done_of(future.result(timeout=_FETCH_SECONDS))
        except StudyError as error:
            return self._given_up(flight, f"a worker did not understand it: {error}")
        except Exception as error:  # noqa: BLE001 - Dask raises what the worker's process raised, and errors of its own
            return self._broken(flight, future, error)
        return self._answered(flight, done)

    def _broken(self, flight: _Flight[Of], future: Any, error: Exception) -> Came[Of] | None:
        if not self._cluster.is_there() or type(error).__name__ in _LOST:
            raise self._cluster.lost() from error
        if type(error).__name__ in _DIED:
            self._cluster.client.cancel([future], force=True)
            return self._suspected(flight)
        if isinstance(error, ImportError | AttributeError):
            return self._given_up(flight, "a worker has not this program, or another version; use `interview worker`")
        return self._given_up(flight, f"Dask failed ({type(error).__name__})")

    def _answered(self, flight: _Flight[Of], done: Done) -> Came[Of] | None:
        if done.found is not None:
            return Came(flight.piece, done.found)
        if done.kind == "failed":
            return Came(flight.piece, None, done.why)
        asked = flight.workers
        flight.refused |= dict.fromkeys(self._addresses(done, asked), done.why)
        if done.kind == "unfit":
            self._unfit |= {each: done.why for each in flight.refused if flight.refused[each] == done.why}
            self._cluster.say(done.why)
        elif not self._cluster.workers().difference(flight.refused, self._unfit):
            return Came(flight.piece, None, " ".join(dict.fromkeys(flight.refused.values())))
        self._waiting.append(flight)
        return None

    def _addresses(self, done: Done, asked: frozenset[str]) -> list[str]:
        """The address of the worker that answered; all that were asked where it does not say which one it is."""
        return [done.worker] if done.worker else sorted(asked)

    def _stranded(self) -> Iterator[Came[Of]]:
        """Pieces whose workers are all gone: what came in their place may have them."""
        workers = self._cluster.workers()
        for future, flight in list(self._running.items()):
            if not flight.has_one_of(workers) and not future.done():
                del self._running[future]
                self._cluster.client.cancel([future], force=True)
                came = self._suspected(flight)
                if came is not None:
                    yield came

    def _suspected(self, flight: _Flight[Of]) -> Came[Of] | None:
        if flight.alone >= _ALONE_TRIES:
            return self._given_up(flight, "every worker that had it died, also when it was alone there")
        self._suspects.append(flight)
        return None

    def _given_up(self, flight: _Flight[Of], why: str) -> Came[Of]:
        return Came(flight.piece, None, f"{flight.piece.name} was given up: {why}.")

    def _call_back(self) -> None:
        """Nobody waits for what is still under way."""
        if self._running and self._cluster.is_there():
            with suppress(Exception):  # the scheduler may go at that very moment
                self._cluster.client.cancel(list(self._running), force=True)
        self._running.clear()


_LOST = frozenset({"CancelledError", "FutureCancelledError", "FuturesCancelledError"})
_DIED = frozenset({"KilledWorker", "TimeoutError", "NoWorkerError", "WorkerStartTimeoutError"})
