"""The estimates of the saturation page: what further interviews may bring, and the stopping rule."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from assistant.saturation import Report
from assistant.saturation.chart import rarefaction_figure
from assistant.saturation.words import estimates, guest_rows
from assistant.ui.figure import draw_figure, export_table
from assistant.ui.markup import element
from assistant.ui.sortable import sortable_table

_GUEST = ("Base", "Run", "Threshold", "Reached at", "In random orders", "Resampled")
_ESTIMATES = ("Estimate", "Value", "95 % interval")


def draw_expected(of: Report, query: Mapping[str, Any]) -> None:
    """Rarefaction with what lies beyond, and the table of estimates."""
    what = of.table.level
    st.html(f"<h2>How many {what}s there may be</h2>")
    draw_figure(rarefaction_figure(of), key="saturation_rarefaction")
    rows = estimates(of)
    sortable_table(_ESTIMATES, rows, numbers=(1, 2), key="saturation_estimates", caption=f"Estimates of {what}s")
    export_table("saturation-estimates", _ESTIMATES, rows, query, key="saturation_estimates_export")


def draw_rule(of: Report, query: Mapping[str, Any]) -> None:
    """Guest, Namey & Chen's rule in all settings."""
    rows = guest_rows(of)
    st.html(
        "<h2>Stopping rule of Guest, Namey &amp; Chen (2020)</h2>"
        + element(
            "p",
            "6+2 says: after the sixth interview, as the next two show. The rule follows the order of the interviews;"
            " beside it stands what random orders of the same interviews make of it, and interviews drawn with"
            " replacement, as its authors did: the middle result, the 5th and 95th percentile, and in how many draws it"
            " was met at all, where that is not all of them.",
            "page-note",
        )
    )
    sortable_table(_GUEST, rows, numbers=(0, 1, 2), key="saturation_guest", caption="Base, run, threshold and result")
    export_table("saturation-guest", _GUEST, rows, query, key="saturation_guest_export")
