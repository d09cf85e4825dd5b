"""What the memos page keeps; each is on the disk before the page is drawn again."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Concatenate, ParamSpec

import streamlit as st

from store.errors import ConflictError, StudyError
from store.memos import Memo, MemoDraft, MemoTarget, delete_memo, keep_memo, memo_history, revise_memo
from store.study import Study
from store.values import MemoKind

P = ParamSpec("P")
_STATE = "memo_desk"


@dataclass(slots=True)
class MemoDesk:
    """What one tab has to say, and which revision of each memo it saw."""

    said: str = ""
    problem: str = ""
    seen: dict[str, int] = field(default_factory=dict)


def current_memos() -> MemoDesk:
    """This tab's."""
    desk: MemoDesk | None = st.session_state.get(_STATE)
    if desk is None:
        desk = st.session_state[_STATE] = MemoDesk()
    return desk


Act = Callable[Concatenate[Study, MemoDesk, str, P], None]


def kept(act: Act[P]) -> Act[P]:
    """Let what a callback says be shown by the page that is drawn next."""

    @wraps(act)
    def acted(study: Study, desk: MemoDesk, coder: str, /, *args: P.args, **kwargs: P.kwargs) -> None:
        desk.said = desk.problem = ""
        try:
            act(study, desk, coder, *args, **kwargs)
        except StudyError as error:
            desk.problem = str(error)

    return acted


def edit_key(guid: str, name: str) -> str:
    """The key of a memo's field."""
    return f"memo_{name}_{guid}"


@kept
def write(study: Study, desk: MemoDesk, coder: str) -> None:
    """Keep a new memo."""
    state = st.session_state
    what, _, which = str(state["memo_about"]).partition(":")
    target = MemoTarget(interview=which if what == "interview" else None, code=which if what == "code" else None)
    debriefing = state["memo_kind"] == "Debriefing note"
    draft = MemoDraft(
        target,
        state["memo_text"],
        state["memo_title"],
        MemoKind.DEBRIEFING if debriefing else MemoKind.MEMO,
        state.get("memo_on") if debriefing else None,
        state.get("memo_present", "") if debriefing else "",
    )
    keep_memo(study, coder, draft)
    state["memo_text"] = state["memo_title"] = ""
    desk.said = "The memo is kept."


@kept
def revise(study: Study, desk: MemoDesk, coder: str, memo: Memo) -> None:
    """Keep another revision; where somebody was faster, both texts are shown and nothing typed is lost."""
    state = st.session_state
    try:
        kept_memo = revise_memo(
            study,
            coder,
            memo.guid,
            revision=desk.seen.get(memo.guid, memo.revision),
            title=state[edit_key(memo.guid, "title")],
            text=state[edit_key(memo.guid, "text")],
            on=memo.on,
            present=state.get(edit_key(memo.guid, "present"), memo.present),
        )
    except ConflictError:
        desk.seen[memo.guid] = memo_history(study, memo.guid)[-1].revision
        raise
    desk.seen[memo.guid] = kept_memo.revision
    desk.said = f"Kept as revision {kept_memo.revision}."


@kept
def delete(study: Study, desk: MemoDesk, coder: str, memo: Memo) -> None:
    """Hide a memo."""
    delete_memo(study, coder, memo.guid, revision=memo.revision)
    desk.said = "Deleted; its revisions stay on record, and whoever wrote it can bring it back."


@kept
def bring_back(study: Study, desk: MemoDesk, coder: str, memo: Memo) -> None:
    """Show a deleted memo again."""
    revise_memo(
        study,
        coder,
        memo.guid,
        revision=memo.revision,
        title=memo.title,
        text=memo.text,
        on=memo.on,
        present=memo.present,
    )
    desk.said = "It is back."
