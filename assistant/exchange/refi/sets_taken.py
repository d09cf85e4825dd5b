"""The sets of a project as named sets of a study."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from assistant.exchange.refi.codes_taken import CodesTaken
from assistant.exchange.refi.import_report import Tally
from assistant.exchange.refi.project import Project, ProjectSet
from store.sets import NamedSet

_NAMELESS = "Unnamed set"


def sets_taken(
    project: Project,
    codes: CodesTaken,
    interviews: Collection[str],
    memos: Collection[str],
    tally: Tally,
    *,
    known: Collection[NamedSet] = (),
    understood: Collection[str] = (),
) -> tuple[NamedSet, ...]:
    """All sets with those of their members that the study has; those `understood` (GUIDs) say something else.

    A set that is `known`, from another file of the same project, keeps its members beside the new ones; it is not
    among them where nothing of it is new.
    """
    tally.came("sets", len(project.sets))
    before = {each.guid: each for each in known}
    made = [
        _joined(_set(given, codes, interviews, memos, tally), before.get(given.guid))
        for given in project.sets
        if given.guid not in understood
    ]
    return tuple(each for each in made if each != before.get(each.guid))


def _set(
    given: ProjectSet, codes: CodesTaken, interviews: Collection[str], memos: Collection[str], tally: Tally
) -> NamedSet:
    study_codes = {guid: code.guid for guid, code in codes.of.items()}
    return NamedSet(
        guid=given.guid,
        name=given.name.strip() or _NAMELESS,
        description=given.description,
        codes=_members(given, "code", given.codes, study_codes, tally),
        interviews=_members(given, "source", given.sources, {guid: guid for guid in interviews}, tally),
        memos=_members(given, "note", given.notes, {guid: guid for guid in memos}, tally),
    )


def _joined(new: NamedSet, before: NamedSet | None) -> NamedSet:
    if before is None:
        return new
    return replace(
        new,
        codes=tuple(dict.fromkeys(before.codes + new.codes)),
        interviews=tuple(dict.fromkeys(before.interviews + new.interviews)),
        memos=tuple(dict.fromkeys(before.memos + new.memos)),
    )


def _members(
    given: ProjectSet, what: str, members: tuple[str, ...], there: Mapping[str, str], tally: Tally
) -> tuple[str, ...]:
    missing = sum(guid not in there for guid in members)
    if missing:
        noun = what if missing == 1 else f"{what}s"
        tally.told("left out", f"set “{given.name}”", f"{missing} {noun} of it that the study does not have")
    return tuple(dict.fromkeys(there[guid] for guid in members if guid in there))
