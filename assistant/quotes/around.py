"""What was said around a quote."""

from dataclasses import dataclass

from assistant.quotes.quote import Quote
from assistant.quotes.shelf import Shelf
from store.errors import InvalidInputError
from store.study import Study
from store.transcripts import transcript
from store.values import Span, Transcript, Turn


@dataclass(frozen=True, slots=True)
class Said:
    """A turn near a quote, with its exact text and times in ms."""

    speaker: str | None
    role: str
    start: int
    end: int
    start_ms: int | None
    end_ms: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The turns before and after, and what of the quote's own first and last turn lies outside it."""

    before: tuple[Said, ...]
    lead: str
    tail: str
    after: tuple[Said, ...]


def neighbours(study: Study, quote: Quote, turns: int = 2, *, shelf: Shelf | None = None) -> Neighbours:
    """So many turns before and after a quote; raises InvalidInputError where the transcript was corrected since."""
    del shelf  # a transcript's text and turns are read together, for a quote at a time that costs little
    there = transcript(study, quote.interview)
    span = Span(quote.start, quote.end)
    if there.id != quote.transcript_id or span.of(there.text) != quote.text:
        msg = f"{quote.interview} was corrected since this quote was found; ask for the quotes again."
        raise InvalidInputError(msg)
    own = [turn for turn in there.turns if turn.span.overlaps(span)]
    first, last = own[0], own[-1]
    return Neighbours(
        before=tuple(_said(there, turn) for turn in there.turns[max(0, first.index - turns) : first.index]),
        lead=there.text[first.span.start : max(first.span.start, span.start)],
        tail=there.text[min(last.span.end, span.end) : last.span.end],
        after=tuple(_said(there, turn) for turn in there.turns[last.index + 1 : last.index + 1 + turns]),
    )


def _said(there: Transcript, turn: Turn) -> Said:
    return Said(
        turn.speaker,
        str(turn.role),
        turn.span.start,
        turn.span.end,
        turn.start_ms,
        turn.end_ms,
        turn.span.of(there.text),
    )
