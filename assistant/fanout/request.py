"""What goes to a worker and what comes back: plain values, and the version of the program that both must have."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Literal

from store.errors import StudyError

PROTOCOL = 1
"""Counts up whenever a request or an answer changes its form or its meaning."""

Refusal = Literal["unfit", "refused", "failed", "stopped"]
"""`unfit`: that worker can do no such piece; `refused`: not this one; `failed`: nobody can; `stopped`: told to."""


def program() -> str:
    """This program's version, with that of what goes between its processes.

    >>> program().endswith(f"/{PROTOCOL}")
    True
    """
    try:
        return f"{version('interview-assistant')}/{PROTOCOL}"
    except PackageNotFoundError:  # run from its sources
        return f"0/{PROTOCOL}"


@dataclass(frozen=True, slots=True)
class Done:
    """A worker's answer: what it found, or why there is nothing."""

    worker: str
    found: Mapping[str, Any] | None
    kind: Refusal | None = None
    why: str = ""

    def plain(self) -> dict[str, Any]:
        """As it travels."""
        return {"worker": self.worker, "found": self.found, "kind": self.kind, "why": self.why}


def done_of(answer: object) -> Done:
    """What a worker answered; raises StudyError where that is no answer of this program."""
    match answer:
        case {"worker": str(worker), "found": dict(found), "kind": None}:
            return Done(worker, found)
        case {"worker": str(worker), "found": None, "kind": str(kind), "why": str(why)} if kind in _KINDS:
            return Done(worker, None, _KINDS[kind], why)
    raise StudyError("it answered something that this version of the program does not know")


_KINDS: dict[str, Refusal] = {"unfit": "unfit", "refused": "refused", "failed": "failed", "stopped": "stopped"}


class UnfitError(StudyError):
    """This worker cannot do such work: another version, a model that is missing or another one."""


class ElsewhereError(StudyError):
    """This worker cannot do this piece; another one may."""
