"""Corrections of single turns: pure functions from turns to turns."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assistant.correction.carrying import rewritten
from assistant.transcribe.doubts import UNINTELLIGIBLE
from store.errors import InvalidInputError
from store.turns import clean_text
from store.values import NewTurn, TurnMarks, Word

Turns = tuple[NewTurn, ...]


@dataclass(frozen=True, slots=True)
class Edited:
    """Turns after a correction; `what` says in plain values what was done, `said` in a sentence."""

    turns: Turns
    what: Mapping[str, Any]
    said: str


Edit = Callable[[Turns], Edited]


def edit_text(index: int, text: str) -> Edit:
    """Give a turn another text; an empty one takes the turn out. White space is folded."""
    new = spoken(text)

    def edit(turns: Turns) -> Edited:
        turn = turn_at(turns, index)
        what = {"what": "edit", **where(turn, index), "before": turn.text, "after": new}
        made = [rewritten(turn, new)] if new else []
        return Edited(put(turns, index, 1, made), what, "Corrected." if new else "The turn is taken out.")

    return edit


def mark_unintelligible(index: int, start: int, end: int) -> Edit:
    """Put `[unintelligible]` in the place of a stretch of a turn."""

    def edit(turns: Turns) -> Edited:
        turn = turn_at(turns, index)
        _refuse_outside(turn, index, start, end)
        before = turn.text[start:end]
        left = turn.text[:start] + (" " if turn.text[:start].strip() and not turn.text[:start].endswith(" ") else "")
        right = (" " if turn.text[end:].strip() and not turn.text[end:].startswith(" ") else "") + turn.text[end:]
        text = clean_text(left + UNINTELLIGIBLE + right)
        tail = len(turn.text) - end
        blocks = [block for block in ((0, 0, start), (end, len(text) - tail, tail)) if block[2]]
        what = {"what": "unintelligible", **where(turn, index), "before": before, "after": UNINTELLIGIBLE}
        made = [rewritten(turn, text, blocks)]
        return Edited(put(turns, index, 1, made), what, "Marked as unintelligible.")

    return edit


def split_turn(index: int, offset: int) -> Edit:
    """Cut a turn in two at a place in its text; inside a word, before that word."""

    def edit(turns: Turns) -> Edited:
        turn = turn_at(turns, index)
        at = next((word.start for word in turn.words if word.start < offset < word.end), offset)
        left, right = turn.text[:at].rstrip(), turn.text[at:].lstrip()
        if not 0 <= offset <= len(turn.text) or not left or not right:
            msg = f"Turn {index + 1} cannot be split there: nothing would stand on one side; choose a word inside it."
            raise InvalidInputError(msg)
        halves = _halves(turn, len(left), len(turn.text) - len(right))
        what = {"what": "split", **where(turn, index), "before": turn.text, "after": f"{left}\n{right}"}
        return Edited(put(turns, index, 1, halves), what, "The turn is split in two.")

    return edit


def join_with_next(index: int) -> Edit:
    """Make one turn of two neighbours; it keeps the speaker of the first."""

    def edit(turns: Turns) -> Edited:
        first = turn_at(turns, index)
        if index + 1 >= len(turns):
            msg = f"Turn {index + 1} is the last one; there is no next turn to join it with."
            raise InvalidInputError(msg)
        second = turns[index + 1]
        what = {
            "what": "join",
            **where(first, index),
            "before": f"{first.text}\n{second.text}",
            "after": f"{first.text} {second.text}",
        }
        said = "Joined with the next turn."
        if first.speaker != second.speaker:
            said = f"Joined with the next turn; all of it is {first.speaker or 'of no named speaker'} now."
        return Edited(put(turns, index, 2, [_joined(first, second)]), what, said)

    return edit


def several(edits: Sequence[Edit]) -> Edit:
    """Many corrections as one: all of them, or none."""

    def edit(turns: Turns) -> Edited:
        parts: list[Mapping[str, Any]] = []
        said = []
        for each in edits:
            done = each(turns)
            turns = done.turns
            parts.append(done.what)
            said.append(done.said)
        what = parts[0] if len(parts) == 1 else {"what": "several", "parts": parts}
        return Edited(turns, what, " ".join(said))

    return edit


# ---- what the others need


def spoken(text: str) -> str:
    """A text as it can stand in a turn; raises InvalidInputError for what is no text."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        msg = "That text holds half of a character (a lone surrogate) and cannot be kept; type it again."
        raise InvalidInputError(msg) from error
    return clean_text(text)


def turn_at(turns: Turns, index: int) -> NewTurn:
    """The turn of that number; raises InvalidInputError where there is none."""
    if not 0 <= index < len(turns):
        msg = f"There is no turn {index + 1}; the transcript has {len(turns)}. Load the page again."
        raise InvalidInputError(msg)
    return turns[index]


def _refuse_outside(turn: NewTurn, index: int, start: int, end: int) -> None:
    if not 0 <= start < end <= len(turn.text) or not turn.text[start:end].strip():
        msg = f"Turn {index + 1} has no words from {start} to {end}; select words inside one turn."
        raise InvalidInputError(msg)


def where(turn: NewTurn, index: int) -> dict[str, Any]:
    """The place of a turn, for the log."""
    return {"turn": index, "start_ms": turn.start_ms}


def put(turns: Turns, index: int, count: int, made: Sequence[NewTurn]) -> Turns:
    """The turns with others in the place of some."""
    return (*turns[:index], *made, *turns[index + count :])


def _halves(turn: NewTurn, end: int, start: int) -> list[NewTurn]:
    """The turn up to `end`, and from `start`; times by words, else by how far into the text the cut lies."""
    left = tuple(word for word in turn.words if word.end <= end)
    right = tuple(word for word in turn.words if word.start >= start)
    stop, begin = _cut_times(turn, left, right, end, start)
    return [
        replace(turn, text=turn.text[:end], end_ms=stop, words=left, marks=_part(turn.marks, 0, end, None, stop)),
        replace(
            turn,
            text=turn.text[start:],
            start_ms=begin,
            words=tuple(replace(word, start=word.start - start, end=word.end - start) for word in right),
            marks=_part(turn.marks, start, len(turn.text), begin, None),
        ),
    ]


def _cut_times(
    turn: NewTurn, left: Sequence[Word], right: Sequence[Word], end: int, start: int
) -> tuple[int | None, int | None]:
    stop = left[-1].end_ms if left else None
    begin = right[0].start_ms if right else None
    if stop is not None or begin is not None:
        return (begin if stop is None else stop), (stop if begin is None else begin)
    if turn.start_ms is None or turn.end_ms is None:
        return None, None
    length = turn.end_ms - turn.start_ms
    return tuple(turn.start_ms + length * place // len(turn.text) for place in (end, start))  # type: ignore[return-value]


def _part(marks: TurnMarks, start: int, end: int, from_ms: int | None, to_ms: int | None) -> TurnMarks:
    """The marks of a part of a turn: what of its doubts lies in it, and overlaps that were heard in it."""
    doubts = tuple(
        replace(doubt, start=max(doubt.start, start) - start, end=min(doubt.end, end) - start)
        for doubt in marks.doubts
        if doubt.start < end and start < doubt.end
    )
    overlaps = tuple(
        (begin, stop)
        for begin, stop in marks.overlaps
        if (from_ms is None or stop > from_ms) and (to_ms is None or begin < to_ms)
    )
    return replace(marks, doubts=doubts, overlaps=overlaps)


def _joined(first: NewTurn, second: NewTurn) -> NewTurn:
    shift = len(first.text) + 1
    words = tuple(replace(word, start=word.start + shift, end=word.end + shift) for word in second.words)
    doubts = tuple(replace(doubt, start=doubt.start + shift, end=doubt.end + shift) for doubt in second.marks.doubts)
    marks = TurnMarks(
        overlaps=tuple(dict.fromkeys((*first.marks.overlaps, *second.marks.overlaps))),
        doubts=(*first.marks.doubts, *doubts),
        language=first.marks.language or second.marks.language,
    )
    return replace(
        first,
        text=f"{first.text} {second.text}",
        start_ms=second.start_ms if first.start_ms is None else first.start_ms,
        end_ms=first.end_ms if second.end_ms is None else second.end_ms,
        words=(*first.words, *words),
        marks=marks,
    )
