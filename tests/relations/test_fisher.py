"""Fisher's test against its own example, its definition, and Holm's correction against a hand calculation."""

import doctest
import itertools
from importlib import import_module
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nchypergeom_fisher

from assistant.relations.fisher import fisher, holm, odds_ratio, smallest_p

TEA = ((3, 1), (1, 3))


def test_the_worked_examples_hold():
    """The examples in the docstrings are checked by running them."""
    assert doctest.testmod(import_module("assistant.relations.fisher")) == (0, 4)


def test_fishers_lady_tasting_tea():
    """Fisher (1935), three of four right: 34 of 70 ways are no likelier; R's odds ratio is 6.408."""
    assert fisher(TEA) == pytest.approx(34 / 70)
    assert odds_ratio(TEA).estimate == pytest.approx(6.408309, abs=1e-4)
    assert odds_ratio(TEA).low == pytest.approx(0.2117, abs=1e-3)


def by_definition(first, second, found):
    """All tables with these margins, and their probabilities."""
    splits = range(max(0, found - second), min(first, found) + 1)
    return {x: comb(first, x) * comb(second, found - x) / comb(first + second, found) for x in splits}


@given(st.integers(1, 9), st.integers(1, 9), st.data())
@settings(max_examples=60, deadline=None)
def test_p_is_the_sum_over_tables_that_are_no_likelier(first, second, data):
    """The definition, and the smallest p is the smallest of all of them."""
    found = data.draw(st.integers(0, first + second))
    chances = by_definition(first, second, found)
    p = {x: sum(c for c in chances.values() if c <= chances[x] * (1 + 1e-9)) for x in chances}
    for x in chances:
        assert fisher(((x, first - x), (found - x, second - found + x))) == pytest.approx(p[x])
    assert smallest_p(first, second, found) == pytest.approx(min(p.values()))


@given(st.integers(1, 7), st.integers(1, 7), st.data())
@settings(max_examples=30, deadline=None)
def test_groups_and_outcomes_can_be_swapped(first, second, data):
    """Symmetry: p does not care which group comes first, the odds ratio turns over."""
    x, y = data.draw(st.integers(0, first)), data.draw(st.integers(0, second))
    table, turned = ((x, first - x), (y, second - y)), ((y, second - y), (x, first - x))
    assert fisher(table) == pytest.approx(fisher(turned))
    if 0 < x < first and 0 < y < second:
        assert odds_ratio(table).estimate == pytest.approx(1 / odds_ratio(turned).estimate, rel=1e-3)
        assert odds_ratio(table).low <= odds_ratio(table).estimate <= odds_ratio(table).high


def test_the_interval_leaves_out_two_and_a_half_per_cent_at_each_end():
    """The ends are the odds ratios at which so many or more, or so few or fewer, have a probability of 0.025."""
    found = odds_ratio(((6, 4), (2, 8)))
    assert nchypergeom_fisher.sf(5, 20, 8, 10, found.low) == pytest.approx(0.025, rel=1e-2)
    assert nchypergeom_fisher.cdf(6, 20, 8, 10, found.high) == pytest.approx(0.025, rel=1e-2)


def test_a_ratio_without_an_upper_end():
    """Found in all of one group and not in all of the other: nothing bounds the odds from above."""
    found = odds_ratio(((5, 0), (2, 3)))
    assert found.estimate == found.high == float("inf")
    assert found.low > 0


def test_holm_by_hand():
    """0.01, 0.04, 0.03, 0.005 times 3, 1, 2, 4 in their order, never falling: 0.03, 0.06, 0.06, 0.02."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert holm([]) == ()
    assert holm([0.7, 0.9]) == (1.0, 1.0)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12), st.randoms())
def test_holm_keeps_the_order_and_lies_between_p_and_bonferroni(p, chance):
    """Adjusted p are no smaller than p, no larger than Bonferroni's, in the same order, however they are listed."""
    adjusted = holm(p)
    for one, more in zip(p, adjusted, strict=True):
        assert one <= more <= min(1.0, one * len(p)) + 1e-12
    order = sorted(range(len(p)), key=lambda each: p[each])
    assert all(adjusted[a] <= adjusted[b] for a, b in itertools.pairwise(order))
    shuffled = list(range(len(p)))
    chance.shuffle(shuffled)
    again = holm([p[at] for at in shuffled])
    assert [again[shuffled.index(at)] for at in range(len(p))] == pytest.approx(list(adjusted))
