"""REFI-QDA 1.0 files → what they hold: projects (`.qdpx`, or their XML alone) and codebooks (`.qdc`)."""

import hashlib
from pathlib import Path

from assistant.exchange.refi.archive import Archive, opened_archive
from assistant.exchange.refi.context import Context
from assistant.exchange.refi.findings import Findings
from assistant.exchange.refi.guids import Guids
from assistant.exchange.refi.project import Project, ReadProject
from assistant.exchange.refi.reading_codes import codes
from assistant.exchange.refi.reading_sources import sources
from assistant.exchange.refi.reading_things import cases, links, notes, say_graphs, sets, users, variables
from assistant.exchange.refi.text_files import TextFiles
from assistant.exchange.refi.xml_parts import Tree, content, tree
from assistant.exchange.refi.xml_values import Values
from assistant.ingest.decoding import read_bytes
from store.errors import InvalidInputError

_LARGEST_XML = 400_000_000
_ZIP = b"PK"


def read_qdpx(path: Path, into: Path) -> ReadProject:
    """A project; its recordings are unpacked into the folder `into`, nothing is written elsewhere.

    A codebook, or the XML of a project alone, is read as what it is. Raises InvalidInputError where the file is
    missing, damaged, hostile, or neither.
    """
    if _begins(path) != _ZIP:
        return _read_xml(path)
    with opened_archive(path, into) as archive:
        return _read(archive.project(), path, archive)


def read_qdc(path: Path) -> ReadProject:
    """A codebook; a project is read without its texts and recordings where that is what the file is.

    Raises InvalidInputError as `read_qdpx` does.
    """
    if _begins(path) != _ZIP:
        return _read_xml(path)
    with opened_archive(path, path.parent) as archive:
        return _read(archive.project(), path, None)


def _begins(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(len(_ZIP))
    except IsADirectoryError as error:
        msg = f"{path.name} is a folder; choose the file that the other program exported."
        raise InvalidInputError(msg) from error
    except OSError as error:
        msg = f"{path} cannot be read ({error.strerror}); check its name and who may read it."
        raise InvalidInputError(msg) from error


def _read_xml(path: Path) -> ReadProject:
    return _read(read_bytes(path, _LARGEST_XML, "a REFI-QDA file"), path, None)


def _read(data: bytes, path: Path, archive: Archive | None) -> ReadProject:
    findings = Findings()
    read = tree(data, path.name, findings)
    if archive is not None:
        archive.based_on(read.root.get("basePath"))
    context = Context(
        findings,
        Guids(findings, hashlib.sha256(data).hexdigest()),
        Values(findings),
        TextFiles(archive, findings, windows=read.windows),
        archive,
        read.root.get("origin") or "",
    )
    project, conventions = _project(read, path, context)
    return ReadProject(project, dict(sorted(read.found.items())), findings.gathered(), conventions)


def _project(read: Tree, path: Path, context: Context) -> tuple[Project, dict[str, str]]:
    root, where = read.root, "Project"
    found_users = users(root, context)
    found_notes = notes(root, context)
    found_codes = codes(root, context)
    found_variables = variables(root, context)
    found_sources, conventions = sources(root, found_notes, context)
    found_cases = cases(root, context)
    found_links = links(root, context)
    say_graphs(root, context)
    project = Project(
        (root.get("name") or "").strip() or path.stem,
        context.origin,
        content(root, "Description") or "",
        context.user(root, where, "creatingUserGUID"),
        context.made_at(root, where),
        context.values.time(root.get("modifiedDateTime"), where),
        found_users,
        found_codes,
        found_variables,
        found_cases,
        found_sources,
        tuple(note for note, _ in found_notes),
        found_links,
        sets(root, context),
        context.notes(root, where),
    )
    return project, dict(conventions)
