import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planted_pool import Planted
from sklearn.metrics import average_precision_score

from assistant.suggest import logistic
from assistant.suggest.folds import fold_numbers
from assistant.suggest.labels import Labels, no_labels
from assistant.suggest.learner import BELIEFS, learn
from assistant.suggest.precision import threshold_for
from assistant.suggest.ridge import ridge


def precision(planted, chances, rows):
    return average_precision_score(planted.truth[rows].ravel(), chances[rows].ravel())


def test_decisions_make_the_next_suggestions_better():
    """What was read in the first interviews ranks the codes of the others far better than similarity alone does."""
    planted = Planted()
    pool, rest = planted.pool(), ~planted.read(6)
    cold = learn(pool, no_labels(pool.shape)).probabilities
    warm = learn(pool, planted.labels(planted.read(6))).probabilities
    assert precision(planted, cold, rest) < 0.45
    assert precision(planted, warm, rest) > precision(planted, cold, rest) + 0.2


def test_before_any_decision_a_segment_is_expected_to_carry_one_code():
    """The probabilities sum to about one for each segment, and the nearest code is the likeliest."""
    planted = Planted()
    pool = planted.pool()
    learned = learn(pool, no_labels(pool.shape))
    assert learned.probabilities.sum() / planted.count == pytest.approx(1, abs=0.05)
    alone = learned.probabilities[0].argmax()
    assert pool.signals["definition"][0].argmax() == alone
    assert not learned.decided.any()


def test_a_useless_language_model_is_ignored_and_a_true_one_becomes_the_loudest():
    """Noise under the model's name changes next to nothing; a planted true signal outweighs everything else."""
    planted = Planted()
    known, rest = planted.read(6), ~planted.read(6)
    labels = planted.labels(known)
    without = learn(planted.pool(), labels)
    noise = learn(planted.pool(llm=planted.rng.normal(size=planted.truth.shape).astype(np.float32)), labels)
    telling = (3.0 * planted.truth + planted.rng.normal(size=planted.truth.shape)).astype(np.float32)
    true = learn(planted.pool(llm=telling), labels)
    base = precision(planted, without.probabilities, rest)
    assert precision(planted, noise.probabilities, rest) > base - 0.03
    assert abs(noise.weights["llm"]) < 0.15
    assert precision(planted, true.probabilities, rest) > base + 0.15
    spread = {name: abs(w) for name, w in true.weights.items() if name in ("definition", "sentence", "llm")}
    assert max(spread, key=spread.get) == "llm"
    assert true.weights["llm"] > 3 * BELIEFS["llm"]


def test_a_model_asked_about_some_segments_only_costs_the_others_nothing():
    """Where the model was not asked its voice is silent, and probabilities stay finite."""
    planted = Planted()
    telling = (3.0 * planted.truth + planted.rng.normal(size=planted.truth.shape)).astype(np.float32)
    telling[planted.rng.random(planted.count) < 0.7] = np.nan
    learned = learn(planted.pool(llm=telling), planted.labels(planted.read(6)))
    assert np.isfinite(learned.probabilities).all()
    said = learned.said(*(np.argwhere(np.isnan(telling))[0][i : i + 1] for i in (0, 1)))
    assert "voice: llm" not in said[0]


@pytest.mark.parametrize(("read", "most_off"), [(1, 0.10), (3, 0.07), (8, 0.05)])
def test_probabilities_mean_what_they_say(read, most_off):
    """Of what is given 30 %, about 30 % is true, from few decisions on; measured on interviews not decided."""
    off = []
    for seed in range(5):
        planted = Planted(interviews=14, seed=seed)
        chances = learn(planted.pool(), planted.labels(planted.read(read))).probabilities
        rest = ~planted.read(read)
        said, true = chances[rest].ravel(), planted.truth[rest].ravel()
        order = np.argsort(said)
        off.append(sum(len(b) * abs(said[b].mean() - true[b].mean()) for b in np.array_split(order, 10)) / len(order))
    assert np.mean(off) < most_off


def test_five_decisions_do_not_make_the_learner_sure():
    """A handful of yes and no leaves nearly everything between the extremes."""
    planted = Planted()
    rows = np.zeros(planted.count, bool)
    rows[:5] = True
    chances = learn(planted.pool(), planted.labels(rows)).probabilities[~rows]
    assert ((chances > 0.005) & (chances < 0.97)).mean() > 0.9


@pytest.mark.parametrize("count", [1, 10, 300])
def test_codings_without_any_reading_do_not_make_every_code_likely(count):
    """Where people only ever said yes, a segment is still expected to carry a few codes, not all of them."""
    planted = Planted(interviews=12, codes=20)
    yes = np.zeros_like(planted.truth)
    yes[tuple(np.argwhere(planted.truth)[:count].T)] = True
    learned = learn(planted.pool(), Labels(yes, yes.astype(np.float32), np.zeros_like(yes)))
    rest = ~yes.any(axis=1)
    assert 0.3 < learned.probabilities[rest].sum(axis=1).mean() < 4


def test_a_decided_segment_is_told_as_if_it_were_not():
    """Giving an interview's segments each other's codes hardly moves the probabilities of that interview itself."""
    planted = Planted()
    labels = planted.labels(planted.read(10))
    here = planted.interview == 4
    truth = labels.truth.copy()
    truth[here] = np.roll(truth[here], 11, axis=0)
    turned = Labels(labels.known, truth, labels.rejected)
    before = learn(planted.pool(), labels).probabilities[here]
    after = learn(planted.pool(), turned).probabilities[here]
    assert np.corrcoef(before.ravel(), after.ravel())[0, 1] > 0.95
    others = ~here
    assert not np.array_equal(
        learn(planted.pool(), labels).probabilities[others], learn(planted.pool(), turned).probabilities[others]
    )


@pytest.mark.parametrize("interviews", [4, 12])
def test_neighbours_that_are_not_decided_do_not_tell_what_was(interviews):
    """Where every third segment, much like those beside it, is decided by throwing dice, nobody is sure of anything."""
    planted = Planted(interviews=interviews)
    thirds = np.arange(planted.count) // 3 * 3
    planted.vectors = planted.vectors[thirds] + 0.1 * planted.vectors
    planted.similar = planted.rng.normal(size=planted.similar.shape).astype(np.float32)
    planted.truth = planted.rng.random(planted.truth.shape) < 0.2
    decided = np.arange(planted.count) % 3 == 1
    learned = learn(planted.pool(), planted.labels(decided))
    assert max(learned.weights[f"meaning {where}"] for where in ("before", "after", "around")) < 0.4
    best = learned.probabilities[~decided].argmax(axis=1)
    said = learned.probabilities[~decided].max(axis=1).mean()
    assert said < planted.truth[~decided][np.arange(len(best)), best].mean() + 0.2


def test_rejections_lower_what_they_should():
    """Saying no to a code on some segments lowers it on segments of that meaning, and not the other codes there."""
    planted = Planted(interviews=30)
    pool, rest = planted.pool(), ~planted.read(18)
    labels = planted.labels(planted.read(3))
    before = learn(pool, labels).probabilities
    like = planted.chances[:, 2] > 0.4
    asked = like & planted.read(18) & ~planted.read(3)
    known, rejected = labels.known.copy(), labels.rejected.copy()
    known[asked, 2] = rejected[asked, 2] = True
    after = learn(pool, Labels(known, labels.truth, rejected)).probabilities
    assert after[like & rest, 2].mean() < 0.75 * before[like & rest, 2].mean()
    assert after[rest][:, 3].mean() == pytest.approx(before[rest][:, 3].mean(), rel=0.25)


def test_what_was_not_read_is_unknown_and_what_was_read_is_not_there():
    """Reading without coding lowers a code's probability; not reading leaves it alone."""
    planted = Planted()
    pool = planted.pool()
    half = planted.read(5)
    truth = np.zeros_like(planted.truth, np.float32)
    mask = np.repeat(half[:, None], pool.shape[1], axis=1)
    nothing = learn(pool, Labels(mask, truth, np.zeros_like(mask))).probabilities
    cold = learn(pool, no_labels(pool.shape)).probabilities
    assert nothing[~half].mean() < 0.3 * cold[~half].mean()


def test_codes_of_one_theme_help_each_other():
    """A code never used gets more where its theme's other codes are, and less elsewhere, than without the theme."""
    planted = Planted(codes=6, interviews=12)
    family = planted.vectors @ np.linalg.qr(planted.rng.normal(size=(24, 24)))[0][0]
    planted.truth[:, :4] = (family[:, None] > 0.25) & (planted.rng.random((planted.count, 4)) < 0.6)
    planted.truth[:, 3] &= ~planted.read(8)
    labels = planted.labels(planted.read(8))
    with_theme = learn(planted.pool(dict.fromkeys(planted.codes[:4], "theme")), labels).probabilities
    without = learn(planted.pool(), labels).probabilities
    rest = ~planted.read(8)
    assert average_precision_score(planted.truth[rest, 3], with_theme[rest, 3]) > average_precision_score(
        planted.truth[rest, 3], without[rest, 3]
    )


def test_the_same_state_gives_the_same_probabilities_to_the_last_bit():
    """State and probabilities are a function of pool, labels and seed; another decision is another state."""
    planted = Planted()
    labels = planted.labels(planted.read(4))
    first, again = learn(planted.pool(), labels), learn(planted.pool(), labels)
    assert first.state == again.state
    assert np.array_equal(first.probabilities, again.probabilities)
    assert learn(planted.pool(), planted.labels(planted.read(5))).state != first.state


def test_where_the_model_was_asked_is_part_of_the_state():
    """An answer that is the same for all segments is not the same state as no answer."""
    planted = Planted(interviews=4, codes=3)
    everywhere = np.zeros(planted.truth.shape, np.float32)
    somewhere = np.where(planted.truth, everywhere, np.nan)
    labels = planted.labels(planted.read(3))
    one, other = (learn(planted.pool(llm=values), labels) for values in (everywhere, somewhere))
    assert not np.array_equal(one.probabilities, other.probabilities)
    assert one.state != other.state


def test_what_spoke_for_a_suggestion_adds_up_to_its_log_odds():
    """The voices' contributions differ between two pairs exactly as their log-odds do."""
    planted = Planted()
    learned = learn(planted.pool(), planted.labels(planted.read(6)))
    rows, columns = np.array([300, 310, 350]), np.array([1, 2, 3])
    total = [sum(voices.values()) for voices in learned.said(rows, columns)]
    chance = learned.probabilities[rows, columns].astype(float)
    logits = np.log(chance / (1 - chance))
    assert np.diff(total) == pytest.approx(np.diff(logits), abs=0.02)


@pytest.mark.parametrize("shape", [(1, 1), (2, 1), (1, 3)])
def test_the_smallest_studies_do_not_break_it(shape):
    """One segment and one code, decided or not, give a finite probability."""
    rows, codes = shape
    planted = Planted(interviews=1, codes=3)
    planted.count, planted.codes = rows, planted.codes[:codes]
    for name in ("vectors", "interview"):
        setattr(planted, name, getattr(planted, name)[:rows])
    for name in ("truth", "similar"):
        setattr(planted, name, getattr(planted, name)[:rows, :codes])
    pool = planted.pool()
    for labels in (no_labels(pool.shape), planted.labels(np.ones(rows, bool))):
        assert np.isfinite(learn(pool, labels).probabilities).all()


def test_leaving_a_fold_out_is_fitting_without_it():
    """Predictions of decided rows are those of a regression on the other folds."""
    rng = np.random.default_rng(1)
    features, targets = rng.normal(size=(60, 5)).astype(np.float32), rng.normal(size=(60, 2)).astype(np.float32)
    folds = np.arange(60) % 4
    found = ridge(features, np.arange(60), targets, folds, 2.0).predictions
    others = folds != 1
    weights = np.linalg.solve(
        features[others].T @ features[others] + 2 * np.eye(5), features[others].T @ targets[others]
    )
    assert found[folds == 1] == pytest.approx(features[folds == 1] @ weights, abs=1e-3)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=80))
@settings(max_examples=60, deadline=None)
def test_an_interview_is_never_split_between_folds_where_there_are_three(numbers):
    """Folds are whole interviews, numbered from 0 without gaps, at most twenty of them."""
    interview = np.sort(np.array(numbers, np.intp))
    folds = fold_numbers(interview)
    assert set(folds.tolist()) == set(range(folds.max() + 1))
    if len(set(numbers)) >= 3:
        assert all(len(set(folds[interview == n].tolist())) == 1 for n in set(numbers))
        assert folds.max() < 20


def test_the_logistic_fit_is_the_textbook_one_where_the_belief_is_weak():
    """Against scikit-learn with the same penalty, to four digits; a strong belief holds its place."""
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(2)
    features = rng.normal(size=(300, 3))
    targets = (rng.random(300) < logistic.sigmoid(features @ [1.0, -2.0, 0.5])).astype(float)
    theirs = LogisticRegression(C=1.0, fit_intercept=False, tol=1e-10).fit(features, targets).coef_[0]
    ours = logistic.fit(features, targets, np.zeros(3), np.ones(3))
    assert ours == pytest.approx(theirs, abs=1e-4)
    held = logistic.fit(features, targets, np.array([3.0, 3.0, 3.0]), np.full(3, 1e9))
    assert held == pytest.approx([3, 3, 3], abs=1e-3)
    floored = logistic.fit(features, targets, np.zeros(3), np.ones(3), positive=np.array([True, True, True]))
    assert floored[1] == 0
    assert (floored >= 0).all()


def test_separable_data_do_no_harm():
    """A perfect separation ends in finite coefficients."""
    features = np.array([[1.0, -1.0], [1.0, 1.0]] * 20)
    targets = np.array([0.0, 1.0] * 20)
    assert np.isfinite(logistic.fit(features, targets, np.zeros(2), np.array([1e-6, 1e-6]))).all()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60), st.floats(0.01, 1))
def test_what_lies_above_the_threshold_is_expected_to_be_right_often_enough(chances, wanted):
    """The mean probability of what reaches the threshold is at least the precision asked for."""
    values = np.array(chances)
    threshold = threshold_for(values, wanted)
    shown = values[values >= threshold]
    if len(shown):
        assert shown.mean() >= wanted - 1e-9
    else:
        assert values.max() < wanted


def test_codings_that_came_without_readings_do_not_make_every_code_likely():
    """Imported codings of seven interviews beside one that was read: codes stay about as frequent as they are."""
    planted = Planted(codes=20)
    read = planted.interview == 7
    known = (planted.truth & planted.read(7)[:, None]) | read[:, None]
    labels = Labels(known, np.where(known, planted.truth, 0).astype(np.float32), np.zeros_like(known))
    chances = learn(planted.pool(), labels).probabilities
    rest = planted.interview > 7
    expected, true = chances[rest].sum(axis=1).mean(), planted.truth[rest].sum(axis=1).mean()
    assert expected < 2 * true
