"""From a candidate to a quote: the exact slice with speaker, times, codes and everything else that is shown of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from assistant.quotes.candidates import Candidate
from assistant.quotes.folding import Fold
from assistant.quotes.quote import Folded, Partner, Quote
from assistant.quotes.several import Neighbour
from assistant.quotes.shelf import Shelf
from assistant.quotes.sieve import Sieve
from store.values import Role, Segment, Span, Turn


@dataclass(frozen=True, slots=True)
class _Spoken:
    """Who says a stretch, and when."""

    speaker: str | None
    role: Role
    start_ms: int | None
    end_ms: int | None


def quote_of(sieve: Sieve, shelf: Shelf, fold: Fold, near: Sequence[Neighbour] = ()) -> Quote:
    """A quote with its duplicates and, of codes near each other, its partners."""
    made = _plain(sieve, shelf, fold.candidate)
    if fold.duplicates:
        folded = tuple(Folded(_plain(sieve, shelf, other), reason) for other, reason in fold.duplicates)
        made = replace(made, folded=folded)
    return replace(made, partners=tuple(_partner(sieve, shelf, each) for each in near)) if near else made


def _plain(sieve: Sieve, shelf: Shelf, candidate: Candidate) -> Quote:
    holding = sieve.holding
    spoken = _spoken(sieve, shelf, candidate)
    guids = holding.in_order(candidate.codes)
    times = [mark.at for mark in candidate.counted if mark.at is not None]
    chances = [mark.probability for mark in candidate.counted if mark.probability is not None]
    return Quote(
        interview=candidate.interview,
        speaker=spoken.speaker,
        role=str(spoken.role),
        start=candidate.span.start,
        end=candidate.span.end,
        start_ms=spoken.start_ms,
        end_ms=spoken.end_ms,
        text=candidate.span.of(holding.texts.texts[candidate.transcript_id]),
        codes=_names(sieve, guids),
        coders=candidate.coders,
        state=candidate.state,
        attributes=sieve.interviews[candidate.interview].attributes,
        suggested=_names(sieve, dict.fromkeys(draft.code for draft in candidate.drafts)),
        transcript_id=candidate.transcript_id,
        guids=guids,
        decided=max(times, default=None),
        probability=max(chances, default=None),
    )


def _names(sieve: Sieve, guids: Iterable[str]) -> tuple[str, ...]:
    return tuple(sieve.holding.names.get(guid, guid) for guid in guids)


def _spoken(sieve: Sieve, shelf: Shelf, candidate: Candidate) -> _Spoken:
    """As the segment has it where the stretch is one, else from the words and turns of the stretch."""
    found = sieve.holding.texts.segments
    if len(candidate.rows) == 1 and found[candidate.rows[0]].span == candidate.span:
        return _of_segment(found[candidate.rows[0]])
    turns = [t for t in shelf.turns(candidate.interview, candidate.transcript_id) if t.span.overlaps(candidate.span)]
    if turns:
        return _of_turns(turns, candidate.span)
    return _of_segment(found[candidate.rows[0]]) if candidate.rows else _Spoken(None, Role.PARTICIPANT, None, None)


def _of_segment(segment: Segment) -> _Spoken:
    return _Spoken(segment.speaker, segment.role, segment.start_ms, segment.end_ms)


def _of_turns(turns: Sequence[Turn], span: Span) -> _Spoken:
    words = [word for turn in turns for word in turn.words if word.start < span.end and span.start < word.end]
    start_ms = words[0].start_ms if words else turns[0].start_ms
    end_ms = words[-1].end_ms if words else turns[-1].end_ms
    return _Spoken(turns[0].speaker, turns[0].role, start_ms, end_ms)


def _partner(sieve: Sieve, shelf: Shelf, neighbour: Neighbour) -> Partner:
    other = neighbour.candidate
    return Partner(
        code=sieve.holding.names.get(neighbour.code, neighbour.code),
        start=other.span.start,
        end=other.span.end,
        start_ms=_spoken(sieve, shelf, other).start_ms,
        text=other.span.of(sieve.holding.texts.texts[other.transcript_id]),
        turns=neighbour.turns,
    )
