"""What a second coder who codes blind finds among quotes and in the saturation table: nothing of anybody else's."""

import pytest
from small_study import build_study

from assistant.quotes import QuoteQuery, quotes
from assistant.review import blindness, draw
from assistant.saturation import saturation
from store.coders import set_role
from store.decisions import keep_decisions
from store.double_coding import call_off_double_coding
from store.runs import suggestions
from store.segments import segments
from store.values import CoderRole, DecisionDraft, State, Verdict


@pytest.fixture
def drawn(tmp_path):
    """Ben coded, rejected and read in I1 and coded in I2; Cleo has I1 to code blind and coded one thing in it."""
    with build_study(tmp_path) as study:
        first, second = segments(study, "I1")[1], segments(study, "I1")[3]
        other = segments(study, "I2")[1]
        quotes(study, QuoteQuery(codes=("Failed runs",), state=State.SUGGESTED))  # is shown, so that it can be answered
        shown = next(s for s in suggestions(study) if s.interview == "I1" and s.code == "c2")
        made = [
            DecisionDraft(first.transcript_id, first.span, Verdict.ADD, "c1"),
            DecisionDraft(second.transcript_id, second.span, Verdict.REJECT, "c2", shown.id),
            DecisionDraft(first.transcript_id, first.span, Verdict.READ),
            DecisionDraft(other.transcript_id, other.span, Verdict.ADD, "c3"),
            DecisionDraft(other.transcript_id, other.span, Verdict.READ),
        ]
        keep_decisions(study, "Ben", made)
        set_role(study, "Ben", CoderRole.LEAD, by="Ben")
        sample = draw(study, "Ben", "round 1", "Cleo", interviews=["I1"])
        keep_decisions(study, "Cleo", [DecisionDraft(second.transcript_id, second.span, Verdict.ADD, "c3")])
        yield study, sample


def found(study, coder, state):
    asked, hidden = QuoteQuery(state=state), blindness(study, coder)
    return {(q.interview, q.codes, q.coders) for q in quotes(study, asked, hidden=hidden)}


def test_quotes_of_others_are_hidden_while_blind_and_shown_afterwards(drawn):
    """Cleo finds her own coding in I1, and Ben's in I2 alone; when it has ended, she finds everything."""
    study, sample = drawn
    own, elsewhere = ("I1", ("Unseen work",), ("Cleo",)), ("I2", ("Unseen work",), ("Ben",))
    bens = ("I1", ("Borrowed machines",), ("Ben",))
    assert found(study, "Cleo", State.CONFIRMED) == {own, elsewhere}
    assert not found(study, "Cleo", State.REJECTED)
    assert found(study, "Ben", State.CONFIRMED) == {bens, own, elsewhere}
    call_off_double_coding(study, "Ben", sample.guid)
    assert found(study, "Cleo", State.CONFIRMED) == {bens, own, elsewhere}
    assert {label for label, _, _ in found(study, "Cleo", State.REJECTED)} == {"I1"}


def test_suggestions_are_hidden_while_blind_and_not_written_as_shown(drawn):
    """No suggestion of I1 reaches Cleo in any state, and none of them is kept as shown."""
    study, sample = drawn
    hidden, before = blindness(study, "Cleo"), suggestions(study)
    for state in (None, State.SUGGESTED):
        found = quotes(study, QuoteQuery(state=state), hidden=hidden)
        assert all(not q.suggested for q in found if q.interview == "I1")
    assert {s.interview for s in suggestions(study)[len(before) :]} <= {"I2"}
    call_off_double_coding(study, "Ben", sample.guid)
    hidden = blindness(study, "Cleo")
    assert "I1" in {q.interview for q in quotes(study, QuoteQuery(state=State.SUGGESTED), hidden=hidden)}


def test_saturation_does_not_tell_what_others_coded(drawn):
    """Ben's coding and reading of I1 do not count for Cleo, who finds her own there; for Ben all of it counts."""
    study, _ = drawn
    seen = saturation(study, hidden=blindness(study, "Cleo"))
    assert (seen.interviews, seen.assumed) == (("I1", "I2"), ("I1",))
    assert dict(zip(seen.codes, seen.matrix.tolist(), strict=True))["Unseen work"] == [1, 1]
    assert seen.matrix.sum() == 2
    assert saturation(study, hidden=blindness(study, "Ben")).matrix.sum() == 3
    assert saturation(study, hidden=blindness(study, "Ben")).interviews == ("I1", "I2")
