"""Alphas of units with values: the published example, and the same from characters spelt out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.agreement import continua_from, continua_of, valued_units

often = settings(max_examples=50, deadline=None)
LENGTH = 40


def units(starts, ends, values):
    """Units as the book writes them: from 1, last character included, values 1 to 7."""
    return [(s - 1, e - s + 1, int(v) - 1) for s, e, v in zip(starts, ends, values, strict=True)]


BOOK = {
    "Alex": units([1, 8, 31, 33, 38, 45], [7, 13, 32, 37, 44, 60], "125667"),
    "Paul": units([1, 8, 14, 33], [7, 13, 21, 44], "1356"),
    "Suzan": units([1, 8, 14, 33, 38, 42], [7, 13, 21, 37, 41, 44], "145666"),
}


def test_the_books_example():
    """Three coders, 60 characters, values 1 to 7: Krippendorff (2019, Content Analysis, 4th ed., fig. 12.11), numbers
    as the R package quallmer tests them: u .510, |u .413, cu .724; values 1, 5, 6 agree fully, 2, 3, 4 not at all, 7
    has nothing to be compared with; 8 of 18 characters of value 5 are covered."""
    found = valued_units(continua_of([BOOK], [60], 7), [[value] for value in range(7)])
    assert found.u == pytest.approx(0.510, abs=5e-4)
    assert found.binary == pytest.approx(0.413, abs=1e-3)
    assert found.cu == pytest.approx(0.724, abs=5e-4)
    assert [of.alpha for of in found.per_value] == [1.0, 0.0, 0.0, 0.0, 1.0, 1.0, None]
    assert found.per_value[4].coverage == pytest.approx(8 / 18)
    assert found.per_value[6].coverage == 0.0
    assert found.units == 16


@st.composite
def partitions(draw, values=3):
    """Units of one coder that do not overlap; touching is allowed."""
    cuts = sorted(draw(st.sets(st.integers(0, LENGTH), min_size=2, max_size=8)))
    given_values = draw(st.lists(st.integers(-1, values - 1), min_size=len(cuts) - 1, max_size=len(cuts) - 1))
    return [(s, e - s, v) for s, e, v in zip(cuts, cuts[1:], given_values, strict=False) if v >= 0]


def from_characters(coders, values):
    """u, |u and cu by Krippendorff (2019, eqs. 32 to 37) from one array of characters per coder."""
    m = len(coders)
    text = np.zeros((m, LENGTH), int)
    squares, met = np.zeros(values + 1), np.zeros(values)
    for row, own in zip(text, coders, strict=True):
        for start, length, value in own:
            row[start : start + length] = value + 1
            squares[value + 1] += length**2
        squares[0] += (row == 0).sum()
    for i, own in enumerate(coders):
        for start, length, value in own:
            met[value] += ((np.delete(text, i, axis=0)[:, start : start + length] > 0).sum() / (m - 1)) ** 2
    table = np.zeros((values + 1, values + 1))
    for i in range(m):
        for j in range(m):
            if i != j:
                np.add.at(table, (text[i], text[j]), 1 / (m - 1))
    some = table[1:, 1:]
    folded = np.array([[table[0, 0], table[0, 1:].sum()], [table[1:, 0].sum(), some.sum()]])
    return (
        alpha(table, squares),
        alpha(folded, np.array([squares[0], squares[1:].sum()])),
        alpha(some, met) if some.sum() else None,
    )


def alpha(table, squares):
    total = table.sum()
    below = total - squares.sum() / total
    expected = (np.outer(table.sum(1), table.sum(0)) - np.diag(squares)) / below if below > 1e-9 else 0 * table
    by_chance = expected.sum() - np.trace(expected)
    return None if by_chance < 1e-9 else 1 - (total - np.trace(table)) / by_chance


@often
@given(st.lists(partitions(), min_size=2, max_size=3))
def test_sections_equal_characters(coders):
    """Sections in which nothing changes give what characters give, for two and three coders."""
    marked = dict(zip("abc", coders, strict=False))
    found = valued_units(continua_of([marked], [LENGTH], 3), [[0], [1], [2]])
    for mine, theirs in zip((found.u, found.binary, found.cu), from_characters(coders, 3), strict=True):
        assert mine == (None if theirs is None else pytest.approx(theirs, abs=1e-9))


@often
@given(st.lists(partitions(), min_size=2, max_size=2), st.permutations(range(3)))
def test_coders_and_names_of_values_do_not_matter(coders, names):
    """Swapping coders and renaming values leaves u, |u and cu, and moves (k)u with its value."""
    one = valued_units(continua_of([dict(zip("ab", coders, strict=True))], [LENGTH], 3), [[0], [1], [2]])
    renamed = [[(s, n, names[v]) for s, n, v in own] for own in reversed(coders)]
    other = valued_units(continua_of([dict(zip("ab", renamed, strict=True))], [LENGTH], 3), [[0], [1], [2]])
    for name in ("u", "binary", "cu", "covered"):
        left, right = getattr(one, name), getattr(other, name)
        assert left == (None if right is None else pytest.approx(right, abs=1e-9)), name
    for value, of in enumerate(one.per_value):
        right = other.per_value[names[value]].alpha
        assert of.alpha == (None if right is None else pytest.approx(right, abs=1e-9))


@often
@given(partitions())
def test_the_same_units_and_values_agree_fully(own):
    """What can be estimated is 1; nothing is above it."""
    found = valued_units(continua_of([{"a": own, "b": own}], [LENGTH], 3), [[0], [1], [2]])
    for value in (found.u, found.binary, found.cu, *(of.alpha for of in found.per_value)):
        assert value is None or value == pytest.approx(1)


def test_two_values_on_one_text_exclude_the_family():
    """Where a coder gave two codes of a theme to the same text, only |u is defined, and the units are counted."""
    marked = {"a": [(0, 10, 0), (5, 10, 1)], "b": [(0, 15, 0)]}
    found = valued_units(continua_of([marked], [40], 2), [[0], [1]])
    assert found.overlapping == 1
    assert (found.u, found.cu, found.covered) == (None, None, None)
    assert found.binary == 1.0
    assert [of.alpha for of in found.per_value] == [None, None]


def test_themes_as_values():
    """Codes of one theme are one value: neither which of them was given matters, nor that two were."""
    marked = {"a": [(0, 10, 0), (5, 10, 1), (20, 10, 2)], "b": [(0, 15, 1), (22, 8, 2)]}
    found = valued_units(continua_of([marked, marked], [40, 40], 3), [[0, 1], [2]])
    assert found.overlapping == 0
    assert found.units == 8
    assert found.cu == 1.0
    assert found.u < 1


def test_codes_in_unlike_text_are_refused():
    """Codes looked for in different text cannot be laid side by side; without text or units there is no number."""
    continua = continua_from([], [], [], [], [], read=[[0, 0], [0, 0], [9, 8], [0, 1]], coders=2, codes=2)
    with pytest.raises(ValueError, match="different text"):
        valued_units(continua, [[0], [1]])
    empty = valued_units(continua_of([{"a": [], "b": []}], [0], 2), [[0], [1]])
    assert (empty.units, empty.u, empty.binary, empty.cu, empty.covered) == (0, None, None, None, None)
