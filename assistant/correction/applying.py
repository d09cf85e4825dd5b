"""Corrections on the disk: each is a new revision of the transcript, and takes segments, scores and codings along."""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from assistant.correction.edits import Edit, Turns
from assistant.correction.history import BACK, FORTH, RESTORE, course, revisions
from assistant.segment.cut import cut
from store.carried import carry_over
from store.errors import ConflictError, InvalidInputError
from store.study import Study
from store.transcripts import revise_transcript, transcript
from store.turns import as_new
from store.values import Transcript


@dataclass(frozen=True, slots=True)
class Corrected:
    """The revision that stands now, and what there is to say; `changed` is false where nothing had to be written."""

    transcript: Transcript
    said: str
    changed: bool = True


def correct(study: Study, label: str, edit: Edit, *, coder: str, expected: int | None = None) -> Corrected:
    """Make one correction; `expected` is the revision that was on the screen.

    Raises ConflictError where somebody else corrected it meanwhile, InvalidInputError where the edit cannot be made.
    """
    with _undisturbed():
        return _corrected(study, label, edit, coder, expected)


def _corrected(study: Study, label: str, edit: Edit, coder: str, expected: int | None) -> Corrected:
    before = _expected(study, label, expected)
    old = turns_of(before)
    done = edit(old)
    if done.turns == old:
        return Corrected(before, "Nothing was changed: it says that already.", changed=False)
    if not any(turn.text for turn in done.turns):
        msg = f"Nothing would be left of {label}; a transcript needs at least one turn. Nothing was changed."
        raise InvalidInputError(msg)
    return _kept(study, before, done.turns, done.what, coder, done.said)


def undo(study: Study, label: str, *, coder: str, expected: int | None = None) -> Corrected:
    """Take the last correction back: a new revision with the turns of the one before it."""
    made = revisions(study, label)
    to = course(made).back
    if to is None:
        msg = f"There is no correction of {label} to take back."
        raise InvalidInputError(msg)
    return _as_in(study, label, to, BACK, "Taken back.", coder, expected or made[-1].revision)


def redo(study: Study, label: str, *, coder: str, expected: int | None = None) -> Corrected:
    """Do the correction again that was taken back last."""
    made = revisions(study, label)
    to = course(made).forth
    if to is None:
        msg = f"There is no correction of {label} to do again; a new one ends what was taken back before."
        raise InvalidInputError(msg)
    return _as_in(study, label, to, FORTH, "Done again.", coder, expected or made[-1].revision)


def restore(study: Study, label: str, revision: int, *, coder: str, expected: int | None = None) -> Corrected:
    """Bring an older revision back, as a new one; the ones between stay in the history."""
    return _as_in(study, label, revision, RESTORE, f"As it was in revision {revision}.", coder, expected)


def turns_of(found: Transcript) -> Turns:
    """The turns of a transcript as they can be corrected."""
    return tuple(as_new(turn, found.text) for turn in found.turns)


def _as_in(study: Study, label: str, revision: int, how: str, said: str, coder: str, expected: int | None) -> Corrected:
    with _undisturbed():
        before = _expected(study, label, expected)
        turns = turns_of(transcript(study, label, revision))
        if turns == turns_of(before):
            return Corrected(before, f"{label} is as it was in revision {revision} already.", changed=False)
        return _kept(study, before, turns, {"what": how, "to": revision}, coder, said)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Hold the garbage collector off: it would walk through every word of two hours of speech again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _expected(study: Study, label: str, expected: int | None) -> Transcript:
    found = transcript(study, label)
    if expected is not None and found.revision != expected:
        msg = f"{label} was corrected by somebody else meanwhile; nothing was changed, look at it again."
        raise ConflictError(msg)
    return found


def _kept(study: Study, before: Transcript, turns: Turns, what: Mapping[str, Any], coder: str, said: str) -> Corrected:
    made = revise_transcript(
        study,
        before.interview,
        turns,
        coder=coder,
        expected=before.revision,
        details={"correction": dict(what)},
        then=lambda session, old, new: carry_over(session, old, new, cut(new)),
    )
    return Corrected(made, said)
