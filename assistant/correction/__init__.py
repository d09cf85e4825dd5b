"""Correcting a transcript: pure edits of turns, and their way to the disk with everything that hangs on the words."""

from assistant.correction.applying import Corrected, correct, redo, restore, turns_of, undo
from assistant.correction.edits import (
    Edit,
    edit_text,
    join_with_next,
    mark_unintelligible,
    several,
    split_turn,
)
from assistant.correction.finding import Hit, Sought, find, replace_all
from assistant.correction.history import Course, Revision, course, revisions, sentence
from assistant.correction.speakers import assign_speaker, rename_speaker, set_role

__all__ = [
    "Corrected",
    "Course",
    "Edit",
    "Hit",
    "Revision",
    "Sought",
    "assign_speaker",
    "correct",
    "course",
    "edit_text",
    "find",
    "join_with_next",
    "mark_unintelligible",
    "redo",
    "rename_speaker",
    "replace_all",
    "restore",
    "revisions",
    "sentence",
    "set_role",
    "several",
    "split_turn",
    "turns_of",
    "undo",
]
