"""The code × interview matrix: every number leads to its quotes, every empty cell says why it is empty."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import streamlit as st

from assistant.saturation import Kind, Saturation
from assistant.ui.figure import export_table
from assistant.ui.markup import element
from assistant.ui.quote_links import quotes_href
from assistant.ui.saturation_links import quotes_of
from assistant.ui.sortable import Cell, sortable_table

_MOST_CELLS = 6_000
_SIGNS = {Kind.NOT_FOUND: "–", Kind.NOT_LOOKED_FOR: "?"}
_WORDS = {Kind.NOT_FOUND: "looked for and not found", Kind.NOT_LOOKED_FOR: "not looked for"}
_IN_PART = ("(–)", "looked for in a part of the interview only, and not found there")
_EARLIER = "The numbers are of then; they lead to the quotes as they stand now."
_LEGEND = (
    ("3", "found: how many codings; the number leads to the quotes"),
    ("–", "looked for and not found"),
    ("?", "not looked for: the codebook did not offer the code when the interview was last read"),
)


def draw_matrix(table: Saturation, query: Mapping[str, Any]) -> None:
    """The table with its legend and its way out."""
    what = "Theme" if table.level == "theme" else "Code"
    st.html(f"<h2>{what}s by interview</h2>" + _legend(table))
    heads = (what, *table.interviews, "Codings", "Interviews")
    sortable_table(
        heads,
        list(_rows(table, _shown(table))),
        numbers=range(1, len(heads)),
        key="saturation_table",
        caption=f"How many codings of each {what.lower()} each interview has",
        totals=(
            ("New", *table.new_codes, sum(table.new_codes), ""),
            ("New so far", *table.cumulative_codes, "", ""),
        ),
    )
    export_table("saturation-matrix", heads, matrix_rows(table), query, key="saturation_table_export")


def _legend(table: Saturation) -> str:
    shown = (*_LEGEND[:2], *((_IN_PART,) if table.in_part.any() else ()), *_LEGEND[2:])
    entries = "".join(element("dt", sign) + element("dd", words) for sign, words in shown)
    earlier = table.basis.through is not None or table.basis.version is not None
    return f'<dl class="keys">{entries}</dl>' + (element("p", _EARLIER, "page-note") if earlier else "")


def _shown(table: Saturation) -> Sequence[int]:
    """The rows to draw: all, or a part chosen where they would be too many for a page."""
    rows = range(len(table.codes))
    at_once = max(20, _MOST_CELLS // max(len(table.interviews), 1))
    if len(rows) <= at_once:
        return rows
    starts = list(rows)[::at_once]
    start = st.selectbox(
        "Rows",
        starts,
        format_func=lambda first: f"{first + 1}–{min(first + at_once, len(rows))} of {len(rows)}",
        key="saturation_rows",
    )
    return rows[start : start + at_once]


def _rows(table: Saturation, rows: Sequence[int]) -> Iterator[list[Cell | str]]:
    for row in rows:
        cells = [_cell(table, row, column) for column in range(len(table.interviews))]
        codings, found = int(table.matrix[row].sum()), int(table.found[row].sum())
        href = quotes_href(quotes_of(table, [row])) if codings else ""
        words = f"{table.codes[row]}: {_codings(codings)} in all" if codings else ""
        total = Cell(str(codings), codings, href, title=words)
        yield [table.codes[row], *cells, total, Cell(str(found), found)]


def _cell(table: Saturation, row: int, column: int) -> Cell:
    kind, where = table.kind(row, column), f"{table.codes[row]} in {table.interviews[column]}"
    if kind is Kind.FOUND:
        count = int(table.matrix[row, column])
        href = quotes_href(quotes_of(table, [row], column))
        return Cell(str(count), count, href, title=f"{where}: {_codings(count)}")
    looked = kind is Kind.NOT_FOUND
    if table.in_part[row, column]:
        return Cell(_IN_PART[0], 0, css_class="absent", title=f"{where}: {_IN_PART[1]}")
    css_class = "absent" if looked else "unlooked"
    return Cell(_SIGNS[kind], 0 if looked else -1, css_class=css_class, title=f"{where}: {_WORDS[kind]}")


def _codings(count: int) -> str:
    return f"{count} coding{'' if count == 1 else 's'}"


def matrix_rows(table: Saturation) -> list[list[object]]:
    """The table for a spreadsheet: 0 where a code was looked for and not found, words where that is not all known."""
    rows: list[list[object]] = []
    for row, code in enumerate(table.codes):
        cells = [_plain(table, row, column) for column in range(len(table.interviews))]
        rows.append([code, *cells, int(table.matrix[row].sum()), int(table.found[row].sum())])
    rows.append(["New", *table.new_codes, sum(table.new_codes), ""])
    rows.append(["New so far", *table.cumulative_codes, "", ""])
    return rows


def _plain(table: Saturation, row: int, column: int) -> str | int:
    if table.in_part[row, column]:
        return "not found in the part looked at"
    kind = table.kind(row, column)
    return _WORDS[kind] if kind is Kind.NOT_LOOKED_FOR else int(table.matrix[row, column])
