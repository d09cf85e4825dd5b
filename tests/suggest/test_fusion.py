import numpy as np
import pytest

from assistant.suggest.fusion import CODES_PER_SEGMENT, fuse
from store.values import ScoreMatrix


def matrix(transcript_id, **signals):
    values = {name: np.asarray(rows, np.float32) for name, rows in signals.items()}
    rows, columns = next(iter(values.values())).shape
    segments = tuple(transcript_id * 1000 + n for n in range(rows))
    return ScoreMatrix(transcript_id, segments, tuple("abcdefgh"[:columns]), values, complete=True)


def noise(shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def test_a_code_near_to_everything_does_not_win_everywhere():
    """Standardising per code: what counts is being nearer to a code than segments usually are."""
    retrieval = 0.1 * noise((50, 3)) + [0.0, 0.9, 0.0]
    retrieval[7, 0] = 0.7
    fused = fuse([matrix(1, retrieval=retrieval)])
    assert fused.probabilities[1][7].argmax() == 0


def test_an_empty_study_expects_about_one_code_per_segment():
    """Where no signal varies, the probability is the prior."""
    fused = fuse([matrix(1, retrieval=np.full((10, 5), 0.3))])
    assert np.allclose(fused.probabilities[1], CODES_PER_SEGMENT / 5)


def test_a_segment_is_expected_to_carry_one_code():
    """Whatever the signals look like, probabilities add up to about one code per segment."""
    fused = fuse([matrix(1, retrieval=3 * noise((200, 7)) ** 3)])
    assert fused.probabilities[1].sum(axis=1).mean() == pytest.approx(CODES_PER_SEGMENT, abs=1e-4)


def test_unknown_scores_count_as_average():
    """A segment too long for the model keeps its retrieval order and distances."""
    retrieval = noise((20, 4))
    llm = noise((20, 4), seed=1)
    llm[3] = np.nan
    alone = fuse([matrix(1, retrieval=retrieval)]).probabilities[1]
    both = fuse([matrix(1, retrieval=retrieval, llm=llm)]).probabilities[1]
    moved = np.log(both / (1 - both)) - np.log(alone / (1 - alone))
    assert np.ptp(moved[3]) < 1e-3
    assert np.ptp(moved[4]) > 1e-2
    assert np.isfinite(both).all()


def test_interviews_are_fused_together_and_given_back_apart():
    """The same rows give the same probabilities however they are spread over interviews."""
    retrieval = noise((30, 4))
    whole = fuse([matrix(1, retrieval=retrieval)]).probabilities[1]
    parts = fuse([matrix(1, retrieval=retrieval[:12]), matrix(2, retrieval=retrieval[12:])]).probabilities
    assert np.allclose(np.concatenate([parts[1], parts[2]]), whole)


def test_the_state_changes_with_what_decides_the_probabilities():
    """A suggestion names the state behind it, so equal states must mean equal probabilities."""
    one = fuse([matrix(1, retrieval=noise((30, 4)))])
    assert one.state == fuse([matrix(1, retrieval=noise((30, 4)))]).state
    assert one.state != fuse([matrix(1, retrieval=noise((30, 4), seed=2))]).state


@pytest.mark.parametrize("rows", [0, 1])
def test_hardly_any_rows(rows):
    """One segment, or none, is no reason to fail."""
    fused = fuse([matrix(1, retrieval=np.zeros((rows, 3)))])
    assert fused.probabilities[1].shape == (rows, 3)
    assert fuse([]).probabilities == {}
