"""Users, variables, cases, notes, links and sets of a project's XML."""

from lxml import etree

from assistant.exchange.refi.context import Context
from assistant.exchange.refi.findings import named
from assistant.exchange.refi.project import Case, Link, Note, ProjectSet, User, Variable
from assistant.exchange.refi.standard import VALUES
from assistant.exchange.refi.xml_parts import child, children, content

_FAMILIES = ("selection", "note", "source", "transcript", "code", "case", "coding", "variable", "set", "user", "link")


def users(root: etree._Element, context: Context) -> tuple[User, ...]:
    """The people and machines that coded; one without a name is called by its id, or by its place."""
    found = []
    for number, each in enumerate(children(child(root, "Users"), "User"), start=1):
        name = (each.get("name") or each.get("id") or "").strip()
        where = named("User", name)
        if not name:
            name = f"User {number}"
            context.findings.add("changed", where, "A user without a name was called by its place in the list.")
        found.append(User(context.own(each, "user", where), name, each.get("id") or ""))
    return tuple(found)


def variables(root: etree._Element, context: Context) -> tuple[Variable, ...]:
    """The variables; one of an unknown type is taken as text."""
    found = []
    for each in children(child(root, "Variables"), "Variable"):
        name = (each.get("name") or "").strip()
        where = named("Variable", name)
        kind = (each.get("typeOfVariable") or "").strip()
        if kind not in VALUES:
            context.findings.add("changed", where, "A variable of an unknown type became one of text.")
            kind = "Text"
        description = content(each, "Description") or ""
        found.append(Variable(context.own(each, "variable", where), name, kind, description))
    return tuple(found)


def notes(root: etree._Element, context: Context) -> tuple[tuple[Note, etree._Element], ...]:
    """The notes, each with its element; a description of a note stands below its text."""
    return tuple((_note(each, context), each) for each in children(child(root, "Notes"), "Note"))


def cases(root: etree._Element, context: Context) -> tuple[Case, ...]:
    """The cases; sources, selections and codes must have been read before."""
    return tuple(_case(each, context) for each in children(child(root, "Cases"), "Case"))


def links(root: etree._Element, context: Context) -> tuple[Link, ...]:
    """The links; everything that they may point at must have been read before."""
    found = []
    for each in children(child(root, "Links"), "Link"):
        where = named("Link", each.get("name") or "")
        guid = context.own(each, "link", where)
        ends = [_end(each.get(attribute), where, context) for attribute in ("originGUID", "targetGUID")]
        if each.get("color"):
            context.findings.add("left out", where, "The colour of a link is not kept.")
        found.append(Link(guid, each.get("name") or "", ends[0], ends[1], context.notes(each, where)))
    return tuple(found)


def sets(root: etree._Element, context: Context) -> tuple[ProjectSet, ...]:
    """The sets, of a project or of a codebook."""
    within = [
        *children(root, "Sets"),
        *(each for book in children(root, "CodeBook") for each in children(book, "Sets")),
    ]
    return tuple(_set(each, context) for group in within for each in children(group, "Set"))


def say_graphs(root: etree._Element, context: Context) -> None:
    """Graphs have no place in a study."""
    for each in children(child(root, "Graphs"), "Graph"):
        vertices, edges = len(list(children(each, "Vertex"))), len(list(children(each, "Edge")))
        context.findings.add(
            "left out",
            named("Graph", each.get("name") or ""),
            f"A graph ({vertices} vertices, {edges} edges) is not kept.",
        )


def _note(element: etree._Element, context: Context) -> Note:
    where = named("Note", element.get("name") or "")
    guid = context.own(element, "note", where)
    text = context.texts.text(context.places(element), where)
    description = (content(element, "Description") or "").strip()
    parts = [text.read() if text is not None else "", description]
    if all(part.strip() for part in parts):
        context.findings.add("changed", where, "The description of a note stands below its text now.")
    return Note(
        guid,
        element.get("name") or "",
        "\n\n".join(part for part in parts if part.strip()),
        context.user(element, where),
        context.made_at(element, where),
    )


def _case(element: etree._Element, context: Context) -> Case:
    where = named("Case", element.get("name") or "")
    guid = context.own(element, "case", where)
    if context.guids.has("code", guid):
        context.findings.add("changed", where, "A case is also a code, as NVivo writes them; it was kept as both.")
    return Case(
        guid,
        element.get("name") or "",
        content(element, "Description") or "",
        context.references(element, "CodeRef", "code", where),
        context.variable_values(element, where),
        context.references(element, "SourceRef", "source", where),
        context.references(element, "SelectionRef", "selection", where),
    )


def _set(element: etree._Element, context: Context) -> ProjectSet:
    name = element.get("name") or ""
    where = named("Set", name)
    return ProjectSet(
        context.own(element, "set", where),
        name,
        content(element, "Description") or "",
        context.references(element, "MemberCode", "code", where),
        context.references(element, "MemberSource", "source", where),
        context.references(element, "MemberNote", "note", where),
    )


def _end(given: str | None, where: str, context: Context) -> str | None:
    guid = context.guids.pointed_at(given)
    if guid is None or any(context.guids.has(family, guid) for family in _FAMILIES):
        return guid
    context.findings.add("left out", where, "An end of a link that is not in the file was left out.")
    return None
