"""Codes by an attribute of the interviews: in how many of them each code was found, and a test where one may be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.relations.fisher import OddsRatio, Table, fisher, holm, odds_ratio, smallest_p
from assistant.relations.rows import Level, Rows, rows_of
from assistant.relations.testable import FEWEST, LEVEL, no_test
from assistant.review import Ground, codings_per_interview, looked_for
from store.errors import NotFoundError
from store.values import Interview


@dataclass(frozen=True, slots=True)
class Tested:
    """Fisher's exact test of one code: its p, the same after Holm's correction, and the odds ratio with 95 %."""

    p: float
    adjusted: float
    odds: OddsRatio


@dataclass(frozen=True, slots=True)
class Crosstab:
    """Counts of interviews; the arrays are int of shape (rows, values).

    `found` counts interviews in which the row was found, `looked` those in which it was looked for, `codings` its
    codings there. `interviews` are the labels that were read, by value; `without` those that have no value and are
    left out. `tests` has a test for each row that was tested; `note` says what was tested and how, or why nothing was.
    """

    attribute: str
    rows: Rows
    values: tuple[str, ...]
    interviews: tuple[tuple[str, ...], ...]
    without: tuple[str, ...]
    found: NDArray[np.int64]
    looked: NDArray[np.int64]
    codings: NDArray[np.int64]
    tests: Mapping[int, Tested]
    note: str
    sentence: str

    def share(self, row: int, value: int) -> float | None:
        """The share of the interviews in which the row was looked for; None where it was looked for in none."""
        looked = int(self.looked[row, value])
        return int(self.found[row, value]) / looked if looked else None


def attributes_of(on: Ground) -> tuple[str, ...]:
    """The attributes that interviews have, in alphabetical order."""
    return tuple(sorted({key for interview in on.counted.interviews for key in interview.attributes}, key=str.casefold))


def crosstab(on: Ground, attribute: str, *, level: Level = "code") -> Crosstab:
    """Each code or theme by the values of an attribute; capitals do not matter. Raises NotFoundError."""
    key = next((known for known in attributes_of(on) if known.casefold() == attribute.casefold()), None)
    if key is None:
        known = ", ".join(attributes_of(on)) or "none yet"
        msg = f"No interview has the attribute “{attribute}”; there are: {known}."
        raise NotFoundError(msg)
    rows, read = rows_of(on.counted, level), on.read
    values = _values(read, key)
    member = np.array([[_value(i, key) == v.casefold() for v in values] for i in read], bool)
    member = member.reshape(len(read), len(values))
    codings = codings_per_interview(on, rows.of)
    looked = looked_for(on, rows.of).anywhere.astype(np.int64) @ member
    found = (codings > 0).astype(np.int64) @ member
    why = no_test(on.counted.basis, key, values, read)
    tests = {} if why else _tests(found, looked)
    return Crosstab(
        attribute=key,
        rows=rows,
        values=values,
        interviews=tuple(tuple(i.label for i in read if _value(i, key) == v.casefold()) for v in values),
        without=tuple(i.label for i in read if not _value(i, key)),
        found=found,
        looked=looked,
        codings=codings @ member,
        tests=tests,
        note=why or _note(len(tests), len(rows), key),
        sentence=on.counted.sentence,
    )


def _value(interview: Interview, key: str) -> str:
    return interview.attributes.get(key, "").strip().casefold()


def _values(read: Sequence[Interview], key: str) -> tuple[str, ...]:
    """As they were first written; numbers by size, all else by the alphabet."""
    written: dict[str, str] = {}
    for interview in read:
        if _value(interview, key):
            written.setdefault(_value(interview, key), interview.attributes[key].strip())
    numbers = all(each.isdecimal() for each in written)
    return tuple(sorted(written.values(), key=lambda each: (int(each) if numbers else 0, each.casefold())))


def _tests(found: NDArray[np.int64], looked: NDArray[np.int64]) -> dict[int, Tested]:
    """Of the rows that could reach the level at all; which those are, the margins alone decide (Tarone 1990)."""
    tables: dict[int, Table] = {}
    for row, (here, of) in enumerate(zip(found.tolist(), looked.tolist(), strict=True)):
        if min(of) >= FEWEST and smallest_p(of[0], of[1], sum(here)) <= LEVEL:
            tables[row] = ((here[0], of[0] - here[0]), (here[1], of[1] - here[1]))
    p = {row: fisher(table) for row, table in tables.items()}
    adjusted = dict(zip(p, holm(list(p.values())), strict=True))
    return {row: Tested(p[row], adjusted[row], odds_ratio(tables[row])) for row in p}


def _note(tested: int, rows: int, key: str) -> str:
    if not tested:
        return (
            f"No test is shown: every code is too rare or too common in these interviews for any split by {key} to be"
            f" surprising (p ≤ {LEVEL})."
        )
    return (
        f"Fisher’s exact test, two-sided: an interview counts once, with the code or without it. p is corrected by"
        f" Holm over the {tested} of {rows} rows that could reach p ≤ {LEVEL} at all with so many interviews (Tarone"
        f" 1990); attributes that you tried beside {key} are not corrected for. Interviews were not drawn at random, so"
        f" p says how surprising such a split would be if the code had nothing to do with {key} among these interviews,"
        " and nothing about people who were not interviewed. The test holds only if no two interviews are of the same"
        " person or group."
    )


def crosstab_record(table: Crosstab) -> dict[str, Any]:
    """The table as JSON values."""
    groups = zip(table.values, table.interviews, strict=True)
    return {
        "kind": "attribute",
        "attribute": table.attribute,
        "level": table.rows.level,
        "basis": table.sentence,
        "values": [{"value": value, "interviews": list(labels)} for value, labels in groups],
        "without": list(table.without),
        "test": "fisher" if table.tests else None,
        "correction": "holm" if table.tests else None,
        "note": table.note,
        "codes": [_row(table, row) for row in range(len(table.rows))],
    }


def _row(table: Crosstab, row: int) -> dict[str, Any]:
    cells = [
        {
            "value": value,
            "found": int(table.found[row, at]),
            "looked_for": int(table.looked[row, at]),
            "share": table.share(row, at),
            "codings": int(table.codings[row, at]),
        }
        for at, value in enumerate(table.values)
    ]
    head: dict[str, Any] = {"code": table.rows.names[row], "theme": table.rows.themes[row] or None, "cells": cells}
    return head | tested_record(table.tests.get(row))


def tested_record(tested: Tested | None) -> dict[str, Any]:
    """A test as JSON values; null where there is none, or where a ratio has no upper end."""
    if tested is None:
        return {"p": None, "p_holm": None, "odds_ratio": None, "odds_ratio_ci": None}
    odds = tested.odds
    return {
        "p": tested.p,
        "p_holm": tested.adjusted,
        "odds_ratio": _finite(odds.estimate),
        "odds_ratio_ci": [odds.low, _finite(odds.high)],
    }


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None
