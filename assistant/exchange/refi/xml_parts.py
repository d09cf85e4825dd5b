"""Finding one's way through the XML of a project, and saying what of it the standard does not know."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from assistant.exchange.refi.findings import Findings
from assistant.exchange.refi.standard import KINDS, UNKEPT, Kind
from assistant.exchange.refi.xml_mending import mended, names_another_encoding
from assistant.ingest.packages import local, parse_xml
from store.errors import InvalidInputError

_STANDARD = "urn:qda-xml:"
_NAMED = (
    "urn:QDA-XML:project:1.0",
    "urn:QDA-XML:codebook:1.0",
    "urn:QDA-XML:codebook:1:0",  # NVivo 12 and QualCoder 1 and 2
    "urn:QDA-XML:codebook:0:4",  # ATLAS.ti 8 and 9
)
_SCHEMA = "{http://www.w3.org/2001/XMLSchema-instance}"
_XML = "{http://www.w3.org/XML/1998/namespace}"
_OTHER_LINE_END = re.compile(rb"(?<!\r)\n|\r(?!\n)")
_MOST_NAMES = 40
_ROOTS = ("Project", "CodeBook")


@dataclass(frozen=True, slots=True)
class Tree:
    """A project's XML: its root, how many elements of each name it has, and whether every line ends as on Windows."""

    root: etree._Element
    found: Counter[str]
    windows: bool = False


def tree(data: bytes, name: str, findings: Findings) -> Tree:
    """The XML of a project or codebook.

    Raises InvalidInputError where it is no XML, nested too deeply, declares entities, or is something else.
    """
    root = _parsed(data, name, findings)
    _check_root(root, name, findings)
    found = Counter(local(element) for element in root.iter(etree.Element))
    _Strangers(root, findings).walk()
    return Tree(root, found, b"\r\n" in data and _OTHER_LINE_END.search(data) is None)


def children(element: etree._Element | None, *names: str) -> Iterator[etree._Element]:
    """The elements of these names that stand right below, in the element's own namespace or in none."""
    if element is None:
        return
    space = etree.QName(element).namespace
    for each in element.iterchildren(etree.Element):
        if local(each) in names and etree.QName(each).namespace in (space, None):
            yield each


def child(element: etree._Element | None, name: str) -> etree._Element | None:
    """The first element of this name right below."""
    return next(children(element, name), None)


def content(element: etree._Element | None, name: str) -> str | None:
    """The text of the first element of this name; None where there is no such element."""
    found = child(element, name)
    return None if found is None else "".join(map(str, found.itertext()))


def _parsed(data: bytes, name: str, findings: Findings) -> etree._Element:
    if not data.strip():
        msg = f"{name} is empty; get the file again from where it came."
        raise InvalidInputError(msg)
    better = mended(data) if names_another_encoding(data) else None
    try:
        root = parse_xml(data if better is None else better.data, name)
    except InvalidInputError:
        better = mended(data)
        if better is None:
            raise
        root = parse_xml(better.data, name)
    if better is not None:
        for said in better.changed:
            findings.add_each("changed", name, said)
        for said in better.guessed:
            findings.add_each("guessed", name, said)
    return root


def _check_root(root: etree._Element, name: str, findings: Findings) -> None:
    what, space = local(root), etree.QName(root).namespace or ""
    if what not in _ROOTS or (space and not space.lower().startswith(_STANDARD)):
        msg = (
            f"{name} holds XML, but no REFI-QDA project or codebook (it begins with “{what[:40]}”); choose the file "
            "that the other program exported as REFI-QDA."
        )
        raise InvalidInputError(msg)
    if space not in _NAMED:
        given = f"names “{space[:60]}”" if space else "names none"
        said = f"The file should name version 1.0 of the standard, but {given}; it was read as 1.0."
        findings.add("doubtful", name, said)


class _Strangers:
    """Looks for what the standard does not know, and for attributes that a study has no place for."""

    def __init__(self, root: etree._Element, findings: Findings) -> None:
        self._root, self._findings = root, findings
        self._space = etree.QName(root).namespace
        self._unknown: Counter[str] = Counter()
        self._unkept: Counter[str] = Counter()

    def walk(self) -> None:
        """Say what is unknown, by its name and how often, and what is known but not kept."""
        waiting: list[tuple[etree._Element, str]] = [(self._root, local(self._root))]
        while waiting:
            element, kind = waiting.pop()
            known = KINDS[kind]
            self._look_at_attributes(element, known)
            waiting += self._known_elements(element, known)
        ordered = self._unknown.most_common()
        for name, number in ordered[:_MOST_NAMES]:
            self._findings.add_each("left out", name, f"The standard does not know it; it is there {_times(number)}.")
        if len(ordered) > _MOST_NAMES:
            more = len(ordered) - _MOST_NAMES
            self._findings.add_each("left out", f"{more:,} other names", "The standard does not know them.")
        for name, number in sorted(self._unkept.items()):
            self._findings.add_each("left out", f"Attribute “{name}”", f"{UNKEPT[name]} It is given {_times(number)}.")

    def _look_at_attributes(self, element: etree._Element, known: Kind) -> None:
        for key in map(str, element.attrib):
            if key in UNKEPT and key in known.attributes:
                self._unkept[key] += 1
            elif key not in known.attributes and not key.startswith((_SCHEMA, _XML)):
                self._unknown[f"Attribute “{_short(key)}” of {local(element)}"] += 1

    def _known_elements(self, element: etree._Element, known: Kind) -> Iterator[tuple[etree._Element, str]]:
        for each in element.iterchildren(etree.Element):
            name = local(each)
            if name in known.elements and etree.QName(each).namespace in (self._space, None):
                yield each, known.elements[name]
            else:
                self._unknown[f"Element “{_short(name)}” in {local(element)}"] += 1


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number:,} times"


def _short(name: str) -> str:
    plain = name.rpartition("}")[2]
    return plain if len(plain) <= _MOST_NAMES else plain[: _MOST_NAMES - 1] + "…"
