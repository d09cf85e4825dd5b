"""Edits of the codebook, each a new version made of the newest one while nobody else can make another."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from assistant.codebook.colours import with_colours
from assistant.codebook.drafts import COLOUR, LONGEST_NAME, plain
from assistant.codebook.split import known
from store.codebook import codebook_versions, current_codebook, edit_codebook, keep_codebook
from store.errors import ConflictError, InvalidInputError, NotFoundError
from store.study import Study
from store.values import Code, Codebook

_TEXTS = ("definition", "include", "exclude")


def add_code(study: Study, name: str, *, parent: str | None, coder: str, definition: str = "") -> Codebook:
    """Add a code at the end of its theme (`parent`, a GUID); it may be the first code of the study."""
    code = Code(str(uuid.uuid4()), _clean_name(name), parent, plain(definition))
    reason = f"added “{code.name}”"
    if current_codebook(study) is None:
        return keep_codebook(study, with_colours([code]), coder=coder, reason=reason)

    def edit(codebook: Codebook) -> Sequence[Code]:
        if parent is not None:
            known(codebook, parent)
        return with_colours([*codebook.codes, code])

    return edit_codebook(study, edit, coder=coder, reason=reason)


def change_code(
    study: Study,
    guid: str,
    changes: Mapping[str, Any],
    *,
    coder: str,
    seen: int | None = None,
    expected: Mapping[str, Any] | None = None,
    reason: str = "",
) -> Codebook:
    """Change a code's name, definition, include, exclude, examples (a tuple) or colour; others stay as they are.

    Raises ConflictError where somebody changed the same code since version `seen`, or one of the same fields from what
    the person saw in it (`expected`), InvalidInputError for a name that is
    empty or taken or a colour that is none.
    """
    wanted = {key: _checked(key, value) for key, value in changes.items()}
    before = _named(study, guid)

    def edit(codebook: Codebook) -> Sequence[Code]:
        now = known(codebook, guid)
        if differs := [key for key, value in (expected or {}).items() if getattr(now, key) != value]:
            msg = (
                f"Somebody changed “{now.name}” since you opened it ({', '.join(differs)}); look at it as it is now,"
                " then keep yours again."
            )
            raise ConflictError(msg)
        return [replace(code, **wanted) if code.guid == guid else code for code in codebook.codes]

    what = ", ".join(sorted(wanted))
    renamed = wanted.get("name", before) != before
    said = f"renamed “{before}” to “{wanted.get('name')}”" if renamed else f"changed {what} of “{before}”"
    return edit_codebook(study, edit, coder=coder, reason=reason or said, touched=[guid], seen=seen)


def move_code(study: Study, guid: str, parent: str | None, *, before: str | None, coder: str) -> Codebook:
    """Put a code, with all that stands below it, into a theme (None: at the top), before a sibling or at the end.

    Raises InvalidInputError where it would stand below itself, NotFoundError where one of them is gone.
    """

    def edit(codebook: Codebook) -> Sequence[Code]:
        code = known(codebook, guid)
        if parent is not None and parent in codebook.family(guid):
            msg = f"“{code.name}” cannot stand below itself; choose another theme."
            raise InvalidInputError(msg)
        if parent is not None:
            known(codebook, parent)
        moved = replace(code, parent=parent)
        others = [each for each in codebook.codes if each.guid != guid]
        at = next((i for i, each in enumerate(others) if each.guid == before), len(others))
        return [*others[:at], moved, *others[at:]]

    name = _named(study, guid)
    where = "to the top" if parent is None else f"into “{_named(study, parent)}”"
    return edit_codebook(study, edit, coder=coder, reason=f"moved “{name}” {where}")


def retire_code(study: Study, guid: str, *, coder: str, retired: bool = True) -> Codebook:
    """Stop offering a code, or offer it again; its codings stay as they are either way."""

    def edit(codebook: Codebook) -> Sequence[Code]:
        known(codebook, guid)
        return [replace(code, retired=retired) if code.guid == guid else code for code in codebook.codes]

    what = "retired" if retired else "brought back"
    return edit_codebook(study, edit, coder=coder, reason=f"{what} “{_named(study, guid)}”")


def restore_version(study: Study, version: int, *, coder: str) -> Codebook:
    """Keep the codes of an earlier version as a new one; raises NotFoundError where there is no such version."""
    old = next((book for book in codebook_versions(study) if book.version == version), None)
    if old is None:
        msg = f"There is no version {version} of the codebook; `interview codebook history` lists them."
        raise NotFoundError(msg)
    return edit_codebook(study, lambda _: old.codes, coder=coder, reason=f"restored version {version}")


def _named(study: Study, guid: str) -> str:
    codebook = current_codebook(study)
    code = None if codebook is None else codebook.find(guid)
    return guid if code is None else code.name


def _clean_name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        msg = f"A code needs a name of 1 to {LONGEST_NAME} characters; nothing was changed."
        raise InvalidInputError(msg)
    return name


def _checked(key: str, value: Any) -> Any:
    if key == "name":
        return _clean_name(str(value))
    if key in _TEXTS:
        return plain(str(value))
    if key == "examples":
        return tuple(text for example in value if (text := plain(str(example))))
    if key == "colour" and COLOUR.match(str(value)):
        return str(value).upper()
    msg = f"“{value}” is no {key} that a code can have; a colour is written like #1A2B3C. Nothing was changed."
    raise InvalidInputError(msg)
