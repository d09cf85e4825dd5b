"""A study as one html file that needs nothing else: to read, to search, to print and to hand on."""

from assistant.exchange.report.page import study_as_html

__all__ = ["study_as_html"]
