import doctest
from importlib import import_module

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.cluster import AgglomerativeClustering
from sklearn.metrics import silhouette_score

from assistant.saturation.facets import facets

VECTORS = arrays(float, st.tuples(st.integers(0, 14), st.just(3)), elements=st.floats(-1, 1).map(lambda x: round(x, 2)))


def said(topics, spread=0.1, seed=0, dimensions=16):
    """Embeddings around one direction for each topic number."""
    random = np.random.default_rng(seed)
    middles = np.linalg.qr(random.normal(size=(dimensions, dimensions)))[0]
    return middles[topics] + spread * random.normal(size=(len(topics), dimensions))


def test_the_worked_example_of_facets_holds():
    """The example in the docstring is checked by running it."""
    assert doctest.testmod(import_module("assistant.saturation.facets")) == (0, 2)


def test_planted_facets_are_found_where_they_first_appear():
    """Three topics, the second from the second interview, the third from the fifth: as Hennink et al. (2017) count."""
    topics = [0, 0, 1, 0, 1, 0, 1, 2, 2, 0]
    interviews = [0, 0, 1, 1, 2, 3, 3, 4, 4, 5]
    found = facets(said(topics), interviews, 8)
    assert found.facet_of == tuple(topics)
    assert found.new == (1, 1, 0, 0, 1, 0, 0, 0)
    assert found.cumulative == (1, 2, 2, 2, 3, 3, 3, 3)
    assert (found.number, found.last_new) == (3, 5)
    assert found.structure == "strong"


def test_quotes_without_structure_are_one_facet():
    """Random directions in many dimensions: the silhouette stays under the floor."""
    found = facets(np.random.default_rng(2).normal(size=(40, 200)), np.arange(40) // 2)
    assert (found.number, found.silhouette, found.structure) == (1, None, "none of substance")


def test_the_division_is_that_of_scikit_learn():
    """Independently: average linkage and silhouette of scikit-learn, for each number of facets, and the best taken."""
    vectors = said(np.random.default_rng(4).integers(0, 4, 60), 0.22, 4)
    found = facets(vectors, np.arange(60))
    scores = {}
    for number in range(2, 11):
        labels = AgglomerativeClustering(number, metric="cosine", linkage="average").fit_predict(vectors)
        scores[number] = silhouette_score(vectors, labels, metric="cosine")
    assert found.number == max(scores, key=scores.get)
    assert found.silhouette == pytest.approx(max(scores.values()))


@given(VECTORS, st.data())
@settings(max_examples=60, deadline=None)
def test_bounds_of_facets(vectors, data):
    """Every facet is new once; at least one where there is a quote, and no more than half as many as quotes."""
    quotes = len(vectors)
    where = data.draw(st.lists(st.integers(0, 5), min_size=quotes, max_size=quotes))
    found = facets(vectors, where, 6)
    assert sum(found.new) == found.number == len(set(found.facet_of))
    assert (found.number >= 1) == bool(quotes)
    assert found.number <= max(quotes // 2, 1)
    assert found.last_new is None or found.new[found.last_new - 1]
    assert facets(vectors, where, 6) == found


def test_neither_length_nor_direction_of_the_space_nor_order_counts():
    """Vectors made longer, turned, or listed otherwise: the same new facets in the same interviews."""
    topics = np.array([0, 1, 0, 2, 1, 3, 0, 3, 2, 1, 0, 3])
    where = np.arange(12) // 2
    vectors, random = said(topics, 0.15, 7), np.random.default_rng(9)
    found = facets(vectors, where, 6)
    turned = np.linalg.qr(random.normal(size=(16, 16)))[0]
    order = random.permutation(12)
    for other, index in ((vectors * random.uniform(0.5, 2, (12, 1)), where), (vectors @ turned, where)):
        assert facets(other, index, 6).new == found.new
    assert facets(vectors[order], where[order], 6).new == found.new
    assert found.number == 4


def test_few_quotes_and_quotes_that_are_the_same():
    """None, one, three, all alike, all empty: one facet or none, and nothing that is not a number."""
    assert facets([], [], 3).new == (0, 0, 0)
    assert facets([], []).number == 0
    assert facets([[1.0, 0]], [1], 2).new == (0, 1)
    assert facets([[1, 0], [0, 1], [1, 1]], [0, 1, 2]).number == 1
    assert facets([[1, 0]] * 6, [0] * 6).number == 1
    assert facets([[0, 0]] * 6, [0] * 6).number == 1


def test_what_decides_is_said():
    """The sentence names linkage, silhouette, the largest number and the floor that were used."""
    decided = facets(said([0, 0, 1, 1]), [0, 1, 2, 3], most=5, floor=0.2).decided_by
    assert "average linkage" in decided
    assert "up to 5" in decided
    assert "below 0.2" in decided


def test_vectors_that_do_not_fit():
    """One interview for each vector, within the study, all numbers finite."""
    with pytest.raises(ValueError, match="one interview per quote"):
        facets([[1, 0]], [0, 1])
    with pytest.raises(ValueError, match="not finite"):
        facets([[np.nan, 0]], [0])
    with pytest.raises(ValueError, match="numbered"):
        facets([[1, 0]], [4], 3)
