"""Corrections made on the transcripts page, and what the page shows of them: hits, history, codings to look at."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from assistant.correction import (
    Edit,
    Sought,
    assign_speaker,
    correct,
    course,
    edit_text,
    find,
    join_with_next,
    mark_unintelligible,
    redo,
    rename_speaker,
    replace_all,
    restore,
    revisions,
    sentence,
    set_role,
    split_turn,
    turns_of,
    undo,
)
from assistant.ui.session import Visit
from assistant.ui.transcript_acts import Doing, ReaderAct, Reading, stretch
from store.errors import ConflictError, InvalidInputError
from store.study import Study
from store.transcripts import transcript
from store.values import Role, Span, Transcript

FIND = "find"
MOST_HITS = 500
"""Hits that are listed; more are replaced all the same, and the page says so."""
MOST_SHOWN = 60
"""Corrections in the history."""


def _correction(study: Study, visit: Visit, reading: Reading, label: str, act: ReaderAct) -> str:
    done = correct(study, label, _edit(study, label, act), coder=visit.sitting.coder, expected=act.revision)
    reading.sought = None
    return done.said


def _edit(study: Study, label: str, act: ReaderAct) -> Edit:
    """The edit that an act asks for."""
    if act.kind in _EDITS:
        return _EDITS[act.kind](act)
    if act.kind == "split":
        turn, (place, _) = _placed(study, label, act, Span(max(0, act.place), max(0, act.place) + 1))
        return split_turn(turn, place)
    turn, (start, end) = _placed(study, label, act, stretch(act))
    return mark_unintelligible(turn, start, end)


_EDITS: Mapping[str, Callable[[ReaderAct], Edit]] = {
    "edit": lambda act: edit_text(act.turn, act.text),
    "join": lambda act: join_with_next(act.turn),
    "assign": lambda act: assign_speaker(act.turn, act.new),
    "rename": lambda act: rename_speaker(act.old, act.new),
    "role": lambda act: set_role(act.old, _role(act.new)),
    "replace": lambda act: replace_all(_sought(act), act.new, without=frozenset(act.without)),
}


def _placed(study: Study, label: str, act: ReaderAct, span: Span) -> tuple[int, tuple[int, int]]:
    """The turn in which a stretch lies, and its place in that turn's text."""
    found = _on_screen(study, label, act)
    turn = next((turn for turn in found.turns if turn.span.start <= span.start < turn.span.end), None)
    if turn is None or span.end > turn.span.end:
        msg = "That stretch does not lie in one turn; select words of one turn. Nothing was changed."
        raise InvalidInputError(msg)
    return turn.index, (span.start - turn.span.start, span.end - turn.span.start)


def _on_screen(study: Study, label: str, act: ReaderAct) -> Transcript:
    found = transcript(study, label)
    if found.revision != act.revision:
        msg = f"{label} was corrected by somebody else meanwhile; nothing was changed, look at it again."
        raise ConflictError(msg)
    return found


def _role(name: str) -> Role:
    try:
        return Role(name)
    except ValueError as error:
        msg = f"“{name[:40]}” is no role; a speaker is interviewer or participant."
        raise InvalidInputError(msg) from error


def _sought(act: ReaderAct) -> Sought:
    return Sought(act.old, act.whole_words, act.match_case)


def _find(study: Study, _visit: Visit, reading: Reading, label: str, act: ReaderAct) -> str:
    found, sought = _on_screen(study, label, act), _sought(act)
    count = len(find(turns_of(found), sought))
    reading.sought = (label, found.revision, sought)
    return f"{count} {'place' if count == 1 else 'places'} found."


def _undo(study: Study, visit: Visit, reading: Reading, label: str, act: ReaderAct) -> str:
    reading.sought = None
    return undo(study, label, coder=visit.sitting.coder, expected=act.revision).said


def _redo(study: Study, visit: Visit, reading: Reading, label: str, act: ReaderAct) -> str:
    reading.sought = None
    return redo(study, label, coder=visit.sitting.coder, expected=act.revision).said


def _restore(study: Study, visit: Visit, reading: Reading, label: str, act: ReaderAct) -> str:
    reading.sought = None
    return restore(study, label, act.steps, coder=visit.sitting.coder, expected=act.revision).said


CORRECTIONS: Mapping[str, Doing] = {
    **dict.fromkeys((*_EDITS, "split", "unintelligible"), _correction),
    FIND: _find,
    "undo": _undo,
    "redo": _redo,
    "restore": _restore,
}


def hits(study: Study, reading: Reading, label: str) -> dict[str, Any] | None:
    """What was looked for and where it stands, as the page lists it; None where nothing was, or it is out of date."""
    if reading.sought is None or reading.sought[0] != label:
        return None
    found, (_, revision, sought) = transcript(study, label), reading.sought
    if found.revision != revision:
        return None
    every = find(turns_of(found), sought)
    rows = []
    for hit in every[:MOST_HITS]:
        start = found.turns[hit.turn].span.start
        rows.append([hit.turn, hit.start, start + hit.start, start + hit.end, hit.before, hit.found, hit.after])
    return {
        "old": sought.text,
        "whole_words": sought.whole_words,
        "match_case": sought.match_case,
        "hits": rows,
        "count": len(every),
    }


def history(study: Study, label: str, transcript_id: int) -> dict[str, Any]:
    """The newest corrections of an interview, newest first, and whether one can be taken back or done again."""
    return _history(study, str(study.folder), study.guid, label, transcript_id)


@st.cache_resource(max_entries=8, show_spinner=False)
def _history(_study: Study, folder: str, guid: str, label: str, transcript_id: int) -> dict[str, Any]:
    del folder, guid, transcript_id  # parts of the key only
    made = revisions(_study, label)
    turn = course(made)
    return {
        "made": [[r.revision, r.at, r.coder, sentence(r.what)] for r in reversed(made[-MOST_SHOWN:])],
        "count": len(made),
        "back": turn.back is not None,
        "forth": turn.forth is not None,
    }
