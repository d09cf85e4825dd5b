import doctest
from importlib import import_module
from itertools import combinations

import numpy as np
import pytest
from ant_counts import ants
from estimates_strategies import all_finite, counts
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.saturation.incidence import Incidence, incidence, incidence_of
from assistant.saturation.resampled import detection, resample
from assistant.saturation.richness import jack1, jack2, richness

T1 = ([1] * 5 + [2] * 3 + [3, 3, 4, 5, 6, 8, 10, 12], 12)
T2 = ([1, 1, 1, 1, 3, 3, 4, 7, 10], 10)
T3 = ([2, 2, 3, 4, 7, 10], 10)


@pytest.mark.parametrize("module", ["incidence", "richness"])
def test_the_worked_examples_of_richness_hold(module):
    """The examples in the docstrings are checked by running them."""
    assert doctest.testmod(import_module(f"assistant.saturation.{module}")).failed == 0


def test_all_estimators_of_the_first_reference_set():
    """T1: 12 units, 16 kinds. Computed with the R packages iNEXT (41a8795), SpadeR (641c1de) and vegan."""
    found = richness(*T1)
    assert (found.observed, found.q1, found.q2) == (16, 5, 3)
    assert found.chao2 == pytest.approx(19.819444, abs=1e-6)
    assert found.chao2_se == pytest.approx(4.5113953, abs=1e-7)
    assert found.chao2_ci == pytest.approx((16.611619, 39.851692), abs=1e-6)
    assert found.chao2_bc == pytest.approx(18.291667, abs=1e-6)
    assert found.chao2_bc_se == pytest.approx(2.9315098, abs=1e-7)
    assert found.chao2_bc_ci == pytest.approx((16.332716, 31.784421), abs=1e-6)
    assert found.ichao2 == pytest.approx(20.77399, abs=1e-5)
    assert found.ice == pytest.approx(21.108283, abs=1e-6)
    assert found.jack1 == pytest.approx(20.583333, abs=1e-6)
    assert found.jack1_se == pytest.approx(2.9639032, abs=1e-7)
    assert found.jack2 == pytest.approx(22.477273, abs=1e-6)
    assert found.boot == pytest.approx(18.16931, abs=1e-5)
    assert found.coverage == pytest.approx(0.9272871, abs=1e-7)


def test_no_code_found_exactly_twice():
    """T2: Q2 = 0, where Chao2 takes its bias-corrected form and another variance (SpadeR, iNEXT)."""
    found = richness(*T2)
    assert found.chao2 == pytest.approx(14.4)
    assert found.chao2_se == pytest.approx(6.4412732, abs=1e-7)
    assert found.chao2_ci == pytest.approx((9.8543931, 43.129488), abs=1e-6)
    assert found.chao2_bc == pytest.approx(14.4)
    assert found.chao2_bc_se == pytest.approx(6.7149088, abs=1e-7)
    assert (found.jack1, found.jack2) == pytest.approx((12.6, 15.8))
    assert found.coverage == pytest.approx(0.8799, abs=5e-5)


def test_no_code_found_exactly_once():
    """T3: Q1 = 0, where nothing points to unseen codes and the interval is that of S itself (SpadeR)."""
    found = richness(*T3)
    assert found.chao2 == 6
    assert found.chao2_se == pytest.approx(0.49078574, abs=1e-8)
    assert found.chao2_ci == pytest.approx((6, 7.3797784), abs=1e-7)
    assert found.coverage == 1
    assert found.coverage_ci[1] == 1


@pytest.mark.parametrize(
    ("height", "observed", "once", "twice", "chao2"),
    [
        ("h50m", 227, 49, 23, 279.109),
        ("h500m", 241, 71, 34, 314.810),
        ("h1070m", 122, 28, 16, 146.337),
        ("h1500m", 56, 13, 4, 77.019),
        ("h2000m", 14, 1, 2, 14.249),
    ],
)
def test_ants_of_five_heights(height, observed, once, twice, chao2):
    """Longino & Colwell's (2011) ants, with Chao2 as iNEXT gives it for its data set `ant`."""
    found = richness(*ants(height))
    assert (found.observed, found.q1, found.q2) == (observed, once, twice)
    assert found.chao2 == pytest.approx(chao2, abs=5e-4)


def test_intervals_and_coverage_of_ants():
    """Standard errors, interval and coverage of iNEXT for `ant` at 50 m and 500 m."""
    low, high = richness(*ants("h50m")), richness(*ants("h500m"))
    assert low.chao2_se == pytest.approx(19.794, abs=5e-4)
    assert low.chao2_ci == pytest.approx((252.374, 334.009), abs=6e-4)
    assert high.chao2_se == pytest.approx(23.259, abs=5e-4)
    assert (low.coverage, high.coverage) == pytest.approx((0.9918, 0.9760), abs=5e-5)
    assert low.coverage_ci[0] < low.coverage < low.coverage_ci[1] < 1


def test_trees_of_barro_colorado():
    """The 50 hectares of vegan's `BCI`: S = 225, Q1 = 21, Q2 = 19, and what `specpool` makes of that."""
    found = richness([1] * 21 + [2] * 19 + [30] * 185, 50)
    assert found.chao2 == pytest.approx(236.37316, abs=1e-5)
    assert found.chao2_se == pytest.approx(6.5436104, abs=1e-6)
    assert found.jack1 == pytest.approx(245.58)
    assert found.jack2 == pytest.approx(247.87224, abs=1e-5)


@given(st.integers(2, 7), st.integers(1, 10), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_jackknives_are_what_leaving_interviews_out_gives(interviews, codes, random):
    """Burnham & Overton's definition, by really leaving out every interview and every two of them."""
    found = np.array([[random.random() < 0.4 for _ in range(interviews)] for _ in range(codes)])

    def seen_without(number):
        kept = combinations(range(interviews), interviews - number)
        return np.mean([found[:, list(chosen)].any(axis=1).sum() for chosen in kept])

    t, s0, s1, s2 = interviews, seen_without(0), seen_without(1), seen_without(2)
    result = incidence_of(found)
    assert jack1(result) == pytest.approx(t * s0 - (t - 1) * s1)
    assert jack2(result) == pytest.approx((t**2 * s0 - 2 * (t - 1) ** 2 * s1 + (t - 2) ** 2 * s2) / 2)


@given(st.integers(2, 5), st.integers(1, 6), st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None)
def test_the_bootstrap_estimator_is_what_drawing_with_replacement_gives(interviews, codes, random):
    """Smith & van Belle: S and what all t^t draws miss on average."""
    found = np.array([[random.random() < 0.5 for _ in range(interviews)] for _ in range(codes)])
    draws = np.indices((interviews,) * interviews).reshape(interviews, -1).T
    missed = found.any(axis=1).sum() - np.mean([found[:, draw].any(axis=1).sum() for draw in draws])
    result = richness(found.sum(axis=1), interviews, draws=2)
    if result.observed:
        assert result.boot == pytest.approx(result.observed + missed)


@given(counts())
@settings(max_examples=150, deadline=None)
def test_bounds_of_estimates(data):
    """No estimator below S but the second jackknife, the corrected form below the plain, coverage a share, no NaN."""
    found = richness(*data, draws=20)
    assert all_finite(found)
    if found.chao2 is None:
        assert data[1] < 2 or not any(data[0])
        return
    for value in (found.chao2, found.chao2_bc, found.ice, found.jack1, found.boot):
        assert value >= found.observed - 1e-9
    assert found.chao2_bc <= found.chao2 + 1e-9
    assert found.ichao2 is None or found.ichao2 >= found.chao2
    for value, (low, high) in ((found.chao2, found.chao2_ci), (found.chao2_bc, found.chao2_bc_ci)):
        assert found.observed <= low + 1e-9
        assert low - 1e-9 <= value <= high + 1e-9
    assert 0 <= found.coverage_ci[0] <= found.coverage <= found.coverage_ci[1] <= 1


@given(counts(), st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_neither_the_order_of_codes_nor_codes_never_found_change_an_estimate(data, random):
    """Renaming and sorting codes, or listing codes nobody spoke of, gives the same, intervals by bootstrap included."""
    y, t = data
    other = [*y, 0, 0]
    random.shuffle(other)
    assert richness(other, t, draws=20) == richness(y, t, draws=20)


@given(counts(fewest_interviews=2))
@settings(max_examples=50, deadline=None)
def test_a_wider_level_never_gives_a_narrower_interval(data):
    """An interval of 99 % holds that of 80 %."""
    narrow, wide = richness(*data, level=0.8, draws=20), richness(*data, level=0.99, draws=20)
    for inner, outer in ((narrow.chao2_ci, wide.chao2_ci), (narrow.coverage_ci, wide.coverage_ci)):
        if inner is not None:
            assert outer[0] <= inner[0] + 1e-9
            assert outer[1] >= inner[1] - 1e-9


def test_what_cannot_be_estimated_is_none():
    """Without a second interview or without any code only what was counted is there."""
    nothing = richness([], 0)
    assert nothing == richness([], 7) == richness([0, 0], 7)
    alone = richness([1, 1, 1], 1)
    assert (alone.observed, alone.q1) == (3, 3)
    assert {alone.chao2, alone.chao2_ci, alone.jack1, alone.coverage, alone.coverage_ci, alone.ice} == {None}


@pytest.mark.parametrize("interviews", [2, 3, 4])
def test_few_interviews_and_codes_everywhere(interviews):
    """All codes in all interviews: nothing is missing; iChao2 needs four interviews."""
    found = richness([interviews] * 3, interviews)
    assert (found.chao2, found.ice, found.jack1, found.boot, found.coverage) == (3, 3, 3, 3, 1)
    assert found.chao2_ci[0] == found.chao2_bc_ci[0] == 3 <= found.chao2_ci[1]
    assert (found.ichao2 is None) == (interviews < 4)


def test_counts_that_cannot_be():
    """More interviews with a code than interviews, fewer than none, or half a one."""
    for y in ([4], [-1], [1.5], [[1]]):
        with pytest.raises(ValueError, match=r"interviews|counts"):
            incidence(y, 3)
    assert incidence([2.0, 0], 3) == Incidence((2,), 3)


def test_the_interval_holds_the_true_number_about_as_often_as_it_says():
    """60 codes, each in 8 % of interviews, where Chao2 is right on average: 500 studies of 20 interviews."""
    random = np.random.default_rng(3)
    held = []
    for y in random.binomial(20, 0.08, size=(500, 60)):
        low, high = richness(y, 20, draws=0).chao2_ci
        held.append(low <= 60 <= high)
    assert 0.92 <= np.mean(held) <= 0.99


@given(counts(fewest_interviews=2))
@settings(max_examples=60, deadline=None)
def test_the_bootstrap_keeps_as_many_incidents_as_were_found(data):
    """Chao et al. (2014): the estimated chances of all codes, unseen ones too, add up to U/t."""
    result = incidence(*data)
    if result.estimable and not (result.q(1) == 1 and result.q(2) == 0):
        assert detection(result).sum() == pytest.approx(result.incidents / result.t)


def test_draws_scatter_as_the_chances_say():
    """Mean and variance of S over the draws are those of independent codes with these chances."""
    result = incidence(*T1)
    drawn = resample(result, 4000, 1)
    missed = (1 - detection(result)) ** result.t
    assert drawn.observed.mean() == pytest.approx((1 - missed).sum(), abs=0.1)
    assert drawn.observed.var() == pytest.approx((missed * (1 - missed)).sum(), rel=0.1)
    assert drawn.incidents.mean() == pytest.approx(result.incidents, rel=0.01)
