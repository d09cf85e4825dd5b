"""Figures as SVG within a page: nothing in them runs, loads anything or clashes with another figure."""

import re
from dataclasses import dataclass
from typing import Any

from lxml import etree
from markupsafe import Markup

from assistant.figures import Figure, figure_bytes

_SVG = "{http://www.w3.org/2000/svg}"
_DRAWN = frozenset(
    (
        *("svg", "g", "defs", "clipPath", "linearGradient", "radialGradient", "stop", "title"),
        *("path", "rect", "line", "circle", "ellipse", "polygon", "polyline", "text", "tspan"),
    )
)
_LINK = re.compile(r"url\(#([\w-]+)\)")


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure in a page: its title, the picture, a caption, and its data as a table of text."""

    key: str
    title: str
    picture: Markup
    note: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def drawing(figure: Figure, key: str, *, without: frozenset[str] = frozenset()) -> Drawing:
    """A figure as part of a page; `key` is a word of its own in the page, `without` are columns not to be listed."""
    columns = [str(column) for column in figure.data.columns if column not in without]
    rows = tuple(tuple(_shown(value) for value in row) for row in figure.data[columns].itertuples(index=False))
    return Drawing(
        key, figure.title, inline(figure_bytes(figure, "svg"), key, figure.title), figure.note, tuple(columns), rows
    )


def inline(svg: bytes, key: str, title: str) -> Markup:
    """An SVG as an element of a page: only shapes and text, its names told apart by `key`, described by its title."""
    root = etree.fromstring(svg, etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True))
    for element in list(root.iter(etree.Element)):
        if element.tag.removeprefix(_SVG) not in _DRAWN and element.getparent() is not None:
            element.getparent().remove(element)
    for element in root.iter(etree.Element):
        _clean(element, key)
    width, height = root.get("width"), root.get("height")
    if root.get("viewBox") is None and width and height:
        root.set("viewBox", f"0 0 {width} {height}")
    root.set("role", "img")
    root.set("aria-label", title)
    return Markup(etree.tostring(root, encoding="unicode"))  # noqa: S704 - cleaned right above


def _clean(element: Any, key: str) -> None:
    for name, value in list(element.attrib.items()):
        plain = name.rpartition("}")[2].lower()
        if plain.startswith(("on", "aria-")) or plain in ("href", "role", "class", "tabindex"):
            del element.attrib[name]
        elif plain == "id":
            element.set(name, f"{key}-{value}")
        elif "url(" in value:
            element.set(name, _LINK.sub(lambda found: f"url(#{key}-{found[1]})", value))


def _shown(value: object) -> str:
    if isinstance(value, float):
        return "" if value != value else f"{value:.3g}" if value % 1 else f"{value:.0f}"  # noqa: PLR0124 - NaN
    return "" if value is None else str(value)
