"""Colours for codes that have none: one of a colour-blind-safe palette for each theme, lighter shades below it.

The palette is Paul Tol's “muted” scheme (Tol, P. 2021, Colour Schemes, SRON/EPS/TN/09-002, issue 3.2, figure 4).
"""

from collections.abc import Sequence
from dataclasses import replace

from store.values import Code

PALETTE = ("#332288", "#88CCEE", "#44AA99", "#117733", "#999933", "#DDCC77", "#CC6677", "#882255", "#AA4499")
_LIGHTEST = 0.6


def with_colours(codes: Sequence[Code]) -> tuple[Code, ...]:
    """The same codes, those without a colour given one by their place; no parent may stand below itself."""
    coloured: dict[str, str] = {code.guid: code.colour for code in codes if code.colour}
    tops = [code for code in codes if code.parent is None]
    for place, top in enumerate(tops):
        coloured.setdefault(top.guid, PALETTE[place % len(PALETTE)])
    waiting = [(child, top) for top in tops for child in _below(codes, top)]
    while waiting:
        code, above = waiting.pop(0)
        siblings = _below(codes, above)
        share = _LIGHTEST * (siblings.index(code) + 1) / (len(siblings) + 1)
        coloured.setdefault(code.guid, lighter(coloured[above.guid], share))
        waiting += [(child, code) for child in _below(codes, code)]
    return tuple(replace(code, colour=coloured[code.guid]) for code in codes)


def _below(codes: Sequence[Code], above: Code) -> list[Code]:
    return [code for code in codes if code.parent == above.guid]


def lighter(colour: str, share: float) -> str:
    """A colour mixed with white.

    >>> lighter("#332288", 0.5)
    '#9990C3'
    """
    channels = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{int(channel + (255 - channel) * share):02X}" for channel in channels)
