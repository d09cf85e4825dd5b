"""The cases and values of a project as attributes of a study's interviews."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from assistant.exchange.refi.about import About
from assistant.exchange.refi.import_report import Tally
from assistant.exchange.refi.names import numbered, on_one_line
from assistant.exchange.refi.project import Case, Project, Value, Variable
from assistant.exchange.refi.texts_taken import TextTaken

CASE = "case"
"""The attribute that holds the name of a case where that is not the interview's label."""

_LONGEST_NAME = 200
_NAMELESS = "Unnamed variable"
_BOOLEANS = {"true": "true", "1": "true", "false": "false", "0": "false"}
_FORMS = {
    "Boolean": re.compile(r"true|false", re.IGNORECASE),
    "Integer": re.compile(r"[-+]?\d+"),
    "Float": re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?|[-+]?INF|NaN"),
    "Date": re.compile(r"\d{4,}-\d\d-\d\d"),
    "DateTime": re.compile(r"\d{4,}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[-+]\d\d:?\d\d)?"),
}
_ZONE_OF_A_DAY = re.compile(r"(\d{4,}-\d\d-\d\d)(Z|[-+]\d\d:\d\d|T00:00:00.*)\Z")
_NO_SOURCE = "its source could not be taken"
_BY_NAME = "names no source; taken as that of the interview of its name"
_NO_INTERVIEW = "none of its sources is an interview of the study"


@dataclass
class AttributesTaken:
    """By the GUID of each interview its attributes and its case; `variables` is what an export gives back by name."""

    values: dict[str, dict[str, str]] = field(default_factory=dict)
    cases: dict[str, dict[str, str]] = field(default_factory=dict)
    variables: dict[str, dict[str, str]] = field(default_factory=dict)


def attributes_taken(
    project: Project,
    texts: Mapping[str, TextTaken],
    about: Mapping[str, About],
    coded: Mapping[str, Sequence[str]],
    tally: Tally,
) -> AttributesTaken:
    """The values of sources, then those of their cases; where the two differ, the source's counts.

    `coded` are the cases with whose codes whole interviews (GUIDs) are coded, `about` tells where selections are.
    """
    taking = _Taking(project, tally)
    for source in project.sources:
        text = texts.get(source.guid)
        where = f"“{source.name if text is None else text.label}”"
        for value in source.values:
            tally.came("values")
            if text is None:
                tally.left_out("values", where, _NO_SOURCE)
                continue
            named = taking.named(value, where, source.guid)
            if named is not None and not taking.keep(source.guid, *named):
                said = f"has more than one value of “{named[0]}”; the first was kept"
                tally.left_out("values", where, said, source=source.guid)
    for case in project.cases:
        interviews = list(_interviews(case, texts, about, coded))
        if interviews and _by_name(case, coded):
            tally.told("guessed", f"case “{case.name}”", _BY_NAME, source=interviews[0])
        _case(case, interviews, texts, taking, tally)
        _parts(case, texts, about, tally, interviews[0] if interviews else None)
    return taking.taken


class _Taking:
    """Attributes on their way, under names that are no one else's."""

    def __init__(self, project: Project, tally: Tally) -> None:
        self._tally = tally
        self._variables: dict[str, tuple[str, Variable]] = {}
        self.taken = AttributesTaken()
        used: set[str] = set()
        tally.came("variables", len(project.variables))
        for variable in project.variables:
            wanted = on_one_line(variable.name, _LONGEST_NAME) or _NAMELESS
            name = numbered(wanted, lambda each: each in used, _LONGEST_NAME)
            used.add(name)
            if name != variable.name:
                tally.told("changed", f"variable “{variable.name}”", f"is the attribute “{name}” in the study")
            self._variables[variable.guid] = name, variable
            given = {"guid": variable.guid, "kind": variable.kind, "description": variable.description}
            self.taken.variables[name] = given

    def named(self, value: Value, where: str, interview: str) -> tuple[str, str] | None:
        """The attribute of an interview (GUID) and its value as text; None where the project lists no such variable."""
        if value.variable not in self._variables:
            said = "its variable is not in the project’s list of variables"
            self._tally.left_out("values", where, said, source=interview)
            return None
        name, variable = self._variables[value.variable]
        text, fits = _as_text(value.text, variable.kind)
        if not fits:
            said = f"“{value.text[:40]}” is no {variable.kind} as “{name}” should be; kept as it stands"
            self._tally.told("doubtful", where, said, source=interview)
        return name, text

    def keep(self, interview: str, name: str, text: str) -> bool:
        """Keep an attribute; False where there is another value already."""
        return self.taken.values.setdefault(interview, {}).setdefault(name, text) == text


def _case(case: Case, interviews: Sequence[str], texts: Mapping[str, TextTaken], taking: _Taking, tally: Tally) -> None:
    tally.came("cases")
    tally.came("values", len(case.values))
    where = f"case “{case.name or case.guid}”"
    if not interviews:
        tally.left_out("cases", where, _NO_INTERVIEW)
        if case.values:
            tally.left_out("values", where, _NO_INTERVIEW, number=len(case.values))
        return
    named = [found for value in case.values if (found := taking.named(value, where, interviews[0])) is not None]
    for interview in interviews:
        label = texts[interview].label
        for name, text in named:
            if not taking.keep(interview, name, text):
                said = f"has another value of “{name}” than “{label}”, whose own was kept"
                tally.told("changed", where, said, source=interview)
        if case.name.strip() and case.name != label:
            taking.keep(interview, CASE, case.name.strip())
        if interview in taking.taken.cases:
            said = f"“{label}” has another case already; an export gives that one back"
            tally.told("changed", where, said, source=interview)
        taking.taken.cases.setdefault(interview, {"guid": case.guid, "name": case.name})


def _interviews(
    case: Case, texts: Mapping[str, TextTaken], about: Mapping[str, About], coded: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    """The interviews that are a case's as a whole, each once."""
    if _by_name(case, coded):
        yield from _of_that_name(case, texts)
        return
    listed = [guid for guid in case.sources if guid in texts]
    whole = [about[guid].interview for guid in case.selections if guid in about and _is_whole(about[guid], texts)]
    by_code = [interview for interview, cases in coded.items() if case.guid in cases]
    yield from dict.fromkeys([*listed, *(guid for guid in whole if guid is not None), *by_code])


def _by_name(case: Case, coded: Mapping[str, Sequence[str]]) -> bool:
    """Whether a case says in no other way whose it is."""
    return not (case.sources or case.selections) and not any(case.guid in cases for cases in coded.values())


def _of_that_name(case: Case, texts: Mapping[str, TextTaken]) -> list[str]:
    """The one interview that is called as the case is; some programs write cases without their sources."""
    name = case.name.strip().casefold()
    alike = [guid for guid, text in texts.items() if name in (text.label.casefold(), text.source.name.casefold())]
    return alike if len(alike) == 1 else []


def _is_whole(about: About, texts: Mapping[str, TextTaken]) -> bool:
    return about.interview is not None and about.span is not None and about.span == texts[about.interview].whole


def _parts(
    case: Case, texts: Mapping[str, TextTaken], about: Mapping[str, About], tally: Tally, interview: str | None
) -> None:
    """What the study cannot keep of a case that is an interview's (GUID)."""
    where = f"case “{case.name or case.guid}”"
    for guid in case.selections:
        on = about.get(guid)
        if on is None or not _is_whole(on, texts):
            said = "is tied to a part of a source; the study keeps cases of whole interviews"
            tally.told("left out", where, said, source=None if on is None else on.interview)
    if case.codes:
        tally.told("left out", where, "is tied to codes; the study has no place for that", source=interview)


def _as_text(text: str, kind: str) -> tuple[str, bool]:
    """A typed value as an attribute holds it, and whether it is of its type."""
    value = text.strip()
    form = _FORMS.get(kind)
    if form is None or not value:
        return text if form is None else value, True
    if kind == "Boolean":
        value = _BOOLEANS.get(value.lower(), value)
    day = _ZONE_OF_A_DAY.match(value) if kind == "Date" else None
    value = value if day is None else day[1]
    return value, form.fullmatch(value) is not None
