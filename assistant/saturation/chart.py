"""Saturation as figures: the curve in study order, rarefaction with what is expected beyond, groups, and facets."""

from typing import Any

import altair as alt
import pandas as pd

from assistant.figures import PALETTE, Figure
from assistant.saturation.meaning import Meaning
from assistant.saturation.rarefaction import Point
from assistant.saturation.report import Groups, Report, query_of

SELECTED = "interview"
"""The name of the selection that a click on an interview's column makes."""
_NEW, _SO_FAR, _BAND = PALETTE[0], PALETTE[1], "#8a8f98"


def curve_figure(of: Report) -> Figure:
    """Bars for what was new in each interview, a line for all so far, and the band of random orders behind it.

    The whole column above an interview can be clicked (the selection `interview`).
    """
    table, what = of.table, of.table.level
    data = pd.DataFrame(
        {
            "interview": table.interviews,
            "new": table.new_codes,
            "cumulative": table.cumulative_codes,
            "mean_of_orders": of.band.mean,
            "low_of_orders": of.band.low,
            "high_of_orders": of.band.high,
        }
    )
    title = f"New {what}s (bars) and all {what}s so far (line), in study order"
    note = (
        f"{table.sentence}. Grey: at each interview, where the line lies in 95 of 100 random orders of the same"
        " interviews; dashes: their mean."
    )
    layers: Any = alt.layer(*_curve_layers(data, f"Number of {what}s"))
    chart = layers.properties(title=alt.TitleParams(title, anchor="start", fontSize=14), height=380)
    return Figure("saturation-curve", title, chart, data, query_of(of), note)


def _curve_layers(data: pd.DataFrame, counted: str) -> list[alt.Chart]:
    x = alt.X(
        "interview:N",
        sort=list(data["interview"]),
        title="Interview, in study order",
        axis=alt.Axis(labelAngle=0, labelOverlap=True),
    )
    y = alt.Y("new:Q", title=counted, axis=alt.Axis(tickMinStep=1))
    base, top = alt.Chart(data).encode(x), max([*data["cumulative"], *data["high_of_orders"], 1])
    told = [
        alt.Tooltip("interview:N", title="Interview"),
        alt.Tooltip("new:Q", title="New"),
        alt.Tooltip("cumulative:Q", title="So far"),
        alt.Tooltip("low_of_orders:Q", title="Random orders, from"),
        alt.Tooltip("high_of_orders:Q", title="to"),
    ]
    click = alt.selection_point(name=SELECTED, fields=["interview"], on="click", clear="dblclick")
    chosen = alt.when(click, empty=False).then(alt.value(PALETTE[5])).otherwise(alt.value(_NEW))
    return [
        base.mark_area(color=_BAND, opacity=0.25).encode(alt.Y("low_of_orders:Q"), alt.Y2("high_of_orders:Q")),
        base.mark_line(color=_BAND, strokeDash=[5, 4]).encode(alt.Y("mean_of_orders:Q")),
        base.mark_bar(width={"band": 0.5}).encode(y, color=chosen),
        base.mark_line(color=_SO_FAR, point=alt.OverlayMarkDef(color=_SO_FAR, size=60)).encode(alt.Y("cumulative:Q")),
        base.mark_bar(opacity=0, width={"band": 1}, cursor="pointer")
        .encode(alt.Y(datum=int(top)), tooltip=told)
        .add_params(click),
    ]


def rarefaction_figure(of: Report) -> Figure:
    """Expected numbers over interviews in no particular order: a line up to what was read, dashes beyond."""
    what = of.table.level
    data = pd.DataFrame([*_rows(of.rarefaction, "read"), *_rows(_joined(of), "expected")], columns=_COLUMNS)
    title = f"{what.capitalize()}s to expect after so many interviews, in no particular order"
    note = (
        f"{of.table.sentence}. Up to the point: the mean over all choices of the interviews read (rarefaction). Dashes:"
        " extrapolated to twice as many. Grey: 95 % interval of another sample like this one."
    )
    base = alt.Chart(data).encode(
        alt.X("interviews:Q", title="Interviews", axis=alt.Axis(tickMinStep=1, format="d")),
        tooltip=[alt.Tooltip("interviews:Q"), *(alt.Tooltip(f"{c}:Q", format=".1f") for c in ("codes", "low", "high"))],
    )
    y = alt.Y("codes:Q", title=f"{what.capitalize()}s")
    dash = alt.StrokeDash(
        "kind:N",
        scale=alt.Scale(domain=["read", "expected"], range=[[1, 0], [5, 4]]),
        legend=alt.Legend(title=None, orient="top-left", symbolType="stroke"),
    )
    layers: Any = alt.layer(
        base.mark_area(color=_BAND, opacity=0.25).encode(alt.Y("low:Q"), alt.Y2("high:Q")),
        base.mark_line(color=_SO_FAR).encode(y, strokeDash=dash),
        base.transform_filter(alt.datum.interviews == len(of.table.interviews))
        .mark_point(color=_SO_FAR, filled=True, size=80)
        .encode(y),
    )
    chart = layers.properties(title=alt.TitleParams(title, anchor="start", fontSize=14), height=320)
    return Figure("saturation-rarefaction", title, chart, data, query_of(of), note)


_COLUMNS = ["kind", "interviews", "codes", "low", "high", "coverage", "coverage_low", "coverage_high"]


def _rows(points: tuple[Point, ...], kind: str) -> list[tuple[str | float | None, ...]]:
    return [(kind, p.interviews, p.codes, p.low, p.high, p.coverage, p.coverage_low, p.coverage_high) for p in points]


def _joined(of: Report) -> tuple[Point, ...]:
    """What is beyond, beginning at what was read."""
    return (of.rarefaction[-1], *of.extrapolation) if of.extrapolation else ()


def groups_figure(found: Groups, whole: Report) -> Figure:
    """The curves of all so far of several groups, told apart by colour, dash and shape."""
    what = whole.table.level
    data = pd.DataFrame(
        [
            (group.value, number, label, new, so_far)
            for group in found.groups
            for number, (label, new, so_far) in enumerate(_curve(group.report), 1)
        ],
        columns=["group", "number", "interview", "new", "cumulative"],
    )
    title = f"All {what}s so far, by {found.by}"
    order = [group.value for group in found.groups]
    colours = [PALETTE[n % len(PALETTE)] for n in range(len(order))]
    chart: Any = (
        alt.Chart(data)
        .mark_line(point=alt.OverlayMarkDef(size=70))
        .encode(
            alt.X(
                "number:Q", title="Interviews of the group, in study order", axis=alt.Axis(tickMinStep=1, format="d")
            ),
            alt.Y("cumulative:Q", title=f"Number of {what}s", axis=alt.Axis(tickMinStep=1)),
            color=alt.Color("group:N", sort=order, scale=alt.Scale(domain=order, range=colours), title=found.by),
            strokeDash=alt.StrokeDash("group:N", sort=order, title=found.by),
            shape=alt.Shape("group:N", sort=order, title=found.by),
            tooltip=["group", "interview", "new", "cumulative"],
        )
        .properties(title=alt.TitleParams(title, anchor="start", fontSize=14), height=260)
    )
    return Figure("saturation-groups", title, chart, data, query_of(whole, by=found.by), f"{whole.table.sentence}.")


def _curve(of: Report) -> list[tuple[str, int, int]]:
    return list(zip(of.table.interviews, of.table.new_codes, of.table.cumulative_codes, strict=True))


def meaning_figure(of: Meaning, whole: Report) -> Figure:
    """New facets of one code by interview."""
    found = of.facets
    data = pd.DataFrame(
        {
            "interview": of.interviews,
            "new": () if found is None else found.new,
            "cumulative": () if found is None else found.cumulative,
        }
    )
    note = f"{whole.table.sentence}."
    title = f"New facets of “{of.code.name}” (bars) and all so far (line): exploratory"
    base = alt.Chart(data).encode(
        alt.X("interview:N", sort=list(of.interviews), title="Interview, in study order", axis=alt.Axis(labelAngle=0)),
        tooltip=["interview", "new", "cumulative"],
    )
    layers: Any = alt.layer(
        base.mark_bar(color=_NEW, width={"band": 0.5}).encode(
            alt.Y("new:Q", title="Number of facets", axis=alt.Axis(tickMinStep=1))
        ),
        base.mark_line(color=_SO_FAR, point=alt.OverlayMarkDef(color=_SO_FAR, size=60)).encode(alt.Y("cumulative:Q")),
    )
    chart = layers.properties(title=alt.TitleParams(title, anchor="start", fontSize=14), height=240)
    return Figure("saturation-facets", title, chart, data, query_of(whole, meaning_of=of.code.guid), note)
