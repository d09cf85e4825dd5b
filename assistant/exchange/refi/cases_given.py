"""Attributes of interviews as variables, and the cases with their values."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime

from assistant.exchange.refi.attributes_taken import CASE
from assistant.exchange.refi.going import Going
from assistant.exchange.refi.own import derived, fitting
from assistant.exchange.refi.project import Case, Finding, Value, Variable
from store.values import Interview

Values = Mapping[str, str]


def variables_given(going: Going) -> tuple[Variable, ...]:
    """A variable for each attribute, by name; of the kind that it had in a file while all its values are of that."""
    found: dict[str, list[str]] = {}
    for interview in going.interviews:
        for name, value in _attributes(going, interview).items():
            found.setdefault(name, []).append(value)
    return tuple(_variable(going, name, values) for name, values in sorted(found.items()))


def _variable(going: Going, name: str, values: Sequence[str]) -> Variable:
    kept = going.kept["variables"].get(name, {})
    kind = str(kept.get("kind", "Text"))
    if not all(map(_FORMS.get(kind, _any), values)):
        going.findings.append(
            Finding("changed", f"Attribute “{name}”", f"not every value is of the kind {kind}; it is given as text")
        )
        kind = "Text"
    guid = fitting(kept["guid"]) if "guid" in kept else derived(going.study.guid, f"variable {name}")
    return Variable(guid, name, kind, str(kept.get("description", "")))


def cases_given(going: Going, variables: Sequence[Variable]) -> tuple[tuple[Case, ...], dict[str, tuple[Value, ...]]]:
    """The cases, one for each interview unless several came with one, and values by the GUID of interviews.

    Values stand with the case; where its interviews differ in one, that value stands with each interview.
    """
    grouped: dict[str, list[Interview]] = {}
    for interview in going.interviews:
        grouped.setdefault(_guid(going, interview), []).append(interview)
    guids = {variable.name: variable.guid for variable in variables}
    cases, own = [], {}
    for guid, among in grouped.items():
        attributes = [_attributes(going, interview) for interview in among]
        shared = dict(item for item in attributes[0].items() if all(item in each.items() for each in attributes))
        for interview, each in zip(among, attributes, strict=True):
            rest = {name: value for name, value in each.items() if name not in shared}
            own[interview.guid] = _values(rest, guids)
        sources = tuple(fitting(interview.guid) for interview in among)
        cases.append(Case(guid, _name(going, among[0]), values=_values(shared, guids), sources=sources))
    return tuple(cases), own


def _guid(going: Going, interview: Interview) -> str:
    """The GUID of an interview's case."""
    kept = going.parts.get(interview.guid, {}).get("case")
    return fitting(kept["guid"]) if kept else derived(interview.guid, "case")


def _name(going: Going, interview: Interview) -> str:
    """The name of a case as the study has it, whatever the file said that it came from: it may have been changed since.

    That is the attribute which an import made of it, else the label, unless the file had no name for it.
    """
    kept = going.parts.get(interview.guid, {}).get("case")
    if not kept:
        return interview.label
    if CASE in going.kept["variables"] or not str(kept.get("name", "")).strip():
        return str(kept.get("name", ""))
    return interview.attributes.get(CASE, interview.label)


def _attributes(going: Going, interview: Interview) -> Values:
    """The attributes without the one that only repeats the name of the case."""
    case = _name(going, interview).strip()
    return {name: value for name, value in interview.attributes.items() if not (name == CASE and value == case)}


def _values(attributes: Values, guids: Mapping[str, str]) -> tuple[Value, ...]:
    return tuple(Value(guids[name], value) for name, value in sorted(attributes.items()))


def _any(value: str) -> bool:
    del value  # any text is a text
    return True


def _like(pattern: str, read: Callable[[str], object] = str) -> Callable[[str], bool]:
    """Whether a value is written as the schema asks for, and can be read."""
    form = re.compile(pattern, re.ASCII)

    def fits(value: str) -> bool:
        with suppress(ValueError):
            read(value)
            return form.fullmatch(value) is not None
        return False

    return fits


_FORMS: Mapping[str, Callable[[str], bool]] = {
    "Boolean": _like("true|false|0|1"),
    "Integer": _like(r"[-+]?\d+"),
    "Float": _like(r"[-+]?(\d+\.?\d*|\.\d+)"),
    "Date": _like(r"\d{4}-\d\d-\d\d", date.fromisoformat),
    "DateTime": _like(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[-+]\d\d:\d\d)?", datetime.fromisoformat),
}
