"""What a REFI-QDA 1.0 project holds, as plain values between files and the study.

GUIDs are lower case and without braces. Text offsets are Unicode code points into `Source.text`, `start` inclusive and
`end` exclusive, whatever convention the file had; line ends of `Source.text` are line feeds and it has no byte order
mark. Times are integer milliseconds. Colours are `#RRGGBB`, or empty.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

MODEL = "model"
"""The `id` of a user that is a machine."""

SourceKind = Literal["text", "audio", "video", "pdf", "picture"]


@dataclass(frozen=True, slots=True)
class User:
    """A person, or a machine, that codes; a machine's `id` is `MODEL`."""

    guid: str
    name: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class ProjectCode:
    """A code; `parent` is the GUID of the one it stands below, `notes` are GUIDs of notes about it."""

    guid: str
    name: str
    parent: str | None = None
    codable: bool = True
    colour: str = ""
    description: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of cases or sources; `kind` is `Text`, `Boolean`, `Integer`, `Float`, `Date` or `DateTime`."""

    guid: str
    name: str
    kind: str = "Text"
    description: str = ""


@dataclass(frozen=True, slots=True)
class Value:
    """The value of a variable (by GUID), as the file writes it."""

    variable: str
    text: str


@dataclass(frozen=True, slots=True)
class ProjectCoding:
    """A code (by GUID) that a user gave to a selection, or to a whole source."""

    guid: str
    code: str
    user: str | None = None
    at: datetime | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Selection:
    """A stretch of a source: of its text (`start`, `end`), of its time (`begin_ms`, `end_ms`), or of both.

    A stretch of a page or of a picture has neither.
    """

    guid: str
    start: int | None = None
    end: int | None = None
    begin_ms: int | None = None
    end_ms: int | None = None
    name: str = ""
    description: str = ""
    codings: tuple[ProjectCoding, ...] = ()
    notes: tuple[str, ...] = ()
    user: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SyncPoint:
    """A place of a transcript that was spoken at a time; either may be missing."""

    guid: str
    position: int | None
    time_ms: int | None


@dataclass(frozen=True, slots=True)
class Media:
    """A recording: its name, and where its bytes lie; `file` is None where the project does not hold it."""

    name: str
    file: Path | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A document, or a recording with its transcript; `text` is None where there is nothing to read.

    `transcript` is the GUID of the transcript element of a recording. `sync` are in order of position.
    """

    guid: str
    name: str
    kind: SourceKind = "text"
    text: str | None = None
    selections: tuple[Selection, ...] = ()
    codings: tuple[ProjectCoding, ...] = ()
    notes: tuple[str, ...] = ()
    values: tuple[Value, ...] = ()
    description: str = ""
    user: str | None = None
    at: datetime | None = None
    media: Media | None = None
    transcript: str | None = None
    sync: tuple[SyncPoint, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """A memo; what it is about points at it by GUID."""

    guid: str
    name: str = ""
    text: str = ""
    user: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A unit of analysis, most often a person: its sources, selections and codes by GUID, and its values."""

    guid: str
    name: str = ""
    description: str = ""
    codes: tuple[str, ...] = ()
    values: tuple[Value, ...] = ()
    sources: tuple[str, ...] = ()
    selections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProjectSet:
    """A named group of codes, sources and notes, by GUID."""

    guid: str
    name: str
    description: str = ""
    codes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A link between two things by GUID, with notes about it."""

    guid: str
    name: str = ""
    origin: str | None = None
    target: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Project:
    """A whole project, or a codebook alone (then it has nothing but codes and sets)."""

    name: str
    origin: str = ""
    description: str = ""
    user: str | None = None
    created: datetime | None = None
    modified: datetime | None = None
    users: tuple[User, ...] = ()
    codes: tuple[ProjectCode, ...] = ()
    variables: tuple[Variable, ...] = ()
    cases: tuple[Case, ...] = ()
    sources: tuple[Source, ...] = ()
    notes: tuple[Note, ...] = ()
    links: tuple[Link, ...] = ()
    sets: tuple[ProjectSet, ...] = ()
    project_notes: tuple[str, ...] = ()
    """GUIDs of notes about the project as a whole."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What happened to one thing of a file on its way: `left out`, `changed`, `guessed` or `doubtful`.

    `where` names the place (“Source “Interview 3”, selection 12”), `said` is the sentence. Neither repeats more of a
    transcript than a few words.
    """

    kind: Literal["left out", "changed", "guessed", "doubtful"]
    where: str
    said: str


@dataclass(frozen=True, slots=True)
class ReadProject:
    """A file as it was read: `found` counts its elements by their names in the standard, the XML's own."""

    project: Project
    found: Mapping[str, int]
    findings: tuple[Finding, ...]
    conventions: Mapping[str, str]
    """By the GUID of each source with selections, how its offsets count, in words."""
