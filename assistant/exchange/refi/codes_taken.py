"""The codes of a project or codebook as codes of a study's codebook."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assistant.codebook.colours import with_colours
from assistant.codebook.drafts import COLOUR, LONGEST_NAME, refuse_cycle
from assistant.exchange.refi.descriptions import Understood, understood
from assistant.exchange.refi.import_report import Tally
from assistant.exchange.refi.names import numbered, on_one_line
from assistant.exchange.refi.project import Project, ProjectCode
from store.values import Code, Codebook

NAMELESS = "Unnamed code"


@dataclass(frozen=True, slots=True)
class CodesTaken:
    """All codes of the study from now on, None where nothing changes, and by the file's GUIDs the study's.

    `kept` holds what the study has no place for, by the study's GUIDs. `cases` are codes that stand for cases.
    """

    codes: tuple[Code, ...] | None
    of: Mapping[str, Code]
    kept: Mapping[str, Any]
    cases: frozenset[str]


def codes_taken(
    project: Project,
    book: Codebook | None,
    tally: Tally,
    *,
    file: str,
    retired: frozenset[str] = frozenset(),
    renew: bool = False,
    replace_all: bool = False,
) -> CodesTaken:
    """The project's codes among those of the study's newest codebook.

    A code that the study has (same GUID, else same name) stays as it is, or takes over what the file says of it with
    `renew`; the others are added, with their parents. With `replace_all` the codes that the file lacks are gone.
    Raises InvalidInputError where codes would stand below themselves.
    """
    cases = frozenset(case.guid for case in project.cases).intersection(code.guid for code in project.codes)
    own = [code for code in project.codes if code.guid not in cases]
    tally.came("codes", len(project.codes))
    for code in project.codes:
        if code.guid in cases:
            tally.left_out("codes", f"code “{code.name}”", "stands for a case, whose values are kept as attributes")
    old = book.codes if book is not None else ()
    known = _known(own, book, merged=not renew)
    taken = _Taking(project, old, known, tally, renew=renew).all(own, retired)
    gone = {c.guid for c in old} - {c.guid for c in taken.values()} if replace_all else set()
    updated = {code.guid: code for code in taken.values()}
    codes = [updated.get(code.guid, code) for code in old if code.guid not in gone]
    there = {code.guid for code in codes}
    codes += [code for code in updated.values() if code.guid not in there]
    codes = [replace(code, parent=None) if code.parent in gone else code for code in codes]
    refuse_cycle({c.guid: c.parent for c in codes}, {c.guid: c.name for c in codes}, file)
    coloured = with_colours(codes)
    final = {code.guid: code for code in coloured}
    return CodesTaken(
        codes=None if coloured == old else coloured,
        of={guid: final[code.guid] for guid, code in taken.items()},
        kept={taken[code.guid].guid: said for code in own if (said := _kept(code, taken[code.guid], known))},
        cases=cases,
    )


def _known(own: Sequence[ProjectCode], book: Codebook | None, *, merged: bool) -> dict[str, Code]:
    """By the file's GUID the code of the study that it is: the one of its GUID, else the only one of its name.

    Where several codes of the file have the name, it is the one below a theme of the same name. With `merged`, a code
    that the study has merged into another one is that one.
    """
    old = () if book is None else book.codes
    by_guid = {code.guid: code for code in old}
    found = {code.guid: by_guid[code.guid] for code in own if code.guid in by_guid}
    if book is not None and merged:
        heirs = {code.guid: book.present(code.guid) for code in own if code.guid not in found}
        found |= {guid: by_guid[heir] for guid, heir in heirs.items() if heir is not None}
    names = {code.guid: code.name for code in own}
    free = {c.name.strip().casefold(): c for c in old if c.guid not in found}
    alike: dict[str, list[ProjectCode]] = {}
    for code in own:
        name = on_one_line(code.name, LONGEST_NAME).casefold()
        if code.guid not in found and name in free:
            alike.setdefault(name, []).append(code)
    for name, codes in alike.items():
        above = by_guid.get(free[name].parent or "")
        theme = "" if above is None else above.name.casefold()
        same = [c for c in codes if len(codes) == 1 or names.get(c.parent or "", "").strip().casefold() == theme]
        if len(same) == 1:
            found[same[0].guid] = free[name]
    return found


class _Taking:
    """Codes on their way into the codebook, in the file's order."""

    def __init__(
        self, project: Project, old: Sequence[Code], known: Mapping[str, Code], tally: Tally, *, renew: bool
    ) -> None:
        self._parents = {code.guid: code.parent for code in project.codes}
        self._names = {code.guid: code.name for code in project.codes}
        self._cases = {case.guid for case in project.cases}
        self._known, self._tally, self._renew = known, tally, renew
        self._used = {code.name.strip().casefold() for code in old}

    def all(self, own: Sequence[ProjectCode], retired: frozenset[str]) -> dict[str, Code]:
        """By the file's GUID each code as the study is to have it."""
        return {
            code.guid: self._new(code, retired=code.guid in retired)
            if code.guid not in self._known
            else self._renewed(code, self._known[code.guid])
            for code in own
        }

    def _new(self, code: ProjectCode, *, retired: bool) -> Code:
        said = understood(code.description)
        return Code(
            guid=code.guid,
            name=self._name(code),
            parent=self._parent(code),
            definition=said.definition,
            include=said.include,
            exclude=said.exclude,
            examples=said.examples,
            colour=_colour(code),
            retired=retired,
        )

    def _renewed(self, code: ProjectCode, old: Code) -> Code:
        if code.guid != old.guid:
            self._tally.told("guessed", f"code “{code.name}”", "taken as the study’s code of that name")
        if self._renew:
            self._used.discard(old.name.strip().casefold())
            new = self._new(code, retired=old.retired)
            return replace(new, guid=old.guid, colour=new.colour or old.colour, origins=old.origins)
        differing = self._differing(code, old)
        if differing:
            words = f"{' and '.join(differing)} of the study kept; the file has another"
            self._tally.told("changed", f"code “{old.name}”", words)
        return old

    def _differing(self, code: ProjectCode, old: Code) -> list[str]:
        parts = {
            "name": on_one_line(code.name, LONGEST_NAME).casefold() != old.name.casefold(),
            "description": understood(code.description)
            != Understood(old.definition, old.include, old.exclude, old.examples),
            "place": self._parent(code) != old.parent,
            "colour": _colour(code) not in ("", old.colour.upper()),
        }
        return [name for name, differs in parts.items() if differs]

    def _parent(self, code: ProjectCode) -> str | None:
        """The study's GUID of the next code above that is none of a case."""
        above, steps = code.parent, 0
        while above in self._cases and steps <= len(self._parents):
            above, steps = self._parents.get(above or ""), steps + 1
        if above is None or above not in self._parents or above in self._cases:
            return None
        return self._known[above].guid if above in self._known else above

    def _name(self, code: ProjectCode) -> str:
        wanted = on_one_line(code.name, LONGEST_NAME) or NAMELESS
        name = wanted
        above = on_one_line(self._names.get(code.parent or "", ""), LONGEST_NAME)
        if self._is_used(name) and above:
            name = on_one_line(f"{wanted} ({above})", LONGEST_NAME)
        name = numbered(name, self._is_used, LONGEST_NAME)
        if name != code.name:
            self._tally.told("changed", f"code “{code.name}”", f"is called “{name}” in the study")
        self._used.add(name.casefold())
        return name

    def _is_used(self, name: str) -> bool:
        return name.casefold() in self._used


def _colour(code: ProjectCode) -> str:
    return code.colour.upper() if COLOUR.match(code.colour) else ""


def _kept(code: ProjectCode, taken: Code, known: Mapping[str, Code]) -> dict[str, Any]:
    """What an export gives back of a code beside the codebook."""
    if code.guid in known:
        return {}
    said: dict[str, Any] = {} if code.name == taken.name else {"name": code.name}
    if not code.codable:
        said["codable"] = False
    return said
