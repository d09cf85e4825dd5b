"""Which rows of the table fit a query by themselves."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from assistant.quotes.shelf import Shelf
from assistant.quotes.sieve import Sieve
from assistant.quotes.table import NO_DAY, STATES, Rows, Table
from assistant.quotes.words import holds, matching
from store.values import Role, Segment, State, SuggestionDraft
from store.words_index import Sought, spoken

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Sifted:
    """The rows that fit, in study order; by mark, which ones are there and which of these the query counts.

    `state` is the one that is asked for, None where each row has its strongest.
    """

    table: Table
    rows: Rows
    there: Mask
    counted: Mask
    state: State | None

    def among(self, rows: Rows) -> "Sifted":
        """The same with only these rows."""
        return replace(self, rows=rows)

    def state_of(self, row: int) -> State:
        """The state that a row is shown with."""
        if self.state is not None:
            return self.state
        here = {int(self.table.state[mark]) for mark in self.table.marks(row) if self.there[mark]}
        return next((state for number, state in enumerate(STATES) if number in here), State.UNCODED)

    def drafts(self, row: int) -> list[SuggestionDraft]:
        """The suggestions that a row shows."""
        marks = (mark for mark in self.table.marks(row) if self.there[mark])
        return [source for mark in marks if isinstance(source := self.table.sources[mark], SuggestionDraft)]


def with_codes(sieve: Sieve, table: Table, keep_back: Callable[[Segment], bool] | None) -> Sifted:
    """The rows of the interviews asked for with one of the codes, in the state asked for, on those days and so on."""
    there = _there(sieve, table, keep_back)
    counted = there & _dated(sieve, table)
    state = State.CONFIRMED if sieve.by_coding else sieve.query.state
    fits = np.array([label in sieve.interviews for label in table.texts.place], np.bool_)[table.interview]
    if state is State.UNCODED:
        fits &= ~table.owns(there)
        if sieve.dated:
            fits[:] = False
        return Sifted(table, np.flatnonzero(fits), there, counted, state)
    if state is not None:
        counted &= table.state == STATES.index(state)
    if sieve.codes:
        fits &= table.owns(counted & table.of_codes(sieve.codes))
    elif state is not None or sieve.dated:
        fits &= table.owns(counted)
    return Sifted(table, np.flatnonzero(fits), there, counted, state)


def _there(sieve: Sieve, table: Table, keep_back: Callable[[Segment], bool] | None) -> Mask:
    """All marks but the suggestions of segments that are kept back."""
    there: Mask = np.ones(len(table.owner), np.bool_)
    if keep_back is None or sieve.by_coding or sieve.query.state is State.SUGGESTED:
        return there
    suggested = table.state == STATES.index(State.SUGGESTED)
    back = np.zeros(len(table), np.bool_)
    for row in np.flatnonzero(table.owns(suggested)).tolist():
        back[row] = keep_back(table.texts.segments[row])
    there &= ~(suggested & back[table.owner])
    return there


def _dated(sieve: Sieve, table: Table) -> Mask:
    """The marks whose day and probability fit."""
    query = sieve.query
    fits = np.ones(len(table.owner), np.bool_)
    if query.decided_from is not None or query.decided_to is not None:
        fits &= table.day != NO_DAY
    if query.decided_from is not None:
        fits &= table.day >= query.decided_from.toordinal()
    if query.decided_to is not None:
        fits &= table.day <= query.decided_to.toordinal()
    if query.probability_from is not None:
        fits &= table.chance >= query.probability_from
    if query.probability_to is not None:
        fits &= table.chance <= query.probability_to
    return fits


def by_itself(sieve: Sieve, shelf: Shelf, found: Sifted) -> Sifted:
    """Those that also fit by who speaks, by the theme, and by the words of their own text."""
    table, rows = found.table, found.rows
    roles = sieve.query.roles
    if roles:
        asks = table.asks[rows]
        rows = rows[(asks & (Role.INTERVIEWER in roles)) | (~asks & (Role.PARTICIPANT in roles))]
    if sieve.theme is not None and found.state is not State.UNCODED:
        rows = rows[table.owns(found.counted & table.of_codes(sieve.theme))[rows]]
    if sieve.words is not None and len(rows):
        rows = _with_words(sieve, shelf, table, rows)
    return found.among(rows)


def _with_words(sieve: Sieve, shelf: Shelf, table: Table, rows: Rows) -> Rows:
    """The index tells of whole segments; the text of other stretches is looked at itself."""
    words, texts = sieve.words, table.texts
    assert words is not None
    whole = table.whole[rows]
    fits = np.zeros(len(rows), np.bool_)
    if whole.any():
        within = matching(words, lambda sought: shelf.standing_in(texts, sought), texts.ids)
        segments = np.fromiter((segment.id in within for segment in texts.segments), np.bool_, len(texts.segments))
        fits[whole] = segments[table.first[rows[whole]]]
    for at in np.flatnonzero(~whole).tolist():
        unit = table.units[int(rows[at])]
        said = shelf.said(texts, unit.transcript_id, unit.span)

        def here(sought: Sought, said: str = said) -> bool:
            return spoken(sought, said)

        fits[at] = holds(words, here)
    return rows[fits]
