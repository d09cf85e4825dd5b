"""Groups of like vectors, few or many."""

import numpy as np
import pytest

from assistant.suggest.grouping import groups, middle, unit


def planted(sizes, loners, *, seed=3, width=128):
    """Unit vectors in shuffled order and the number of the group that each belongs to, -1 for loners."""
    rng = np.random.default_rng(seed)
    axes = unit(rng.normal(size=(len(sizes), width)).astype(np.float32))
    labels = rng.permutation(np.concatenate([np.repeat(np.arange(len(sizes)), sizes), np.full(loners, -1)]))
    noise = unit(rng.normal(size=(len(labels), width)).astype(np.float32))
    vectors = np.where(labels[:, None] < 0, noise, 0.85 * axes[labels] + 0.5 * noise)
    return unit(vectors), labels


def test_planted_groups_come_back_whole_and_pure():
    """Every group of three or more is found with exactly its rows; pairs and loners are not."""
    vectors, labels = planted([3, 7, 12, 2], loners=200)
    found = sorted(groups(vectors), key=len)
    assert [sorted(rows) for rows in found] == [list(np.flatnonzero(labels == n)) for n in range(3)]


def test_many_vectors_are_grouped_by_samples_that_the_others_join():
    """With room for fewer pairs than there are, the large groups still come back whole, and the same each time."""
    vectors, labels = planted([400, 300, 200], loners=1_500)
    found = groups(vectors, at_once=500)
    assert [sorted(rows) for rows in sorted(found, key=len)] == [list(np.flatnonzero(labels == n)) for n in (2, 1, 0)]
    assert all((a == b).all() for a, b in zip(found, groups(vectors, at_once=500), strict=True))


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_few_vectors_are_no_group(count):
    """A group needs three."""
    assert groups(np.ones((count, 4), np.float32) / 2) == []


def test_rows_come_nearest_to_the_middle_first():
    """The first row is the most typical one; rows that are equally near keep their order."""
    vectors = unit(np.array([[1, 0.4], [1, 0], [1, -0.4], [1, 0.1], [-1, 0]], np.float32))
    (rows,) = groups(vectors)
    near = vectors[rows] @ middle(vectors[rows])
    assert list(near) == sorted(near, reverse=True)
    assert set(rows) == {0, 1, 2, 3}
    same = np.tile(vectors[:1], (4, 1))
    assert list(groups(same)[0]) == [0, 1, 2, 3]
