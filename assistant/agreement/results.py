"""Figures of codes, themes and all pooled, with intervals by interview and what must be said beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.agreement.bootstrap import NAMES, Interval, bootstrap, bootstrap_alpha_u
from assistant.agreement.cautions import Caution, cautions
from assistant.agreement.counts import Counts
from assistant.agreement.marked_text import marked_text
from assistant.agreement.nominal import Nominal, agreement_from
from assistant.agreement.reading import Read
from assistant.agreement.rows import (
    Line,
    Mask,
    coded_by_anybody,
    counts,
    looked_for_by_all,
    ratings_of,
)
from assistant.agreement.unitizing import alpha_u, alpha_u_pooled
from assistant.agreement.units import UNKNOWN, Ratings, Units

ALPHA_U = "alpha_u"
POOLED = "All pooled"


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of a code, a theme, or all pooled (without a GUID then).

    `found` counts every unit that all coders read, `coded` only those that anybody gave any code. `ci` holds by the
    name of a statistic its interval, None where there is none. `prevalence` is each coder's share of units with the
    code. `alpha_u` compares the marked stretches themselves; None beside the machine, which marks none. `cautions` say
    where these figures mislead.
    """

    line: Line
    found: Nominal
    coded: Nominal
    alpha_u: float | None
    ci: Mapping[str, Interval | None]
    prevalence: Mapping[str, float]
    cautions: tuple[Caution, ...] = ()

    @property
    def used(self) -> bool:
        """Whether anybody gave it."""
        return any(self.prevalence.values())


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one level, in the order of the codebook, and all that were used pooled.

    `unused` names what nobody gave, which is left out of the pool; `not_looked_for` what was in no common view of the
    coders, of which nothing can be said.
    """

    rows: tuple[Row, ...]
    pooled: Row
    unused: tuple[str, ...]
    not_looked_for: tuple[str, ...]


def rows_of(units: Units, lines: Sequence[Line], read: Read | None, *, draws: int, seed: int) -> Rows:
    """The figures of some lines; with `read`, also those of the marked stretches. Without draws no intervals."""
    complete = looked_for_by_all(units)
    ratings = ratings_of(complete, lines)
    looked = (ratings != UNKNOWN).any(axis=(1, 2)).tolist()
    kept = [at for at, told in enumerate(looked) if told]
    level = _Level(units, [lines[at] for at in kept], ratings[kept], coded_by_anybody(complete), read, draws, seed)
    rows = level.rows()
    return Rows(
        rows=rows,
        pooled=level.pooled([at for at, row in enumerate(rows) if row.used]),
        unused=tuple(row.line.name for row in rows if not row.used),
        not_looked_for=tuple(line.name for line, told in zip(lines, looked, strict=True) if not told),
    )


class _Level:
    """Everything that the rows of one level are computed from."""

    def __init__(
        self,
        units: Units,
        lines: Sequence[Line],
        ratings: Ratings,
        coded: Mask,
        read: Read | None,
        draws: int,
        seed: int,
    ) -> None:
        self._lines, self._draws, self._seed = lines, draws, seed
        self._whole, self._coded = counts(units, ratings), counts(units, ratings, coded)
        self._text = None if read is None else marked_text(read, lines, units.interviews)
        self._known = ((ratings[:, 0] != UNKNOWN) @ units.size).tolist()
        self._given = ((ratings == 1) @ units.size).tolist()
        self._applied = ((ratings == 1).any(axis=1) @ units.size).tolist()
        self._coders, self._interviews, self._unit = units.coders, len(units.interviews), units.kind

    def rows(self) -> tuple[Row, ...]:
        """One for each line."""
        found, coded = agreement_from(self._whole), agreement_from(self._coded)
        intervals = self._intervals(self._whole)
        of_text = self._of_text()
        rows = (
            Row(line, found[at], coded[at], *_with_text(intervals[at], of_text[at]), self._prevalence([at]))
            for at, line in enumerate(self._lines)
        )
        return tuple(self._warned(row, [at], str(self._unit), "the code") for at, row in enumerate(rows))

    def pooled(self, used: Sequence[int]) -> Row:
        """All lines that anybody used, as one table of pairs of unit and code."""
        whole, coded = self._whole.pooled_within([used]), self._coded.pooled_within([used])
        (found,), (only,), (intervals,) = agreement_from(whole), agreement_from(coded), self._intervals(whole)
        value = None if self._text is None or not used else alpha_u_pooled(self._text, used).alpha_u
        interval = None
        if self._text is not None and used and self._draws:
            (interval,) = bootstrap_alpha_u(self._text, [used], draws=self._draws, seed=self._seed)
        line = Line("", POOLED, tuple(code for at in used for code in self._lines[at].codes))
        row = Row(line, found, only, *_with_text(intervals, (value, interval)), self._prevalence(used))
        return self._warned(row, used, "decision", "a code")

    def _warned(self, row: Row, lines: Sequence[int], unit: str, what: str) -> Row:
        said = cautions(
            row.found,
            coders=len(self._coders),
            coded=row.coded,
            interviews=self._interviews,
            interval=row.ci["kappa"],
            applied=sum(self._applied[at] for at in lines),
            unit=unit,
            what=what,
        )
        return replace(row, cautions=said)

    def _intervals(self, sums: Counts) -> Sequence[Mapping[str, Interval | None]]:
        if not self._draws:
            return [dict.fromkeys(NAMES) for _ in sums.sums]
        return bootstrap(sums, draws=self._draws, seed=self._seed)

    def _of_text(self) -> list[tuple[float | None, Interval | None]]:
        """Alpha for unitizing of each line, with its interval."""
        if self._text is None:
            return [(None, None)] * len(self._lines)
        values = [each.alpha_u for each in alpha_u(self._text)]
        if not self._draws:
            return [(value, None) for value in values]
        return list(zip(values, bootstrap_alpha_u(self._text, draws=self._draws, seed=self._seed), strict=True))

    def _prevalence(self, lines: Sequence[int]) -> Mapping[str, float]:
        known = sum(self._known[at] for at in lines)
        given = [sum(self._given[at][coder] for at in lines) for coder in range(len(self._coders))]
        return {name: some / known if known else 0.0 for name, some in zip(self._coders, given, strict=True)}


def _with_text(
    intervals: Mapping[str, Interval | None], of_text: tuple[float | None, Interval | None]
) -> tuple[float | None, Mapping[str, Interval | None]]:
    value, interval = of_text
    return value, {**intervals, ALPHA_U: interval}
