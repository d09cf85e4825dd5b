"""Agreement on where spans lie: known answers, and the same from characters spelt out one by one."""

import doctest
from importlib import import_module
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.agreement import (
    agreement_from,
    agreement_of,
    alpha_u,
    alpha_u_pooled,
    character_counts,
    continua_from,
    continua_of,
)

often = settings(max_examples=50, deadline=None)
LENGTH = 40
CODES = 2
K = [(30, 60, 1), (150, 50, 1)]
CODER_0 = [(75, 70, 0), (220, 30, 0), *K]
CODER_1 = [(70, 80, 0), (205, 20, 0), (250, 20, 0), *K]

spans = st.lists(st.tuples(st.integers(0, LENGTH - 1), st.integers(1, 12), st.integers(0, CODES - 1)), max_size=6).map(
    lambda units: [(s, min(n, LENGTH - s), c) for s, n, c in units]
)
interviews = st.lists(st.fixed_dictionaries({"Ana": spans, "Ben": spans}), min_size=1, max_size=3)


def built(marked, codes=CODES):
    return continua_of(marked, [LENGTH] * len(marked), codes)


def spelt(units, code):
    """A character array of one coder's units of a code."""
    row = np.zeros(LENGTH, np.int8)
    for start, length, of in units:
        if of == code:
            row[start : start + length] = 1
    return row


def test_the_worked_example_holds():
    """The example in the docstring is checked by running it."""
    assert doctest.testmod(import_module("assistant.agreement.unitizing")) == (0, 4)


def test_krippendorffs_example_of_unitizing():
    """The continuum 150-450 of Krippendorff (1995; 2004, ch. 11.6), as dkpro-statistics tests it
    (KrippendorffAlphaUnitizingAgreementTest): c .7286 (Do .0144, De .0532), k 1.0 (De .0490), overall .8591 ± .0005."""
    continua = built_example()
    c, k = alpha_u(continua)
    assert c.alpha_u == pytest.approx(0.728599, abs=5e-7)
    assert c.observed == pytest.approx(0.0144444, abs=5e-8)
    assert c.expected == pytest.approx(0.0532218, abs=5e-8)
    assert k.alpha_u == 1.0
    assert k.expected == pytest.approx(0.0489786, abs=5e-8)
    overall = alpha_u_pooled(continua)
    assert overall.alpha_u == pytest.approx(0.8591, abs=5e-4)
    assert overall.alpha_u == pytest.approx(0.858665, abs=5e-7)
    assert overall.units == 9


def built_example():
    return continua_of([{"0": CODER_0, "1": CODER_1}], [300], 2)


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [
        ((5, 6), (4, 2), 26),
        ((5, 6), (5, 2), 16),
        ((5, 6), (6, 2), 10),
        ((5, 6), (7, 2), 8),
        ((5, 6), (6, 4), 2),
        ((225, 70), (220, 80), 50),
        ((370, 30), (355, 20), 850),
        ((25, 5), (30, 5), 25 + 25),
    ],
)
def test_distances(one, other, distance):
    """Distances between two units as in dkpro-statistics (METHODS 3.4): squared differences of both ends; two units
    that only touch lie in each other's gaps and count their own squares."""
    length = 450
    (found,) = alpha_u(continua_of([{"a": [(*one, 0)], "b": [(*other, 0)]}], [length], 1))
    assert found.observed == pytest.approx(2 * distance / (2 * length**2))


def test_a_unit_in_a_gap_counts_its_square():
    """A unit of 20 in a gap of 50 is 20² = 400 away (METHODS 3.4)."""
    (found,) = alpha_u(continua_of([{"a": [], "b": [(400, 20, 0)]}], [450], 1))
    assert found.observed == pytest.approx(2 * 400 / (2 * 450**2))


def test_characters_by_intervals():
    """100 characters, A 0-10, B 5-15: kappa .444444, alpha .447222, AC1 .878049 (METHODS 3.4), without arrays of
    characters; the same when the text is a billion times as long."""
    (found,) = agreement_from(character_counts(continua_of([{"A": [(0, 10, 0)], "B": [(5, 10, 0)]}], [100], 1)))
    assert found.table == (5, 5, 5, 85)
    assert found.kappa == pytest.approx(0.444444, abs=5e-7)
    assert found.alpha == pytest.approx(0.447222, abs=5e-7)
    assert found.ac1 == pytest.approx(0.878049, abs=5e-7)
    many = 10**9
    huge = continua_of([{"A": [(0, 10 * many, 0)], "B": [(5 * many, 10 * many, 0)]}], [100 * many], 1)
    assert agreement_from(character_counts(huge))[0].kappa == pytest.approx(found.kappa)


@often
@given(interviews)
def test_intervals_equal_characters(marked):
    """Interval arithmetic gives what counting every single character gives, overlaps within a coder and all."""
    names = sorted({name for interview in marked for name in interview})
    rows = [
        [np.concatenate([spelt(interview[name], code) for interview in marked]) for name in names]
        for code in range(CODES)
    ]
    assert agreement_from(character_counts(built(marked))) == agreement_of(np.array(rows))


def brute_alpha_u(marked, code):
    """Alpha for unitizing term by term (METHODS 3.1), units and gaps as lists, every pair looked at."""
    coders = sorted(marked[0])
    units = {n: [] for n in coders}
    gaps = []
    for number, interview in enumerate(marked):
        for name in coders:
            own, at = merged(interview[name], code), 0
            units[name] += [(number, s, e) for s, e in own]
            for s, e in [*own, (LENGTH, LENGTH)]:
                gaps += [(number, name, at, s)] if s > at else []
                at = e
    every = [u for name in coders for u in units[name]]
    total = LENGTH * len(marked)
    if not every:
        return None
    observed = 0
    for a, b in combinations(coders, 2):
        for mine, theirs in ((a, b), (b, a)):
            for i, s, e in units[mine]:
                held = any(n == theirs and j == i and g <= s and e <= h for j, n, g, h in gaps)
                observed += (e - s) ** 2 if held else 0
        for i, s, e in units[a]:
            observed += sum((s - t) ** 2 + (e - f) ** 2 for j, t, f in units[b] if j == i and t < e and s < f)
    r = len(coders)
    lengths = [e - s for _, s, e in every]
    above = sum(
        (len(every) - 1) / 3 * (2 * n**3 - 3 * n**2 + n) + n**2 * sum(h - g - n + 1 for *_, g, h in gaps if h - g >= n)
        for n in lengths
    )
    below = r * total * (r * total - 1) - sum(n * (n - 1) for n in lengths)
    return 1 - (2 * observed / (r * (r - 1) * total**2)) / (2 / total * above / below)


def merged(units, code):
    """One coder's units of a code in order, overlapping ones as one."""
    found = []
    for start, end in sorted((s, s + n) for s, n, c in units if c == code):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


@often
@given(st.lists(st.fixed_dictionaries({"Ana": spans, "Ben": spans, "Cid": spans}), min_size=1, max_size=3))
def test_alpha_u_equals_its_definition(marked):
    """Sorted sums give what looking at every pair of unit and gap gives, for three coders and several interviews."""
    for code, found in enumerate(alpha_u(built(marked))):
        expected = brute_alpha_u(marked, code)
        assert found.alpha_u == (None if expected is None else pytest.approx(expected, abs=1e-9))


@often
@given(interviews, st.integers(0, 1))
def test_symmetry_and_bound(marked, code):
    """Swapping coders or the order of interviews changes nothing; alpha is never above 1."""
    swapped = [{"Ana": i["Ben"], "Ben": i["Ana"]} for i in reversed(marked)]
    one, other = alpha_u(built(marked))[code], alpha_u(built(swapped))[code]
    assert (one.alpha_u is None) == (other.alpha_u is None)
    if one.alpha_u is not None:
        assert one.alpha_u == pytest.approx(other.alpha_u)
        assert one.alpha_u <= 1


@often
@given(spans)
def test_the_same_units_agree_fully(units):
    """Two coders with the same units have alpha 1, one without any has none."""
    for found in alpha_u(built([{"Ana": units, "Ben": units}])):
        assert found.alpha_u in (None, 1.0)
        assert (found.alpha_u is None) == (found.units == 0)


def test_renaming_codes_only_renames():
    """A code's alpha does not depend on its number."""
    renamed = [{n: [(s, k, 1 - c) for s, k, c in u] for n, u in {"0": CODER_0, "1": CODER_1}.items()}]
    assert alpha_u(continua_of(renamed, [300], 2)) == alpha_u(built_example())[::-1]


def test_only_what_all_read_counts():
    """Units are cut at the ends of what was read; each stretch is a text of its own; codes may differ in it."""
    read = [[0, 0, 0], [0, 20, 0], [10, 30, 40], [0, 0, 1]]
    continua = continua_from(
        [0, 0, 0], [0, 1, 1], [0, 0, 1], [5, 0, 3], [25, 4, 9], read=read, coders=2, codes=2, interviews=1
    )
    assert continua.lengths.tolist() == [[20.0], [40.0]]
    lengths = (continua.last - continua.first).tolist()
    assert sorted(lengths) == [4, 5, 5, 6]
    assert [n.table for n in agreement_from(character_counts(continua))] == [(0, 10, 4, 6), (0, 0, 6, 34)]


def test_stretches_may_not_overlap():
    """Text cannot be read twice."""
    with pytest.raises(ValueError, match="overlap"):
        continua_from([], [], [], [], [], read=[[0, 0], [0, 5], [10, 15]], coders=2, codes=1)


def test_nothing_read_gives_nothing():
    """No interviews, or empty ones: no number, no error."""
    assert alpha_u(continua_of([{"a": [], "b": []}], [0], 1))[0].alpha_u is None
    assert agreement_from(character_counts(continua_of([{"a": [], "b": []}], [0], 1)))[0].n == 0
