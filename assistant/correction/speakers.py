"""Corrections of who speaks: pure functions from turns to turns."""

from dataclasses import replace

from assistant.correction.edits import Edit, Edited, Turns, put, spoken, turn_at, where
from store.errors import InvalidInputError, NotFoundError
from store.values import Role

LONGEST_NAME = 200


def rename_speaker(old: str, new: str) -> Edit:
    """Give a speaker another name in the whole interview; the name of another one makes the two one."""
    name = speaker_name(new)

    def edit(turns: Turns) -> Edited:
        refuse_unknown(turns, old)
        role = _role_of(turns, name) if name != old else None
        made = [replace(t, speaker=name, role=role or t.role) if t.speaker == old and name != old else t for t in turns]
        count = sum(turn.speaker == old for turn in turns)
        tail = f"; the two are one now, as {role}" if role is not None else ""
        what = {"what": "rename", "turns": count, "before": old, "after": name}
        return Edited(tuple(made), what, f"{old} is {name} now, in {_turns(count)}{tail}.")

    return edit


def assign_speaker(index: int, name: str) -> Edit:
    """Say that one turn is another speaker's, known or new; a known one brings their role."""
    new = speaker_name(name)

    def edit(turns: Turns) -> Edited:
        turn = turn_at(turns, index)
        made = replace(turn, speaker=new, role=_role_of(turns, new) or turn.role)
        what = {"what": "speaker", **where(turn, index), "before": turn.speaker or "", "after": new}
        return Edited(put(turns, index, 1, [made]), what, f"This turn is {new}’s now.")

    return edit


def set_role(name: str, role: Role) -> Edit:
    """Say whether a speaker asks or answers, in the whole interview; an empty name is whoever has none."""

    def edit(turns: Turns) -> Edited:
        refuse_unknown(turns, name)
        mine = [turn for turn in turns if (turn.speaker or "") == name]
        before = ", ".join(sorted({str(turn.role) for turn in mine}))
        made = [replace(turn, role=role) if (turn.speaker or "") == name else turn for turn in turns]
        what = {"what": "role", "speaker": name, "turns": len(mine), "before": before, "after": str(role)}
        return Edited(tuple(made), what, f"{name or 'The unnamed speaker'} is {role} now, in {_turns(len(mine))}.")

    return edit


def speaker_name(name: str) -> str:
    """A speaker's name as it is kept; raises InvalidInputError where it is empty or too long."""
    clean = spoken(name)
    if not clean or len(clean) > LONGEST_NAME:
        msg = f"A speaker needs a name of 1 to {LONGEST_NAME} characters; nothing was changed."
        raise InvalidInputError(msg)
    return clean


def refuse_unknown(turns: Turns, name: str) -> None:
    """Raises NotFoundError where nobody of that name speaks."""
    names = list(dict.fromkeys(turn.speaker or "" for turn in turns))
    if name not in names:
        known = ", ".join(each for each in names if each) or "nobody is named"
        msg = f"No speaker is named “{name}” here; there are: {known}."
        raise NotFoundError(msg)


def _role_of(turns: Turns, name: str) -> Role | None:
    return next((turn.role for turn in turns if turn.speaker == name), None)


def _turns(count: int) -> str:
    return "one turn" if count == 1 else f"{count} turns"
