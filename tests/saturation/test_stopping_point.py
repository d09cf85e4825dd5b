import doctest
from importlib import import_module

import numpy as np
import pytest
from estimates_strategies import matrices
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.saturation.curve import curve
from assistant.saturation.stopping import guest, guest_bootstrap

PUBLISHED = [16, 9, 7, 5, 4, 3, 1, 0, 1, 0, 0]
NEW = st.lists(st.integers(0, 12), max_size=25)


def one(new_or_found, base=4, run=2, threshold=0.05):
    (setting,) = guest(new_or_found, [base], [run], [threshold])
    return setting


def matrix_of(new):
    """A matrix in which these are the new codes of each interview."""
    found = np.zeros((sum(new), len(new)), bool)
    found[np.arange(sum(new)), np.repeat(np.arange(len(new)), new)] = True
    return found


def test_the_worked_example_of_stopping_holds():
    """The example in the docstring is checked by running it."""
    assert doctest.testmod(import_module("assistant.saturation.stopping")) == (0, 2)


def test_guest_namey_and_chens_example():
    """PLOS ONE 15:e0232076: base 37; runs of two 19 %, 11 %, 3 %, so 6+2; with runs of three 7+3, both at 5 %.

    New codes of interviews 5 to 10 follow from the ratios published; how the 37 spread over the first four does not.
    """
    two, three = one(PUBLISHED), one(PUBLISHED, run=3)
    assert (two.base_codes, two.reported, three.reported) == (37, "6+2", "7+3")
    assert [round(100 * ratio) for ratio in two.ratios[:3]] == [19, 11, 3]
    assert two.ratios == pytest.approx((0.189, 0.108, 0.027, 0.027, 0.027, 0), abs=5e-4)
    assert three.ratios == pytest.approx((0.216, 0.108, 0.054, 0.027, 0.027), abs=5e-4)
    assert (two.result, three.result) == (6, 7)


def test_all_settings_in_one_order():
    """Bases 4, 5, 6, runs of 2 and 3, 5 % and none at all: twelve settings, each with its own base."""
    settings_ = guest(PUBLISHED)
    assert [(s.base, s.run, s.threshold) for s in settings_[:4]] == [
        (4, 2, 0.05),
        (4, 2, 0.0),
        (4, 3, 0.05),
        (4, 3, 0.0),
    ]
    assert len(settings_) == 12
    assert {s.base: s.base_codes for s in settings_} == {4: 37, 5: 41, 6: 44}
    assert one(PUBLISHED, threshold=0.0).reported == "9+2"
    assert one(PUBLISHED, run=3, threshold=0.0).reported is None


def test_a_share_exactly_at_the_threshold_meets_it():
    """One new code in twenty is 5 %."""
    assert one([5, 5, 5, 5, 1, 0]).result == 4
    assert one([5, 5, 5, 4, 1, 0]).result is None


@given(matrices(12, 12))
@settings(max_examples=60, deadline=None)
def test_a_matrix_and_its_new_codes_give_the_same(found):
    """Counted in slow words, too: new codes of each run over those of the base."""
    new = curve(found).new_codes
    assert guest(found) == guest(new)
    for setting in guest(found):
        starts = range(setting.base, len(new) - setting.run + 1)
        codes = sum(new[: setting.base])
        shares = [sum(new[start : start + setting.run]) / codes for start in starts] if codes else []
        met = [start for start, share in zip(starts, shares, strict=False) if share <= setting.threshold]
        assert list(setting.ratios) == pytest.approx(shares)
        assert setting.result == (met[0] if met else None)


@given(NEW, NEW)
def test_interviews_that_follow_do_not_move_a_point_once_reached(new, later):
    """More data never takes saturation back, as the base is fixed."""
    for before, after in zip(guest(new), guest(new + later), strict=True):
        assert before.result is None or after.result == before.result


@given(NEW)
def test_a_stricter_setting_never_stops_earlier(new):
    """Neither a threshold of none instead of 5 %, nor a run of three instead of two."""
    reached = {(s.base, s.run, s.threshold): s.result for s in guest(new)}
    for (base, run, threshold), result in reached.items():
        if result is not None:
            assert reached[base, run, 0.05] <= result
            assert reached[base, 2, threshold] <= result


@given(matrices(10, 10), st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_names_of_codes_do_not_move_the_stopping_point(found, random):
    """Sorting codes changes neither the study order's result nor the resampled ones."""
    rows = list(range(found.shape[0]))
    random.shuffle(rows)
    assert guest(found[rows]) == guest(found)
    assert guest_bootstrap(found[rows], draws=50) == guest_bootstrap(found, draws=50)


def test_too_few_interviews_or_no_code_in_the_base():
    """Five interviews make no run of two after a base of four; a base without a code has no ratio."""
    assert one([9, 3, 1, 1, 0]).result is None
    assert one([9, 3]).base_codes == 0
    nothing = one([0, 0, 0, 0, 0, 0, 3])
    assert (nothing.result, nothing.ratios, nothing.base_codes) == (None, (), 0)
    assert guest([])[0].result is None
    with pytest.raises(ValueError, match="from 1"):
        guest(PUBLISHED, bases=[0])


def test_resampling_without_replacement_by_hand():
    """A base of one, a run of one: three interviews, one code in the first two. All six orders can be told in words."""
    found = [[1, 1, 0]]
    (drawn,) = guest_bootstrap(found, [1], [1], [0.0], draws=6000, replace=False)
    assert drawn.reached == pytest.approx(2 / 3, abs=0.03)  # not where the third came first
    assert (drawn.median, drawn.low, drawn.high) == (1, 1, None)
    assert drawn.found_median == 1


def test_the_share_of_codes_found_counts_those_of_the_run():
    """Whichever comes first, the second brings the other code and meets a threshold of 100 %: both are found then."""
    (drawn,) = guest_bootstrap([[1, 0], [0, 1]], [1], [1], [1.0], draws=50, replace=False)
    assert (drawn.reached, drawn.median) == (1, 1)
    assert (drawn.found_low, drawn.found_median, drawn.found_high) == (1, 1, 1)


def test_resampling_with_replacement_by_enumeration():
    """All 4^4 draws of four interviews, each the same chance; base 1, run 2, no new code."""
    found = np.array([[1, 0, 0, 1], [1, 1, 0, 0], [0, 1, 1, 0]], bool)
    results = [one(found[:, order], 1, 2, 0.0).result for order in np.indices((4,) * 4).reshape(4, -1).T]
    (drawn,) = guest_bootstrap(found, [1], [2], [0.0], draws=20000)
    reached = [result for result in results if result is not None]
    assert drawn.reached == pytest.approx(len(reached) / 256, abs=0.015)
    ordered = sorted(9 if result is None else result for result in results)
    expected = [ordered[int(np.ceil(share * 256)) - 1] for share in (0.5, 0.05, 0.95)]
    assert [9 if q is None else q for q in (drawn.median, drawn.low, drawn.high)] == expected


@given(matrices(10, 10))
@settings(max_examples=40, deadline=None)
def test_bounds_of_resampled_stopping_points(found):
    """Percentiles in order, shares between 0 and 1, None only where draws never met the threshold."""
    for drawn in guest_bootstrap(found, draws=40):
        assert 0 <= drawn.reached <= 1
        assert (drawn.median is None) == (drawn.reached < 0.5)
        points = [found.shape[1] if p is None else p for p in (drawn.low, drawn.median, drawn.high)]
        assert points == sorted(points)
        if drawn.reached:
            assert 0 <= drawn.found_low <= drawn.found_median <= drawn.found_high <= 1
    assert (guest_bootstrap(found, draws=5) == ()) == (found.shape[1] == 0)


def test_the_same_seed_gives_the_same_draws():
    """And another seed others."""
    found = matrix_of(PUBLISHED) | (np.random.default_rng(1).random((46, 11)) < 0.2)
    assert guest_bootstrap(found, draws=100) == guest_bootstrap(found, draws=100)
    assert guest_bootstrap(found, draws=100) != guest_bootstrap(found, draws=100, seed=1)
