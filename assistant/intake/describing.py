"""Attributes of interviews from case tables."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from assistant.ingest.attributes import Case, CaseTable
from assistant.ingest.cases import Known, match
from assistant.intake.instructions import instructions_in_attributes
from store.interviews import interviews, set_attributes
from store.study import Study


def known(study: Study) -> list[Known]:
    """What the study's interviews can be found by."""
    return [Known(each.label, each.source_name) for each in interviews(study)]


def describe(study: Study, tables: Iterable[CaseTable]) -> dict[str, Any]:
    """Give interviews the attributes of their rows.

    Says which were set, which rows name no interview, which interviews have no row in any of the tables, and in
    sentences what of the attributes reads like an instruction to a machine.
    """
    done, unknown, without = list[str](), list[str](), None
    for table in tables:
        matches = match(table.cases, known(study))
        attributes = {each.label: case.attributes for case, fitting in matches.found for each in fitting}
        _set(study, attributes)
        done += [label for label in attributes if label not in done]
        unknown += [_named(case) for case in matches.unknown]
        rowless = {each.label for each in matches.without}
        without = rowless if without is None else without & rowless
    told = instructions_in_attributes({i.label: i.attributes for i in interviews(study) if i.label in done})
    left = [each.label for each in known(study) if each.label in (without or ())]
    return {"set": done, "unknown": unknown, "without": left, "instructions": list(told)}


def attach(study: Study, values: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Give interviews attributes by their labels or files; what names no interview is listed as unknown."""
    cases = tuple(Case(line, (name,), dict(wanted)) for line, (name, wanted) in enumerate(values.items(), start=1))
    return describe(study, [CaseTable("", cases, (), headed=False)])


def _set(study: Study, attributes: Mapping[str, Mapping[str, str]]) -> None:
    """Only what is new is kept, so that the same table twice leaves one event."""
    there = {each.label: each.attributes for each in interviews(study)}
    for label, wanted in attributes.items():
        if wanted.items() - there[label].items():
            set_attributes(study, label, wanted)


def _named(case: Case) -> str:
    names: Sequence[str] = case.names
    return names[0]
