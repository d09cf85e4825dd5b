"""Codes of a project's or codebook's XML, each once, wherever and how often they are written."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from assistant.exchange.refi.context import Context
from assistant.exchange.refi.findings import named
from assistant.exchange.refi.project import ProjectCode
from assistant.exchange.refi.xml_parts import children, content
from assistant.ingest.packages import local


@dataclass(slots=True)
class _Draft:
    """A code with its element, and the GUID of the one it stands below."""

    element: etree._Element
    where: str
    guid: str
    name: str
    parent: str | None


def codes(root: etree._Element, context: Context) -> tuple[ProjectCode, ...]:
    """All codes of all code books, each behind the one it stands below.

    A code that is written twice, with one GUID and one name, is there once: OpenQDA writes one code book for each of a
    project's, and codes of lower levels on the top level too.
    """
    books = [root] if local(root) == "CodeBook" else list(children(root, "CodeBook"))
    drafts: dict[str, _Draft] = {}
    waiting: list[tuple[etree._Element, str | None]] = [
        (each, None) for book in reversed(books) for each in reversed(_below(book))
    ]
    while waiting:
        element, parent = waiting.pop()
        name = (element.get("name") or "").strip()
        where = named("Code", name)
        there = drafts.get(context.guids.pointed_at(element.get("guid")) or "")
        if there is not None and name and there.name == name:
            context.findings.add("changed", where, "A code that is written twice was kept once.")
            _move(there, parent, drafts)
        else:
            there = _Draft(element, where, context.own(element, "code", where), name, parent)
            drafts[there.guid] = there
        waiting += [(each, there.guid) for each in reversed(_below(element))]
    return tuple(_code(each, context) for each in _in_order(list(drafts.values())))


def _below(element: etree._Element) -> list[etree._Element]:
    """The codes right below a code, or in the list of a code book."""
    lists = children(element, "Codes") if local(element) == "CodeBook" else (element,)
    return [each for held in lists for each in children(held, "Code")]


def _move(draft: _Draft, parent: str | None, drafts: dict[str, _Draft]) -> None:
    """Put a code of the top level below the one that holds its repetition, unless that stands below the code."""
    above = parent
    while above is not None and above != draft.guid:
        above = drafts[above].parent
    if draft.parent is None and above is None:
        draft.parent = parent


def _in_order(drafts: Sequence[_Draft]) -> list[_Draft]:
    below: defaultdict[str | None, list[_Draft]] = defaultdict(list)
    for draft in reversed(drafts):
        below[draft.parent].append(draft)
    ordered, waiting = [], list(below[None])
    while waiting:
        draft = waiting.pop()
        ordered.append(draft)
        waiting += below[draft.guid]
    return ordered


def _code(draft: _Draft, context: Context) -> ProjectCode:
    element, where, name = draft.element, draft.where, draft.name
    if not name:
        context.findings.add("changed", where, "A code without a name was called “Code without a name”.")
        name = "Code without a name"
    return ProjectCode(
        draft.guid,
        name,
        draft.parent,
        context.values.switch(element.get("isCodable"), where, "“isCodable” of a code", otherwise=True),
        context.values.colour(element.get("color"), where),
        content(element, "Description") or "",
        context.notes(element, where),
    )
