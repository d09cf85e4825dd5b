"""Quotes by code, theme, attribute and meaning."""

from assistant.quotes.query import Quote, as_record, quotes

__all__ = ["Quote", "as_record", "quotes"]
