"""Writing projects (`.qdpx`) and codebooks (`.qdc`) that are valid against the schemas of REFI-QDA 1.0.

Texts are UTF-8 with line feeds and no byte order mark, positions are code points. The same project gives the same
bytes.
"""

import shutil
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from lxml import etree

from assistant.exchange.refi.elements import Element, Elements, moment
from assistant.exchange.refi.project import Finding, Project, Source
from assistant.exchange.whole_file import put_whole
from store.media import MediaFile

PROJECT_NAMESPACE = "urn:QDA-XML:project:1.0"
CODEBOOK_NAMESPACE = "urn:QDA-XML:codebook:1.0"
_NO_TIME = (1980, 1, 1, 0, 0, 0)
"""The earliest that a zip file can state."""
_CHUNK = 1 << 20


def write_qdpx(project: Project, path: Path) -> tuple[Finding, ...]:
    """Write a project with its texts and recordings, whole or not at all; says what XML could not hold.

    Raises InvalidInputError where the file cannot be written.
    """
    elements = Elements(PROJECT_NAMESPACE)
    with put_whole(path) as beside, zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as zipped:
        with zipped.open(_entry("project.qde"), "w", force_zip64=True) as stream:
            _write_project(project, elements, stream)
        for source in project.sources:
            _write_files(source, zipped)
    return _said(elements)


def write_qdc(project: Project, path: Path) -> tuple[Finding, ...]:
    """Write the codes and sets of codes of a project as a codebook, whole or not at all; says what XML could not hold.

    Raises InvalidInputError where the file cannot be written.
    """
    elements = Elements(CODEBOOK_NAMESPACE)
    root = elements.make("CodeBook", origin=project.origin)
    elements.put(root, "Codes").extend(elements.codes(project.codes, notes=False))
    if project.sets:
        elements.put(root, "Sets").extend(map(elements.codebook_set, project.sets))
    content = etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)
    with put_whole(path) as beside:
        beside.write_bytes(content)
    return _said(elements)


def _write_project(project: Project, elements: Elements, stream: IO[bytes]) -> None:
    root = elements.make(
        "Project",
        name=project.name,
        origin=project.origin,
        creatingUserGUID=project.user,
        creationDateTime=moment(project.created),
        modifiedDateTime=moment(project.modified),
    )
    begin = etree.tostring(root, xml_declaration=True, encoding="utf-8").removesuffix(b"/>")
    stream.write(begin + b">\n")
    for name, parts in _parts(project, elements):
        _write_list(name, parts, elements, stream)
    elements.say(root, "Description", project.description)
    elements.refer(root, "NoteRef", project.project_notes)
    for last in root:
        stream.write(_within(last, elements.namespace))
    stream.write(b"</Project>\n")


def _parts(project: Project, elements: Elements) -> Iterator[tuple[str, Iterable[Element]]]:
    """The lists of a project in the schema's order, each thing made when it is written."""
    yield "Users", map(elements.user, project.users)
    yield "CodeBook", [_codes(project, elements)] if project.codes else []
    yield "Variables", map(elements.variable, project.variables)
    yield "Cases", map(elements.case, project.cases)
    yield "Sources", map(elements.source, project.sources)
    yield "Notes", map(elements.note, project.notes)
    yield "Links", map(elements.link, project.links)
    yield "Sets", map(elements.project_set, project.sets)


def _codes(project: Project, elements: Elements) -> Element:
    made = elements.make("Codes")
    made.extend(elements.codes(project.codes, notes=True))
    return made


def _write_list(name: str, parts: Iterable[Element], elements: Elements, stream: IO[bytes]) -> None:
    """A list and what is in it; the schema knows no empty lists."""
    empty = True
    for part in parts:
        stream.write(f"<{name}>\n".encode() if empty else b"")
        stream.write(_within(part, elements.namespace))
        empty = False
    stream.write(b"" if empty else f"</{name}>\n".encode())


def _within(part: Element, namespace: str) -> bytes:
    """An element as it stands within the project, whose namespace it shares."""
    return etree.tostring(part, encoding="utf-8", pretty_print=True).replace(f' xmlns="{namespace}"'.encode(), b"", 1)


def _write_files(source: Source, zipped: zipfile.ZipFile) -> None:
    if source.text is not None:
        guid = source.guid if source.kind == "text" else source.transcript
        with zipped.open(_entry(f"sources/{guid}.txt"), "w", force_zip64=True) as stream:
            stream.write(source.text.encode())
    if source.media is not None and source.media.file is not None:
        entry = _entry(f"sources/{source.guid}{source.media.file.suffix.lower()}", zipfile.ZIP_STORED)
        with MediaFile(source.media.file).open() as given, zipped.open(entry, "w", force_zip64=True) as stream:
            shutil.copyfileobj(given, stream, _CHUNK)


def _entry(name: str, how: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _NO_TIME)
    entry.compress_type = how
    return entry


def _said(elements: Elements) -> tuple[Finding, ...]:
    if not elements.replaced:
        return ()
    said = "characters that no XML file can hold are replaced by “\ufffd” in names, descriptions or notes"
    return (Finding("changed", f"{elements.replaced} texts", said),)
