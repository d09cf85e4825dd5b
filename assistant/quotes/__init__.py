"""Quotes by meaning, words, code, theme, attribute and much else: one query, as a value."""

from assistant.quotes.around import Neighbours, Said, neighbours
from assistant.quotes.asked import QuoteQuery
from assistant.quotes.query import find, quotes
from assistant.quotes.quote import Folded, Found, Partner, Place, Quote, Share, as_record, citation, per_interviewee
from assistant.quotes.shelf import Shelf
from assistant.quotes.words import words_problem

__all__ = [
    "Folded",
    "Found",
    "Neighbours",
    "Partner",
    "Place",
    "Quote",
    "QuoteQuery",
    "Said",
    "Share",
    "Shelf",
    "as_record",
    "citation",
    "find",
    "neighbours",
    "per_interviewee",
    "quotes",
    "words_problem",
]
