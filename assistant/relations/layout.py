"""Where the codes of a map are put: pure, without chance, so that the same codings always give the same map."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import shortest_path

Floats = NDArray[np.float64]

_ROUNDS = 300
_PUSHES = 400
_OTHER_WAY = 9
_SHORTEST = 0.2


def link_distances(jaccard: Floats) -> Floats:
    """How far apart codes should be: the shortest way along their links, each as long as 1 − Jaccard.

    Codes that no way connects are put a little further apart than any others.
    """
    length = np.where(jaccard > 0, np.maximum(1 - jaccard, _SHORTEST), 0.0)
    np.fill_diagonal(length, 0)
    ways: Floats = np.asarray(shortest_path(length, directed=False))
    reached = np.isfinite(ways)
    ways[~reached] = ways[reached].max(initial=0.0) + 0.5
    return ways


def stress_layout(distances: Floats) -> Floats:
    """Places in the plane, shape (n, 2), whose distances come near the wanted ones (n, n).

    Stress majorization with weights 1/d² (Gansner, Koren & North 2005, Graph Drawing, LNCS 3383:239), from a circle in
    the order given. Near on the map is not always near in the table: a plane cannot hold all distances.
    """
    n = len(distances)
    angle = 2 * np.pi * np.arange(n) / max(n, 1)
    place = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    if n < 3:  # noqa: PLR2004 - a circle of two is as good as it gets
        return place
    wanted = distances + np.eye(n)
    weight = 1 / wanted**2 - np.eye(n)
    laplacian = np.linalg.pinv(np.diag(weight.sum(axis=1)) - weight)
    for _ in range(_ROUNDS):
        ratio = weight * distances / (_apart(place) + np.eye(n))
        place = laplacian @ (np.diag(ratio.sum(axis=1)) - ratio) @ place
    return place


def stress(place: Floats, distances: Floats) -> float:
    """How badly places keep the wanted distances, as the root of the normed raw stress (Kruskal 1964); 0 is perfect."""
    wanted = np.triu(distances, 1)
    apart = np.triu(_apart(place), 1)
    scale = (apart * wanted).sum() / max((apart**2).sum(), 1e-12)
    return float(np.sqrt(((scale * apart - wanted) ** 2).sum() / max((wanted**2).sum(), 1e-12)))


def _apart(place: Floats) -> Floats:
    between = place[:, None] - place[None]
    apart: Floats = np.maximum(np.sqrt((between**2).sum(axis=2)), 1e-9)
    return apart


def fitted(place: Floats, width: float, height: float) -> Floats:
    """The places turned and stretched to fill a sheet whose corner is at 0, 0; the longer side lies flat."""
    centred = place - place.mean(axis=0)
    if len(place) > 1:
        axes = np.linalg.svd(centred, full_matrices=False)[2]
        centred = centred @ (axes * np.sign(axes.sum(axis=1, keepdims=True) + 1e-9)).T
    low, high = centred.min(axis=0), centred.max(axis=0)
    span = np.where(high - low > 1e-9, high - low, 1.0)  # noqa: PLR2004
    on_sheet: Floats = (centred - (low + high) / 2) / span * [width, height] + [width / 2, height / 2]
    return on_sheet


def set_apart(place: Floats, size: Floats, width: float, height: float) -> Floats:
    """The places moved until boxes of these sizes (n, 2) around them do not overlap and lie on the sheet.

    Where there is no room for all, it stops after a number of rounds with as little overlap as was found.
    """
    moved, half = place.copy(), size / 2
    low, high = half, np.maximum(half, np.array([width, height]) - half)
    first, second = np.triu_indices(len(place), 1)
    need = half[first] + half[second]
    for turn in range(_PUSHES):
        between = moved[second] - moved[first]
        overlap = need - np.abs(between)
        hit = (overlap > 0.5).all(axis=1)  # noqa: PLR2004 - half a pixel
        if not hit.any():
            break
        # The shorter way out; now and then the longer one, for where boxes are wedged in.
        along = np.argmin(overlap[hit], axis=1) if (turn + 1) % _OTHER_WAY else np.argmax(overlap[hit], axis=1)
        way = np.where(between[hit][np.arange(len(along)), along] < 0, -1.0, 1.0)
        push = np.zeros((int(hit.sum()), 2))
        push[np.arange(len(push)), along] = way * overlap[hit][np.arange(len(along)), along] / 2 * 0.8
        np.add.at(moved, second[hit], push)
        np.add.at(moved, first[hit], -push)
        moved = np.clip(moved, low, high)
    return np.clip(moved, low, high)
