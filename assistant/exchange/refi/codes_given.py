"""A study's codes and sets as those of a project."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from assistant.codebook.drafts import LONGEST_NAME
from assistant.exchange.refi.descriptions import described
from assistant.exchange.refi.going import Going
from assistant.exchange.refi.own import RETIRED_CODES, fitting, retired_set
from assistant.exchange.refi.project import ProjectCode, ProjectSet
from store.sets import named_sets
from store.values import Code

_TOLD_APART = re.compile(r" \([^()]*\)\Z")
"""What was put behind a name, once or twice, so that no two codes of the study have the same."""


def codes_given(going: Going, notes: Mapping[str, Sequence[str]]) -> tuple[ProjectCode, ...]:
    """All codes, retired ones too; a code of a file that was told apart from others has its name there again.

    `notes` are GUIDs of notes by the GUID of the code that they are about.
    """
    kept = going.kept["codes"]
    return tuple(_code(code, kept.get(code.guid, {}), tuple(notes.get(code.guid, ()))) for code in going.codes)


def _code(code: Code, kept: Mapping[str, Any], notes: tuple[str, ...]) -> ProjectCode:
    return ProjectCode(
        guid=fitting(code.guid),
        name=_name(code.name, kept.get("name")),
        parent=None if code.parent is None else fitting(code.parent),
        codable=bool(kept.get("codable", True)),
        colour=code.colour,
        description=described(code),
        notes=notes,
    )


def _name(now: str, before: str | None) -> str:
    """The name in the file it came from, unless the code was given another since."""
    if before is None:
        return now
    line = " ".join(before.split())
    once = _TOLD_APART.sub("", now)
    forms = (now, once, _TOLD_APART.sub("", once))
    return before if line in forms or any(_is_cut(form, line, now) for form in forms) else now


def _is_cut(form: str, line: str, now: str) -> bool:
    """Whether a name is the beginning of one that is too long for the study."""
    whole = form.removesuffix("…").rstrip()
    return len(now) >= LONGEST_NAME - 1 and (line.startswith(whole) or whole.startswith(f"{line} ("))


def sets_given(going: Going, interviews: Collection[str], notes: Collection[str]) -> tuple[ProjectSet, ...]:
    """All sets with those members that are in the project (GUIDs as there), and the set of retired codes."""
    codes = {fitting(code.guid) for code in going.codes}
    found, missing = [], 0
    for named in named_sets(going.study):
        members = [list(map(fitting, each)) for each in (named.codes, named.interviews, named.memos)]
        there = [
            tuple(guid for guid in guids if guid in known)
            for guids, known in zip(members, (codes, interviews, notes), strict=True)
        ]
        missing += sum(map(len, members)) - sum(map(len, there))
        found.append(ProjectSet(fitting(named.guid), named.name, named.description, *there))
    going.left_out(missing, ("member of a set", "members of sets"), "not among what is exported")
    retired = frozenset(fitting(code.guid) for code in going.codes if code.retired)
    if retired:
        said = "Codes that are no longer used; what is coded with them stays."
        own = tuple(fitting(code.guid) for code in going.codes if code.retired)
        found.append(ProjectSet(retired_set(retired), RETIRED_CODES, said, own))
    return tuple(found)
