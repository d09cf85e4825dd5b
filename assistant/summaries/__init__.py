"""Theme summaries in a language model's words, built only from confirmed quotes, each sentence with its own."""

from assistant.summaries.choosing import RULE
from assistant.summaries.record import as_record
from assistant.summaries.standing import RestsOn, Said, StandingSummary, standing, visible
from assistant.summaries.support import WEAK_BELOW
from assistant.summaries.theme_quotes import ThemeQuote, ThemeQuotes, theme_of, theme_quotes
from assistant.summaries.writing import MOST_QUOTES, summarise

__all__ = [
    "MOST_QUOTES",
    "RULE",
    "WEAK_BELOW",
    "RestsOn",
    "Said",
    "StandingSummary",
    "ThemeQuote",
    "ThemeQuotes",
    "as_record",
    "standing",
    "summarise",
    "theme_of",
    "theme_quotes",
    "visible",
]
