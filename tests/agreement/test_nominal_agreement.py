"""Nominal agreement: known answers, each with its source, and what must hold for any ratings."""

import doctest
from importlib import import_module
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from assistant.agreement import STATISTICS, agreement_from, agreement_of, counts_of, pooled_agreement

often = settings(max_examples=50, deadline=None)
BOUNDED = ("percent", "prevalence", "positive", "negative", "jaccard", "f1")


def ratings_of(both, first, second, neither):
    """Ratings (1, 2, units) with this table."""
    one = [1] * (both + first) + [0] * (second + neither)
    two = [1] * both + [0] * first + [1] * second + [0] * neither
    return np.array([[one, two]], np.int8)


def any_ratings(codes=3, coders=(2, 4), units=(0, 12), highest=1):
    shape = st.tuples(st.just(codes), st.integers(*coders), st.integers(*units))
    return shape.flatmap(lambda s: arrays(np.int8, s, elements=st.integers(-1, highest)))


def test_the_worked_example_holds():
    """The example in the docstring is checked by running it."""
    assert doctest.testmod(import_module("assistant.agreement.nominal")) == (0, 3)


def test_two_by_two_table():
    """Table 20/5/10/15: kappa .4 as in the usual textbook example of Cohen's kappa; AC1, alpha and Scott's pi of that
    table computed with irrCAC 0.4.4 and krippendorff 0.9.0 (METHODS 3.4)."""
    (found,) = agreement_of(ratings_of(20, 5, 10, 15))
    assert found.table == (20, 5, 10, 15)
    assert found.n == 50
    assert found.percent == pytest.approx(0.7)
    assert found.kappa == pytest.approx(0.4)
    assert found.ac1 == pytest.approx(0.405941, abs=5e-7)
    assert found.alpha == pytest.approx(0.4)
    assert found.scott == pytest.approx(0.393939, abs=5e-7)
    assert found.brennan_prediger == pytest.approx(0.4)
    assert found.pabak == pytest.approx(0.4)
    assert found.jaccard == pytest.approx(20 / 35)
    assert found.positive == found.f1 == pytest.approx(40 / 55)
    assert found.negative == pytest.approx(30 / 45)


def test_the_paradox_table():
    """Table 118/5/2/0, the prevalence paradox in Gwet (2008): 94 % agreement and a kappa below zero (METHODS 3.4)."""
    (found,) = agreement_of(ratings_of(118, 5, 2, 0))
    assert found.percent == pytest.approx(0.944)
    assert found.kappa == pytest.approx(-0.023392, abs=5e-7)
    assert found.alpha == pytest.approx(-0.024691, abs=5e-7)
    assert found.ac1 == pytest.approx(0.940776, abs=5e-7)
    assert found.brennan_prediger == pytest.approx(0.888)


def test_krippendorffs_ten_units():
    """A = 1100000000, B = 0110010100: the binary example of Krippendorff (2011, Computing Krippendorff's
    alpha-reliability) that the ATLAS.ti manual repeats: percent .6, alpha .095; kappa computed (METHODS 3.4)."""
    (found,) = agreement_of([[[int(c) for c in "1100000000"], [int(c) for c in "0110010100"]]])
    assert found.percent == pytest.approx(0.6)
    assert found.alpha == pytest.approx(0.0952381, abs=5e-8)
    assert found.kappa == pytest.approx(0.0909091, abs=5e-8)


FOUR_BY_TWELVE = """
1 2 3 3 2 1 4 1 2 . . .
1 2 3 3 2 2 4 1 2 5 . 3
. 3 3 3 2 3 4 2 2 5 1 .
1 2 3 3 2 4 4 1 2 5 1 .
"""
THREE_BY_FIFTEEN = """
. . . . . 3 4 1 2 1 1 3 3 . 3
1 . 2 1 3 3 4 3 . . . . . . .
. . 2 1 3 4 4 . 2 1 1 3 3 . 4
"""


def grid(text):
    rows = [[-1 if c == "." else int(c) - 1 for c in line.split()] for line in text.strip().splitlines()]
    return np.array([rows], np.int8)


def test_four_coders_with_gaps():
    """Krippendorff's (2011) four coders and twelve units with missing ratings: alpha .743; AC1 .775 from Gwet's
    raw_4raters in irrCAC (percent .818), Fleiss .76117 from the same (METHODS 3.4)."""
    (found,) = agreement_of(grid(FOUR_BY_TWELVE), categories=5)
    assert found.n == 11
    assert found.alpha == pytest.approx(0.743, abs=5e-4)
    assert found.ac1 == pytest.approx(0.77544, abs=5e-6)
    assert found.percent == pytest.approx(0.81818, abs=5e-6)
    assert found.scott == pytest.approx(0.76117, abs=5e-6)
    assert found.table is None
    assert found.pabak is None


def test_three_coders_with_gaps():
    """The three coders and fifteen units of the article "Krippendorff's alpha" (Wikipedia) and of the docstring of
    krippendorff: nominal alpha .691358 (METHODS 3.4)."""
    (found,) = agreement_of(grid(THREE_BY_FIFTEEN), categories=4)
    assert found.alpha == pytest.approx(0.691358, abs=5e-7)


def test_three_by_three_table():
    """irrCAC's cont3x3abstractors (Gwet 2014): two abstractors, three categories: AC1 .849, kappa .796."""
    table = np.array([[13, 0, 0], [0, 20, 7], [0, 4, 56]])
    pairs = [(i, j) for i in range(3) for j in range(3) for _ in range(table[i, j])]
    (found,) = agreement_of(np.array([pairs], np.int8).transpose(0, 2, 1), categories=3)
    assert found.ac1 == pytest.approx(0.849, abs=5e-4)
    assert found.kappa == pytest.approx(0.796, abs=5e-4)


def runs(*lengths):
    """0 and 1 in turn, so many of each."""
    return [at % 2 for at, length in enumerate(lengths) for _ in range(length)]


def test_twenty_four_units():
    """Krippendorff (1995, table 1) as dkpro-statistics tests it (Krippendorff1995Test): 24 units, two coders:
    kappa .385, pi .314, alpha .329."""
    (found,) = agreement_of([[runs(2, 8, 4, 6, 4), runs(4, 4, 7, 2, 7)]])
    assert found.kappa == pytest.approx(0.3846, abs=5e-5)
    assert found.scott == pytest.approx(0.314, abs=5e-4)
    assert found.alpha == pytest.approx(0.3286, abs=5e-5)


def test_characters_of_two_spans():
    """100 characters, A codes 0-10, B 5-15: kappa .444444, alpha .447222, AC1 .878049 (METHODS 3.4); stretches with
    their length count as their characters do."""
    stretches = np.array([[[1, 1, 0, 0], [0, 1, 1, 0]]], np.int8)
    sizes = [5, 5, 5, 85]
    whole = counts_of(np.repeat(stretches, sizes, axis=2))
    assert np.array_equal(counts_of(stretches, sizes=sizes).sums, whole.sums)
    (found,) = agreement_of(np.repeat(stretches, sizes, axis=2))
    assert found.n == 100
    assert found.kappa == pytest.approx(0.444444, abs=5e-7)
    assert found.alpha == pytest.approx(0.447222, abs=5e-7)
    assert found.ac1 == pytest.approx(0.878049, abs=5e-7)


def test_a_code_nobody_used_has_no_kappa():
    """Without variation kappa, alpha and specific agreement on "applied" cannot be estimated: None, never NaN."""
    (found,) = agreement_of(np.zeros((1, 2, 9), np.int8))
    assert (found.kappa, found.alpha, found.scott, found.positive, found.jaccard) == (None,) * 5
    assert (found.percent, found.ac1, found.negative, found.prevalence, found.pairs) == (1.0, 1.0, 1.0, 0.0, 0)


def test_nothing_rated_twice_gives_no_number():
    """Units that one coder alone rated say nothing of agreement."""
    (found,) = agreement_of([[[1, 0, -1, -1], [-1, -1, 0, 1]]])
    assert found.n == 0
    assert all(getattr(found, name) is None for name in STATISTICS)


@pytest.mark.parametrize(
    "ratings", [np.zeros((2, 4)), np.zeros((1, 1, 3)), np.full((1, 2, 3), 2), np.full((1, 2, 3), -2)]
)
def test_wrong_ratings_are_refused(ratings):
    """Another shape, a single coder, or a rating out of range."""
    with pytest.raises(ValueError, match="ratings"):
        agreement_of(ratings)


def test_a_wrong_number_of_interviews_is_refused():
    """Every unit lies in one interview."""
    with pytest.raises(ValueError, match="one number per unit"):
        counts_of(np.zeros((1, 2, 3)), [0, 1])


def close(one, other):
    """The same values, None where None."""
    for name in ("n", *STATISTICS):
        left, right = getattr(one, name), getattr(other, name)
        assert (left is None) == (right is None), name
        assert left is None or left == pytest.approx(right, abs=1e-9), name


@often
@given(any_ratings())
def test_bounds(ratings):
    """Shares lie in [0, 1], coefficients at most 1 and at least -1; F1 and Jaccard tell the same.

    Fleiss' coefficient has no lower bound where single ratings enter chance agreement but not the observed one.
    """
    for found in agreement_of(ratings):
        for name in STATISTICS:
            value, least = getattr(found, name), 0 if name in BOUNDED else -np.inf if name == "scott" else -1
            assert value is None or least - 1e-9 <= value <= 1 + 1e-9, name
        if found.jaccard is not None:
            assert found.f1 == pytest.approx(2 * found.jaccard / (1 + found.jaccard))


@often
@given(any_ratings(), st.randoms(use_true_random=False))
def test_order_of_units_and_of_coders_does_not_matter(ratings, random):
    """Shuffling units, or renaming coders, changes no statistic."""
    units, coders = list(range(ratings.shape[2])), list(range(ratings.shape[1]))
    random.shuffle(units)
    random.shuffle(coders)
    for one, other in zip(agreement_of(ratings), agreement_of(ratings[:, coders][:, :, units]), strict=True):
        close(one, other)


@often
@given(any_ratings(codes=4), st.permutations(range(4)))
def test_order_of_codes_does_not_matter(ratings, order):
    """A code's agreement does not depend on the others; the pool does not depend on their order."""
    plain = agreement_of(ratings)
    for one, code in zip(agreement_of(ratings[list(order)]), order, strict=True):
        close(one, plain[code])
    close(pooled_agreement(ratings), pooled_agreement(ratings[list(order)]))


@often
@given(any_ratings(highest=2), st.permutations(range(3)))
def test_renaming_categories_does_not_matter(ratings, names):
    """Nominal categories have no order."""
    renamed = np.where(ratings < 0, -1, np.array(names, np.int8)[ratings])
    for one, other in zip(agreement_of(ratings, categories=3), agreement_of(renamed, categories=3), strict=True):
        close(one, other)


@often
@given(arrays(np.int8, (2, 1, 9), elements=st.integers(-1, 1)), st.integers(2, 4))
def test_perfect_agreement_is_one(one, coders):
    """Where all coders give the same ratings, whatever can be estimated is exactly 1."""
    for found in agreement_of(np.repeat(one, coders, axis=1)):
        for name in set(STATISTICS) - {"prevalence"}:
            assert getattr(found, name) in (None, 1.0), name


@often
@given(any_ratings(codes=4))
def test_pooled_is_the_table_of_all_pairs(ratings):
    """Pooling codes equals laying their units end to end as one code's."""
    end_to_end = np.concatenate(list(ratings), axis=1)[None]
    close(pooled_agreement(ratings), agreement_of(end_to_end)[0])


def test_themes_are_pooled_from_their_codes():
    """Pooled within a theme are the pairs of unit and code of its codes; of no themes there is nothing."""
    ratings = np.array([[[1, 0, 0, -1], [0, 0, 1, 0]], [[0, 0, -1, 1], [1, 0, 1, -1]], [[1] * 4, [0] * 4]], np.int8)
    counts = counts_of(ratings)
    assert agreement_from(counts.pooled_within([(0, 1), (2,)])) == (
        pooled_agreement(ratings[:2]),
        agreement_of(ratings)[2],
    )
    assert agreement_from(counts.pooled_within([])) == ()


@often
@given(any_ratings(coders=(3, 3)), st.data())
def test_counts_add_up_over_interviews(ratings, data):
    """The counts of interviews sum to the counts of all units."""
    group = data.draw(arrays(np.int64, ratings.shape[2], elements=st.integers(0, 4)))
    for one, other in zip(agreement_from(counts_of(ratings, group)), agreement_of(ratings), strict=True):
        close(one, other)


def test_many_coders_take_the_same_way():
    """Eleven coders have more patterns than are listed; percent and alpha stay what pairs say."""
    rng = np.random.default_rng(5)
    ratings = rng.integers(0, 2, (2, 11, 40)).astype(np.int8)
    for code, found in enumerate(agreement_of(ratings)):
        each = [(ratings[code, i] == ratings[code, j]).mean() for i, j in combinations(range(11), 2)]
        assert found.percent == pytest.approx(np.mean(each))


@settings(max_examples=40, deadline=None)
@given(any_ratings(codes=2, highest=2, units=(2, 15)))
def test_alpha_equals_krippendorffs_library(ratings):
    """Cross-check of alpha against the package krippendorff, missing ratings and all."""
    krippendorff = pytest.importorskip("krippendorff")
    for code, found in zip(ratings, agreement_of(ratings, categories=3), strict=True):
        if found.alpha is not None:
            data = np.where(code < 0, np.nan, code.astype(float))
            theirs = krippendorff.alpha(data, level_of_measurement="nominal", value_domain=[0, 1, 2])
            assert found.alpha == pytest.approx(theirs, abs=1e-9)


def test_kappa_equals_scikit_learn():
    """Cross-check of Cohen's kappa, and of Light's as the mean over pairs, against scikit-learn."""
    from sklearn.metrics import cohen_kappa_score

    rng = np.random.default_rng(11)
    for _ in range(10):
        ratings = rng.integers(0, 3, (1, 3, 25)).astype(np.int8)
        each = [cohen_kappa_score(ratings[0, i], ratings[0, j]) for i, j in combinations(range(3), 2)]
        assert agreement_of(ratings, categories=3)[0].kappa == pytest.approx(np.mean(each))
        assert agreement_of(ratings[:, :2], categories=3)[0].kappa == pytest.approx(each[0])


def test_gwet_fleiss_and_alpha_equal_irrcac():
    """Cross-check of AC1, Fleiss, Brennan-Prediger and alpha against irrCAC on random ratings with gaps."""
    pytest.importorskip("irrCAC")
    import pandas as pd
    from irrCAC.raw import CAC

    rng = np.random.default_rng(3)
    for _ in range(8):
        ratings = rng.integers(0, 3, (3, 20))
        ratings[rng.random((3, 20)) < 0.15] = -1
        ratings[0, (ratings < 0).all(axis=0)] = 1
        named = np.where(ratings < 0, np.nan, ratings + 1.0)
        (found,) = agreement_of(ratings[None].astype(np.int8), categories=3)
        theirs = CAC(pd.DataFrame(named.T), categories=[1.0, 2.0, 3.0])
        ways = {"ac1": "gwet", "scott": "fleiss", "brennan_prediger": "bp", "alpha": "krippendorff"}
        for name, way in ways.items():
            value = getattr(theirs, way)()["est"]["coefficient_value"]
            assert getattr(found, name) == pytest.approx(value, abs=1e-5), name
