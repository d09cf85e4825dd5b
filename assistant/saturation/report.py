"""All that can be said of saturation for one choice of codings at one level; sub-groups, and then against now."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from assistant.review import Basis, Blindness, Counted, counted
from assistant.saturation import cautions
from assistant.saturation.ahead import (
    Chance,
    NewCodes,
    chance_of_new,
    expected_new,
    interviews_to,
    interviews_to_interval,
)
from assistant.saturation.meaning import Meaning, meaning
from assistant.saturation.orders import Band, order_band
from assistant.saturation.rarefaction import Point, extrapolation, rarefaction
from assistant.saturation.richness import Richness, richness
from assistant.saturation.stopping import GuestDraws, GuestResult, guest, guest_bootstrap
from assistant.saturation.table import Level, Saturation, tabulated
from store.errors import NotFoundError
from store.study import Study

_MOST_AHEAD = 60
"""Points of the extrapolated curve; it ends at twice the interviews read."""


@dataclass(frozen=True, slots=True)
class Report:
    """The table and all that is computed from it; `cautions` is a sentence for each assumption that does not hold.

    `resampled` and `reordered` are the stopping rule over interviews drawn with replacement, and in random orders.
    """

    table: Saturation
    guest: tuple[GuestResult, ...]
    resampled: tuple[GuestDraws, ...]
    reordered: tuple[GuestDraws, ...]
    band: Band
    richness: Richness
    rarefaction: tuple[Point, ...]
    extrapolation: tuple[Point, ...]
    expected: tuple[NewCodes, ...]
    chance: Chance | None
    interviews_to_95: int | None
    interviews_to_95_ci: tuple[int, int] | None
    cautions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The interviews with one value of an attribute."""

    value: str
    report: Report


@dataclass(frozen=True, slots=True)
class Groups:
    """Sub-groups side by side, in the order in which values appear; `without` are interviews in no group."""

    by: str
    groups: tuple[Group, ...]
    without: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Since:
    """An earlier state against now, and the codes found in only one of the two."""

    then: Report
    now: Report
    gained: tuple[str, ...]
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Whole:
    """A report with what was asked for beside it: now, where it is of an earlier state; groups; one code's meaning."""

    report: Report
    since: Since | None
    groups: Groups | None
    meaning: Meaning | None


def whole_report(
    study: Study,
    basis: Basis,
    *,
    level: Level = "code",
    hidden: Blindness | None = None,
    by: str | None = None,
    code: str | None = None,
) -> Whole:
    """Everything that a command or page may ask for at once; raises what its parts raise."""
    of = counted(study, basis, hidden)
    found = report_of(study, of, level)
    earlier = basis.through is not None or basis.version is not None
    return Whole(
        report=found,
        since=since(study, found, hidden=hidden) if earlier else None,
        groups=None if by is None else grouped(study, basis, by, level=level, hidden=hidden),
        meaning=None if code is None else meaning(study, of, found.table, code),
    )


def report(
    study: Study, basis: Basis | None = None, *, level: Level = "code", hidden: Blindness | None = None
) -> Report:
    """Everything for one basis and level; raises what `counted` raises."""
    return report_of(study, counted(study, basis or Basis(), hidden), level)


def report_of(study: Study, of: Counted, level: Level = "code") -> Report:
    """The same over what was counted already."""
    table = tabulated(study, of, level)
    count, y = len(table.interviews), table.found.sum(axis=1)
    settings, band = guest(table.found), order_band(table.found)
    reordered = guest_bootstrap(table.found, replace=False)
    found, to_95 = richness(y, count), interviews_to(y, count)
    said = (
        *cautions.of_table(of, table),
        *cautions.of_numbers(table, found, to_95),
        *cautions.of_order(_outside(table, band), next(iter(reordered), None)),
        *((cautions.SAMPLE,) if count else ()),
    )
    return Report(
        table=table,
        guest=settings,
        resampled=guest_bootstrap(table.found),
        reordered=reordered,
        band=band,
        richness=found,
        rarefaction=rarefaction(y, count),
        extrapolation=extrapolation(y, count, _steps(count)),
        expected=expected_new(y, count),
        chance=chance_of_new(y, count),
        interviews_to_95=to_95,
        interviews_to_95_ci=interviews_to_interval(y, count),
        cautions=said,
    )


def _steps(count: int) -> list[int]:
    return sorted(
        {1, 3, 5, *np.linspace(1, max(count, 1), min(max(count, 1), _MOST_AHEAD)).round().astype(int).tolist()}
    )


def _outside(table: Saturation, band: Band) -> tuple[str, ...]:
    """The interviews at which the curve lies outside the band of random orders, where that is unusually often."""
    places = zip(table.interviews, table.cumulative_codes, band.low, band.high, strict=True)
    outside = tuple(label for label, so_far, low, high in places if not low <= so_far <= high)
    return outside if len(outside) > band.mostly_outside else ()


def grouped(study: Study, basis: Basis, by: str, *, level: Level = "code", hidden: Blindness | None = None) -> Groups:
    """A report for each value that an attribute has in interviews of the basis; raises NotFoundError without any."""
    everything = counted(study, basis, hidden)
    values: dict[str, str] = {}
    for interview in everything.interviews:
        if value := interview.attributes.get(by, ""):
            values.setdefault(value.casefold(), value)
    if not values:
        msg = f"No interview that counts here has the attribute “{by}”; choose another one to group by."
        raise NotFoundError(msg)
    members = {
        folded: tuple(i.label for i in everything.interviews if i.attributes.get(by, "").casefold() == folded)
        for folded in values
    }
    among = [replace(basis, interviews=labels) for labels in members.values()]
    groups = [
        Group(value, report(study, each, level=level, hidden=hidden))
        for value, each in zip(values.values(), among, strict=True)
    ]
    without = tuple(i.label for i in everything.interviews if not i.attributes.get(by, ""))
    return Groups(by, tuple(groups), without)


def since(study: Study, then: Report, *, hidden: Blindness | None = None) -> Since:
    """What changed from an earlier state, of the same choice of codings, to now."""
    basis = replace(then.table.basis, through=None, version=None)
    of = counted(study, basis, hidden)
    now = report_of(study, of, then.table.level)
    before = {of.codebook.present(guid) or guid: name for guid, name in then.table.found_codes.items()}
    after = now.table.found_codes
    return Since(
        then=then,
        now=now,
        gained=tuple(name for guid, name in after.items() if guid not in before),
        lost=tuple(name for guid, name in before.items() if guid not in after),
    )


def query_of(of: Report, **more: Any) -> dict[str, Any]:
    """What was asked, as JSON values, to go out with every figure and table."""
    return {"statistic": "saturation", "level": of.table.level, **of.table.basis.to_json(), **more}
