"""Colours and sizes of every figure: told apart by colour-blind eyes, and readable on paper without colour."""

from typing import TypeVar

import altair as alt

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
"""Okabe & Ito (2008, Color Universal Design), without its yellow, which does not show on paper."""


Drawn = TypeVar("Drawn", bound=alt.TopLevelMixin)


def ordered_shades(count: int) -> tuple[str, ...]:
    """So many blues from light to dark, for what has an order.

    >>> ordered_shades(2)
    ('#afc7d7', '#003d5f')
    """
    steps = [index / max(count - 1, 1) for index in range(count)]
    return tuple(_mixed(step) for step in steps)


def _mixed(step: float) -> str:
    light, dark = (175, 199, 215), (0, 61, 95)
    return "#" + "".join(f"{round(a + (b - a) * step):02x}" for a, b in zip(light, dark, strict=True))


def print_friendly(chart: Drawn) -> Drawn:
    """The chart with type large enough for a page, dark on white, and thin grid lines."""
    configured: Drawn = (
        chart.configure_axis(
            labelFontSize=13, titleFontSize=14, labelColor="#222", titleColor="#222", gridColor="#ddd", labelLimit=260
        )
        .configure_legend(labelFontSize=13, titleFontSize=13, labelColor="#222", titleColor="#222", labelLimit=260)
        .configure_title(fontSize=14, anchor="start", color="#222")
        .configure_view(stroke=None)
    )
    return configured
