"""Figures that can leave the screen: as PNG and SVG for print, with their data and the query that made them."""

from assistant.figures.figure import Figure, figure_bytes, save_figure
from assistant.figures.palette import PALETTE, ordered_shades, print_friendly

__all__ = ["PALETTE", "Figure", "figure_bytes", "ordered_shades", "print_friendly", "save_figure"]
