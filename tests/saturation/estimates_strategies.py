"""Incidence counts and matrices for property tests, and a look into results for numbers that are none."""

from dataclasses import fields, is_dataclass
from math import isfinite

from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays


@st.composite
def counts(draw, most_codes=25, most_interviews=30, fewest_interviews=0):
    """Counts of up to so many codes, and a number of interviews that they fit."""
    interviews = draw(st.integers(fewest_interviews, most_interviews))
    return draw(st.lists(st.integers(0, interviews), max_size=most_codes)), interviews


def matrices(most_codes=8, most_interviews=9):
    """Matrices (codes, interviews) of what was found."""
    return arrays(bool, st.tuples(st.integers(0, most_codes), st.integers(0, most_interviews)))


def numbers(value):
    """All numbers within a result."""
    if is_dataclass(value):
        return [n for field in fields(value) for n in numbers(getattr(value, field.name))]
    if isinstance(value, (tuple, list)):
        return [n for item in value for n in numbers(item)]
    return [value] if isinstance(value, (int, float)) else []


def all_finite(value):
    """Whether no number within a result is infinite or none at all."""
    return all(isfinite(n) for n in numbers(value))
