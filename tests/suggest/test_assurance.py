from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planted_pool import Planted

from assistant.suggest import assurance
from assistant.suggest.assurance import assure, fewest, p_values, selected
from assistant.suggest.labels import Labels, no_labels


def test_a_p_value_is_small_where_the_sample_was_never_wrong_and_so_sure():
    """The example of the docstring, and the least possible value."""
    sample, wrong = np.array([0.9, 0.5, 0.4]), np.array([False, True, True])
    assert p_values(sample, wrong, np.array([0.8, 0.45, 0.1])).tolist() == [0.25, 0.5, 0.75]
    assert p_values(np.linspace(0, 1, 99), np.zeros(99, bool), np.array([0.5])).tolist() == [0.01]


@pytest.mark.parametrize(("most_wrong", "count"), [(0.05, 43), (0.05, 81), (0.1, 3)])
def test_p_values_as_small_as_the_least_sample_gives_are_all_small_enough(most_wrong, count):
    """Rounding does not take away what holds exactly: all at the allowed share are selected."""
    assert len(selected(np.full(count, 1 / (1 + fewest(most_wrong))), most_wrong)) == count


@given(st.lists(st.floats(0.001, 1), max_size=40), st.floats(0.01, 0.5))
def test_what_is_selected_are_the_smallest_p_values(values, wanted):
    """Benjamini and Hochberg's rule: the largest k with p(k) <= q k / m."""
    found = selected(np.array(values), wanted)
    ordered = sorted(values)
    k = max((i for i, p in enumerate(ordered, start=1) if p <= wanted * i / len(values) + 1e-12), default=0)
    assert len(found) == k
    assert sorted(values[i] for i in found) == ordered[:k]


@pytest.mark.parametrize("most_wrong", [0.1, 0.2, 0.3])
def test_on_exchangeable_scores_the_share_of_wrong_ones_keeps_its_promise(most_wrong):
    """Over 2,000 draws the mean share of wrong ones among the selected is at most the promise, but for chance."""
    rng = np.random.default_rng(0)
    shares = []
    for _ in range(2_000):
        score = rng.random(160)
        wrong = rng.random(160) > 0.2 + 0.75 * score
        found = selected(p_values(score[:60], wrong[:60], score[60:]), most_wrong)
        shares.append(wrong[60:][found].mean() if len(found) else 0.0)
    assert np.mean(shares) <= most_wrong + 3 * np.std(shares) / np.sqrt(len(shares))
    assert np.mean(shares) > 0


@pytest.mark.parametrize(("most_wrong", "expected"), [(0.1, 9), (0.05, 19), (0.2, 4)])
def test_below_a_size_nothing_is_promised(most_wrong, expected):
    """With fewer than 1/q - 1 in the sample, no p-value can reach q."""
    assert fewest(most_wrong) == expected
    assert p_values(np.ones(expected), np.zeros(expected, bool), np.ones(1))[0] <= most_wrong
    assert p_values(np.ones(expected - 1), np.zeros(expected - 1, bool), np.ones(1))[0] > most_wrong


def test_assured_suggestions_of_a_learnable_study_are_mostly_right():
    """With a blind sample decided, some suggestions are assured, and over ten studies they keep the promise."""
    wrong = []
    for seed in range(10):
        planted = Planted(interviews=12, seed=seed, signal=4.0)
        drawn = np.random.default_rng(seed).random(planted.count)
        blind = drawn < 0.2
        labels = planted.labels(drawn < 0.5)
        found = assure(planted.pool(), labels, blind, planted.labels(blind), most_wrong=0.2)
        assert found.holds
        assert not set(found.assured) & set(np.flatnonzero(drawn < 0.5).tolist())
        wrong += [not planted.truth[row, column] for row, column in found.assured.items()]
    assert len(wrong) > 100
    assert np.mean(wrong) < 0.25


@pytest.mark.parametrize("decided_from", [0.7, 0.8, 2.0])
def test_the_promise_holds_for_what_is_left_when_the_likeliest_were_decided_first(decided_from, monkeypatch):
    """Over many draws: the sure ones that were decided already do not make up for the wrong ones among the rest."""
    rng = np.random.default_rng(0)
    pool, shares = SimpleNamespace(interview=np.zeros(600, np.intp)), []
    for _ in range(300):
        score = rng.random((600, 1))
        truth = (rng.random((600, 1)) < 0.2 + 0.75 * score).astype(np.float32)
        blind = rng.random(600) < 0.2
        sample, decided = blind[:, None], blind[:, None] | (score > decided_from)
        monkeypatch.setattr(assurance, "learn", lambda *_, chances=score, **__: SimpleNamespace(probabilities=chances))
        found = assure(pool, Labels(decided, truth, ~decided), blind, Labels(sample, truth, ~sample), most_wrong=0.2)
        wrong = [not truth[row, column] for row, column in found.assured.items()]
        shares.append(np.mean(wrong) if wrong else 0.0)
    assert np.mean(shares) <= 0.2 + 3 * np.std(shares) / np.sqrt(len(shares))


def test_an_interview_whose_sample_is_not_all_decided_takes_no_part():
    """The sample stands only for what it was drawn from: nothing is assured where it is incomplete."""
    planted = Planted(interviews=4, signal=4.0)
    blind = np.random.default_rng(0).random(planted.count) < 0.3
    missing = blind & (planted.interview == 2) & (np.cumsum(blind) % 2 == 0)
    found = assure(planted.pool(), planted.labels(blind), blind, planted.labels(blind & ~missing), most_wrong=0.3)
    assert found.interviews == (0, 1, 3)
    assert not any(planted.interview[row] == 2 for row in found.assured)


def test_without_a_sample_nothing_is_promised():
    """No blind decisions, no assured suggestion, and the sentence's numbers say so."""
    planted = Planted(interviews=3)
    pool = planted.pool()
    blind = np.random.default_rng(0).random(planted.count) < 0.2
    found = assure(pool, no_labels(pool.shape), blind, no_labels(pool.shape))
    assert (found.assured, found.sample, found.holds) == ({}, 0, False)


@given(st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_the_sample_is_a_fifth_and_always_the_same(seed):
    """Chance draws about one in five; the same seed draws the same segments, another seed others."""
    from test_labels import segment

    from assistant.suggest.sampling import blind_rows

    many = tuple(segment(n, n * 1000, n * 1000 + n + 1) for n in range(600))
    drawn = blind_rows(many, seed)
    assert 0.12 < drawn.mean() < 0.28
    assert np.array_equal(drawn, blind_rows(many, seed))
    assert not np.array_equal(drawn, blind_rows(many, seed + 1))
    assert not blind_rows(many, seed, 0.0).any()
