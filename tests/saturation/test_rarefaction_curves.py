import doctest
from importlib import import_module
from itertools import combinations

import numpy as np
import pytest
from ant_counts import ants
from estimates_strategies import all_finite, counts, matrices
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.saturation.ahead import chance_of_new, expected_new, interviews_to, interviews_to_interval
from assistant.saturation.incidence import incidence_of
from assistant.saturation.orders import order_band
from assistant.saturation.rarefaction import coverage_at, extrapolation, rarefaction

T1 = ([1] * 5 + [2] * 3 + [3, 3, 4, 5, 6, 8, 10, 12], 12)
T2 = ([1, 1, 1, 1, 3, 3, 4, 7, 10], 10)


@pytest.mark.parametrize("module", ["rarefaction", "ahead", "orders"])
def test_the_worked_examples_of_curves_hold(module):
    """The examples in the docstrings are checked by running them."""
    done = doctest.testmod(import_module(f"assistant.saturation.{module}"))
    assert done.attempted
    assert not done.failed


def test_fewer_interviews_in_the_first_reference_set():
    """T1 with iNEXT 41a8795 (and vegan's `specaccum`): codes after 1, 3, 6, 9, 12, coverage after 1, 3, 6, 9."""
    points = rarefaction(*T1)
    assert [points[m - 1].codes for m in (1, 3, 6, 9, 12)] == pytest.approx(
        [5.166667, 9.327273, 12.597403, 14.604545, 16], abs=1e-6
    )
    assert [points[m - 1].coverage for m in (1, 3, 6, 9)] == pytest.approx(
        [0.524927, 0.745846, 0.852430, 0.9], abs=1e-6
    )


def test_more_interviews_in_the_first_reference_set():
    """T1 with iNEXT 41a8795: codes and coverage after 3, 6, 12 and 24 more."""
    points = extrapolation(*T1, (3, 6, 12, 24))
    assert [p.codes for p in points] == pytest.approx([17.019827, 17.767350, 18.716904, 19.501180], abs=1e-6)
    assert [p.coverage for p in points] == pytest.approx([0.946702, 0.960933, 0.979010, 0.993941], abs=1e-6)
    assert [p.interviews for p in points] == [15, 18, 24, 36]
    assert coverage_at(*T1, 15) == points[0].coverage


@pytest.mark.parametrize(
    ("height", "traps", "species"),
    [
        ("h50m", 327.1646, 197.487977),
        ("h500m", 342.8592, 268.725933),
        ("h1070m", 158.9508, 123.608792),
        ("h1500m", 125.9590, 50.478877),
        ("h2000m", 104.6306, 12.909623),
    ],
)
def test_ants_at_a_coverage_of_985(height, traps, species):
    """`estimateD(ant, base = "coverage", level = .985)` of iNEXT; its traps are no whole number, so ours lie around."""
    y, t = ants(height)
    below, above = int(traps), int(traps) + 1
    both = rarefaction(y, t, draws=0)[below - 1 : above] if above <= t else ()
    less, more = both or extrapolation(y, t, (below - t, above - t), draws=0)
    assert less.codes <= species <= more.codes
    assert coverage_at(y, t, below) <= 0.985 <= coverage_at(y, t, above)


@given(matrices(6, 6))
@settings(max_examples=40, deadline=None)
def test_rarefaction_is_the_mean_over_all_choices_of_interviews(found):
    """Enumerated: codes in every choice of m interviews, and what the next incident finds covered."""
    result, t = incidence_of(found), found.shape[1]
    points = rarefaction(result.y, t, draws=2)
    means = [
        np.mean([found[:, list(chosen)].any(axis=1).sum() for chosen in combinations(range(t), m)])
        for m in range(1, t + 1)
    ]
    assert [p.codes for p in points] == pytest.approx(means)
    for m in range(1, t):
        if result.observed:
            gain = means[m] - means[m - 1]
            assert coverage_at(result.y, t, m) == pytest.approx(1 - gain * t / result.incidents)


@given(counts(fewest_interviews=2))
@settings(max_examples=80, deadline=None)
def test_the_curve_only_rises_and_ever_less(data):
    """Rarefaction and extrapolation together: monotone, concave, from U/t through S towards Chao2."""
    y, t = data
    ahead = list(range(1, t + 1))
    points = (*rarefaction(y, t, draws=10), *extrapolation(y, t, ahead, draws=10))
    steps = np.diff([0.0, *(p.codes for p in points)])
    assert (steps >= -1e-9).all()
    assert (np.diff(steps) <= 1e-9).all()
    assert points[t - 1].codes == pytest.approx(sum(n > 0 for n in y))
    shares = [p.coverage for p in points if p.coverage is not None]
    assert all(0 <= share <= 1 for share in shares)
    assert (np.diff(shares) >= -1e-9).all()
    assert all_finite(points)


@given(counts(fewest_interviews=2))
@settings(max_examples=60, deadline=None)
def test_new_codes_and_coverage_say_the_same(data):
    """What the next interview brings is what is not covered, times the incidents of an interview: (1 - C) · U/t."""
    y, t = data
    following = expected_new(y, t, (1, 3, 5), draws=10)
    if following:
        assert following[0].codes == pytest.approx((1 - coverage_at(y, t, t)) * sum(y) / t)
        assert 0 <= following[0].codes <= following[1].codes <= following[2].codes
        assert all(new.low is None or 0 <= new.low <= new.codes <= new.high for new in following)
        assert all(new.low is None or 0 <= new.fewest <= new.low <= new.high <= new.most for new in following)
        chance = chance_of_new(y, t)
        assert 0 <= chance.if_independent <= chance.at_most <= 1


@given(counts(fewest_interviews=2), st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99]))
@settings(max_examples=80, deadline=None)
def test_interviews_to_a_coverage_are_the_fewest(data, aim):
    """After so many more interviews the coverage is reached, and one fewer would not do."""
    y, t = data
    more = interviews_to(y, t, aim)
    if more is None:
        assert coverage_at(y, t, t) is None
        return
    assert coverage_at(y, t, t + more) >= aim - 1e-12
    assert more == 0 or coverage_at(y, t, t + more - 1) < aim
    assert interviews_to(y, t, 0.995) >= more


def test_interviews_to_95_per_cent_of_the_first_reference_set():
    """T1: coverage is .9467 after three more and .9520 after four (extrapolation checked with iNEXT above)."""
    assert interviews_to(*T1) == 4
    assert interviews_to(*T1, 0.9) == 0
    low, high = interviews_to_interval(*T1)
    assert low <= 4 <= high
    for aim in (0, 1, 1.5):
        with pytest.raises(ValueError, match="Coverage to reach"):
            interviews_to(*T1, aim)


def test_nothing_is_foreseen_from_one_interview_or_none():
    """What was counted is shown; nothing beyond it."""
    for y, t in (([], 0), ([], 6), ([1, 1], 1)):
        assert extrapolation(y, t, (1, 5)) == ()
        assert expected_new(y, t) == ()
        assert {interviews_to(y, t), interviews_to_interval(y, t), coverage_at(y, t, 1), chance_of_new(y, t)} == {None}
    assert rarefaction([], 0) == ()
    (only,) = rarefaction([1, 1], 1)
    assert (only.codes, only.low, only.coverage) == (2, None, None)


def test_an_interval_of_what_comes_never_loses_what_was_found():
    """The interviews read are part of the larger sample."""
    assert all(p.low >= 16 for p in extrapolation(*T1, range(1, 25)))


def test_new_codes_to_expect_are_about_those_that_come():
    """300 made-up studies of 20 interviews and 80 codes, all chances known: right on average, and as often as said."""
    random = np.random.default_rng(11)
    chances = random.beta(0.6, 4, 80)
    average = ((1 - chances) ** 20 * (1 - (1 - chances) ** 5)).sum()
    expectations, held, seen = [], [], []
    for y in random.binomial(20, chances, size=(300, 80)):
        (five,) = expected_new(y, 20, (5,), draws=200)
        came = (random.binomial(5, chances[y == 0]) > 0).sum()
        expectations.append(five.codes)
        held.append(five.low <= average <= five.high)
        seen.append(five.fewest <= came <= five.most)
    assert np.mean(expectations) == pytest.approx(average, abs=0.2)
    assert 0.90 <= np.mean(held) <= 0.99
    assert np.mean(seen) >= 0.93


@given(matrices(5, 5))
@settings(max_examples=40, deadline=None)
def test_the_band_of_few_interviews_is_that_of_all_orders(found):
    """Up to six interviews all orders are tried; at a level of 1 the band is their smallest and largest."""
    from itertools import permutations

    band = order_band(found, level=1.0)
    assert band.every_order
    if found.shape[1]:
        orders = [list(order) for order in permutations(range(found.shape[1]))]
        lines = np.array([np.logical_or.accumulate(found[:, order], axis=1).sum(axis=0) for order in orders])
        assert band.mean == pytest.approx(tuple(lines.mean(axis=0)))
        assert band.low == tuple(lines.min(axis=0))
        assert band.high == tuple(lines.max(axis=0))


def test_the_band_of_many_interviews_lies_around_its_mean():
    """130 codes, more than one word of bits: random orders agree with the exact mean and close at the end."""
    found = np.random.default_rng(5).random((130, 40)) < np.linspace(0.01, 0.6, 130)[:, None]
    band = order_band(found)
    assert not band.every_order
    assert all(low <= mean <= high for low, mean, high in zip(band.low, band.mean, band.high, strict=True))
    assert band.low[-1] == band.high[-1] == found.any(axis=1).sum()
    assert list(band.low) == sorted(band.low)
    assert band.low[0] >= found.sum(axis=0).min()


def test_random_orders_leave_the_band_more_often_than_one_in_twenty():
    """The band holds 95 % point by point; how often an order may lie outside it is told from the orders themselves."""
    random = np.random.default_rng(3)
    found = random.random((80, 20)) < random.beta(0.5, 2, (80, 1))
    band = order_band(found)
    orders = [random.permutation(20) for _ in range(400)]
    lines = np.array([np.logical_or.accumulate(found[:, order], axis=1).sum(axis=0) for order in orders])
    outside = ((lines < band.low) | (lines > band.high)).sum(axis=1)
    assert (outside > 0).mean() > 0.15
    assert (outside > band.mostly_outside).mean() < 0.1


@given(matrices(8, 9), st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_the_order_of_codes_does_not_move_the_band(found, random):
    """Renaming or sorting codes changes no curve of any order."""
    rows = list(range(found.shape[0]))
    random.shuffle(rows)
    assert order_band(found[rows], 200) == order_band(found, 200)


@given(matrices(6, 6), st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_the_order_of_interviews_does_not_move_an_exact_band(found, random):
    """With all orders tried it does not matter which came first."""
    columns = list(range(found.shape[1]))
    random.shuffle(columns)
    assert order_band(found[:, columns]) == order_band(found)


def test_without_interviews_there_is_no_band():
    """No interviews, no codes, and a shape that is none."""
    assert order_band(np.zeros((3, 0))).mean == ()
    assert order_band(np.zeros((0, 2))).high == (0, 0)
    with pytest.raises(ValueError, match="shape"):
        order_band([1, 0, 1])


@given(counts(most_interviews=15))
@settings(max_examples=30, deadline=None)
def test_whatever_the_counts_no_number_is_infinite(data):
    """Every function answers with finite numbers, None or nothing, Q2 = 0 (T2) included."""
    y, t = data
    answers = (expected_new(y, t, draws=5), chance_of_new(y, t), interviews_to(y, t), interviews_to_interval(y, t))
    assert all_finite(answers)
    assert all_finite(rarefaction(*T2))
