"""What other tools print, from the same characters: known answers of their sources and manuals."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.agreement import agreement_from, character_counts, continua_of
from assistant.agreement.elsewhere import brennan_prediger, qualcoder


def characters(first, second, length):
    """Agreement over characters of one span each: (start, length)."""
    marked = {"A": [(*first, 0)], "B": [(*second, 0)]}
    return agreement_from(character_counts(continua_of([marked], [length], 1)))[0]


@pytest.mark.parametrize(("second", "kappa", "theirs"), [((5, 10), 0.4444, 0.2987), ((40, 10), -0.1111, -0.0667)])
def test_qualcoders_coefficient_is_not_kappa(second, kappa, theirs):
    """100 characters, A codes 0-10, B 5-15 or elsewhere: Cohen's kappa .4444 and -.1111, QualCoder .2987 and -.0667, as
    its reports.py computes it (METHODS 3.2)."""
    found = characters((0, 10), second, 100)
    assert found.kappa == pytest.approx(kappa, abs=5e-5)
    assert qualcoder(found.table) == pytest.approx(theirs, abs=5e-5)


def test_qualcoder_prints_nothing_where_nobody_coded():
    """Without coded text, or with full agreement by both, there is nothing to divide."""
    assert qualcoder((0, 0, 0, 100)) is None
    assert qualcoder((10, 0, 0, 90)) == 1.0


def test_nvivos_percentage():
    """NVivo's help (coding comparison query): of 1,000 characters 50 coded by both, 150 by one, 800 by none: 85 %."""
    found = characters((0, 125), (75, 125), 1000)
    assert found.table == (50, 75, 75, 800)
    assert found.percent == pytest.approx(0.85)


@settings(max_examples=50, deadline=None)
@given(st.floats(0, 1), st.integers(2, 300))
def test_brennan_and_predigers_chance_falls_with_the_codes(agreed, codes):
    """MAXQDA's kappa nears the agreement itself the more codes there are, and never passes it."""
    value = brennan_prediger(agreed, codes)
    assert value <= agreed + 1e-12
    assert value <= brennan_prediger(agreed, codes + 1) + 1e-12
    assert brennan_prediger(agreed, 1) is None
