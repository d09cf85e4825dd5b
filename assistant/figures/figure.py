"""A figure with what it shows: the chart, its data as a table, and the query that made it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd

from assistant.figures.palette import print_friendly
from store.errors import InvalidInputError
from store.written import replace_file

_SCALE = 2
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Figure:
    """One drawing: `name` is the stem of its files, `query` says as JSON values what was asked, `note` is a caption."""

    name: str
    title: str
    chart: alt.TopLevelMixin
    data: pd.DataFrame
    query: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""


def figure_bytes(figure: Figure, ending: str) -> bytes:
    """The content of a file: `png`, `svg`, `csv` (the data, the query in the last lines) or `json` (all together).

    The json file is the chart in Vega-Lite, with the data in it and the query beside it. Raises InvalidInputError for
    another ending.
    """
    writers: dict[str, Callable[[Figure], bytes]] = {"png": _png, "svg": _svg, "csv": _csv, "json": _json}
    if ending not in writers:
        msg = f"A figure cannot be written as “{ending}”; choose one of {', '.join(writers)}."
        raise InvalidInputError(msg)
    return writers[ending](figure)


def save_figure(figure: Figure, path: Path) -> None:
    """Write a .png, .svg, .csv or .json file; raises InvalidInputError for another ending or place."""
    ending = path.suffix.lower().removeprefix(".")
    if ending not in ("png", "svg", "csv", "json"):
        msg = f"{path} does not end in .png, .svg, .csv or .json; choose one of them."
        raise InvalidInputError(msg)
    try:
        replace_file(path, figure_bytes(figure, ending))
    except OSError as error:
        msg = f"{path} cannot be written ({error.strerror}); choose another place."
        raise InvalidInputError(msg) from error


def _png(figure: Figure) -> bytes:
    held = BytesIO()
    print_friendly(_copy(figure)).save(held, format="png", scale_factor=_SCALE)
    return held.getvalue()


def _svg(figure: Figure) -> bytes:
    held = StringIO()
    print_friendly(_copy(figure)).save(held, format="svg")
    return held.getvalue().encode()


def _copy(figure: Figure) -> Any:
    """The chart at the width of a page, where the screen's would follow the window."""
    chart: Any = figure.chart
    chart = chart.copy()
    if getattr(chart, "width", None) == "container":
        chart = chart.properties(width=520)
    return chart


def _csv(figure: Figure) -> bytes:
    """With a mark at its front by which spreadsheet programs know UTF-8; no cell is a formula."""
    held = StringIO()
    defused(figure.data).to_csv(held, index=False)
    said = json.dumps(figure.query, ensure_ascii=False)
    pd.DataFrame([["Figure", defused_text(figure.title)], ["Query", said]]).to_csv(held, index=False, header=False)
    return held.getvalue().encode("utf-8-sig")


def defused(data: pd.DataFrame) -> pd.DataFrame:
    """The same with an apostrophe before every text that a spreadsheet would take for a formula."""
    return data.map(defused_text).rename(columns=defused_text)


def defused_text(value: object) -> object:
    """A cell that no spreadsheet takes for a formula; what is no text stays as it is."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _json(figure: Figure) -> bytes:
    drawn = {
        "name": figure.name,
        "title": figure.title,
        "note": figure.note,
        "query": dict(figure.query),
        "data": json.loads(figure.data.to_json(orient="records")),
        "chart": figure.chart.to_dict(),
    }
    return json.dumps(drawn, ensure_ascii=False, indent=2).encode()
