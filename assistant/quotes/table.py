"""Everything that can become a quote, as columns: a query is a few comparisons of whole columns, whatever it asks.

Rows are in study order: the stretches that were coded, or all segments. Each has marks: codes that it carries in some
state. Whose marks are in the table, and what may be seen, is settled when it is made.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

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
    return Table(
        holding=holding,
        units=units,
        interview=np.array([texts.place.get(unit.interview, -1) for unit in units], np.intp),
        asks=np.array([unit.role is Role.INTERVIEWER for unit in units], np.bool_),
        first=np.array([unit.rows.start if unit.rows else 0 for unit in units], np.intp),
        spread=np.array([len(unit.rows) != 1 for unit in units], np.bool_),
        whole=np.array(
            [len(unit.rows) == 1 and texts.segments[unit.rows[0]].span == unit.span for unit in units], np.bool_
        ),
        **_marks(np.arange(len(units)), [marks for _, marks in kept], len(units)),
    )


@dataclass(frozen=True, slots=True, eq=False)
class SegmentColumns:
    """What a table of segments holds whatever is decided: made once for their texts, `ids` sorted and their rows."""

    interview: Rows
    asks: NDArray[np.bool_]
    first: Rows
    spread: NDArray[np.bool_]
    whole: NDArray[np.bool_]
    ids: NDArray[np.int64]
    rows: Rows

    def rows_of(self, ids: Collection[int]) -> list[int]:
        """The rows of those segments among these that are current ones."""
        wanted = np.fromiter(ids, np.int64, len(ids))
        places = np.minimum(np.searchsorted(self.ids, wanted), max(len(self.ids) - 1, 0))
        found: list[int] = self.rows[places[self.ids[places] == wanted]].tolist() if len(self.ids) else []
        return found


def segment_columns(texts: Texts) -> SegmentColumns:
    """The columns of all segments."""
    units, count = texts.segments, len(texts.segments)
    ids = np.fromiter((segment.id for segment in units), np.int64, count)
    order = np.argsort(ids)
    return SegmentColumns(
        interview=np.fromiter((texts.place.get(unit.interview, -1) for unit in units), np.intp, count),
        asks=np.fromiter((segment.role is Role.INTERVIEWER for segment in units), np.bool_, count),
        first=np.arange(count),
        spread=np.zeros(count, np.bool_),
        whole=np.ones(count, np.bool_),
        ids=ids[order],
        rows=order,
    )


def segment_table(holding: Holding, proposals: Proposals, marking: Marking, columns: SegmentColumns) -> Table:
    """One row for each segment, whether it has marks or not; only those that may have some are looked at."""
    units, proposed = holding.texts.segments, proposals.by_segment
    rows = sorted({*holding.coded, *holding.rejected, *columns.rows_of(proposed)})
    per_row = []
    for row in rows:
        segment = units[row]
        marks = list(marking.coded(holding.coded.get(row, ())))
        marks += marking.rejected(holding.rejected.get(row, ()))
        drafts = proposed.get(segment.id)
        if drafts:
            marks += marking.suggested(drafts, segment.interview, {mark[2] for mark in marks})
        per_row.append(marks)
    return Table(
        holding=holding,
        units=units,
        interview=columns.interview,
        asks=columns.asks,
        first=columns.first,
        spread=columns.spread,
        whole=columns.whole,
        **_marks(np.array(rows, np.intp), per_row, len(units)),
    )


def _marks(rows: Rows, per_row: Sequence[Sequence[_Mark]], count: int) -> dict[str, Any]:
    """The columns of marks, from those of some of `count` rows in their order."""
    flat = [mark for marks in per_row for mark in marks]
    some = np.array([len(marks) for marks in per_row], np.intp)
    lengths = np.zeros(count, np.intp)
    lengths[rows] = some
    numbers: dict[str, int] = {}
    codes = [numbers.setdefault(mark[2], len(numbers)) for mark in flat]
    return {
        "offsets": np.concatenate([np.zeros(1, np.intp), np.cumsum(lengths)]),
        "sources": [mark[1] for mark in flat],
        "owner": np.repeat(rows, some),
        "state": np.array([mark[0] for mark in flat], np.int8),
        "code": np.array(codes, np.int32),
        "day": np.array([NO_DAY if mark[3] is None else day_of(mark[3]).toordinal() for mark in flat], np.int32),
        "chance": np.array([mark[4] for mark in flat], np.float64),
        "guids": tuple(numbers),
    }


def day_of(at: datetime) -> date:
    """The day of a decision, in UTC."""
    return at.astimezone(UTC).date()
