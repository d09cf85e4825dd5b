"""The machine as a coder: only what was decided before its suggestions were shown, by its word without it."""

import pytest
from small_study import build_study

from assistant.agreement import Asked, agreement, as_record
from assistant.agreement.machine import MACHINE
from assistant.suggest import Proposals, propose, show
from store.decisions import keep_decisions
from store.errors import ConflictError
from store.segments import segments
from store.values import DecisionDraft, Role, Verdict

EVERY = 1.0
"""A blind share by which chance draws every segment."""


@pytest.fixture
def study(tmp_path):
    with build_study(tmp_path) as made:
        yield made


@pytest.fixture
def spoken(study):
    return [s for s in segments(study) if s.role is not Role.INTERVIEWER]


def read(study, segment, *codes, coder="Ana"):
    made = [DecisionDraft(segment.transcript_id, segment.span, Verdict.READ)]
    made += [DecisionDraft(segment.transcript_id, segment.span, Verdict.ADD, code) for code in codes]
    return keep_decisions(study, coder, made)


def beside(study, *coders, threshold=0.5, share=EVERY, proposals=None):
    asked = Asked(coders or ("Ana",), machine=True, threshold=threshold, draws=0)
    return agreement(study, asked, proposals=proposals or propose(study), blind_share=share)


def show_all(study, *some):
    shown = propose(study).by_segment
    show(study, [draft for segment in some for draft in shown.get(segment.id, ())])


def test_only_segments_decided_before_their_suggestions_were_shown_count(study, spoken):
    """One read first, one shown first, one not read: the first alone is compared, as it stood when it was shown."""
    first, second, *_ = spoken
    made = read(study, first, "c1")
    show_all(study, first, second)
    read(study, second, "c2")
    gone = DecisionDraft(made[1].transcript_id, made[1].span, Verdict.WITHDRAW, "c1")
    keep_decisions(study, "Ana", [gone, DecisionDraft(first.transcript_id, first.span, Verdict.ADD, "c3")])
    found = beside(study)
    assert found.coders == ("Ana", MACHINE)
    assert [s.id for s in found.sample.segments] == [first.id]
    assert (found.sample.drawn, found.sample.seen) == (5, 4)
    assert found.row("c1").prevalence["Ana"] == 1
    assert found.row("c3").prevalence["Ana"] == 0


def test_the_machines_word_is_its_probability_against_the_threshold(study, spoken):
    """From the threshold on it is yes; codes that it never proposes are not compared."""
    for segment in spoken:
        read(study, segment)
    proposals = propose(study)
    chance = proposals.chances.of(spoken[0].id, "c1")
    for threshold, wanted in ((chance - 0.01, 1), (chance + 0.01, 0)):
        found = beside(study, threshold=threshold, proposals=proposals)
        row = found.codes.rows[0]
        assert row.line.guid == "c1"
        assert found.units.ratings[found.units.codes.index("c1"), 1, 0] == wanted
    assert "t1" not in {row.line.guid for row in found.codes.rows}


def test_the_disagreements_tell_the_machines_probability(study, spoken):
    """So that a person sees how sure it was."""
    for segment in spoken:
        read(study, segment, "c5")
    found = beside(study, threshold=0.95)
    case = found.differing(found.row("c5"))[0]
    assert [side.coder for side in case.sides] == ["Ana", MACHINE]
    assert 0 <= case.sides[1].chance < 0.95
    assert case.sides[0].codings


def test_two_people_and_the_machine_need_segments_that_both_decided_blind(study, spoken):
    """A segment that only one of them read counts for neither."""
    first, second, *_ = spoken
    read(study, first, "c1")
    read(study, second)
    read(study, first, coder="Ben")
    found = beside(study, "Ana", "Ben")
    assert len(found.units) == 1
    assert [names for names, _ in found.of_pairs] == [("Ana", "Ben"), ("Ana", MACHINE), ("Ben", MACHINE)]


def test_it_says_why_and_how_many(study, spoken):
    """In the sentences and in the record; marked stretches are not compared."""
    read(study, spoken[0], "c1")
    told = as_record(beside(study))
    assert told["independent"]
    assert "decided before any suggestion for them was shown" in told["said"][0]
    assert "Of 5 segments that chance drew, 1 were decided blind by Ana" in told["said"][0]
    assert told["pooled"]["alpha_u"] is None
    assert told["asked"]["threshold"] == 0.5


def test_without_a_run_or_a_blind_sample_it_says_so(study, spoken):
    """Nothing is made up."""
    read(study, spoken[0])
    with pytest.raises(ConflictError, match="blind_share"):
        beside(study, share=0.0)
    asked = Asked(("Ana",), machine=True)
    with pytest.raises(ConflictError, match="cannot be reconstructed"):
        agreement(study, asked, proposals=Proposals(None, {}), blind_share=EVERY)
