"""A figure on a page, with everything needed to use it elsewhere: pictures, data, and the query that made it."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from io import StringIO
from typing import Any

import streamlit as st

from assistant.figures import Figure, figure_bytes
from assistant.figures.figure import defused_text
from assistant.ui.markup import element
from assistant.ui.sortable import Cell

_KINDS = (("PNG", "png", "image/png"), ("SVG", "svg", "image/svg+xml"), ("Data (CSV)", "csv", "text/csv"))
_TYPE = {"labelFontSize": 13, "titleFontSize": 14}
_WITH_QUERY = ("Chart with data and query (JSON)", "json", "application/json")


def draw_figure(
    figure: Figure, *, key: str, on_select: Any = None, selection_mode: str | Iterable[str] | None = None
) -> Any:
    """Draw a figure with its ways out; returns what `st.altair_chart` does (the selection, where one is asked for)."""
    chosen: dict[str, Any] = {} if on_select is None else {"on_select": on_select, "selection_mode": selection_mode}
    chart: Any = figure.chart
    chart = chart.configure_axis(**_TYPE).configure_legend(**_TYPE)  # Streamlit's own are too small to read
    drawn: Any = st.altair_chart(chart, width="stretch", theme="streamlit", key=key, alt=figure.title, **chosen)
    if figure.note:
        st.html(element("p", figure.note, "page-note"))
    with st.popover("Export this figure", key=f"{key}_export"):
        for name, ending, kind in (*_KINDS, _WITH_QUERY):
            st.download_button(
                name,
                partial(figure_bytes, figure, ending),
                file_name=f"{figure.name}.{ending}",
                mime=kind,
                key=f"{key}_{ending}",
                on_click="ignore",
            )
    return drawn


def export_table(
    name: str, headers: Sequence[str], rows: Iterable[Sequence[object]], query: Mapping[str, Any], *, key: str
) -> None:
    """A button that gives a table as CSV, with the query that made it in its last line."""
    st.download_button(
        "Export this table (CSV)",
        lambda: table_csv(name, headers, rows, query),
        file_name=f"{name}.csv",
        mime="text/csv",
        key=key,
        on_click="ignore",
    )


def table_csv(name: str, headers: Sequence[str], rows: Iterable[Sequence[object]], query: Mapping[str, Any]) -> bytes:
    """A table as CSV that spreadsheet programs open rightly; no cell is a formula."""
    held = StringIO()
    writer = csv.writer(held)
    writer.writerow([defused_text(each) for each in headers])
    writer.writerows([defused_text(_plain(each)) for each in row] for row in rows)
    writer.writerow([])
    writer.writerow(["Table", defused_text(name)])
    writer.writerow(["Query", json.dumps(query, ensure_ascii=False)])
    return held.getvalue().encode("utf-8-sig")


def _plain(value: object) -> object:
    return value.text if isinstance(value, Cell) else value
