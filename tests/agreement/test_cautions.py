"""What is said beside figures of agreement that mislead."""

import doctest
from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.agreement import Interval, agreement_of, cautions, uncoded_text

tables = st.tuples(*[st.integers(0, 40)] * 4)


def found_in(both, first, second, neither):
    one = [1] * (both + first) + [0] * (second + neither)
    two = [1] * both + [0] * first + [1] * second + [0] * neither
    return agreement_of(np.array([[one, two]], np.int8))[0]


def kinds(table, **more):
    return [caution.kind for caution in cautions(found_in(*table), **more)]


def test_the_worked_example_holds():
    """The example in the docstring is checked by running it."""
    assert doctest.testmod(import_module("assistant.agreement.cautions")) == (0, 5)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ((20, 5, 10, 15), []),
        ((0, 0, 0, 0), ["nothing compared"]),
        ((0, 0, 0, 50), ["no variation"]),
        ((50, 0, 0, 0), ["no variation"]),
        ((0, 12, 0, 15), ["one coder only"]),
        ((118, 5, 2, 0), ["prevalence"]),
        ((5, 2, 5, 118), ["prevalence"]),
        ((10, 15, 15, 10), ["below chance"]),
        ((9, 14, 12, 300), ["prevalence"]),
        ((12, 0, 30, 60), ["unequal use"]),
        ((3, 0, 0, 60), ["few units"]),
    ],
)
def test_what_is_said(table, expected):
    """Each trouble is named where it is and nowhere else; the prevalence paradox on the table of Gwet (2008)."""
    assert kinds(table) == expected


def test_the_paradox_is_said_with_its_figures():
    """A reader sees percent, kappa, prevalence, and what to report beside kappa."""
    (caution,) = cautions(found_in(118, 5, 2, 0))
    for figure in ("94 %", "-0.02", "97 %", "“not applied” (0.00)", "AC1 (0.94)"):
        assert figure in caution.sentence


def test_agreement_on_absence_is_not_taken_for_agreement():
    """A high AC1 with low agreement on applying the code is said to be that, where kappa cannot say it."""
    found = replace(found_in(20, 21, 21, 500), kappa=None, pairs=0)
    assert found.ac1 > 0.8
    assert found.positive < 0.5
    assert [caution.kind for caution in cautions(found)] == ["absence"]


def test_few_interviews_and_wide_intervals():
    """An interval from few interviews is rough, from one there is none; a wide one decides nothing."""
    table = (20, 5, 10, 15)
    assert kinds(table, interviews=10) == []
    assert kinds(table, interviews=4) == ["few interviews"]
    (caution,) = cautions(found_in(*table), interviews=1)
    assert "no interval" in caution.sentence
    assert kinds(table, interval=Interval(0.1, 0.8, 0.95, 1000)) == ["wide interval"]


def test_uncoded_text_is_said():
    """Kappa over all units beside kappa over those that anybody coded."""
    whole, coded = found_in(30, 5, 5, 200), found_in(30, 5, 5, 10)
    (caution,) = cautions(whole, coded=coded, unit="segment")
    assert caution.kind == "uncoded text"
    assert f"{whole.kappa:.2f} over all 240 segments" in caution.sentence
    assert f"{coded.kappa:.2f} over the 50" in caution.sentence


def test_pairs_without_a_kappa_are_said():
    """Three coders, two of whom never used the code: one pair has no kappa."""
    rng = np.random.default_rng(2)
    ratings = np.zeros((1, 3, 40), np.int8)
    ratings[0, 0] = rng.integers(0, 2, 40)
    (found,) = agreement_of(ratings)
    assert found.pairs == 2
    assert "2 of 3 pairs" in cautions(found, coders=3)[-1].sentence


def test_the_word_for_a_unit_and_for_what_was_applied():
    """A theme and a turn are called so; one is one, several are several."""
    (caution,) = cautions(found_in(1, 0, 0, 60), unit="turn", what="the theme")
    assert caution.sentence.startswith("Only 1 turn got the theme")


@settings(max_examples=50, deadline=None)
@given(tables)
def test_uncoded_text_bounds_kappa(table):
    """Kappa lies between that without uncoded text and F1, and goes to F1 as uncoded text grows (Hripcsak & Rothschild
    2005, J Am Med Inform Assoc 12:296)."""
    found = found_in(*table)
    effect = uncoded_text(found)
    if effect.without is not None:
        assert effect.without <= 1e-12
        if effect.counted is not None:
            assert effect.without - 1e-9 <= effect.counted <= effect.unlimited + 1e-9
    both, first, second, _ = table
    if both + first + second:
        n = 10**9
        by_chance = 1 - (2 * both + first + second) / n
        agreed = 1 - (first + second) / n
        assert effect.unlimited == pytest.approx((agreed - by_chance) / (1 - by_chance), abs=1e-5)


@settings(max_examples=50, deadline=None)
@given(tables, st.integers(0, 12))
def test_sentences_hold_no_none_or_nan(table, interviews):
    """Whatever the table, every caution is a sentence."""
    for caution in cautions(found_in(*table), interviews=interviews):
        assert caution.sentence.endswith(".")
        assert "nan" not in caution.sentence
        assert "None" not in caution.sentence
