"""What became of suggestions: each coder's standing answer to each, and what they added of their own.

A suggestion is a code on a stretch of one revision; that the machine showed it again with another probability makes
it no other one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from store.decisions import standing
from store.values import Decision, Span, Suggestion, Verdict

Shown = tuple[str, int, Span, str]
"""Interview, segment, stretch and code of a suggestion."""


class Fate(StrEnum):
    """What a coder's standing answer made of a suggestion."""

    ACCEPTED = "accepted"
    OTHER_STRETCH = "other_stretch"
    OTHER_CODE = "other_code"
    REJECTED = "rejected"
    BY_RULE = "rejected_by_rule"
    TAKEN_BACK = "taken_back"


@dataclass(slots=True)
class Answers:
    """One coder's answers by suggestion; `added` counts the codings that answer none."""

    fates: dict[Shown, Fate] = field(default_factory=dict)
    added: int = 0

    def count(self, *fates: Fate) -> int:
        """How many suggestions met one of these fates."""
        return sum(fate in fates for fate in self.fates.values())


def key_of(suggestion: Suggestion) -> Shown:
    """What makes a suggestion the same one, however often it was shown."""
    return (suggestion.interview, suggestion.segment_id, suggestion.span, suggestion.code)


def answers_of(made: Sequence[Decision], shown: Mapping[int, Suggestion], by_rule: frozenset[str]) -> Answers:
    """The answers of one coder from all their decisions, in recorded order.

    `shown` are suggestions by id, `by_rule` the GUIDs of decisions that a rule made.
    """
    stand = _Standing(made)
    found, spoken_for = Answers(), set[str]()
    for decision in made:
        suggestion = None if decision.suggestion_id is None else shown.get(decision.suggestion_id)
        if suggestion is None or decision.verdict not in (Verdict.ACCEPT, Verdict.REJECT):
            continue
        fate, instead = stand.fate(decision, suggestion, by_rule)
        found.fates[key_of(suggestion)] = fate
        spoken_for |= instead
    found.added = sum(
        decision.verdict is Verdict.ADD and decision.guid not in spoken_for for decision in stand.by_guid.values()
    )
    return found


_Step = tuple[str | None, datetime, int, Span]
"""Sitting, moment and stretch: what was said there in one step."""


class _Standing:
    """What stands of one coder's decisions, found by step and by what was put right."""

    def __init__(self, made: Sequence[Decision]) -> None:
        self.by_guid = {decision.guid: decision for decision in standing(made).values()}
        self._heirs = self._put_right(made)
        self._added: dict[_Step, set[str]] = {}
        for decision in self.by_guid.values():
            if decision.verdict is Verdict.ADD and decision.sitting is not None:
                self._added.setdefault(_step(decision), set()).add(decision.guid)

    def _put_right(self, made: Iterable[Decision]) -> dict[str, str]:
        """By the GUID of a decision that was put right, that of the one which stands in its place after all."""
        before = {decision.guid: decision.replaces for decision in made}
        heirs: dict[str, str] = {}
        for guid in self.by_guid:
            earlier = before[guid]
            while earlier is not None and earlier not in heirs:
                heirs[earlier] = guid
                earlier = before.get(earlier)
        return heirs

    def fate(self, decision: Decision, suggestion: Suggestion, by_rule: frozenset[str]) -> tuple[Fate, set[str]]:
        """What became of the suggestion, and the GUIDs of codings that stand in its place."""
        if decision.guid not in self.by_guid:
            heir = self._heirs.get(decision.guid)
            return (Fate.TAKEN_BACK, set()) if heir is None else (Fate.OTHER_STRETCH, {heir})
        if decision.verdict is Verdict.ACCEPT:
            return (Fate.ACCEPTED if decision.span == suggestion.span else Fate.OTHER_STRETCH), set()
        if decision.guid in by_rule:
            return Fate.BY_RULE, set()
        instead = self._added.get(_step(decision), set()) if decision.sitting is not None else set()
        return (Fate.OTHER_CODE if instead else Fate.REJECTED), instead


def _step(decision: Decision) -> _Step:
    return (decision.sitting, decision.recorded_at, decision.transcript_id, decision.span)
