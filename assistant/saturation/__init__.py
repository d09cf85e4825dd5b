"""Saturation: which codes were found in which interviews, and how many were new."""

from assistant.saturation.chart import chart, draw
from assistant.saturation.curve import Curve, curve
from assistant.saturation.table import Saturation, as_record, saturation

__all__ = ["Curve", "Saturation", "as_record", "chart", "curve", "draw", "saturation"]
