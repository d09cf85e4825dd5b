"""The picture of the map of codes or themes."""

from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd

from assistant.figures import PALETTE, Figure
from assistant.relations.charts import titled
from assistant.relations.map import HEIGHT, WIDTH, ThemeMap, node_label
from assistant.relations.together import within_words

_SHAPES = ("circle", "square", "diamond", "triangle-up", "cross", "triangle-down")
_OTHERS = "Other themes"


def map_figure(drawn: ThemeMap, query: Mapping[str, Any]) -> Figure:
    """The map: themes differ by shape as well as by colour, so that it can be printed in grey."""
    rows = drawn.found.rows
    groups = _groups([rows.themes[n.row] or rows.names[n.row] for n in drawn.nodes]) if rows.level == "code" else {}
    nodes = pd.DataFrame(
        [
            {
                "code": rows.names[n.row],
                "label": node_label(rows.names[n.row], n.interviews),
                "theme": groups.get(rows.themes[n.row] or rows.names[n.row], _OTHERS) if groups else "Theme",
                "interviews": n.interviews,
                "x": n.x,
                "y": n.y,
                "below": n.y + n.radius + 10,
                "size": round(3.1416 * n.radius**2),
            }
            for n in drawn.nodes
        ],
        columns=["code", "label", "theme", "interviews", "x", "y", "below", "size"],
    )
    paper = alt.ViewBackground(fill="white", stroke=None)  # so that names can be read on a dark page too
    chart = alt.layer(_lines(drawn), *_dots(nodes, groups)).properties(width=WIDTH, height=HEIGHT, view=paper)
    what = "themes" if rows.level == "theme" else "codes"
    note = f"{drawn.found.sentence}. {drawn.note}"
    title = f"Map of {what} {within_words(drawn.found.within)}"
    return Figure(f"map_of_{what}", title, titled(chart, title), nodes, query, note)


def _groups(themes: list[str]) -> dict[str, str]:
    """The themes with the most codes on the map have a shape of their own, the others share one."""
    there = list(dict.fromkeys(themes))
    if len(there) > len(_SHAPES):
        there = sorted(there, key=lambda theme: -themes.count(theme))[: len(_SHAPES) - 1]
    return {theme: theme for theme in there}


def _lines(drawn: ThemeMap) -> alt.Chart:
    at = {node.row: node for node in drawn.nodes}
    names = drawn.found.rows.names
    lines = [
        {
            "x": at[p.a].x,
            "y": at[p.a].y,
            "x2": at[p.b].x,
            "y2": at[p.b].y,
            "pair": f"{names[p.a]} – {names[p.b]}",
            "count": p.count,
            "jaccard": round(p.jaccard, 3),
        }
        for p in drawn.links
    ]
    data = pd.DataFrame(lines, columns=["x", "y", "x2", "y2", "pair", "count", "jaccard"])
    rules: alt.Chart = (
        alt.Chart(data)
        .mark_rule(color="#8a8a8a", opacity=0.7)
        .encode(
            _across("x"),
            _down("y"),
            x2="x2:Q",
            y2="y2:Q",
            strokeWidth=alt.StrokeWidth("jaccard:Q", scale=alt.Scale(range=[0.7, 6]), title="Jaccard"),
            tooltip=["pair:N", "count:Q", "jaccard:Q"],
        )
    )
    return rules


def _across(field: str) -> alt.X:
    return alt.X(f"{field}:Q", axis=None, scale=alt.Scale(domain=[0, WIDTH], nice=False, zero=False))


def _down(field: str) -> alt.Y:
    return alt.Y(f"{field}:Q", axis=None, scale=alt.Scale(domain=[HEIGHT, 0], nice=False, zero=False))


def _dots(nodes: pd.DataFrame, groups: Mapping[str, str]) -> tuple[alt.Chart, ...]:
    there = sorted(dict.fromkeys(nodes["theme"]), key=lambda theme: theme == _OTHERS)
    legend = alt.Legend(title="Theme", symbolSize=120) if groups else None
    tooltip = ["code:N", "interviews:Q"] + (["theme:N"] if groups else [])
    dots = (
        alt.Chart(nodes)
        .mark_point(filled=True, opacity=1, stroke="#222222", strokeWidth=1)
        .encode(
            _across("x"),
            _down("y"),
            size=alt.Size("size:Q", scale=None),
            shape=alt.Shape("theme:N", sort=there, scale=alt.Scale(domain=there, range=list(_SHAPES)), legend=legend),
            color=alt.Color("theme:N", sort=there, scale=alt.Scale(domain=there, range=list(PALETTE)), legend=legend),
            tooltip=tooltip,
        )
    )
    words = alt.Chart(nodes).encode(_across("x"), _down("below"), text="label:N")
    around = words.mark_text(fontSize=13, stroke="white", strokeWidth=4, strokeJoin="round")
    return around, dots, words.mark_text(fontSize=13, color="black")
