"""Which styles of an OpenDocument text are bold."""

from collections.abc import Iterable
from typing import Literal

from lxml import etree

from assistant.ingest.packages import attribute, local

Family = Literal["paragraph", "text"]
_FAMILIES: tuple[Family, ...] = ("paragraph", "text")
_BOLD_FROM = 600


def bold_styles(roots: Iterable[etree._Element]) -> frozenset[tuple[Family, str]]:
    """Family and name of all styles that make text bold, by themselves or by their parent style."""
    own: dict[tuple[Family, str], bool | None] = {}
    parents: dict[tuple[Family, str], str] = {}
    for style in (e for root in roots for e in root.iter() if local(e) == "style"):
        family = next((known for known in _FAMILIES if known == attribute(style, "family")), None)
        if family is None:
            continue
        key = family, attribute(style, "name") or ""
        own[key] = _bold(style)
        parents[key] = attribute(style, "parent-style-name") or ""
    return frozenset(key for key in own if _inherited(key, own, parents))


def _bold(style: etree._Element) -> bool | None:
    for properties in (e for e in style if local(e) == "text-properties"):
        weight = attribute(properties, "font-weight")
        if weight is not None:
            return weight == "bold" or (weight.isascii() and weight.isdigit() and int(weight[:9]) >= _BOLD_FROM)
    return None


def _inherited(
    key: tuple[Family, str],
    own: dict[tuple[Family, str], bool | None],
    parents: dict[tuple[Family, str], str],
) -> bool:
    seen: set[tuple[Family, str]] = set()
    while key in own and key not in seen:
        seen.add(key)
        found = own[key]
        if found is not None:
            return found
        key = key[0], parents[key]
    return False
