import numpy as np
import pytest

from assistant.suggest.order import Order, informativeness, next_looks, reading_order

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
        (Order.INFORMATIVE, [3, 0, 1]),
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
