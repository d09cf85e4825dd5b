"""A map of codes or themes: size is how many interviews, lines are co-occurrence, and nearness follows the lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from assistant.relations.layout import fitted, link_distances, set_apart, stress, stress_layout
from assistant.relations.together import Cooccurrence, Pair, pairs, within_words

NODES = 30
"""More names than that cannot be read on a page."""
LINKS_PER_NODE = 2
WIDTH, HEIGHT = 760.0, 560.0
_LETTER, _LINE, _LONGEST = 6.2, 16.0, 26
_SMALLEST, _LARGEST = 7.0, 20.0


@dataclass(frozen=True, slots=True)
class Node:
    """A code on the map: its row, how many interviews it was found in, where it lies and its radius, in pixels."""

    row: int
    interviews: int
    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True)
class ThemeMap:
    """The nodes, the links between them, and how well nearness keeps to the links (`stress`, 0 is perfect).

    `all_nodes` and `all_links` say how many there would be without the limits.
    """

    found: Cooccurrence
    nodes: tuple[Node, ...]
    links: tuple[Pair, ...]
    all_nodes: int
    all_links: int
    stress: float

    @property
    def note(self) -> str:
        """What is drawn, by which rule it was chosen, and how far to trust nearness."""
        what = "themes" if self.found.rows.level == "theme" else "codes"
        lines = f"{what} {within_words(self.found.within)}, thicker for a larger Jaccard"
        parts = [f"Size and number: interviews. Lines: {lines}."]
        if len(self.nodes) < self.all_nodes:
            parts.append(f"Drawn are the {len(self.nodes)} of {self.all_nodes} {what} found in most interviews.")
        if len(self.links) < self.all_links:
            parts.append(f"Drawn are the {len(self.links)} of {self.all_links} links with the largest Jaccard.")
        parts.append(f"Read the lines: nearness only comes near to them (stress {self.stress:.2f}).")
        return " ".join(parts)


def theme_map(found: Cooccurrence) -> ThemeMap:
    """The map of what stands together; the codes found in most interviews, ties in the order of the codebook."""
    spread = found.together.interviews.diagonal()
    order = sorted(np.flatnonzero(spread), key=lambda row: (-spread[row], row))
    rows = sorted(int(row) for row in order[:NODES])
    between = [pair for pair in pairs(found) if pair.a in rows and pair.b in rows]
    links = sorted(between, key=lambda pair: (-pair.jaccard, pair.a, pair.b))[: LINKS_PER_NODE * len(rows)]
    jaccard = found.together.jaccard[np.ix_(rows, rows)]
    distances = link_distances(jaccard * (1 - np.eye(len(rows))))
    place = stress_layout(distances)
    nodes = _nodes(found, rows, place) if rows else ()
    fit = stress(place, distances) if rows else 0.0
    return ThemeMap(found, nodes, tuple(links), len(order), len(between), fit)


def _nodes(found: Cooccurrence, rows: Sequence[int], place: Any) -> tuple[Node, ...]:
    spread = found.together.interviews.diagonal()[rows]
    radius = np.maximum(_LARGEST * np.sqrt(spread / spread.max()), _SMALLEST)
    labels = [node_label(found.rows.names[row], int(n)) for row, n in zip(rows, spread, strict=True)]
    wide = np.array([_LETTER * len(label) for label in labels])
    size = np.stack([np.maximum(wide, 2 * radius) + 6, 2 * radius + _LINE + 6], axis=1)
    margin = size.max(axis=0) / 2
    spread_out = fitted(place, *(np.array([WIDTH, HEIGHT]) - 2 * margin)) + margin
    middle = set_apart(spread_out, size, WIDTH, HEIGHT)
    return tuple(
        Node(row, int(n), round(float(x), 1), round(float(y - _LINE / 2), 1), round(float(r), 1))
        for row, n, (x, y), r in zip(rows, spread, middle, radius, strict=True)
    )


def node_label(name: str, interviews: int) -> str:
    """The name, cut where it is too long for a map, and in how many interviews it was found."""
    short = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1].rstrip()}…"
    return f"{short} ({interviews})"


def map_record(drawn: ThemeMap) -> dict[str, Any]:
    """The map as JSON values; places and radius in pixels on a sheet of 760 × 560."""
    names, themes = drawn.found.rows.names, drawn.found.rows.themes
    return {
        "kind": "map",
        "level": drawn.found.rows.level,
        "within": drawn.found.within,
        "basis": drawn.found.sentence,
        "interviews": list(drawn.found.interviews),
        "nodes": [
            {
                "code": names[n.row],
                "theme": themes[n.row] or None,
                "interviews": n.interviews,
                "x": n.x,
                "y": n.y,
                "radius": n.radius,
            }
            for n in drawn.nodes
        ],
        "links": [
            {"codes": [names[p.a], names[p.b]], "count": p.count, "jaccard": p.jaccard, "interviews": len(p.interviews)}
            for p in drawn.links
        ],
        "stress": drawn.stress,
        "note": drawn.note,
    }
