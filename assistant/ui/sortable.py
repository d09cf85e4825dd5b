"""Tables that sort by any column: real tables for screen readers, with a button in each head."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any

import streamlit as st

from assistant.ui.markup import element
from assistant.ui.scripts import script


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that says more than its text: what it sorts by, a link, a style class, words for its title."""

    text: str
    sort: float | str | None = None
    href: str = ""
    css_class: str = ""
    title: str = ""


def sortable_table(
    headers: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    numbers: Iterable[int] = (),
    key: str,
    caption: str = "",
    totals: Iterable[Sequence[object]] = (),
) -> None:
    """A table of plain text or `Cell`s that sorts by its heads; `totals` stay below. Wide ones scroll in their frame.

    The columns in `numbers` are set to the right. `caption` says to screen readers what the table holds.
    """
    name, right = escape(caption or key.replace("_", " ").capitalize()), set(numbers)
    head = "".join(_head(each, "number" if column in right else "") for column, each in enumerate(headers))
    body = "".join(_row(row, right, "") for row in rows) + "".join(_row(row, right, "total") for row in totals)
    frame = f'<div class="frame" role="region" aria-label="{name}" tabindex="0"><table class="plain sortable">'
    with st.container(key=key):
        st.html(
            f'{frame}<caption class="unseen">{name}. Sorts by the buttons in its heads.</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        )


def draw_sorting() -> None:
    """Put the script that sorts into the page, once for each tab."""
    _sorting()(key="sorting", height=1)


@cache
def _sorting() -> Any:
    return st.components.v2.component("sorting", js=script("sortable.js"), isolate_styles=False)


def _head(text: str, css_class: str) -> str:
    return f'<th scope="col"{_class([css_class])}><button type="button">{escape(text)}</button></th>'


def _row(values: Sequence[object], right: set[int], css_class: str) -> str:
    cells = "".join(_cell(value, "number" if column in right else "") for column, value in enumerate(values))
    return f"<tr{_class([css_class])}>{cells}</tr>"


def _cell(value: object, css_class: str) -> str:
    cell = value if isinstance(value, Cell) else Cell("" if value is None else str(value))
    sort = "" if cell.sort is None else f' data-sort="{escape(str(cell.sort))}"'
    title = f' title="{escape(cell.title)}"' if cell.title else ""
    inside = f'<a href="{escape(cell.href)}" target="_self">{escape(cell.text)}</a>' if cell.href else escape(cell.text)
    spoken = element("span", cell.title, "unseen") if cell.title else ""
    return f"<td{_class([css_class, cell.css_class])}{sort}{title}>{inside}{spoken}</td>"


def _class(names: Iterable[str]) -> str:
    given = " ".join(name for name in names if name)
    return f' class="{given}"' if given else ""
