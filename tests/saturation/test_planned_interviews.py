import doctest
from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from assistant.saturation.planning import chance_of_meeting, needed_interviews
from store.errors import InvalidInputError


def test_the_worked_examples_of_planning_hold():
    """The examples in the docstrings are checked by running them."""
    assert doctest.testmod(import_module("assistant.saturation.planning")) == (0, 2)


def test_fugard_and_potts_abstract():
    """Fugard & Potts (2015, abstract): two instances of a theme of 10 % prevalence with 80 % power need 29 people."""
    assert needed_interviews(0.1, 2, 0.8) == 29


def test_half_of_the_people_speak_of_it():
    """By hand: 1 - .5³ = .875 is the first above .8."""
    assert needed_interviews(0.5, 1, 0.8) == 3
    assert chance_of_meeting(3, 0.5) == 0.875


def test_a_use_of_the_tool_that_its_author_calls_correct():
    """Greenland & Moore (2022), quoted on andifugard.info: 200 people, 99 %, five instances, prevalence 6 %."""
    assert needed_interviews(0.06, 5, 0.99) <= 200
    assert chance_of_meeting(200, 0.06, 5) == pytest.approx(0.99, abs=0.005)


@given(st.floats(0.01, 0.99), st.integers(1, 12), st.floats(0.05, 0.99))
@settings(max_examples=80, deadline=None)
def test_the_smallest_number_that_will_do(prevalence, times, power):
    """Against scipy's binomial: enough, and one fewer is not."""
    needed = needed_interviews(prevalence, times, power)
    assert binom.sf(times - 1, needed, prevalence) >= power - 1e-9
    assert binom.sf(times - 1, needed - 1, prevalence) < power + 1e-9
    assert chance_of_meeting(needed, prevalence, times) == pytest.approx(binom.sf(times - 1, needed, prevalence))


@given(st.floats(0.02, 0.9), st.integers(1, 6))
@settings(max_examples=40, deadline=None)
def test_more_is_needed_for_rarer_themes_more_often_or_more_surely(prevalence, times):
    """Monotone in each of the three."""
    needed = needed_interviews(prevalence, times)
    assert needed_interviews(prevalence / 2, times) >= needed
    assert needed_interviews(prevalence, times + 1) > needed
    assert needed_interviews(prevalence, times, 0.95) >= needed


def test_themes_that_all_or_nearly_none_speak_of():
    """Certain with as many people as times; a very rare theme is answered, an absurd one refused in a sentence."""
    assert needed_interviews(1.0, 4, 0.99) == 4
    assert needed_interviews(0.001) == 1609
    with pytest.raises(InvalidInputError, match="ten million"):
        needed_interviews(1e-9)


@pytest.mark.parametrize(
    ("prevalence", "times", "power"), [(0, 1, 0.8), (1.1, 1, 0.8), (0.1, 0, 0.8), (0.1, 1, 1), (0.1, 1, 0)]
)
def test_values_that_make_no_plan(prevalence, times, power):
    """Each is refused with a sentence that names the value."""
    with pytest.raises(InvalidInputError, match=r"given as|not"):
        needed_interviews(prevalence, times, power)
