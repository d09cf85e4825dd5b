"""Which quotes a model reads: spread over people, the most typical first, and never more than fit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from assistant.summaries.choosing import choose, reading_order, typicality

quotes = some.lists(some.tuples(some.sampled_from("abc"), some.floats(-1, 1, width=16)), min_size=1, max_size=20)


def test_everybody_is_heard_once_before_anybody_is_heard_twice():
    """Worked by hand: the best of a, b and c in order of typicality, then the second ones, then a's third."""
    people = ["a", "a", "a", "b", "b", "c"]
    typical = [0.9, 0.8, 0.7, 0.2, 0.3, 0.5]
    assert reading_order(people, typical) == [0, 5, 4, 1, 3, 2]


def test_equals_keep_the_order_of_the_study():
    """So that the same study gives the same choice."""
    assert reading_order(["a", "b", "a"], [0.5, 0.5, 0.5]) == [0, 1, 2]


@given(quotes)
def test_the_order_is_fair_and_complete(pairs):
    """Each quote once; at no point has anybody been heard twice more than somebody with quotes left."""
    people, typical = [who for who, _ in pairs], [near for _, near in pairs]
    order = reading_order(people, typical)
    assert sorted(order) == list(range(len(pairs)))
    for length in range(1, len(order) + 1):
        heard = [people[at] for at in order[:length]]
        left = {people[at] for at in order[length:]}
        assert all(max(map(heard.count, heard)) - heard.count(who) <= 1 for who in left)


@given(quotes, some.permutations("abc"))
def test_names_do_not_matter(pairs, names):
    """The same order whatever the people are called."""
    people, typical = [who for who, _ in pairs], [near for _, near in pairs]
    renamed = [names["abc".index(who)] for who in people]
    assert reading_order(renamed, typical) == reading_order(people, typical)


@pytest.mark.parametrize(
    ("room", "most", "places", "passed_over"),
    [
        (100, None, (0, 1, 2, 3), 0),
        (100, 2, (1, 3), 0),
        (12, None, (0, 1, 3), 1),
        (9, None, (0, 1), 2),
        (4, None, (0,), 3),
        (1, None, (), 4),
        (-5, None, (), 4),
    ],
)
def test_what_does_not_fit_is_passed_over_and_counted(room, most, places, passed_over):
    """Sizes 2, 5, 8, 5 taken in the order 3, 1, 2, 0 …; what is taken comes in study order."""
    chosen = choose([1, 3, 2, 0], [2, 5, 8, 5], room, most)
    assert (chosen.places, chosen.passed_over) == (places, passed_over)


def test_the_most_typical_is_the_medoid():
    """The nearest to the mean direction has the highest mean cosine similarity to all (itself included)."""
    rng = np.random.default_rng(3)
    vectors = rng.normal(size=(12, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    assert int(np.argmax(typicality(vectors))) == int(np.argmax((vectors @ vectors.T).mean(axis=1)))
    assert typicality(np.array([[1, 0], [-1, 0]], np.float32)).tolist() == [0, 0]
