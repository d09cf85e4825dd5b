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
from store.codebook import current_codebook
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
    """What one tab has open: who codes, a code, its fields as they were shown, and what there is to say."""

    coder: str = ""
    chosen: str | None = None
    shown: dict[str, dict[str, str]] = field(default_factory=dict)
    """By code and field, what stood in the field before anybody typed."""
    kept_as: dict[tuple[str, str], object] = field(default_factory=dict)
    """By code and field, what the codebook held then."""
    acts: int = 0
    said: str = ""
    problem: str = ""
    conflict: bool = False


def current_desk() -> CodebookDesk:
    """This tab's."""
    desk: CodebookDesk | None = st.session_state.get(_STATE)
    if desk is None:
        desk = st.session_state[_STATE] = CodebookDesk()
    desk.coder = current_visit().sitting.coder
    return desk


Act = Callable[Concatenate[Study, CodebookDesk, P], None]


def kept(act: Act[P]) -> Act[P]:
    """Let what a callback says be shown by the page that is drawn next; nothing is kept without a coder's name."""

    @wraps(act)
    def acted(study: Study, desk: CodebookDesk, /, *args: P.args, **kwargs: P.kwargs) -> None:
        desk.said = desk.problem = ""
        desk.conflict = False
        desk.acts += 1
        try:
            if not desk.coder:
                msg = "Write your name into the field “Coder” at the left first; every change is kept under a name."
                raise NotAllowedError(msg)
            act(study, desk, *args, **kwargs)
        except ConflictError as error:
            desk.problem, desk.conflict = str(error), True
        except StudyError as error:
            desk.problem = str(error)

    return acted


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


@kept
def save(study: Study, desk: CodebookDesk, guid: str) -> None:
    """Keep the fields of a code that were touched; what others changed in other fields stays."""
    state, shown = st.session_state, desk.shown.get(guid, {})
    touched = {name: state[field_key(guid, name)] for name in FIELDS if state[field_key(guid, name)] != shown.get(name)}
    if not touched:
        desk.said = "Nothing was changed."
        return
    changes = {name: stored(name, value) for name, value in touched.items()}
    expected = {name: desk.kept_as[guid, name] for name in touched}
    try:
        book = change_code(study, guid, changes, coder=desk.coder, expected=expected)
    except ConflictError:
        newest = current_codebook(study)
        now = None if newest is None else newest.find(guid)
        if now is not None:  # what is there now is told; kept again, it is changed knowingly
            desk.kept_as |= {(guid, name): getattr(now, name) for name in touched}
        raise
    forget(guid, desk)
    desk.said = f"Kept as version {book.version}."


def stored(name: str, value: str) -> object:
    """What a field says, as a code keeps it."""
    return tuple(line for line in value.splitlines() if line.strip()) if name == "examples" else value


def show_field(desk: CodebookDesk, code: Code, name: str, value: str) -> None:
    """A field shows what is kept until somebody types in it; then it stays as it was typed."""
    key, shown = field_key(code.guid, name), desk.shown.setdefault(code.guid, {})
    if key not in st.session_state or st.session_state[key] == shown.get(name):
        st.session_state[key] = shown[name] = value
        desk.kept_as[code.guid, name] = getattr(code, name)


def forget(guid: str, desk: CodebookDesk) -> None:
    """Let the fields of a code show what is on the disk the next time they are drawn."""
    for name in FIELDS:
        st.session_state.pop(field_key(guid, name), None)
    desk.shown.pop(guid, None)


@kept
def move(study: Study, desk: CodebookDesk, guid: str, parent: str | None, before: str | None) -> None:
    """Put a code elsewhere in the tree."""
    book = move_code(study, guid, parent, before=before, coder=desk.coder)
    code = book.find(guid)
    desk.said = f"“{'' if code is None else code.name}” was moved (version {book.version})."


@kept
def add(study: Study, desk: CodebookDesk) -> None:
    """Add a code with what the two fields say."""
    state = st.session_state
    book = add_code(study, state["new_code_name"], parent=state["new_code_theme"], coder=desk.coder)
    added = book.codes[-1]
    desk.chosen = added.guid
    desk.said = f"“{added.name}” is in the codebook (version {book.version})."
    state["new_code_name"] = ""


@kept
def merge(study: Study, desk: CodebookDesk, guid: str, into: str) -> None:
    """Merge the open code into another one, which is open then."""
    book = merge_codes(study, into, [guid], coder=desk.coder)
    forget(guid, desk)
    kept_code = book.find(into)
    desk.chosen = into
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
    book = split_code(study, guid, parts, coder=desk.coder)
    forget(guid, desk)
    desk.chosen = None
    desk.said = f"Split (version {book.version}). Sort your codings of it under “Former codes”."


@kept
def retire(study: Study, desk: CodebookDesk, guid: str, *, retired: bool) -> None:
    """Retire the open code, or bring it back."""
    book = retire_code(study, guid, coder=desk.coder, retired=retired)
    desk.said = f"{'Retired' if retired else 'Brought back'} (version {book.version})."


@kept
def restore(study: Study, desk: CodebookDesk, version: int) -> None:
    """Make an earlier version the newest one."""
    book = restore_version(study, version, coder=desk.coder)
    desk.said = f"Version {version} was restored as version {book.version}."


@kept
def sort(study: Study, desk: CodebookDesk, keys: dict[str, str]) -> None:
    """Sort this coder's codings of a former code as the lists say; `keys` are the lists' keys by decision."""
    chosen = {guid: tuple(st.session_state.get(key) or ()) for guid, key in keys.items()}
    wanted = {guid: codes for guid, codes in chosen.items() if codes}
    count = sort_codings(study, desk.coder, wanted)
    desk.said = f"{count} coding{'' if count == 1 else 's'} sorted."
