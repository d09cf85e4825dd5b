"""Intervals by resampling interviews."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from assistant.agreement import (
    STATISTICS,
    agreement_of,
    alpha_u,
    alpha_u_pooled,
    bootstrap,
    bootstrap_alpha_u,
    continua_of,
    counts_of,
)
from assistant.agreement.bootstrap import percentiles, sample_weights
from assistant.agreement.unitizing import alpha_from, disagreements, unitizing_parts

LENGTH = 30
INTERVIEWS = 5
spans = st.lists(st.tuples(st.integers(0, 20), st.integers(1, 9), st.integers(0, 1)), max_size=4)
talks = st.lists(st.fixed_dictionaries({"Ana": spans, "Ben": spans}), min_size=INTERVIEWS, max_size=INTERVIEWS)


def rated(coders=2, codes=3, units=60, seed=4, missing=0.1):
    """Correlated ratings of units in interviews of unlike sizes, some missing, out of order."""
    rng = np.random.default_rng(seed)
    truth = rng.random((codes, 1, units)) < 0.35
    ratings = (truth ^ (rng.random((codes, coders, units)) < 0.15)).astype(np.int8)
    ratings[rng.random(ratings.shape) < missing] = -1
    return ratings, rng.integers(0, INTERVIEWS, units)


def by_hand(ratings, group, names, draws, seed):
    """Every draw's units laid out and the statistic computed from them."""
    values = {name: [] for name in names}
    for weights in sample_weights(INTERVIEWS, draws, seed):
        units = [np.flatnonzero(group == g) for g, times in enumerate(weights) for _ in range(int(times))]
        found = agreement_of(ratings[:, :, np.concatenate(units)])
        for name in names:
            values[name].append([np.nan if (v := getattr(f, name)) is None else v for f in found])
    return {name: np.array(rows) for name, rows in values.items()}


@pytest.mark.parametrize("coders", [2, 3])
def test_counts_give_what_units_give(coders):
    """Sums by interview resample to what resampling the units themselves gives, for every statistic."""
    ratings, group = rated(coders)
    names = tuple(STATISTICS)
    found = bootstrap(counts_of(ratings, group), names=names, draws=40, seed=9)
    raw = by_hand(ratings, group, names, 40, 9)
    for name in names:
        for one, other in zip(found, percentiles(raw[name]), strict=True):
            assert one[name].low == pytest.approx(other.low, abs=1e-9)
            assert one[name].high == pytest.approx(other.high, abs=1e-9)
            assert one[name].draws == other.draws


@settings(max_examples=25, deadline=None)
@given(talks, st.integers(0, 99))
def test_unitizing_resamples_exactly(marked, seed):
    """A draw's alpha for unitizing is that of the drawn interviews, one drawn twice standing there twice."""
    parts = unitizing_parts(continua_of(marked, [LENGTH] * INTERVIEWS, 2))
    weights = sample_weights(INTERVIEWS, 3, seed)
    values = alpha_from(*(part[..., None] for part in disagreements(parts, weights)))
    for row, draw in zip(values, weights, strict=True):
        drawn = [talk for talk, times in zip(marked, draw, strict=True) for _ in range(int(times))]
        for value, found in zip(row, alpha_u(continua_of(drawn, [LENGTH] * len(drawn), 2)), strict=True):
            assert (found.alpha_u is None) == bool(np.isnan(value))
            assert found.alpha_u is None or value == pytest.approx(found.alpha_u, abs=1e-9)


def test_both_ways_of_pairing_units_and_gaps_agree():
    """With few draws sizes by draws are summed, with many a form over interviews: the same to rounding."""
    rng = np.random.default_rng(8)
    marked = [
        {
            n: [(int(s), int(k), 0) for s, k in zip(rng.integers(0, 80, 5), rng.integers(1, 20, 5), strict=True)]
            for n in "ab"
        }
        for _ in range(12)
    ]
    parts = unitizing_parts(continua_of(marked, [100] * 12, 1))
    weights = sample_weights(12, 200, 3)
    many = disagreements(parts, weights)[1]
    few = np.concatenate([disagreements(parts, weights[i : i + 2])[1] for i in range(0, 200, 2)])
    assert np.allclose(many, few, rtol=1e-12)


def test_intervals_hold_the_estimate_and_repeat():
    """The same seed gives the same intervals, another seed others; they hold the estimate; pooled ones are narrower."""
    ratings, group = rated(units=400, missing=0)
    counts = counts_of(ratings, group)
    first, again, other = (bootstrap(counts, draws=300, seed=s) for s in (1, 1, 2))
    assert first == again
    assert first != other
    for found, intervals in zip(agreement_of(ratings), first, strict=True):
        for name, interval in intervals.items():
            assert interval.low <= getattr(found, name) <= interval.high, name
    (pooled,) = bootstrap(counts.pooled(), draws=300, seed=1)
    assert pooled["kappa"].high - pooled["kappa"].low < max(i["kappa"].high - i["kappa"].low for i in first)


def test_renaming_codes_and_coders_changes_no_interval():
    """The draws are of interviews: they know neither codes nor coders."""
    ratings, group = rated()
    plain = bootstrap(counts_of(ratings, group), draws=50)
    turned = bootstrap(counts_of(ratings[::-1, ::-1], group), draws=50)
    for one, other in zip(plain, reversed(turned), strict=True):
        for name, interval in one.items():
            assert interval.low == pytest.approx(other[name].low)
            assert interval.high == pytest.approx(other[name].high)


def test_no_interval_from_one_interview_nor_for_what_varies_too_seldom():
    """One interview cannot be resampled; a code that most draws miss has no interval of kappa, but one of percent."""
    ratings = np.zeros((1, 2, 20), np.int8)
    ratings[0, :, 0] = 1
    assert bootstrap(counts_of(ratings))[0]["kappa"] is None
    found = bootstrap(counts_of(ratings, np.repeat(np.arange(10), 2)), draws=200)[0]
    assert found["kappa"] is None
    assert found["percent"].low == found["percent"].high == 1.0
    one = continua_of([{"a": [(0, 3, 0)], "b": [(1, 3, 0)]}], [20], 1)
    assert bootstrap_alpha_u(one) == (None,)


def test_unitizing_intervals_of_codes_and_pools():
    """Each code has its interval and so has the pool; they hold the estimate; no pools, no intervals."""
    rng = np.random.default_rng(6)
    marked = []
    for _ in range(15):
        starts = rng.integers(0, 150, 6)
        marked.append(
            {
                n: [(int(s + rng.integers(0, 4)), int(rng.integers(8, 20)), i % 2) for i, s in enumerate(starts)]
                for n in "ab"
            }
        )
    continua = continua_of(marked, [200] * 15, 2)
    for found, interval in zip(alpha_u(continua), bootstrap_alpha_u(continua, draws=200), strict=True):
        assert interval.low < found.alpha_u < interval.high
    (pool,) = bootstrap_alpha_u(continua, [(0, 1)], draws=200)
    assert pool.low < alpha_u_pooled(continua).alpha_u < pool.high
    assert bootstrap_alpha_u(continua, [], draws=200) == ()


def test_a_draw_holds_as_many_interviews_as_there_are():
    """With replacement: the weights of a draw sum to the number of interviews."""
    weights = sample_weights(7, 100, 1)
    assert weights.shape == (100, 7)
    assert (weights.sum(axis=1) == 7).all()
    assert (weights > 1).any()
    assert sample_weights(1, 100, 1).shape == (0, 1)


@settings(max_examples=50, deadline=None)
@given(arrays(np.float64, st.tuples(st.integers(1, 40), st.just(1)), elements=st.floats(-1, 1)), st.integers(0, 8))
def test_percentiles_are_numpys(values, unknown):
    """The ends are numpy's default quantiles of the draws that could be estimated; too few of them give no interval."""
    mixed = np.concatenate([values, np.full((unknown, 1), np.nan)])
    (interval,) = percentiles(mixed, 0.9)
    if len(values) < 0.8 * len(mixed):
        assert interval is None
    else:
        assert interval.draws == len(values)
        assert [interval.low, interval.high] == pytest.approx(np.quantile(values, [0.05, 0.95]).tolist())


def test_with_single_units_it_meets_gwets_intervals():
    """Every unit its own interview, the bootstrap comes near the intervals of Gwet's variance formulas: irrCAC 0.4.4
    for the table 20/5/10/15 (AC1 se .131473, .141736 to .670146) and its cont3x3abstractors (AC1 .764 to .935, kappa
    .680 to .913), METHODS 3.4."""
    two = np.array([[[1] * 25 + [0] * 25, [1] * 20 + [0] * 5 + [1] * 10 + [0] * 15]], np.int8)
    ac1 = bootstrap(counts_of(two, np.arange(50)), names=("ac1",), draws=4000)[0]["ac1"]
    assert (ac1.high - ac1.low) / 3.92 == pytest.approx(0.131473, rel=0.06)
    assert [ac1.low, ac1.high] == pytest.approx([0.141736, 0.670146], abs=0.03)
    table = np.array([[13, 0, 0], [0, 20, 7], [0, 4, 56]])
    cells = np.repeat(np.arange(9), table.ravel())
    three = np.stack([cells // 3, cells % 3])[None].astype(np.int8)
    found = bootstrap(counts_of(three, np.arange(100), categories=3), draws=4000)[0]
    assert [found["ac1"].low, found["ac1"].high] == pytest.approx([0.764, 0.935], abs=0.02)
    assert [found["kappa"].low, found["kappa"].high] == pytest.approx([0.680, 0.913], abs=0.025)


def test_the_interval_covers_what_it_says():
    """Of 150 studies of 30 interviews whose units are of one kind, about 95 % have a percentile interval of percent
    agreement that holds the true .8 (a percentile interval of 30 clusters covers a little less than it says)."""
    rng = np.random.default_rng(17)
    held = 0
    for study in range(150):
        agree = rng.random((30, 12)) < rng.beta(8, 2, (30, 1))
        ratings = np.stack([np.ones_like(agree), agree]).reshape(1, 2, -1).astype(np.int8)
        counts = counts_of(ratings, np.repeat(np.arange(30), 12))
        interval = bootstrap(counts, names=("percent",), draws=300, seed=study)[0]["percent"]
        held += interval.low <= 0.8 <= interval.high
    assert 0.88 <= held / 150 <= 1
