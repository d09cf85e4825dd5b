"""The log of a study up to an event, as the appendix reads it: payloads by type, interviews by GUID."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from store.event_log import LogFilter, Logged, log
from store.exports import WITHHELD_EVENT
from store.interviews import interviews
from store.pseudonymised import APPLIED_EVENT, RESTORED_EVENT
from store.study import Study
from store.values import Interview


@dataclass(frozen=True, slots=True)
class Entry:
    """An event with its payload as values; `interview` is a label."""

    event: Logged
    payload: Mapping[str, Any]

    @property
    def day(self) -> str:
        """The day on which it was recorded (UTC)."""
        return self.event.at[:10]


class History:
    """What was recorded up to the event `through`; what an erasure blanked is not there."""

    def __init__(self, study: Study, through: int) -> None:
        self.study = study
        self.through = through

    @cached_property
    def by_type(self) -> Mapping[str, tuple[Entry, ...]]:
        """The events with their payloads, by type, oldest first; suggestions and decisions are left to the tables."""
        found: dict[str, list[Entry]] = {}
        for event in log(self.study, wanted=LogFilter(types=_READ, through=self.through)):
            if event.payload is not None:
                found.setdefault(event.type, []).append(Entry(event, json.loads(event.payload)))
        return {kind: tuple(entries) for kind, entries in found.items()}

    def of(self, *types: str) -> Iterator[Entry]:
        """The events of these types, type by type."""
        for kind in types:
            yield from self.by_type.get(kind, ())

    @cached_property
    def interviews(self) -> tuple[Interview, ...]:
        """The interviews that were there, in study order."""
        return interviews(self.study, through=self.through)


_READ = (
    "coder.added",
    "interview.added",
    "interview.erased",
    "attributes.set",
    "consent.recorded",
    "recording.erased",
    "transcript.revised",
    "run.started",
    "candidate.answered",
    "candidate.named",
    "rationale.written",
    "summary.written",
    "coder.role_set",
    "memo.kept",
    "remark.made",
    "double_coding.drawn",
    "project.imported",
    APPLIED_EVENT,
    RESTORED_EVENT,
    "quotes.exported",
    "file.exported",
    WITHHELD_EVENT,
)


def day(at: datetime | str) -> str:
    """The day of a moment, as 2026-03-01 (UTC)."""
    return str(at)[:10]
