"""The layout of the map: the same each time, near to what is wanted, and names do not lie on each other."""

import numpy as np
import pytest

from assistant.relations.layout import fitted, link_distances, set_apart, stress, stress_layout


def jaccard_of(seed, n):
    rng = np.random.default_rng(seed)
    half = np.triu(rng.random((n, n)) * (rng.random((n, n)) < 0.25), 1)
    return half + half.T


def test_the_same_codings_give_the_same_map():
    """No chance in it."""
    distances = link_distances(jaccard_of(1, 18))
    assert np.array_equal(stress_layout(distances), stress_layout(distances.copy()))


def test_distances_that_fit_a_plane_are_kept():
    """Four corners of a square come out as a square."""
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], float)
    wanted = np.sqrt(((corners[:, None] - corners[None]) ** 2).sum(axis=2))
    place = stress_layout(wanted)
    assert stress(place, wanted) < 1e-3
    got = np.sqrt(((place[:, None] - place[None]) ** 2).sum(axis=2))
    assert got == pytest.approx(wanted, abs=1e-2)


def test_codes_that_are_more_together_lie_nearer():
    """Of three codes, the pair with the larger Jaccard is the nearest."""
    place = stress_layout(link_distances(np.array([[0, 0.7, 0.1], [0.7, 0, 0.1], [0.1, 0.1, 0]])))
    apart = np.sqrt(((place[:, None] - place[None]) ** 2).sum(axis=2))
    assert apart[0, 1] < apart[0, 2]
    assert apart[0, 1] < apart[1, 2]


def test_codes_without_any_link_are_farthest_and_finite():
    """Every distance is a number, and those that no way joins are larger than all others."""
    jaccard = np.zeros((4, 4))
    jaccard[0, 1] = jaccard[1, 0] = 0.5
    distances = link_distances(jaccard)
    assert np.isfinite(distances).all()
    assert distances[0, 2] > distances[0, 1] == 0.5


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_few_codes_have_a_map_too(n):
    """No special case fails."""
    place = stress_layout(link_distances(jaccard_of(2, n)))
    assert place.shape == (n, 2)
    assert np.isfinite(place).all()


@pytest.mark.parametrize("seed", range(4))
def test_names_are_pushed_apart_and_stay_on_the_sheet(seed):
    """Boxes of thirty names do not overlap by more than a pixel."""
    rng = np.random.default_rng(seed)
    size = np.stack([rng.uniform(40, 170, 30), np.full(30, 44.0)], axis=1)
    place = fitted(stress_layout(link_distances(jaccard_of(seed, 30))), 600, 500) + np.array([80, 30])
    moved = set_apart(place, size, 760, 560)
    between, need = np.abs(moved[:, None] - moved[None]), (size[:, None] + size[None]) / 2
    overlap = (need - between).min(axis=2)
    np.fill_diagonal(overlap, 0)
    assert overlap.max() <= 1.0
    assert (moved - size / 2 >= -1e-6).all()
    assert (moved + size / 2 <= np.array([760, 560]) + 1e-6).all()
