"""Saturation: which codes were found in which interviews, how many were new, and what further ones may bring."""

from assistant.saturation.chart import curve_figure
from assistant.saturation.curve import Curve, curve
from assistant.saturation.record import report_record
from assistant.saturation.report import Report, grouped, report, since
from assistant.saturation.table import Kind, Level, Saturation, as_record, saturation, tabulated

__all__ = [
    "Curve",
    "Kind",
    "Level",
    "Report",
    "Saturation",
    "as_record",
    "curve",
    "curve_figure",
    "grouped",
    "report",
    "report_record",
    "saturation",
    "since",
    "tabulated",
]
