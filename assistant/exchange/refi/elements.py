"""The parts of a project as elements of the standard's XML, in the order that its schema asks for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from lxml import etree

from assistant.exchange.quote_lines import legal
from assistant.exchange.refi.project import (
    Case,
    Link,
    Note,
    ProjectCode,
    ProjectCoding,
    ProjectSet,
    Selection,
    Source,
    SyncPoint,
    User,
    Value,
    Variable,
)

Element = etree._Element  # noqa: SLF001 - lxml has no other name for it


@dataclass
class Elements:
    """Makes elements of one namespace; `replaced` counts the texts with characters that no XML can hold."""

    namespace: str
    replaced: int = 0
    _kinds: dict[str, str] = field(default_factory=dict)

    def make(self, tag: str, /, **attributes: str | None) -> Element:
        """An element; attributes that are None are left out."""
        default: Any = {None: self.namespace}
        return self._with(etree.Element(f"{{{self.namespace}}}{tag}", nsmap=default), attributes)

    def text(self, text: str) -> str:
        """The text with a mark for each character that XML cannot hold."""
        good = text if text.isprintable() else legal(text)
        self.replaced += good != text
        return good

    def put(self, into: Element, tag: str, /, **attributes: str | None) -> Element:
        """A new last child."""
        return self._with(etree.SubElement(into, f"{{{self.namespace}}}{tag}"), attributes)

    def _with(self, made: Element, attributes: Mapping[str, str | None]) -> Element:
        for key, value in attributes.items():
            if value is not None:
                made.set(key, self.text(value))
        return made

    def say(self, into: Element, name: str, text: str) -> None:
        """A new last child that holds a text; none for no text."""
        if text:
            self.put(into, name).text = self.text(text)

    def refer(self, into: Element, name: str, guids: Iterable[str]) -> None:
        """A new child for each GUID that is pointed at."""
        for guid in guids:
            self.put(into, name, targetGUID=guid)

    def user(self, user: User) -> Element:
        """`User`."""
        return self.make("User", guid=user.guid, name=user.name, id=user.id or None)

    def codes(self, codes: Sequence[ProjectCode], *, notes: bool) -> list[Element]:
        """`Code` of each code at the top, with those below; a codebook alone has no place for `notes`."""
        made: dict[str, Element] = {}
        for code in codes:
            codable = "true" if code.codable else "false"
            made[code.guid] = one = self.make(
                "Code", guid=code.guid, name=code.name, isCodable=codable, color=code.colour or None
            )
            self.say(one, "Description", code.description)
            self.refer(one, "NoteRef", code.notes if notes else ())
        for code in codes:
            if code.parent is not None:
                made[code.parent].append(made[code.guid])
        return [made[code.guid] for code in codes if code.parent is None]

    def variable(self, variable: Variable) -> Element:
        """`Variable`; its kind decides how its values are written, so that it must be made before they are."""
        self._kinds[variable.guid] = variable.kind
        one = self.make("Variable", guid=variable.guid, name=variable.name, typeOfVariable=variable.kind)
        self.say(one, "Description", variable.description)
        return one

    def case(self, case: Case) -> Element:
        """`Case`."""
        one = self.make("Case", guid=case.guid, name=case.name or None)
        self.say(one, "Description", case.description)
        self.refer(one, "CodeRef", case.codes)
        self._values(one, case.values)
        self.refer(one, "SourceRef", case.sources)
        self.refer(one, "SelectionRef", case.selections)
        return one

    def source(self, source: Source) -> Element:
        """`TextSource`, or `AudioSource` or `VideoSource` with its transcript."""
        if source.kind in ("audio", "video"):
            return self._recording(source)
        one = self.make(
            "TextSource",
            guid=source.guid,
            name=source.name,
            plainTextPath=internal(source.guid, ".txt"),
            **_made(source),
        )
        self.say(one, "Description", source.description)
        for selection in source.selections:
            place = {"startPosition": str(selection.start), "endPosition": str(selection.end)}
            one.append(self._selection("PlainTextSelection", selection, place))
        self._codings(one, source.codings)
        self.refer(one, "NoteRef", source.notes)
        self._values(one, source.values)
        return one

    def _recording(self, source: Source) -> Element:
        file = None if source.media is None else source.media.file
        path = None if file is None else internal(source.guid, file.suffix.lower())
        name = "AudioSource" if source.kind == "audio" else "VideoSource"
        one = self.make(name, guid=source.guid, name=source.name, path=path, **_made(source))
        if source.text is None or source.transcript is None:
            self.say(one, "Description", source.description)
        else:
            one.append(self._transcript(source, source.transcript))
        self._codings(one, source.codings)
        self.refer(one, "NoteRef", source.notes)
        self._values(one, source.values)
        return one

    def _transcript(self, source: Source, guid: str) -> Element:
        one = self.make("Transcript", guid=guid, name=source.name, plainTextPath=internal(guid, ".txt"))
        self.say(one, "Description", source.description)
        at: dict[int | None, list[SyncPoint]] = {}
        tag = f"{{{self.namespace}}}SyncPoint"
        for point in source.sync:
            at.setdefault(point.position, []).append(point)
            stamp = {} if point.time_ms is None else {"timeStamp": str(point.time_ms)}
            place = {} if point.position is None else {"position": str(point.position)}
            etree.SubElement(one, tag, {"guid": point.guid, **stamp, **place})
        for selection in source.selections:
            edges = {
                "fromSyncPoint": _point(at, selection.start, selection.begin_ms),
                "toSyncPoint": _point(at, selection.end, selection.end_ms),
            }
            one.append(self._selection("TranscriptSelection", selection, edges))
        return one

    def _selection(self, name: str, selection: Selection, place: Mapping[str, str]) -> Element:
        one = self.make(name, guid=selection.guid, name=selection.name or None, **place, **_made(selection))
        self.say(one, "Description", selection.description)
        self._codings(one, selection.codings)
        self.refer(one, "NoteRef", selection.notes)
        return one

    def _codings(self, into: Element, codings: Iterable[ProjectCoding]) -> None:
        for coding in codings:
            one = self.put(into, "Coding", guid=coding.guid, **_made(coding))
            self.refer(one, "CodeRef", [coding.code])
            self.refer(one, "NoteRef", coding.notes)

    def _values(self, into: Element, values: Iterable[Value]) -> None:
        for value in values:
            one = self.put(into, "VariableValue")
            self.refer(one, "VariableRef", [value.variable])
            kind = self._kinds.get(value.variable, "Text")
            self.put(one, f"{kind}Value").text = self.text(value.text)

    def note(self, note: Note) -> Element:
        """`Note`, with its text in it."""
        one = self.make("Note", guid=note.guid, name=note.name or None, **_made(note))
        self.put(one, "PlainTextContent").text = self.text(note.text)
        return one

    def link(self, link: Link) -> Element:
        """`Link`."""
        one = self.make("Link", guid=link.guid, name=link.name or None, originGUID=link.origin, targetGUID=link.target)
        self.refer(one, "NoteRef", link.notes)
        return one

    def project_set(self, named: ProjectSet) -> Element:
        """`Set` of a project."""
        one = self.make("Set", guid=named.guid, name=named.name)
        self.say(one, "Description", named.description)
        self.refer(one, "MemberCode", named.codes)
        self.refer(one, "MemberSource", named.sources)
        self.refer(one, "MemberNote", named.notes)
        return one

    def codebook_set(self, named: ProjectSet) -> Element:
        """`Set` of a codebook alone, which holds codes and nothing else."""
        one = self.make("Set", guid=named.guid, name=named.name)
        self.say(one, "Description", named.description)
        for guid in named.codes:
            self.put(one, "MemberCode", guid=guid)
        return one


def internal(guid: str, ending: str) -> str:
    """How the XML names a file of the package."""
    return f"internal://{guid}{ending}"


def moment(at: datetime | None) -> str | None:
    """A time as the standard writes it."""
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _made(thing: Source | Selection | Note | ProjectCoding) -> dict[str, str | None]:
    return {"creatingUser": thing.user, "creationDateTime": moment(thing.at)}


def _point(at: Mapping[int | None, Sequence[SyncPoint]], position: int | None, time_ms: int | None) -> str:
    """The GUID of the sync point at a place; of several there, the one of that time."""
    here = at[position]
    return next((point.guid for point in here if point.time_ms == time_ms), here[0].guid)
