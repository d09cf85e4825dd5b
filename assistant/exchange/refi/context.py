"""What every part of a project is read with: values, GUIDs, references, codings."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from assistant.exchange.refi.archive import Archive
from assistant.exchange.refi.findings import Findings
from assistant.exchange.refi.guids import Guids
from assistant.exchange.refi.project import ProjectCoding, Value
from assistant.exchange.refi.standard import VALUES
from assistant.exchange.refi.text_files import TextFiles, TextPlaces
from assistant.exchange.refi.xml_parts import children, content
from assistant.exchange.refi.xml_values import Values

_BLANK_VALUE = "A value of a variable that is not filled in was left out."


@dataclass(frozen=True, slots=True)
class Context:
    """One file that is being read."""

    findings: Findings
    guids: Guids
    values: Values
    texts: TextFiles
    archive: Archive | None
    origin: str

    def own(self, element: etree._Element, family: str, where: str) -> str:
        """The GUID of a thing."""
        return self.guids.own(element.get("guid"), family, where)

    def pointed_at(self, given: str | None, family: str, where: str) -> str | None:
        """What a reference names, where it is in the file."""
        guid = self.guids.pointed_at(given)
        if guid is None or self.guids.has(family, guid):
            return guid
        self.findings.add("left out", where, f"A reference to a {family} that is not in the file was left out.")
        return None

    def references(self, parent: etree._Element | None, name: str, family: str, where: str) -> tuple[str, ...]:
        """What the references of a name right below name, each once."""
        named = (
            self.pointed_at(each.get("targetGUID") or each.get("guid"), family, where)
            for each in children(parent, name)
        )
        return tuple(dict.fromkeys(guid for guid in named if guid is not None))

    def notes(self, parent: etree._Element | None, where: str) -> tuple[str, ...]:
        """The notes about a thing."""
        return self.references(parent, "NoteRef", "note", where)

    def user(self, element: etree._Element, where: str, attribute: str = "creatingUser") -> str | None:
        """Who made a thing."""
        return self.pointed_at(element.get(attribute), "user", where)

    def made_at(self, element: etree._Element, where: str) -> datetime | None:
        """When a thing was made."""
        return self.values.time(element.get("creationDateTime"), where)

    def codings(
        self, parent: etree._Element | None, where: str, user: str | None = None, at: datetime | None = None
    ) -> tuple[ProjectCoding, ...]:
        """The codings right below; those that say neither who nor when have it from what they stand in."""
        return tuple(
            coding for element in children(parent, "Coding") for coding in self._codings(element, where, user, at)
        )

    def variable_values(self, parent: etree._Element | None, where: str) -> tuple[Value, ...]:
        """The values of variables right below, as the file writes them."""
        values = (self._value(each, where) for each in children(parent, "VariableValue"))
        return tuple(value for value in values if value is not None)

    def places(self, element: etree._Element) -> TextPlaces:
        """Where the text of an element may stand."""
        return TextPlaces(
            content(element, "PlainTextContent"), element.get("plainTextPath"), element.get("richTextPath")
        )

    def _codings(
        self, element: etree._Element, where: str, user: str | None, at: datetime | None
    ) -> Iterator[ProjectCoding]:
        codes = self.references(element, "CodeRef", "code", where)
        if not codes:
            self.findings.add("left out", where, "A coding without a code that is in the file was left out.")
        if len(codes) > 1:
            self.findings.add("changed", where, "A coding with several codes became a coding for each.")
        for code in codes:
            yield ProjectCoding(
                self.own(element, "coding", where),
                code,
                self.user(element, where) or user,
                self.made_at(element, where) or at,
                self.notes(element, where),
            )

    def _value(self, element: etree._Element, where: str) -> Value | None:
        variables = self.references(element, "VariableRef", "variable", where)
        if not variables:
            self.findings.add("left out", where, "A value without a variable that is in the file was left out.")
            return None
        text = next((written for name in VALUES.values() if (written := content(element, name)) is not None), None)
        if text is None:
            self.findings.add("left out", where, _BLANK_VALUE)
            return None
        return Value(variables[0], text)
