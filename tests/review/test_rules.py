"""Rules for many suggestions at once: exactly what is previewed is done, and one undo takes it back."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from study_builder import word_embeddings

from assistant.review import Ledger, Rule, Sitting, is_blind, preview, rules
from assistant.suggest import propose, suggest
from store.audit import verify
from store.codebook import current_codebook, keep_codebook
from store.decisions import codings, decisions, standing
from store.errors import InvalidInputError
from store.runs import suggestions
from store.segments import segments
from store.values import Role, Span, Verdict


@pytest.fixture
def suggested(machines):
    """A study in which suggestions wait."""
    suggest(machines, word_embeddings(machines)[0], None)
    return machines


def previewed(study, rule, *, proposals=None, share=0.0, silent=frozenset()):
    ledger, spoken = Ledger(study), segments(study, role=Role.PARTICIPANT)
    ledger.refresh()
    return preview(
        rule,
        spoken,
        proposals or propose(study),
        ledger=ledger,
        coder="eve",
        read=ledger.read("eve", spoken),
        blind_share=share,
        silent=silent,
    )


def keys(found):
    return {(segment.id, draft.code) for segment, draft in found.pairs}


def stands(study, coder="eve"):
    return {(key, d.verdict, d.memo) for key, d in standing(decisions(study, coder=coder)).items()}


def test_a_rule_reaches_all_that_is_scored_or_only_what_is_displayed(suggested):
    """Below the limit of the code named, with the probability that each would be shown with, the likeliest first."""
    proposals, queue = propose(suggested), current_codebook(suggested).find("queue").guid
    spoken = segments(suggested, role=Role.PARTICIPANT)
    chances = {segment.id: proposals.chances.of(segment.id, queue) for segment in spoken}
    limit = sorted(chances.values())[len(chances) // 2]
    found = previewed(suggested, Rule(queue, limit), proposals=proposals)
    assert {segment.id: draft.probability for segment, draft in found.pairs} == {
        key: chance for key, chance in chances.items() if chance < limit
    }
    assert 0 < found.count < len(spoken)
    order = [draft.probability for _, draft in found.pairs]
    assert order == sorted(order, reverse=True)
    assert sum(found.by_interview.values()) == found.count
    displayed = previewed(suggested, Rule(None, 1.0, displayed_only=True), proposals=proposals)
    assert keys(displayed) == {(key, d.code) for key, some in proposals.by_segment.items() for d in some}
    everything = previewed(suggested, Rule(None, 1.0), proposals=proposals)
    assert keys(everything) > keys(displayed)
    assert everything.displayed == displayed.count == displayed.displayed
    drafts = {(d.segment_id, d.code): d for some in proposals.by_segment.values() for d in some}
    assert all(drafts.get((s.id, d.code), d) == d for s, d in everything.pairs)


def test_what_a_rule_must_leave_alone(suggested):
    """What was answered, if only on a part; other interviews, hidden ones, the blind sample, retired codes."""
    rule, proposals = Rule(None, 1.0), propose(suggested)
    first = segments(suggested, "I1", role=Role.PARTICIPANT)[0]
    everything = keys(previewed(suggested, rule, proposals=proposals))
    code = next(code for key, code in everything if key == first.id)
    Sitting("ada").add(suggested, first, [code])
    assert keys(previewed(suggested, rule, proposals=proposals)) == everything
    Sitting("eve").add(suggested, first, [code], span=Span(first.span.start + 2, first.span.end))
    assert keys(previewed(suggested, rule, proposals=proposals)) == everything - {(first.id, code)}
    in_one = previewed(suggested, replace(rule, interviews=frozenset({"I2"})), proposals=proposals)
    assert set(in_one.by_interview) == {"I2"}
    hidden = previewed(suggested, rule, proposals=proposals, silent=frozenset({"I1"}))
    assert keys(hidden) == keys(in_one)
    drawn = {s.id for s in segments(suggested, role=Role.PARTICIPANT) if is_blind(s, proposals, 0.5)}
    assert drawn
    assert not {key for key, _ in keys(previewed(suggested, rule, proposals=proposals, share=0.5))} & drawn
    book = current_codebook(suggested)
    retired = [replace(each, retired=each.guid == code) for each in book.codes]
    keep_codebook(suggested, retired, coder="eve", reason="retired")
    assert code not in {each for _, each in keys(previewed(suggested, rule))}


def test_a_segment_of_the_blind_sample_counts_once_it_is_read(suggested):
    """Its suggestions are shown from then on."""
    proposals = propose(suggested)
    drawn = next(s for s in segments(suggested, role=Role.PARTICIPANT) if is_blind(s, proposals, 0.5))
    Sitting("eve").read(suggested, drawn)
    assert drawn.id in {key for key, _ in keys(previewed(suggested, Rule(None, 1.0), proposals=proposals, share=0.5))}


def test_what_is_previewed_is_done_and_one_undo_takes_it_back(suggested):
    """Suggestions and rejections are written together, exactly those; undo and redo do all of it; the log holds."""
    sitting = Sitting("eve")
    first = segments(suggested, "I1", role=Role.PARTICIPANT)[0]
    sitting.add(suggested, first, [current_codebook(suggested).find("cost").guid], memo="before")
    before = stands(suggested)
    found = previewed(suggested, Rule(None, 0.5))
    assert found.count > 10
    made = sitting.reject_all(suggested, found.pairs)
    assert sitting.told == ""
    shown = {s.id: (s.segment_id, s.code) for s in suggestions(suggested)}
    assert {shown[d.suggestion_id] for d in made} == keys(found) == set(shown.values())
    assert {d.verdict for d in made} == {Verdict.REJECT}
    assert len({d.recorded_at for d in made}) == 1
    after = stands(suggested)
    assert len(after) == len(before) + found.count
    sitting.undo(suggested)
    assert stands(suggested) == before
    sitting.redo(suggested)
    assert stands(suggested) == after
    assert len(suggestions(suggested)) == found.count
    assert len(codings(suggested)) == 1
    assert verify(suggested).faults == ()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sets(st.integers(0, 19), max_size=3), st.sets(st.integers(0, 19), max_size=3))
def test_what_was_decided_in_another_window_is_left_out_and_told(suggested, before, after):
    """Between preview and rule another window accepts some; between rule and undo it accepts others."""
    found = previewed(suggested, Rule(None, 1.0))
    early = [found.pairs[number] for number in before]
    late = [found.pairs[number] for number in after - before]
    other, sitting = Sitting("eve"), Sitting("eve")
    for segment, draft in early:
        other.accept(suggested, segment, draft)
    made = sitting.reject_all(suggested, found.pairs)
    assert len(made) == found.count - len(early)
    assert ("answered in the meantime" in sitting.told) == bool(early)
    for segment, draft in late:
        other.accept(suggested, segment, draft)
    sitting.undo(suggested)
    assert ("in another window" in sitting.told) == bool(late)
    words = standing(decisions(suggested, coder="eve")).values()
    assert {(w.span, w.transcript_id, w.code, w.verdict) for w in words} == {
        (segment.span, segment.transcript_id, draft.code, Verdict.ACCEPT) for segment, draft in early + late
    }
    for word in words:
        other.withdraw(suggested, found.pairs[0][0], word)


def test_the_machine_does_not_learn_from_its_own_guesses(suggested):
    """A rule changes no probability, done or done again; what a person rejects does, also of what a rule had."""
    sitting, before = Sitting("eve"), propose(suggested)
    found = previewed(suggested, Rule(None, 0.3), proposals=before)
    sitting.reject_all(suggested, found.pairs)
    assert propose(suggested).best == before.best
    sitting.undo(suggested)
    sitting.redo(suggested)
    assert propose(suggested).best == before.best
    assert previewed(suggested, Rule(None, 0.3)).count == 0
    segment, draft = found.pairs[0]
    Sitting("eve").reject(suggested, segment, draft)
    assert propose(suggested).best != before.best


def test_too_many_are_refused_in_a_sentence(suggested, monkeypatch):
    """Nothing is previewed that could not be done."""
    monkeypatch.setattr(rules, "MOST_AT_ONCE", 3)
    found = previewed(suggested, Rule(None, 1.0))
    assert (found.pairs, found.count) == ((), 0)
    assert "more than can be rejected at once" in found.sentences[0]


def test_the_preview_says_what_will_happen(suggested):
    """Counts, the likeliest, what is not displayed, and what is left alone; or that there is nothing."""
    found = previewed(suggested, Rule(None, 1.0))
    first, silent, alone = found.sentences
    assert first.startswith(f"{found.count} suggestions in 2 interviews would be rejected; the likeliest has")
    assert silent.startswith(f"{found.count - found.displayed} of them are not displayed now")
    assert "blind sample" in alone
    assert previewed(suggested, Rule("no such code", 1.0)).sentences == (
        "No suggestion that you have not answered yet is below that.",
    )


@pytest.mark.parametrize("below", [0.0, -1.0, 1.5, float("nan")])
def test_a_limit_must_be_a_probability(suggested, below):
    """Anything else is a slip."""
    with pytest.raises(InvalidInputError, match="limit"):
        previewed(suggested, Rule(None, below))
