"""What the codebook page keeps: each edit is a version on the disk before the page is drawn again."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Concatenate, ParamSpec

import streamlit as st

from assistant.codebook import (
    DraftCode,
    add_code,
    change_code,
    merge_codes,
    move_code,
    restore_version,
    retire_code,
    sort_codings,
    split_code,
)
from assistant.codebook.drafts import plain
from assistant.ui.session import current_visit
from store.codebook import codebook_versions, current_codebook
from store.errors import ConflictError, InvalidInputError, NotAllowedError, StudyError
from store.study import Study
from store.values import Code

P = ParamSpec("P")
FIELDS = ("name", "definition", "include", "exclude", "examples", "colour")
NO_COLOUR = "#888888"
"""What the colour field shows of a code that has none."""

_STATE = "codebook_desk"


@dataclass(slots=True)
class CodebookDesk:
    """What one tab has open: a code, the version in which it was opened, and what there is to say."""

    chosen: str | None = None
    seen: dict[str, int] = field(default_factory=dict)
    said: str = ""
    problem: str = ""
    conflict: bool = False


def current_desk() -> CodebookDesk:
    """This tab's."""
    desk: CodebookDesk | None = st.session_state.get(_STATE)
    if desk is None:
        desk = st.session_state[_STATE] = CodebookDesk()
    return desk


Act = Callable[Concatenate[Study, CodebookDesk, P], None]


def kept(act: Act[P]) -> Act[P]:
    """Let what a callback says be shown by the page that is drawn next; nothing is kept without a coder's name."""

    @wraps(act)
    def acted(study: Study, desk: CodebookDesk, /, *args: P.args, **kwargs: P.kwargs) -> None:
        desk.said = desk.problem = ""
        desk.conflict = False
        try:
            if not _coder():
                msg = "Write your name into the field “Coder” at the left first; every change is kept under a name."
                raise NotAllowedError(msg)
            act(study, desk, *args, **kwargs)
        except ConflictError as error:
            desk.problem, desk.conflict = str(error), True
        except StudyError as error:
            desk.problem = str(error)

    return acted


def _coder() -> str:
    return current_visit().sitting.coder


def field_key(guid: str, name: str) -> str:
    """The key of a code's field."""
    return f"code_{name}_{guid}"


def open_code(study: Study, desk: CodebookDesk, guid: str) -> None:
    """Show a code; what was typed into the fields of another one stays there."""
    codebook = current_codebook(study)
    if codebook is None or codebook.find(guid) is None:
        return
    desk.chosen = guid
    desk.said = desk.problem = ""
    desk.seen.setdefault(guid, codebook.version)


@kept
def save(study: Study, desk: CodebookDesk, guid: str) -> None:
    """Keep what the fields of a code say, as far as it differs from what they showed."""
    state = st.session_state
    wanted = {name: state[field_key(guid, name)] for name in FIELDS}
    wanted["examples"] = tuple(line for line in wanted["examples"].splitlines() if line.strip())
    shown = next((c for c in _version(study, desk.seen.get(guid)) if c.guid == guid), None)
    changes = {name: value for name, value in wanted.items() if shown is None or _differs(name, shown, value)}
    if not changes:
        desk.said = "Nothing was changed."
        return
    try:
        book = change_code(study, guid, changes, coder=_coder(), seen=desk.seen.get(guid))
    except ConflictError:
        newest = current_codebook(study)
        desk.seen[guid] = 0 if newest is None else newest.version
        raise
    desk.seen[guid] = book.version
    desk.said = f"Kept as version {book.version}."


def _version(study: Study, version: int | None) -> tuple[Code, ...]:
    return next((book.codes for book in codebook_versions(study) if book.version == version), ())


def _differs(name: str, shown: Code, now: object) -> bool:
    before = getattr(shown, name)
    if name == "colour":
        return str(now).upper() != (before or NO_COLOUR).upper()
    return bool(before != (plain(now) if isinstance(now, str) else now))


def forget(guid: str, desk: CodebookDesk) -> None:
    """Let the fields of a code show what is on the disk the next time they are drawn."""
    for name in FIELDS:
        st.session_state.pop(field_key(guid, name), None)
    desk.seen.pop(guid, None)


@kept
def move(study: Study, desk: CodebookDesk, guid: str, parent: str | None, before: str | None) -> None:
    """Put a code elsewhere in the tree."""
    book = move_code(study, guid, parent, before=before, coder=_coder())
    code = book.find(guid)
    desk.said = f"“{'' if code is None else code.name}” was moved (version {book.version})."


@kept
def add(study: Study, desk: CodebookDesk) -> None:
    """Add a code with what the two fields say."""
    state = st.session_state
    book = add_code(study, state["new_code_name"], parent=state["new_code_theme"], coder=_coder())
    added = book.codes[-1]
    desk.chosen, desk.seen[added.guid] = added.guid, book.version
    desk.said = f"“{added.name}” is in the codebook (version {book.version})."
    state["new_code_name"] = ""


@kept
def merge(study: Study, desk: CodebookDesk, guid: str, into: str) -> None:
    """Merge the open code into another one, which is open then."""
    book = merge_codes(study, into, [guid], coder=_coder())
    forget(guid, desk)
    kept_code = book.find(into)
    desk.chosen, desk.seen[into] = into, book.version
    desk.said = f"Merged into “{'' if kept_code is None else kept_code.name}” (version {book.version})."


@kept
def split(study: Study, desk: CodebookDesk, guid: str, key: str) -> None:
    """Split the open code into the parts that are written one a line, as “name: definition”."""
    lines = [line for line in st.session_state[key].splitlines() if line.strip()]
    parts = [
        DraftCode(name=" ".join(name.split()), definition=plain(text))
        for name, _, text in (x.partition(":") for x in lines)
    ]
    if any(not part.name for part in parts):
        msg = "A part has no name; write each part as “name: definition” on a line of its own."
        raise InvalidInputError(msg)
    book = split_code(study, guid, parts, coder=_coder())
    forget(guid, desk)
    desk.chosen = None
    desk.said = f"Split (version {book.version}). Sort your codings of it under “Former codes”."


@kept
def retire(study: Study, desk: CodebookDesk, guid: str, *, retired: bool) -> None:
    """Retire the open code, or bring it back."""
    book = retire_code(study, guid, coder=_coder(), retired=retired)
    desk.seen[guid] = book.version
    desk.said = f"{'Retired' if retired else 'Brought back'} (version {book.version})."


@kept
def restore(study: Study, desk: CodebookDesk, version: int) -> None:
    """Make an earlier version the newest one."""
    book = restore_version(study, version, coder=_coder())
    desk.seen.clear()
    desk.said = f"Version {version} was restored as version {book.version}."


@kept
def sort(study: Study, desk: CodebookDesk, keys: dict[str, str]) -> None:
    """Sort this coder's codings of a former code as the lists say; `keys` are the lists' keys by decision."""
    chosen = {guid: tuple(st.session_state.get(key) or ()) for guid, key in keys.items()}
    wanted = {guid: codes for guid, codes in chosen.items() if codes}
    count = sort_codings(study, _coder(), wanted)
    desk.said = f"{count} coding{'' if count == 1 else 's'} sorted."
