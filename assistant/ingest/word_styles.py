"""Which styles of a Word file are bold."""

from lxml import etree

from assistant.ingest.packages import attribute, local

_OFF = frozenset(("0", "false", "off", "none"))


def bold_styles(root: etree._Element | None) -> frozenset[str]:
    """The ids of all styles that make text bold, by themselves or by the style on which they are based."""
    own: dict[str, bool | None] = {}
    based: dict[str, str] = {}
    for style in () if root is None else (e for e in root if local(e) == "style"):
        name = attribute(style, "styleId") or ""
        own[name] = _bold(style)
        base = next((e for e in style if local(e) == "basedOn"), None)
        if base is not None:
            based[name] = attribute(base, "val") or ""
    return frozenset(name for name in own if _inherited(name, own, based))


def is_on(switch: etree._Element | None) -> bool:
    """Whether a property such as bold is there and not switched off."""
    return switch is not None and (attribute(switch, "val") or "on").casefold() not in _OFF


def _bold(style: etree._Element) -> bool | None:
    properties = next((e for e in style if local(e) == "rPr"), None)
    switch = None if properties is None else next((e for e in properties if local(e) == "b"), None)
    return None if switch is None else is_on(switch)


def _inherited(name: str, own: dict[str, bool | None], based: dict[str, str]) -> bool:
    seen: set[str] = set()
    while name in own and name not in seen:
        seen.add(name)
        found = own[name]
        if found is not None:
            return found
        name = based.get(name, "")
    return False
