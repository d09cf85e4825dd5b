"""The tables of the page Relations: they sort, can be exported, and each number leads to its quotes."""

from collections.abc import Sequence

from assistant.relations import (
    Cooccurrence,
    Crosstab,
    Tested,
    Timeline,
    counted_words,
    pairs,
    within_words,
)
from assistant.review import Ground
from assistant.ui.figure import export_table
from assistant.ui.markup import clock, result
from assistant.ui.quote_links import quotes_href
from assistant.ui.relations_fields import Asked
from assistant.ui.relations_links import quotes_of_cell, quotes_of_pair, transcript_href
from assistant.ui.sortable import Cell, sortable_table

_SHOWN, _NAMED = 200, 5
_FIXED = "\u00a0"
"""A space at which no line ends."""


def draw_pairs(on: Ground, found: Cooccurrence, asked: Asked) -> None:
    """All pairs that are together somewhere; long lists go out whole, but are drawn to a limit."""
    listed, names = pairs(found), found.rows.names
    what = "Theme" if found.rows.level == "theme" else "Code"
    joined = "or" if found.rows.level == "theme" else "with"
    headers = (what, "With", counted_words(found.within), "Jaccard", "Interviews", "Which")
    rows = [
        (
            names[pair.a],
            names[pair.b],
            Cell(
                str(pair.count),
                pair.count,
                quotes_href(quotes_of_pair(on, found, pair)) if at < _SHOWN else "",
                title=f"quotes of {names[pair.a]} {joined} {names[pair.b]}",
            ),
            f"{pair.jaccard:.2f}",
            len(pair.interviews),
            ", ".join(pair.interviews),
        )
        for at, pair in enumerate(listed)
    ]
    most = f", the first {_SHOWN} are shown" if len(rows) > _SHOWN else ""
    result(f"{len(rows)} pair{'' if len(rows) == 1 else 's'} {within_words(found.within)}{most}")
    caption = f"Pairs {within_words(found.within)}"
    drawn = [(*row[:-1], _named(pair.interviews)) for row, pair in zip(rows[:_SHOWN], listed, strict=False)]
    sortable_table(headers, drawn, numbers=(2, 3, 4), key="relations_pairs", caption=caption)
    export_table("codes_together", headers, rows, asked.query, key="relations_pairs_export")


def _named(labels: Sequence[str]) -> str:
    more = len(labels) - _NAMED
    return ", ".join(labels[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def draw_crosstab(on: Ground, table: Crosstab, asked: Asked) -> None:
    """In each cell the interviews with the code, their share, and the codings."""
    groups = zip(table.values, table.interviews, strict=True)
    heads = [head for value, labels in groups for head in (f"{value} ({_size(labels)})", f"Codings, {value}")]
    tests = ("p", "p (Holm)", "Odds ratio (95\u00a0%)") if table.tests else ()
    headers = ("Theme" if table.rows.level == "theme" else "Code", *heads, *tests)
    rows = [
        (name, *_cells(on, table, row), *(_tested(table.tests.get(row)) if tests else ()))
        for row, name in enumerate(table.rows.names)
    ]
    numbers = range(1, len(headers))
    caption = f"Interviews in which each {table.rows.level} was found, by {table.attribute}"
    sortable_table(headers, rows, numbers=numbers, key="relations_crosstab", caption=caption)
    export_table(f"{table.rows.level}s_by_attribute", headers, rows, asked.query, key="relations_crosstab_export")


def _size(labels: Sequence[str]) -> str:
    return f"n = {len(labels)}".replace(" ", _FIXED)


def _cells(on: Ground, table: Crosstab, row: int) -> Sequence[object]:
    """For each value: the interviews with it, of those in which it was looked for, and its codings."""
    return [
        each for at in range(len(table.values)) for each in (_cell(on, table, row, at), int(table.codings[row, at]))
    ]


def _cell(on: Ground, table: Crosstab, row: int, at: int) -> Cell:
    found, looked, share = int(table.found[row, at]), int(table.looked[row, at]), table.share(row, at)
    if share is None:
        return Cell("not looked for", -1)
    href = quotes_href(quotes_of_cell(on, table, row, at)) if found else ""
    return Cell(f"{found} of {looked} ({share:.0%})".replace(" ", _FIXED), share, href)


def _tested(tested: Tested | None) -> Sequence[Cell]:
    if tested is None:
        return [Cell("–", 2)] * 3
    odds = tested.odds
    text = f"{_ratio(odds.estimate)} ({_ratio(odds.low)} to {_ratio(odds.high)})".replace(" ", _FIXED)
    return [Cell(_p(tested.p), tested.p), Cell(_p(tested.adjusted), tested.adjusted), Cell(text, odds.estimate)]


def _p(value: float) -> str:
    return f"<{_FIXED}0.001" if value < 0.001 else f"{value:.3f}"  # noqa: PLR2004


def _ratio(value: float) -> str:
    return "∞" if value == float("inf") else f"{value:.2f}"


def draw_marks(found: Timeline, asked: Asked) -> None:
    """Each stretch with its place as a link into the transcript."""
    what = "Theme" if found.rows.level == "theme" else "Code"
    headers = ("From", "To", what, "Who speaks", "Coders")
    rows = [
        (
            Cell(
                _place(found, mark.first),
                mark.first,
                transcript_href(found.interview, mark),
                title=f"in the transcript of {found.interview}",
            ),
            Cell(_place(found, mark.last), mark.last),
            found.rows.names[mark.row],
            str(mark.role),
            ", ".join(mark.coders),
        )
        for mark in found.marks
    ]
    caption = f"{what}s through {found.interview}"
    sortable_table(headers, rows, numbers=(0, 1), key="relations_marks", caption=caption)
    export_table("codes_through_interview", headers, rows, asked.query, key="relations_marks_export")


def _place(found: Timeline, at: float) -> str:
    return clock(round(at)) if found.by == "time" else f"{at:.1%}"
