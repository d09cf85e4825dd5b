"""A codebook file into a study: what is known by name keeps its identity, and a change makes a new version."""

import dataclasses
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.codebook.colours import with_colours
from assistant.codebook.drafts import DraftCode, ReadCodebook, refuse_cycle
from assistant.codebook.files import read_with_report
from store.codebook import current_codebook, keep_merged
from store.study import Study
from store.values import Code, Codebook


@dataclass(frozen=True, slots=True)
class ImportedCodebook:
    """The newest version after an import, whether the import made it, and a report in plain sentences."""

    codebook: Codebook
    changed: bool
    report: tuple[str, ...]


def import_codebook(
    study: Study, path: Path, *, coder: str, reason: str | None = None, replace: bool = False
) -> Codebook:
    """Merge a file into the study's codebook and return the newest version."""
    return import_with_report(study, path, coder=coder, reason=reason, replace=replace).codebook


def import_with_report(
    study: Study, path: Path, *, coder: str, reason: str | None = None, replace: bool = False
) -> ImportedCodebook:
    """The same, with what happened.

    Codes of the same name (capitals do not count) keep their GUID; codes that the file lacks stay unless
    `replace`. Raises InvalidInputError where the file is no codebook, or codes would stand below themselves.
    """
    read = read_with_report(path)
    before = current_codebook(study)
    old = before.codes if before else ()
    codes, missing = merged(old, read, replace=replace, file=path.name)
    report = list(read.report)
    if missing:
        fate = "taken out" if replace else "kept as they are"
        report.append(f"Not in the file and {fate}: {', '.join(code.name for code in missing)}.")
    if before is not None and codes == before.codes:
        return ImportedCodebook(before, changed=False, report=(*report, "Nothing changed; no new version was made."))
    why, seen = reason or f"imported from {path.name}", None if before is None else before.version
    kept = keep_merged(study, codes, coder=coder, reason=why, seen=seen, file=path.name)
    return ImportedCodebook(kept, changed=True, report=tuple(report))


def merged(
    old: Sequence[Code], read: ReadCodebook, *, replace: bool, file: str
) -> tuple[tuple[Code, ...], tuple[Code, ...]]:
    """All codes after the merge, in order, and the old ones that the file does not list.

    The file's order counts where it lists every code; otherwise old codes keep theirs and new ones follow.
    """
    known = {code.name.casefold(): code for code in old}
    drafts = [d for d in read.codes if d.name.casefold() not in known or d.name.casefold() not in read.made]
    named = {d.name.casefold(): d for d in drafts}
    used_above = {d.parent.casefold() for d in drafts if d.parent}
    missing = tuple(code for name, code in known.items() if name not in named and name not in used_above)
    guids = {name: code.guid for name, code in known.items()}
    guids |= {name: str(uuid.uuid4()) for name in named if name not in guids}
    updated = {name: _code(draft, known.get(name), guids) for name, draft in named.items()}
    gone = {code.guid for code in missing} if replace else set()
    stay = {name: code for name, code in known.items() if name not in named and code.guid not in gone}
    if not stay:
        codes = list(updated.values())
    else:
        codes = [updated.get(name, code) for name, code in known.items() if code.guid not in gone]
        codes += [code for name, code in updated.items() if name not in known]
    codes = [dataclasses.replace(code, parent=None) if code.parent in gone else code for code in codes]
    names = {code.guid: code.name for code in codes}
    refuse_cycle({code.guid: code.parent for code in codes}, names, f"{file}, merged with the study's codebook,")
    return with_colours(codes), missing


def _code(draft: DraftCode, old: Code | None, guids: dict[str, str]) -> Code:
    """The code after the merge; what the file does not have for it stays."""
    parent = guids[draft.parent.casefold()] if draft.parent else None
    if old is None:
        return Code(
            guid=guids[draft.name.casefold()],
            name=draft.name,
            parent=parent,
            definition=draft.definition,
            include=draft.include,
            exclude=draft.exclude,
            examples=draft.examples,
            colour=draft.colour,
        )
    given = draft.given
    return Code(
        guid=old.guid,
        name=draft.name,
        parent=parent if "parent" in given else old.parent,
        definition=draft.definition if "definition" in given else old.definition,
        include=draft.include if "include" in given else old.include,
        exclude=draft.exclude if "exclude" in given else old.exclude,
        examples=draft.examples if "examples" in given else old.examples,
        colour=draft.colour or old.colour,
        origins=old.origins,
        retired=old.retired,
    )
