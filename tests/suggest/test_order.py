import numpy as np
import pytest
from coding_reviewer import next_looks, reading_order

from assistant.suggest.order import Order, informativeness, turns_by_lot

CHANCES = np.array([[0.5, 0.0], [0.9, 0.1], [0.02, 0.01], [0.1, 0.45]], np.float32)


def test_uncertain_segments_teach_most_and_rare_codes_more():
    """A coin toss teaches more than a sure thing; of two alike, the one with the rarer code teaches more."""
    often = np.array([100.0, 100.0], np.float32)
    assert informativeness(CHANCES, often).argsort().tolist() == [2, 1, 0, 3]
    alike = np.array([[0.5, 0.0], [0.0, 0.5]], np.float32)
    taught = informativeness(alike, np.array([50.0, 0.0], np.float32))
    assert taught[1] > 2 * taught[0]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (Order.CHRONOLOGICAL, [0, 1, 3]),
        (Order.BLIND, [0, 1, 3]),
        (Order.LIKELY, [1, 0, 3]),
    ],
)
def test_open_segments_are_read_in_the_order_asked_for(order, expected):
    """Only open rows come, each once."""
    found = reading_order(order, CHANCES, np.array([9.0, 9.0], np.float32), np.array([0, 1, 3]))
    assert found.tolist() == expected


def test_the_next_looks_are_the_likeliest_open_pairs():
    """Pairs looked at already do not come again, and no more come than there are."""
    open_pairs = np.ones(CHANCES.shape, bool)
    open_pairs[1, 0] = False
    rows, columns = next_looks(CHANCES, open_pairs, 2)
    assert list(zip(rows.tolist(), columns.tolist(), strict=True)) == [(0, 0), (3, 1)]
    assert len(next_looks(CHANCES, open_pairs, 99)[0]) == 7


def test_what_teaches_more_mostly_comes_first_but_everything_has_a_chance():
    """By lot, the most telling third is early on average, the order is a function of the seed, and lots differ."""
    taught = np.concatenate([np.full(30, 0.9), np.full(30, 0.3), np.full(30, 0.1)]).astype(np.float32)
    places = []
    for seed in range(40):
        order = np.argsort(-turns_by_lot(taught, seed), kind="stable")
        places.append([np.flatnonzero(np.isin(order, np.arange(a, a + 30))).mean() for a in (0, 30, 60)])
    first, second, third = np.mean(places, axis=0)
    assert first < second - 15 < third - 20
    assert np.array_equal(turns_by_lot(taught, 1), turns_by_lot(taught, 1))
    assert not np.array_equal(np.argsort(turns_by_lot(taught, 1)), np.argsort(turns_by_lot(taught, 2)))
    chances = np.full((90, 2), 0.5, np.float32)
    found = reading_order(Order.INFORMATIVE, chances, np.zeros(2, np.float32), np.arange(10, 20), seed=3)
    assert sorted(found.tolist()) == list(range(10, 20))
