"""Learning beside the person's work: what is taken, when it is fitted again, and how a failure is told."""

import threading

import pytest

from assistant.suggest import propose
from assistant.ui import learning as room
from assistant.ui.learning import Learning
from store.codebook import current_codebook, keep_codebook
from store.decisions import keep_decisions, last_decision
from store.errors import StudyError
from store.segments import segments
from store.values import Code, DecisionDraft, Verdict


def decide(study, code="c1", verdict=Verdict.ADD):
    segment = segments(study, "I1")[1]
    keep_decisions(study, "Ana", [DecisionDraft(segment.transcript_id, segment.span, verdict, code)])


@pytest.fixture
def learning(study):
    """What learns on the small study, at rest when the test is over."""
    made = Learning(study)
    yield made
    made.settle()


def test_the_first_is_waited_for_and_equals_what_is_proposed(study, learning):
    """What the pages get is `propose`, nothing else."""
    assert not learning.is_ready(None)
    assert learning.newest(None).proposals == propose(study)
    assert learning.is_ready(None)


def test_a_decision_is_learnt_beside_the_work(study, learning, monkeypatch):
    """While the fit is held up, pages get what was ready before; when it has ended, what was decided is known."""
    before = learning.newest(None)
    go, really = threading.Event(), room.propose

    def held_up(*args, **kwargs):
        assert go.wait(30)
        return really(*args, **kwargs)

    monkeypatch.setattr(room, "propose", held_up)
    decide(study)
    learning.catch_up(None)
    assert learning.newest(None) is before
    decide(study, "c2")
    learning.catch_up(None)
    go.set()
    learning.settle()
    after = learning.newest(None)
    assert after.through == last_decision(study), "it also learnt what was decided while it was at work"
    assert after.proposals == propose(study)
    assert after.pool is before.pool, "what decisions do not change is made once"


def test_nothing_new_is_not_fitted_again(study, learning):
    """Drawing a page again costs no fit."""
    before = learning.newest(None)
    learning.catch_up(None)
    learning.settle()
    assert learning.newest(None) is before


def test_a_new_codebook_or_another_precision_is_waited_for(study, learning):
    """What would be wrong to show is not shown while the new one is made."""
    before = learning.newest(None)
    assert not learning.is_ready(0.9)
    assert learning.newest(0.9).proposals == propose(study, precision=0.9)
    codes = [*current_codebook(study).codes, Code("new", "A new one")]
    keep_codebook(study, codes, coder="Ana", reason="more")
    assert not learning.is_ready(None)
    assert learning.newest(None).pool is not before.pool


@pytest.mark.parametrize("error", [StudyError("The disk is full."), ZeroDivisionError("division by zero")])
def test_a_fit_that_fails_is_told_and_tried_again_after_the_next_decision(study, learning, monkeypatch, error):
    """The person goes on with what was ready, reads a sentence, and the next decision mends it."""
    before = learning.newest(None)
    calls = []

    def failing(*args, **kwargs):
        calls.append(1)
        raise error

    monkeypatch.setattr(room, "propose", failing)
    decide(study)
    for _ in range(3):
        learning.catch_up(None)
        learning.settle()
    assert str(error) in learning.problem
    assert "could not learn from the last decisions, which are kept" in learning.problem
    assert learning.newest(None) is before
    assert len(calls) == 1
    monkeypatch.undo()
    decide(study, "c2")
    learning.catch_up(None)
    learning.settle()
    assert learning.problem == ""
    assert learning.newest(None).through == last_decision(study)


def test_a_first_fit_that_fails_is_the_pages_error(learning, monkeypatch):
    """There is nothing to go on with, so the page tells it."""

    def failing(*args, **kwargs):
        raise StudyError("The disk is full.")

    monkeypatch.setattr(room, "propose", failing)
    with pytest.raises(StudyError, match="disk is full"):
        learning.newest(None)


def test_two_keys_in_a_hurry_are_learnt_at_once(study, learning, monkeypatch):
    """While decisions keep coming, the fit waits for a pause; one fit then knows them all."""
    learning.newest(None)
    known, really = [], room.learnt

    def noted(*args):
        known.append(last_decision(study))
        return really(*args)

    def pause(_seconds):
        if len(pauses) < 2:
            decide(study, "c2")
        pauses.append(_seconds)

    pauses = []
    monkeypatch.setattr(room, "QUIET_SECONDS", 0.7)
    monkeypatch.setattr(room.time, "sleep", pause)
    monkeypatch.setattr(room, "learnt", noted)
    decide(study)
    learning.catch_up(None)
    learning.settle()
    assert pauses == [0.7] * 3
    assert known == [3]
