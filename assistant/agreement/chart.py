"""Agreement by code as dots with intervals: told apart by shape as well as colour."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from assistant.agreement.of_study import Agreement
from assistant.agreement.results import Row
from assistant.figures import PALETTE, Figure

STATISTICS = {
    "kappa": "Cohen’s kappa",
    "alpha": "Krippendorff’s alpha",
    "ac1": "Gwet’s AC1",
    "alpha_u": "Unitizing alpha",
    "percent": "Percent agreement",
}
_SHAPES = ("circle", "square", "triangle-up", "diamond", "cross")
_STEP, _LEAST_STEP, _ROOM = 12, 22, 10
"""Pixels for each statistic of a code, for a code at least, and around them."""
_LEAST, _LAST = -1.0, 3.0
MOST = 40
"""Codes that are drawn: as many as fit on a page."""


def agreement_figure(found: Agreement, names: Sequence[str] = ("kappa", "ac1")) -> Figure:
    """Each code's (or theme's) statistics of these names with their intervals, the lowest by the first of them on top.

    The `MOST` lowest are drawn; the data holds all.
    """
    what = "theme" if found.asked.level == "theme" else "code"
    data = agreement_data(found, names)
    title = f"Agreement of {', '.join(found.coders)} by {what}"
    missing = [row.line.name for row in found.shown.rows if row.used and _value(row, names[0]) is None]
    note = "Dots are estimates, lines 95 % intervals from resampled interviews."
    lowest = list(dict.fromkeys(data["guid"]))[:MOST]
    if data["guid"].nunique() > MOST:
        note += f" Drawn are the {MOST} {what}s with the lowest {STATISTICS[names[0]]}; the data holds all."
    if missing:
        note += f" {STATISTICS[names[0]]} cannot be estimated for {', '.join(missing)}."
    return Figure(
        "agreement",
        title,
        _chart(data[data["guid"].isin(lowest)], names, title, what),
        data,
        found.asked.to_json(),
        note,
    )


def agreement_data(found: Agreement, names: Sequence[str]) -> pd.DataFrame:
    """A line for every code that was used and every statistic that can be estimated, as it is drawn."""
    rows = [row for row in found.shown.rows if row.used]
    lines = [
        {
            "guid": row.line.guid,
            "code": row.line.name,
            "statistic": STATISTICS[name],
            "value": value,
            "low": None if (interval := row.ci.get(name)) is None else interval.low,
            "high": None if interval is None else interval.high,
            "units": row.found.n,
        }
        for row in sorted(rows, key=lambda row: _order(row, names[0]))
        for name in names
        if (value := _value(row, name)) is not None
    ]
    columns = ["guid", "code", "statistic", "value", "low", "high", "units"]
    return pd.DataFrame(lines, columns=columns)


def _order(row: Row, name: str) -> tuple[float, str]:
    value = _value(row, name)
    return (value if value is not None else _LAST, row.line.name)


def _value(row: Row, name: str) -> float | None:
    value: float | None = row.alpha_u if name == "alpha_u" else getattr(row.found, name)
    return value


def _chart(data: pd.DataFrame, names: Sequence[str], title: str, what: str) -> alt.LayerChart | alt.FacetChart:
    told = [STATISTICS[name] for name in names]
    lowest = min([0.0, *data["low"].dropna(), *data["value"].dropna()])
    least = max(_LEAST, lowest)
    place = alt.Y("code:N", sort=list(dict.fromkeys(data["code"])), title=None, axis=alt.Axis(labelLimit=300))
    colours = alt.Scale(domain=told, range=list(PALETTE[: len(told)]))
    shapes = alt.Scale(domain=told, range=list(_SHAPES[: len(told)]))
    base = alt.Chart(data).encode(
        place,
        yOffset=alt.YOffset("statistic:N", sort=told),
        color=alt.Color("statistic:N", scale=colours, title=None, legend=alt.Legend(orient="top")),
        tooltip=[
            alt.Tooltip("code:N", title=what.capitalize()),
            alt.Tooltip("statistic:N", title="Statistic"),
            alt.Tooltip("value:Q", format=".2f", title="Estimate"),
            alt.Tooltip("low:Q", format=".2f", title="From"),
            alt.Tooltip("high:Q", format=".2f", title="To"),
            alt.Tooltip("units:Q", title="Units"),
        ],
    )
    scale = alt.Scale(domain=[least, 1], nice=False, clamp=True)
    axis = alt.X("value:Q", scale=scale, title="Agreement beyond chance (1 is all there can be)")
    dots = base.mark_point(filled=True, size=70, opacity=1).encode(
        axis, shape=alt.Shape("statistic:N", scale=shapes, title=None, legend=alt.Legend(orient="top"))
    )
    lines = base.mark_rule(strokeWidth=2, aria=False).encode(alt.X("low:Q", scale=scale), alt.X2("high:Q"))
    zero = (
        alt.Chart(pd.DataFrame({"value": [0.0]}))
        .mark_rule(color="#767676", strokeDash=[3, 3], aria=False)
        .encode(x="value:Q")
    )
    height = _ROOM + max(_LEAST_STEP, _STEP * len(told)) * max(1, data["code"].nunique())
    fitted = alt.AutoSizeParams(type="fit-x", contains="padding")  # the height is that of the dots alone
    return alt.layer(zero, lines, dots).properties(title=title, height=height, width="container", autosize=fitted)
