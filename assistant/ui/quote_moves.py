"""What is done with quotes in the browser; each act is on the disk before the page is drawn again."""

from collections.abc import Callable, Mapping

from pydantic import Field

from assistant.ui.quote_desk import STEP, Heard, Place, QuoteDesk
from assistant.ui.review_acts import Act, parsed_as
from store.errors import InvalidInputError, StudyError
from store.quote_lists import drop_quotes, note_quote, pick_quotes, place_quote
from store.study import Study
from store.values import Span

_MOST_TURNS = 40


class QuoteAct(Act):
    """One act on a quote; a place is a transcript with start and end, `before` what it is put in front of."""

    segment: int = 0
    place: tuple[int, int, int] | None = None
    before: tuple[int, int, int] | None = None
    turns: int = Field(default=0, ge=0, le=_MOST_TURNS)


Doing = Callable[[Study, QuoteDesk, str, QuoteAct], None]


def perform(study: Study, desk: QuoteDesk, coder: str, part: str, sent: object) -> None:
    """Do the acts of a part that are new; the first one that fails ends it and is told on the page."""
    desk.told.clear()
    try:
        acts = [act for act in parsed_as(QuoteAct, sent) if act.id > desk.heard.get(part, 0)]
        for act in sorted(acts, key=lambda act: act.id):
            desk.heard[part] = act.id
            _doing(act.kind)(study, desk, coder, act)
    except StudyError as error:
        desk.tell("list", str(error), "problem")
        desk.heard[part] = max((act.id for act in acts), default=desk.heard.get(part, 0))


def _doing(kind: str) -> Doing:
    if kind not in _DOINGS:
        msg = f"The page sent an unknown act “{kind[:40]}”; load it again."
        raise InvalidInputError(msg)
    return _DOINGS[kind]


def _stored(act: QuoteAct) -> tuple[int, Span]:
    return _as_stored(_place(act))


def _as_stored(place: Place) -> tuple[int, Span]:
    transcript, start, end = place
    if not 0 <= start < end:
        msg = "The page sent a stretch that is none; load it again."
        raise InvalidInputError(msg)
    return transcript, Span(start, end)


def _place(act: QuoteAct) -> Place:
    if act.place is None:
        msg = "The page did not say which quote was meant; load it again."
        raise InvalidInputError(msg)
    return act.place


def _pick(study: Study, desk: QuoteDesk, coder: str, act: QuoteAct) -> None:
    count = len(pick_quotes(study, coder, desk.listed, [_stored(act)]))
    desk.tell("list", f"Put into “{desk.listed}”, which holds {count} now.")


def _drop(study: Study, desk: QuoteDesk, coder: str, act: QuoteAct) -> None:
    count = len(drop_quotes(study, coder, desk.listed, [_stored(act)]))
    desk.tell("list", f"Taken out of “{desk.listed}”, which holds {count} now.")


def _move(study: Study, desk: QuoteDesk, coder: str, act: QuoteAct) -> None:
    place = _stored(act)
    there = place_quote(study, coder, desk.listed, place, None if act.before is None else _as_stored(act.before))
    number = next((n for n, each in enumerate(there, 1) if (each.transcript_id, each.span) == place), 0)
    desk.tell("list", f"Now number {number} of {len(there)}.")


def _note(study: Study, desk: QuoteDesk, coder: str, act: QuoteAct) -> None:
    note_quote(study, coder, desk.listed, _stored(act), act.text)
    desk.tell("list", "The note is kept.")


def _around(study: Study, desk: QuoteDesk, coder: str, act: QuoteAct) -> None:
    del study, coder
    if act.turns:
        desk.around[_place(act)] = act.turns
    else:
        desk.around.pop(_place(act), None)


def _play(study: Study, desk: QuoteDesk, coder: str, act: QuoteAct) -> None:
    del study, coder
    number = 1 if desk.playing is None else desk.playing.number + 1
    desk.playing = Heard(_place(act), act.by, number)


def _further(study: Study, desk: QuoteDesk, coder: str, act: QuoteAct) -> None:
    del study, coder, act
    desk.limit += STEP


_DOINGS: Mapping[str, Doing] = {
    "pick": _pick,
    "drop": _drop,
    "move": _move,
    "note": _note,
    "around": _around,
    "play": _play,
    "further": _further,
}
