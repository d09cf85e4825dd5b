"""From a row of the table to a quote: the exact slice with speaker, times, codes and everything else shown of it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import isnan

from assistant.quotes.quote import Folded, Partner, Quote, Reason
from assistant.quotes.several import Neighbour
from assistant.quotes.shelf import Shelf
from assistant.quotes.sieve import Sieve
from assistant.quotes.sifting import Sifted
from assistant.quotes.spoken import NOBODY, Spoken, spoken_in, spoken_segment
from assistant.quotes.table import Place
from store.values import Coding, Decision


class Maker:
    """Makes quotes of the rows that were found."""

    def __init__(self, sieve: Sieve, shelf: Shelf, found: Sifted) -> None:
        self._sieve = sieve
        self._shelf = shelf
        self._found = found
        self._table = found.table

    def quote(self, row: int, duplicates: Sequence[tuple[int, Reason]], near: Sequence[Neighbour]) -> Quote:
        """A quote with its duplicates and, of codes near each other, its partners."""
        made = self._plain(row)
        if duplicates:
            made = replace(made, folded=tuple(Folded(self._plain(other), reason) for other, reason in duplicates))
        return replace(made, partners=tuple(self._partner(each) for each in near)) if near else made

    def _plain(self, row: int) -> Quote:
        place, state = self._table.place(row), self._found.state_of(row)
        spoken = self._spoken(place)
        guids = self._table.holding.in_order(self._table.codes(row, state))
        marks = [mark for mark in self._table.marks(row) if self._found.there[mark]]
        counted = [mark for mark in marks if self._found.counted[mark]]
        sources = [self._table.sources[mark] for mark in counted]
        chances = [chance for mark in counted if not isnan(chance := float(self._table.chance[mark]))]
        coders = {s.coder for mark in marks if isinstance(s := self._table.sources[mark], Coding)}
        return Quote(
            interview=place.interview,
            speaker=spoken.speaker,
            role=str(spoken.role),
            start=place.span.start,
            end=place.span.end,
            start_ms=spoken.start_ms,
            end_ms=spoken.end_ms,
            text=place.span.of(self._table.texts.texts[place.transcript_id]),
            codes=self._names(guids),
            coders=tuple(sorted(coders)),
            state=state,
            attributes=self._sieve.interviews[place.interview].attributes,
            suggested=self._names(dict.fromkeys(draft.code for draft in self._found.drafts(row))),
            transcript_id=place.transcript_id,
            guids=guids,
            decided=max((s.at for s in sources if isinstance(s, Coding | Decision)), default=None),
            probability=max(chances, default=None),
        )

    def _names(self, guids: Iterable[str]) -> tuple[str, ...]:
        return tuple(self._table.holding.names.get(guid, guid) for guid in guids)

    def _spoken(self, place: Place) -> Spoken:
        """As the segment has it where the stretch is one, else from the words and turns of the stretch."""
        found = self._table.texts.segments
        if len(place.segments) == 1 and found[place.segments[0]].span == place.span:
            return spoken_segment(found[place.segments[0]])
        said = spoken_in(self._shelf.turns(place.interview, place.transcript_id), place.span)
        if said is not None:
            return said
        return spoken_segment(found[place.segments[0]]) if place.segments else NOBODY

    def _partner(self, neighbour: Neighbour) -> Partner:
        place = self._table.place(neighbour.row)
        return Partner(
            code=self._table.holding.names.get(neighbour.code, neighbour.code),
            start=place.span.start,
            end=place.span.end,
            start_ms=self._spoken(place).start_ms,
            text=place.span.of(self._table.texts.texts[place.transcript_id]),
            turns=neighbour.turns,
        )
