"""Finding words in an interview, shown in their context first, and putting others in their place."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from assistant.correction.carrying import rewritten
from assistant.correction.edits import Edit, Edited, Turns, spoken
from store.errors import InvalidInputError, NotFoundError
from store.values import NewTurn

CONTEXT = 40
"""Characters of a turn shown on both sides of a hit."""
_LONGEST = 1_000


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for: plain text, never a pattern."""

    text: str
    whole_words: bool = False
    match_case: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where it stands: the turn, offsets into the turn's text, and the words around it."""

    turn: int
    start: int
    end: int
    before: str
    found: str
    after: str


def find(turns: Turns, sought: Sought) -> tuple[Hit, ...]:
    """Every place where the text stands, in order; none overlaps another. Raises InvalidInputError for no text."""
    pattern = _pattern(sought)
    return tuple(
        _hit(turn, index, *match.span()) for index, turn in enumerate(turns) for match in pattern.finditer(turn.text)
    )


def replace_all(sought: Sought, new: str, *, without: Collection[tuple[int, int]] = ()) -> Edit:
    """Put `new` in the place of every hit but those in `without`: (turn, start).

    Raises NotFoundError where nothing is left to replace.
    """
    fresh = spoken(new)

    def edit(turns: Turns) -> Edited:
        hits = [hit for hit in find(turns, sought) if (hit.turn, hit.start) not in without]
        if not hits:
            msg = f"“{sought.text}” stands nowhere in this interview; nothing was replaced."
            raise NotFoundError(msg)
        made = list(turns)
        by_turn: dict[int, list[Hit]] = {}
        for hit in hits:
            by_turn.setdefault(hit.turn, []).append(hit)
        for index, some in by_turn.items():
            made[index] = _replaced(turns[index], some, fresh)
        what = {
            "what": "replace",
            "turns": sorted(by_turn),
            "hits": len(hits),
            "left_out": len(without),
            "whole_words": sought.whole_words,
            "match_case": sought.match_case,
            "before": sought.text,
            "after": fresh,
        }
        places = "one place" if len(hits) == 1 else f"{len(hits)} places"
        return Edited(tuple(turn for turn in made if turn.text), what, f"Replaced in {places}.")

    return edit


def _pattern(sought: Sought) -> re.Pattern[str]:
    text = spoken(sought.text)
    if not text or len(text) > _LONGEST:
        msg = f"Write what is to be found, in at most {_LONGEST} characters."
        raise InvalidInputError(msg)
    plain = re.escape(text)
    if sought.whole_words:
        plain = rf"(?<!\w){plain}(?!\w)"
    return re.compile(plain, 0 if sought.match_case else re.IGNORECASE)


def _hit(turn: NewTurn, index: int, start: int, end: int) -> Hit:
    before, after = turn.text[max(0, start - CONTEXT) : start], turn.text[end : end + CONTEXT]
    return Hit(
        turn=index,
        start=start,
        end=end,
        before=f"…{before}" if start > CONTEXT else before,
        found=turn.text[start:end],
        after=f"{after}…" if end + CONTEXT < len(turn.text) else after,
    )


def _replaced(turn: NewTurn, hits: Iterable[Hit], new: str) -> NewTurn:
    """The turn with `new` at every hit; what lies between stays for certain."""
    pieces: list[str] = []
    blocks: list[tuple[int, int, int]] = []
    at = length = 0

    def keep(until: int) -> None:
        nonlocal at, length
        part = turn.text[at:until]
        if pieces and not new and pieces[-1].endswith(" ") and part.startswith(" "):
            at, part = at + 1, part[1:]  # the space after a word that was taken out
        if not length:
            at, part = at + len(part) - len(part.lstrip()), part.lstrip()
        if part:
            blocks.append((at, length, len(part)))
            pieces.append(part)
            length += len(part)

    for hit in hits:
        keep(hit.start)
        pieces.append(new)
        pieces = [piece for piece in pieces if piece]
        length += len(new)
        at = hit.end
    keep(len(turn.text))
    text = "".join(pieces)
    if (clean := " ".join(text.split())) != text:
        return rewritten(turn, clean)
    return rewritten(turn, text, blocks)
