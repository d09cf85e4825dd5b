"""How an HTML element says that its text looks: bold, hidden, with line breaks."""

import re

from lxml import etree

_BOLD = frozenset(("b", "strong", "h1", "h2", "h3", "h4", "h5", "h6", "th"))
_WEIGHT = re.compile(r"font-weight\s*:\s*(bold|bolder|\d{3}|normal|lighter)", re.IGNORECASE)
_HIDDEN = re.compile(r"(?:\A|[;\s])(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all)", re.IGNORECASE)
_BREAKS = re.compile(r"white-space\s*:\s*(pre|normal)", re.IGNORECASE)
_BOLD_FROM = 600


def is_bold(element: etree._Element, before: bool) -> bool:
    """Whether the text of an element is bold; `before` is whether that around it is."""
    weight = _WEIGHT.search(element.get("style") or "")
    if weight is None:
        return before or element.tag in _BOLD
    word = weight[1].casefold()
    if word.isascii() and word.isdigit():
        return int(word[:9]) >= _BOLD_FROM
    return word.startswith("bold")


def is_hidden(element: etree._Element) -> bool:
    """Whether the element says of itself that it is not shown."""
    return element.get("hidden") is not None or bool(_HIDDEN.search(element.get("style") or ""))


def keeps_breaks(element: etree._Element, before: bool) -> bool:
    """Whether line breaks in the file are line breaks on the page."""
    if element.tag == "pre":
        return True
    found = _BREAKS.search(element.get("style") or "")
    return before if found is None else found[1].casefold() == "pre"
