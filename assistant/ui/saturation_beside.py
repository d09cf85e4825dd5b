"""What the saturation page sets beside the report: groups of interviews, an earlier state, the meaning of one code."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from assistant.review import Blindness
from assistant.saturation import Report
from assistant.saturation.chart import groups_figure, meaning_figure
from assistant.saturation.meaning import EXPLORATORY, first_quotes
from assistant.saturation.report import Groups, Since, query_of
from assistant.saturation.words import summary
from assistant.ui.figure import draw_figure, export_table
from assistant.ui.markup import element, notice
from assistant.ui.quote_links import quotes_href
from assistant.ui.saturation_controls import Asked
from assistant.ui.saturation_held import held_meaning
from assistant.ui.saturation_links import quotes_of
from assistant.ui.sortable import Cell, sortable_table
from store.study import Study

_QUOTE = 240


def draw_groups(found: Groups, whole: Report, query: Mapping[str, Any]) -> None:
    """Each group's numbers in a column of its own, and their curves in one figure."""
    st.html(element("h2", f"By {found.by}"))
    if found.without:
        notice(f"In no group, for want of a value: {', '.join(found.without)}.")
    draw_figure(groups_figure(found, whole), key="saturation_groups_figure")
    heads = ("", *(group.value for group in found.groups))
    columns = [summary(group.report) for group in found.groups]
    rows = [(line[0][0], *(value for _, value in line)) for line in zip(*columns, strict=True)]
    _table(heads, rows, "saturation_groups", "saturation-groups", {**query, "by": found.by})


def draw_since(found: Since, query: Mapping[str, Any]) -> None:
    """The state that was asked for, and now."""
    st.html("<h2>Then and now</h2>")
    rows = [(what, was, now) for (what, was), (_, now) in zip(summary(found.then), summary(found.now), strict=True)]
    _table(("", "Then", "Now"), rows, "saturation_since", "saturation-then-and-now", query)
    for words, names in (("Found since then", found.gained), ("Found then, but not now", found.lost)):
        if names:
            st.html(element("p", f"{words}: {', '.join(names)}."))


def _table(
    heads: tuple[str, ...], rows: Sequence[tuple[str, ...]], key: str, name: str, query: Mapping[str, Any]
) -> None:
    sortable_table(heads, rows, numbers=range(1, len(heads)), key=key)
    export_table(name, heads, rows, query, key=f"{key}_export")


def draw_meaning(study: Study, asked: Asked, of: Report, hidden: Blindness) -> None:
    """Which interviews brought new facets of one code."""
    with st.expander("Meaning saturation of one code (exploratory)", key="saturation_meaning"):
        st.html(element("p", EXPLORATORY, "page-note"))
        names = of.table.found_codes
        code = st.selectbox(
            "Code", list(names), index=None, format_func=lambda g: names.get(g, ""), key="saturation_meaning_code"
        )
        if code is None:
            return
        found = held_meaning(study, asked, code, hidden)
        if found.facets is None:
            notice(found.note)
            return
        draw_figure(meaning_figure(found, of), key="saturation_facets")
        if found.without:
            notice(f"{found.without} of its quotes have no vector yet and are left out.")
        st.html(element("p", f"Structure: {found.facets.structure}. {found.facets.decided_by}", "page-note"))
        heads, query = ("Facet", "Quotes", "First in", "Its first quote"), query_of(of, meaning_of=code)
        row = of.table.guids.index(code)
        rows = [(n, size, label, text[:_QUOTE]) for n, size, label, text in first_quotes(found)]
        linked = [
            (n, size, Cell(label, href=quotes_href(quotes_of(of.table, [row], found.interviews.index(label)))), text)
            for n, size, label, text in rows
        ]
        sortable_table(heads, linked, numbers=(0, 1), key="saturation_facets_table")
        export_table("saturation-facets", heads, rows, query, key="saturation_facets_table_export")
