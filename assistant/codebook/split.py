"""Splitting and merging codes: the new ones know what they came from, and codings stay where they are."""

import uuid
from collections.abc import Container, Sequence
from dataclasses import replace

from assistant.codebook.colours import with_colours
from assistant.codebook.drafts import LONGEST_NAME, DraftCode
from store.codebook import current_codebook, edit_codebook
from store.errors import InvalidInputError, NotFoundError
from store.study import Study
from store.values import Code, Codebook

_FEWEST_PARTS = 2


def split_code(study: Study, code: str, parts: Sequence[DraftCode], *, coder: str, reason: str = "") -> Codebook:
    """A version in which the parts stand in the place of the code named (or its GUID); it and its origins are theirs.

    A part without a theme of its own stays in the old code's; codes below the old one move up to its theme. Codings
    of the old code stay on its GUID. Raises NotFoundError for an unknown code, InvalidInputError for fewer than two
    parts or an unknown theme.
    """
    if len(parts) < _FEWEST_PARTS:
        msg = f"“{code}” can only be split into two codes or more; name each of them."
        raise InvalidInputError(msg)
    if long := [part.name for part in parts if not part.name.strip() or len(part.name) > LONGEST_NAME]:
        msg = f"“{long[0][:40]}” is no name for a part; it needs 1 to {LONGEST_NAME} characters. Nothing was changed."
        raise InvalidInputError(msg)
    guids = [str(uuid.uuid4()) for _ in parts]

    def edit(codebook: Codebook) -> list[Code]:
        old = known(codebook, code)
        new = [_part(part, guid, old, codebook) for part, guid in zip(parts, guids, strict=True)]
        codes: list[Code] = []
        for each in codebook.codes:
            codes += new if each.guid == old.guid else [_moved(each, {old.guid}, old.parent)]
        return list(with_colours(codes))

    name = _name(study, code)
    names = ", ".join(f"“{part.name}”" for part in parts)
    return edit_codebook(study, edit, coder=coder, reason=reason or f"split “{name}” into {names}")


def merge_codes(study: Study, into: str, others: Sequence[str], *, coder: str, reason: str = "") -> Codebook:
    """A version without the others, whose GUIDs and origins are now origins of `into`.

    Codes below the others move below `into`. Decisions stay on the GUIDs that they were made with, and their codings
    count as `into` (`Codebook.present`). Raises NotFoundError
    for an unknown code, InvalidInputError where a code would be merged into itself or into what stands below it.
    """

    def edit(codebook: Codebook) -> list[Code]:
        kept = known(codebook, into)
        gone = [known(codebook, name) for name in others]
        _refuse_impossible(codebook, kept, gone)
        return list(with_colours(_merged(codebook, kept, gone)))

    names = ", ".join(f"“{_name(study, name)}”" for name in others)
    said = reason or f"merged {names} into “{_name(study, into)}”"
    return edit_codebook(study, edit, coder=coder, reason=said)


def _merged(codebook: Codebook, kept: Code, gone: Sequence[Code]) -> list[Code]:
    guids = {code.guid for code in gone}
    found = [guid for code in gone for guid in (code.guid, *code.origins)]
    origins = tuple(dict.fromkeys(guid for guid in (*kept.origins, *found) if guid != kept.guid))
    return [
        replace(code, origins=origins) if code.guid == kept.guid else _moved(code, guids, kept.guid)
        for code in codebook.codes
        if code.guid not in guids
    ]


def known(codebook: Codebook, name: str) -> Code:
    """The code of that name or GUID; raises NotFoundError where this version has none."""
    code = codebook.find(name)
    if code is None:
        msg = f"There is no code “{name}” in version {codebook.version} of the codebook; correct the name."
        raise NotFoundError(msg)
    return code


def _name(study: Study, name: str) -> str:
    codebook = current_codebook(study)
    found = None if codebook is None else codebook.find(name)
    return name if found is None else found.name


def _part(part: DraftCode, guid: str, old: Code, codebook: Codebook) -> Code:
    """A new code; its theme is the one that it names, or else the old code's."""
    parent = old.parent if part.parent is None else known(codebook, part.parent).guid
    if parent == old.guid:
        msg = f"“{part.name}” cannot stand below “{old.name}”, which the split removes; give it another theme."
        raise InvalidInputError(msg)
    return Code(
        guid=guid,
        name=part.name,
        parent=parent,
        definition=part.definition,
        include=part.include,
        exclude=part.exclude,
        examples=part.examples,
        colour=part.colour,
        origins=(old.guid, *old.origins),
    )


def _moved(code: Code, gone: Container[str], parent: str | None) -> Code:
    return replace(code, parent=parent) if code.parent in gone else code


def _refuse_impossible(codebook: Codebook, kept: Code, gone: Sequence[Code]) -> None:
    if not gone:
        msg = f"Nothing was named to be merged into “{kept.name}”; name at least one other code."
        raise InvalidInputError(msg)
    for code in gone:
        if kept.guid in codebook.family(code.guid):
            where = "itself" if code.guid == kept.guid else f"“{kept.name}”, which stands below it"
            msg = f"“{code.name}” cannot be merged into {where}; choose another code."
            raise InvalidInputError(msg)
