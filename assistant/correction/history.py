"""What was corrected in an interview, and which correction can be taken back or done again.

Nothing is ever removed: taking back writes a new revision with the turns of the one before.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from store.event_log import LogFilter, log
from store.study import Study

BACK, FORTH, RESTORE = "undo", "redo", "restore"
_CORRECTION = "correction"


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision: when it was made and by whom, and what was done (empty for one that was not corrected by hand)."""

    revision: int
    at: str
    coder: str
    origin: str
    what: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Course:
    """The revisions whose turns an undo and a redo would bring back; None where there is nothing to turn."""

    back: int | None
    forth: int | None


def revisions(study: Study, label: str) -> tuple[Revision, ...]:
    """Every revision of an interview's transcript, oldest first."""
    events = log(study, wanted=LogFilter(types=("transcript.revised",), interview=label))
    found = []
    for event in events:
        if event.payload is None:
            continue
        said = json.loads(event.payload)
        details = said.get("details") or {}
        what = details.get(_CORRECTION)
        known = what if isinstance(what, Mapping) else {}
        found.append(Revision(said["revision"], event.at, event.coder, said["origin"], known))
    return tuple(found)


def course(made: Iterable[Revision]) -> Course:
    """What can be taken back and done again, as an editor keeps it: a new correction ends what could be done again.

    A revision that was not made by hand, of another recogniser say, is where taking back ends.
    """
    past: list[int] = []
    future: list[int] = []
    here: int | None = None
    for each in made:
        done = each.what.get("what")
        if here is None or each.origin != _CORRECTION:
            past, future, here = [], [], each.revision
        elif done == BACK and past:
            future.append(here)
            here = past.pop()
        elif done == FORTH and future:
            past.append(here)
            here = future.pop()
        else:
            past.append(here)
            future, here = [], each.revision
    return Course(past[-1] if past else None, future[-1] if future else None)


_SAID = {
    "edit": "Text of turn {number}",
    "unintelligible": "Turn {number}: “{before}” marked as unintelligible",
    "split": "Turn {number} split in two",
    "join": "Turns {number} and {next} joined",
    "rename": "Speaker {before} renamed to {after}",
    "speaker": "Turn {number} given to {after}",
    "role": "{speaker} made {after}",
    "replace": "“{before}” replaced by “{after}” in {hits} places",
    "apart": "{people} speakers told apart by voice",
    "pseudonyms": "{hits} names replaced by pseudonyms",
    "names": "Names brought back in {hits} places",
    "heard again": "Doubtful stretches heard again with {model}",
    BACK: "Taken back: as in revision {to}",
    FORTH: "Done again: as in revision {to}",
    RESTORE: "Restored: as in revision {to}",
}
_SHORT = 60


def sentence(what: Mapping[str, Any]) -> str:
    """What a correction did, in a few words."""
    if what.get("what") == "several":
        return "; ".join(sentence(part) for part in what.get("parts", ()))
    form = _SAID.get(str(what.get("what")))
    if form is None:
        return "Corrected" if what else "As it came in"
    number = what.get("turn")
    places = {"number": "", "next": ""} if not isinstance(number, int) else {"number": number + 1, "next": number + 2}
    said = form.format_map(_Shown({**{k: _short(v) for k, v in what.items()}, **places}))
    return f"{said}: {_changed(what)}" if what.get("what") == "edit" else said


class _Shown(dict[str, Any]):
    """Values for a sentence; what is not known is left open."""

    def __missing__(self, key: str) -> str:
        return "…"


def _short(value: object) -> object:
    if value == "":
        return "nobody named"
    return f"{value[:_SHORT]}…" if isinstance(value, str) and len(value) > _SHORT else value


def _changed(what: Mapping[str, Any]) -> str:
    """The words of an edit that differ, with one that stayed on both sides."""
    before, after = str(what.get("before", "")).split(), str(what.get("after", "")).split()
    first = 0
    while first < min(len(before), len(after)) and before[first] == after[first]:
        first += 1
    tail = 0
    while tail < min(len(before), len(after)) - first and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    old, new = " ".join(before[first : len(before) - tail]), " ".join(after[first : len(after) - tail])
    if not old:
        return f"“{_short(new)}” added"
    return f"“{_short(old)}” taken out" if not new else f"“{_short(old)}” → “{_short(new)}”"
