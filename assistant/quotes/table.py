"""Everything that can become a quote, as columns: a query is a few comparisons of whole columns, whatever it asks.

Rows are in study order: the stretches that were coded, or all segments. Each has marks: codes that it carries in some
state. Whose marks are in the table, and what may be seen, is settled when it is made.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
from numpy.typing import NDArray

from assistant.quotes.holding import Holding, Stretch, Texts
from assistant.review import Blindness
from assistant.suggest import Proposals
from store.values import Coding, Decision, Role, Segment, Span, State, SuggestionDraft

Rows = NDArray[np.intp]
Source = Coding | Decision | SuggestionDraft
"""What a mark comes from."""

STATES = (State.CONFIRMED, State.SUGGESTED, State.REJECTED)
"""The states of marks, the strongest first; a mark's number is its place here."""
NO_DAY = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row of the table stands, and the numbers of the segments that it touches."""

    interview: str
    transcript_id: int
    span: Span
    segments: range


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """The columns.

    Per row: `interview` (its number in study order), `asks` (said by the interviewer), `first` segment, `spread`
    (touches not exactly one segment), `whole` (is exactly one segment). Per mark: `owner` (its row), `state` (see
    `STATES`), `code` (its number in `guids`), `day` (ordinal, in UTC) and `chance` (NaN where there is none).
    """

    holding: Holding
    units: Sequence[Stretch | Segment]
    interview: Rows
    asks: NDArray[np.bool_]
    first: Rows
    spread: NDArray[np.bool_]
    whole: NDArray[np.bool_]
    offsets: Rows
    sources: Sequence[Source]
    owner: Rows
    state: NDArray[np.int8]
    code: NDArray[np.int32]
    day: NDArray[np.int32]
    chance: NDArray[np.float64]
    guids: Sequence[str]

    def __len__(self) -> int:
        return len(self.units)

    @property
    def texts(self) -> Texts:
        """What was said."""
        return self.holding.texts

    def place(self, row: int) -> Place:
        """Where a row stands."""
        unit = self.units[row]
        segments = unit.rows if isinstance(unit, Stretch) else range(row, row + 1)
        return Place(unit.interview, unit.transcript_id, unit.span, segments)

    def has(self, state: State, marks: NDArray[np.bool_] | None = None) -> NDArray[np.bool_]:
        """Which rows have a mark in that state, among some marks or all."""
        wanted = self.state == STATES.index(state)
        return self.owns(wanted if marks is None else wanted & marks)

    def owns(self, marks: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which rows have at least one of these marks."""
        found = np.zeros(len(self), np.bool_)
        found[self.owner[marks]] = True
        return found

    def of_codes(self, codes: Iterable[str]) -> NDArray[np.bool_]:
        """Which marks carry one of these codes."""
        wanted = set(codes)
        numbers = np.array([guid in wanted for guid in self.guids], np.bool_)
        return numbers[self.code] if len(self.guids) else np.zeros(len(self.code), np.bool_)

    def marks(self, row: int) -> range:
        """The numbers of a row's marks."""
        return range(int(self.offsets[row]), int(self.offsets[row + 1]))

    def codes(self, row: int, state: State) -> frozenset[str]:
        """The codes that a row carries in a state."""
        if state not in STATES:
            return frozenset()
        number = STATES.index(state)
        return frozenset(self.guids[self.code[mark]] for mark in self.marks(row) if self.state[mark] == number)


_Mark = tuple[int, Source, str, datetime | None, float]
"""State, source, code, when it was decided, and how likely it was."""


class Marking:
    """Makes marks of what a query may count: of one coder or of all, without what is hidden."""

    def __init__(self, holding: Holding, coder: str | None, unseen: Blindness, chances: Mapping[int, float]) -> None:
        self._holding = holding
        self._coder = coder
        self._unseen = unseen
        self._chances = chances

    def _sees(self, label: str, coder: str) -> bool:
        return self._coder in (None, coder) and not self._unseen.hides(label, coder)

    def coded(self, here: Iterable[Coding]) -> Iterator[_Mark]:
        """Of codings."""
        for each in here:
            if self._sees(each.interview, each.coder):
                yield 0, each, each.code, each.at, self._chance(each.decision)

    def rejected(self, here: Iterable[Decision]) -> Iterator[_Mark]:
        """Of rejections, under the code that counts now."""
        codebook = self._holding.codebook
        for each in here:
            if each.code is not None and self._sees(each.interview, each.coder):
                present = None if codebook is None else codebook.present(each.code)
                yield 2, each, present or each.code, each.at, self._chance(each.guid)

    def suggested(self, drafts: Iterable[SuggestionDraft], label: str, answered: set[str]) -> Iterator[_Mark]:
        """Of suggestions that nobody has answered."""
        if label in self._unseen.interviews:
            return
        for each in drafts:
            if each.code not in answered:
                yield 1, each, each.code, None, each.probability

    def _chance(self, decision: str) -> float:
        answered = self._holding.answers.get(decision)
        return np.nan if answered is None else self._chances.get(answered, np.nan)


def stretch_table(holding: Holding, stretches: Iterable[Stretch], marking: Marking) -> Table:
    """One row for each stretch with a coding that counts."""
    with_marks = [(stretch, list(marking.coded(stretch.codings))) for stretch in stretches]
    kept = [(stretch, marks) for stretch, marks in with_marks if marks and stretch.interview in holding.texts.place]
    units = tuple(stretch for stretch, _ in kept)
    texts = holding.texts
    return _table(
        holding,
        units,
        [marks for _, marks in kept],
        asks=[unit.role is Role.INTERVIEWER for unit in units],
        first=[unit.rows.start if unit.rows else 0 for unit in units],
        spread=[len(unit.rows) != 1 for unit in units],
        whole=[len(unit.rows) == 1 and texts.segments[unit.rows[0]].span == unit.span for unit in units],
    )


def segment_table(holding: Holding, proposals: Proposals, marking: Marking) -> Table:
    """One row for each segment, whether it has marks or not."""
    units, proposed = holding.texts.segments, proposals.by_segment
    per_row = []
    for row, segment in enumerate(units):
        marks = list(marking.coded(holding.coded.get(row, ())))
        marks += marking.rejected(holding.rejected.get(row, ()))
        drafts = proposed.get(segment.id)
        if drafts:
            marks += marking.suggested(drafts, segment.interview, {mark[2] for mark in marks})
        per_row.append(marks)
    count = len(units)
    return _table(
        holding,
        units,
        per_row,
        asks=[segment.role is Role.INTERVIEWER for segment in units],
        first=range(count),
        spread=[False] * count,
        whole=[True] * count,
    )


def _table(
    holding: Holding,
    units: Sequence[Stretch | Segment],
    per_row: Sequence[Sequence[_Mark]],
    *,
    asks: Sequence[bool],
    first: Sequence[int],
    spread: Sequence[bool],
    whole: Sequence[bool],
) -> Table:
    flat = [mark for marks in per_row for mark in marks]
    lengths = np.array([len(marks) for marks in per_row], np.intp)
    numbers: dict[str, int] = {}
    codes = [numbers.setdefault(mark[2], len(numbers)) for mark in flat]
    return Table(
        holding=holding,
        units=units,
        interview=np.array([holding.texts.place.get(unit.interview, -1) for unit in units], np.intp),
        asks=np.array(asks, np.bool_),
        first=np.array(first, np.intp),
        spread=np.array(spread, np.bool_),
        whole=np.array(whole, np.bool_),
        offsets=np.concatenate([np.zeros(1, np.intp), np.cumsum(lengths)]),
        sources=[mark[1] for mark in flat],
        owner=np.repeat(np.arange(len(units)), lengths),
        state=np.array([mark[0] for mark in flat], np.int8),
        code=np.array(codes, np.int32),
        day=np.array([NO_DAY if mark[3] is None else day_of(mark[3]).toordinal() for mark in flat], np.int32),
        chance=np.array([mark[4] for mark in flat], np.float64),
        guids=tuple(numbers),
    )


def day_of(at: datetime) -> date:
    """The day of a decision, in UTC."""
    return at.astimezone(UTC).date()
