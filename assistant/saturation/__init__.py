"""Saturation: which codes were found in which interviews, and how many were new."""

from assistant.saturation.chart import chart, draw
from assistant.saturation.curve import Curve, curve
from assistant.saturation.table import Kind, Level, Saturation, as_record, saturation, tabulated

__all__ = [
    "Curve",
    "Kind",
    "Level",
    "Saturation",
    "as_record",
    "chart",
    "curve",
    "draw",
    "saturation",
    "tabulated",
]
