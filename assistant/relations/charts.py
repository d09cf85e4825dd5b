"""The pictures of relations: a matrix of pairs, shares by attribute, and the timeline."""

from collections.abc import Mapping
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from assistant.figures import PALETTE, Figure
from assistant.relations.crosstab import Crosstab
from assistant.relations.timeline import Timeline
from assistant.relations.together import Cooccurrence, within_words
from store.values import Role

MATRIX_ROWS = 20
TABLE_ROWS = 40
_SHADES = ("#f2f5f8", "#003d5f")
CELL, MARK = "cell", "mark"
"""What can be clicked: names of the selections; a cell is known by the columns `row` and `at`, a mark by `number`."""
_DARK = 0.68
"""From this part of the darkest shade on, white numbers can be read better than black ones."""
_SPEAKS = "(who speaks)"
_LONGEST = 36
_ROOM = 70
"""Pixels for title and axis, which on a page share the height with what is drawn."""


def together_figure(found: Cooccurrence, query: Mapping[str, Any]) -> Figure:
    """Half a matrix of pairs with the number of places in each cell; the rows found in most interviews."""
    spread = found.together.interviews.diagonal()
    order = sorted(np.flatnonzero(spread), key=lambda row: (-spread[row], row))[:MATRIX_ROWS]
    rows = sorted(int(row) for row in order)
    names = [f"{number} {name}" for number, name in enumerate(_labels([found.rows.names[row] for row in rows]), 1)]
    cells = [
        {
            "row": rows[i],
            "at": rows[j],
            "code": names[i],
            "with": names[j],
            "number": str(j + 1),
            "count": int(found.together.count[rows[i], rows[j]]),
            "jaccard": round(float(found.together.jaccard[rows[i], rows[j]]), 4),
            "interviews": int(found.together.interviews[rows[i], rows[j]]),
        }
        for i in range(len(rows))
        for j in range(i)
    ]
    data = pd.DataFrame(cells, columns=["row", "at", "code", "with", "number", "count", "jaccard", "interviews"])
    note = f"{found.sentence}. Darker: a larger Jaccard. " + _chosen(len(rows), int((spread > 0).sum()), found)
    title = f"{'Themes' if found.rows.level == 'theme' else 'Codes'} {within_words(found.within)}"
    return Figure("codes_together", title, titled(_matrix(data, names), title), data, query, note)


def _chosen(drawn: int, there: int, found: Cooccurrence) -> str:
    what = "themes" if found.rows.level == "theme" else "codes"
    return f"Drawn are the {drawn} of {there} {what} found in most interviews." if drawn < there else ""


def _matrix(data: pd.DataFrame, names: list[str]) -> alt.LayerChart:
    numbers = [str(number) for number in range(1, len(names) + 1)]
    x = alt.X("number:N", title=None, scale=alt.Scale(domain=numbers), axis=alt.Axis(labelAngle=0, labelOverlap=True))
    base = alt.Chart(data).encode(
        x, _down_names(names), tooltip=["code:N", "with:N", "count:Q", "jaccard:Q", "interviews:Q"]
    )
    darkest = float(data["jaccard"].max()) if len(data) else 0.0
    scale = alt.Scale(range=list(_SHADES), domain=[0, max(darkest, 0.01)])
    shade = alt.Color("jaccard:Q", scale=scale, title="Jaccard")
    return _numbered(base, shade, "count:Q", f"datum.jaccard > {_DARK * darkest}", "datum.count > 0", len(names))


def _down_names(names: list[str], *, grid: bool = False) -> alt.Y:
    """A line for each name, none left out."""
    axis = alt.Axis(labelLimit=260, labelOverlap=False, labelFlush=False, grid=grid)
    return alt.Y("code:N", sort=names, title=None, scale=alt.Scale(domain=names), axis=axis)


def _numbered(base: alt.Chart, shade: alt.Color, number: str, dark: str, shown: str, rows: int) -> alt.LayerChart:
    """Shaded cells with a number in each, so that they can be read without the shade."""
    ink = alt.when(dark).then(alt.value("white")).otherwise(alt.value("#222222"))
    tiles = base.mark_rect(stroke="#b8b8b8", strokeWidth=0.5).encode(shade)
    words = base.transform_filter(shown).mark_text(fontSize=13).encode(text=number, color=ink)
    drawn: Any = alt.layer(tiles.add_params(alt.selection_point(name=CELL, fields=["row", "at"])), words)
    sized: alt.LayerChart = drawn.properties(height=max(24 * rows, 120) + _ROOM, width=520)
    return sized


def attribute_figure(table: Crosstab, query: Mapping[str, Any]) -> Figure:
    """Shares by value, each cell with its counts; the rows found in most interviews."""
    order = sorted(np.flatnonzero(table.found.sum(axis=1)), key=lambda row: (-int(table.found[row].sum()), row))
    rows = sorted(int(row) for row in order[:TABLE_ROWS])
    names = _labels([table.rows.names[row] for row in rows])
    sizes = zip(table.values, table.interviews, strict=True)
    values = _labels([f"{value} (n = {len(labels)})" for value, labels in sizes])
    cells = [
        {
            "row": row,
            "at": at,
            "code": name,
            "value": values[at],
            "found": int(table.found[row, at]),
            "looked_for": int(table.looked[row, at]),
            "share": table.share(row, at),
            "codings": int(table.codings[row, at]),
            "of": f"{table.found[row, at]}/{table.looked[row, at]}",
        }
        for name, row in zip(names, rows, strict=True)
        for at in range(len(values))
    ]
    data = pd.DataFrame(cells, columns=["row", "at", "code", "value", "found", "looked_for", "share", "codings", "of"])
    title = f"Share of interviews in which a {table.rows.level} was found, by {table.attribute}"
    note = f"{table.sentence}. In each cell: interviews with it, of those in which it was looked for."
    if len(rows) < len(order):
        note += f" Drawn are the {len(rows)} of {len(order)} found in most interviews."
    return Figure("codes_by_attribute", title, titled(_shares(data, names, values), title), data, query, note)


def _shares(data: pd.DataFrame, names: list[str], values: list[str]) -> alt.LayerChart:
    x = alt.X("value:N", sort=values, title=None, axis=alt.Axis(labelAngle=0, orient="top", labelLimit=160))
    base = alt.Chart(data).encode(
        x, _down_names(names), tooltip=["code:N", "value:N", "found:Q", "looked_for:Q", "share:Q", "codings:Q"]
    )
    scale = alt.Scale(range=list(_SHADES), domain=[0, 1])
    shade = alt.Color("share:Q", scale=scale, title="Share", legend=alt.Legend(format=".0%"))
    return _numbered(base, shade, "of:N", f"datum.share > {_DARK}", "datum.looked_for > 0", len(names))


def timeline_figure(found: Timeline, query: Mapping[str, Any]) -> Figure:
    """A line for each code that is found there, first come first; interviewers' words are outlined, not filled."""
    first = list(dict.fromkeys(mark.row for mark in found.marks))[:TABLE_ROWS]
    names = dict(zip(first, _labels([found.rows.names[row] for row in first]), strict=True))
    unit = 1_000 if found.by == "time" else 1
    marks = [
        {
            "number": number,
            "code": names[mark.row],
            "from": mark.first / unit,
            "to": mark.last / unit,
            "role": str(mark.role),
            "coders": ", ".join(mark.coders),
            "start": mark.span.start,
        }
        for number, mark in enumerate(found.marks)
        if mark.row in names
    ]
    talk = [
        {"number": -1, "code": _SPEAKS, "from": t.first / unit, "to": t.last / unit, "role": str(t.role), "coders": ""}
        for t in found.talk
    ]
    data = pd.DataFrame([*talk, *marks], columns=["number", "code", "from", "to", "role", "coders", "start"])
    chart = _bars(data, [_SPEAKS, *names.values()], found)
    title = f"{'Themes' if found.rows.level == 'theme' else 'Codes'} through {found.interview}"
    note = f"{found.sentence}. Filled: participants speak. Outlined: interviewers speak."
    if found.by == "text":
        note += " Not every turn has a time, so places are shares of the text."
    everything = len({mark.row for mark in found.marks})
    if len(first) < everything:
        note += f" Drawn are the first {len(first)} of {everything}."
    return Figure("codes_through_interview", title, titled(chart, title), data, query, note)


def _bars(data: pd.DataFrame, names: list[str], found: Timeline) -> alt.LayerChart:
    timed = found.by == "time"
    axis = alt.Axis(labelExpr=_CLOCK, values=_minutes(float(data["to"].max()))) if timed else alt.Axis(format=".0%")
    end = float(data["to"].max()) if timed else 1.0
    x = alt.X(
        "from:Q",
        title="Time in the interview" if timed else "Share of the text",
        axis=axis,
        scale=alt.Scale(domain=[0, max(end, 1.0)], nice=False),
    )
    base = alt.Chart(data).encode(x, _down_names(names, grid=True), x2="to:Q", tooltip=["code:N", "role:N", "coders:N"])
    speaks = (
        base.transform_filter("datum.number < 0")
        .mark_bar(height={"band": 0.3}, stroke="#555555")
        .encode(fill=alt.Fill("role:N", scale=_fills("#555555"), legend=None))
    )
    codes = (
        base.transform_filter("datum.number >= 0")
        .mark_bar(height={"band": 0.62}, stroke=PALETTE[0], strokeWidth=1.5)
        .encode(fill=alt.Fill("role:N", scale=_fills(PALETTE[0]), title="Who speaks"))
        .add_params(alt.selection_point(name=MARK, fields=["number"]))
    )
    drawn: Any = alt.layer(speaks, codes).resolve_scale(fill="independent")
    sized: alt.LayerChart = drawn.properties(height=26 * len(names) + _ROOM, width=620)
    return sized


def _fills(colour: str) -> alt.Scale:
    return alt.Scale(domain=[str(Role.PARTICIPANT), str(Role.INTERVIEWER)], range=[colour, "#ffffff"])


def _minutes(seconds: float) -> list[int]:
    """Full minutes, at most twelve of them, for the axis."""
    step = next((s for s in (15, 30, 60, 120, 300, 600, 900, 1800) if seconds / s <= 12), 3600)  # noqa: PLR2004
    return list(range(0, int(seconds) + 1, step))


def titled(chart: Any, title: str) -> Any:
    """With its title in the picture, for where the picture goes without the page."""
    return chart.properties(title=title)


_CLOCK = "floor(datum.value / 60) + ':' + (datum.value % 60 < 10 ? '0' : '') + floor(datum.value % 60)"


def _labels(names: list[str]) -> list[str]:
    """Names cut for an axis; two that would look the same are told apart by a number."""
    cut = [name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1].rstrip()}…" for name in names]
    return [name if cut.count(name) == 1 else f"{name} ({cut[: at + 1].count(name)})" for at, name in enumerate(cut)]
