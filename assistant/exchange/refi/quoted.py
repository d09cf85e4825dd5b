"""Whether a text that stands beside a stretch quotes it."""

import re

_SHORTEST = 3
_SHORTEST_BEGINNING = 16
_MARGIN = 200
_CUT_OFF = re.compile(r"\s*(?:…|\.\.\.)\s*\Z")


def flat(text: str) -> str:
    """The text with a blank for every white space; it is as long as before."""
    return re.sub(r"\s", " ", text)


def is_quotable(quote: str) -> bool:
    """Whether a quote is long enough to stand in a text by more than chance."""
    return len(quote) >= _SHORTEST_BEGINNING


def quote_fit(text: str, start: int, end: int, quote: str) -> float:
    """How well a quote fits a stretch of a text, both flat.

    2 letter by letter; 1 where only the beginning is given, cut off with an ellipsis or without; 0.5 where white space
    differs; else 0. Quotes of fewer than three letters say nothing, and so do stretches outside of the text.
    """
    if start < 0 or end > len(text) or len(quote.strip()) < _SHORTEST:
        return 0.0
    there = text[start : min(end, start + 2 * len(quote) + _MARGIN)]
    if there == quote:
        return 2.0
    beginning = _CUT_OFF.sub("", quote)
    is_cut = beginning != quote or is_quotable(quote)
    if is_cut and len(beginning) >= _SHORTEST and there.startswith(beginning):
        return 1.0
    bare, shown = there.replace(" ", ""), beginning.replace(" ", "")
    return 0.5 if shown and (bare == shown or (is_cut and bare.startswith(shown))) else 0.0
