import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from review_cards_of import cards_of
from study_builder import word_embeddings

from assistant.review import Sitting, resume_sitting
from assistant.suggest import propose, suggest
from store.audit import verify
from store.codebook import current_codebook
from store.decisions import codings, decisions, standing
from store.errors import InvalidInputError
from store.values import Span, State, Verdict


@pytest.fixture
def suggested(machines):
    """A study in which suggestions wait."""
    suggest(machines, word_embeddings(machines)[0], None)
    return machines


@pytest.fixture
def proposals(suggested):
    """What is proposed before anything is decided: later proposals depend on what other examples decided."""
    return propose(suggested)


def open_card(study):
    return next(card for card in cards_of(study, "eve") if len(card.options) > 1)


def verdicts(study):
    return [str(d.verdict) for d in decisions(study, coder="eve")]


def test_accept_reject_and_replace_do_what_they_say(suggested):
    """Accepting codes the segment, rejecting does not, replacing does both at once."""
    card = open_card(suggested)
    other = current_codebook(suggested).find("licence").guid
    sitting = Sitting("eve")
    first, second = card.options[:2]
    sitting.accept(suggested, card.segment, first.draft)
    sitting.replace(suggested, card.segment, second.draft, other)
    assert {c.code for c in codings(suggested)} == {first.code.guid, other}
    assert verdicts(suggested) == ["accept", "reject", "add"]
    again = next(c for c in cards_of(suggested, "eve") if c.segment.id == card.segment.id)
    assert [o.state for o in again.options[:2]] == [State.CONFIRMED, State.REJECTED]
    assert verify(suggested).faults == ()


def test_undo_and_redo_walk_the_whole_sitting(suggested):
    """Each undo takes one step back, all of it; redo does it again; nothing is removed from the log."""
    card = open_card(suggested)
    other = current_codebook(suggested).find("licence").guid
    sitting = Sitting("eve")
    sitting.accept(suggested, card.segment, card.options[0].draft)
    sitting.replace(suggested, card.segment, card.options[1].draft, other)
    after = codings(suggested)
    assert sitting.undo(suggested) is not None
    assert {c.code for c in codings(suggested)} == {card.options[0].code.guid}
    assert sitting.undo(suggested) is not None
    assert codings(suggested) == ()
    assert sitting.undo(suggested) is None
    sitting.redo(suggested)
    sitting.redo(suggested)
    assert sitting.redo(suggested) is None
    assert {(c.span, c.code) for c in codings(suggested)} == {(c.span, c.code) for c in after}
    assert verdicts(suggested).count("withdraw") == 3


def test_undoing_a_change_of_mind_brings_the_first_answer_back(suggested):
    """Reject, then accept, then undo: the rejection stands again."""
    card = open_card(suggested)
    sitting = Sitting("eve")
    sitting.reject(suggested, card.segment, card.options[0].draft)
    sitting.accept(suggested, card.segment, card.options[0].draft)
    sitting.undo(suggested)
    (word,) = standing(decisions(suggested, coder="eve")).values()
    assert word.verdict is Verdict.REJECT


def test_an_undone_withdrawal_stands_again(suggested):
    """Taking a coding back is a step like any other."""
    card = open_card(suggested)
    code = current_codebook(suggested).find("licence").guid
    sitting = Sitting("eve")
    (added,) = sitting.add(suggested, card.segment, [code], memo="note")
    sitting.withdraw(suggested, card.segment, added)
    assert codings(suggested) == ()
    sitting.undo(suggested)
    (coding,) = codings(suggested)
    assert (coding.code, coding.memo) == (code, "note")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["accept", "reject", "replace", "add"]), min_size=1, max_size=6), st.data())
def test_undoing_everything_restores_what_stood_before(suggested, proposals, steps, data):
    """However a sitting went, undoing all of it leaves the codings as they were at its start."""

    def stands():
        made = decisions(suggested, coder="eve")
        return {(key, d.verdict) for key, d in standing(made).items()}

    before = stands()
    cards = [card for card in cards_of(suggested, "eve", proposals=proposals) if card.options]
    code = current_codebook(suggested).find("cleaning").guid
    sitting = Sitting("eve")
    for step in steps:
        card = data.draw(st.sampled_from(cards))
        option = data.draw(st.sampled_from(card.options))
        if step == "add":
            sitting.add(suggested, card.segment, [code])
        elif step == "replace":
            sitting.replace(suggested, card.segment, option.draft, code)
        else:
            getattr(sitting, step)(suggested, card.segment, option.draft)
    while sitting.undo(suggested):
        pass
    assert stands() == before


def test_reading_closes_a_card_without_suggestions(suggested):
    """What was read is done; what was not is open, even where nothing is suggested."""
    sitting = Sitting("eve")
    index = next(i for i, c in enumerate(cards_of(suggested, "eve")) if not c.options)
    card = cards_of(suggested, "eve")[index]
    assert card.open
    sitting.read(suggested, card.segment)
    assert not cards_of(suggested, "eve")[index].open
    assert sitting.undo(suggested) is None


def test_one_coder_does_not_answer_for_another(suggested):
    """Cards show a coder's own answers alone."""
    card = open_card(suggested)
    Sitting("eve").accept(suggested, card.segment, card.options[0].draft)
    theirs = next(c for c in cards_of(suggested, "ada") if c.segment.id == card.segment.id)
    assert theirs.options[0].state is State.SUGGESTED
    assert theirs.codings == ()


def respan_something(study, sitting, span_of):
    card = open_card(study)
    (made,) = sitting.accept(study, card.segment, card.options[0].draft)
    span = span_of(card.segment.span)
    _, moved = sitting.respan(study, card.segment, made, span)
    return card, made, moved


def shorter(span):
    return Span(span.start + 1, span.end - 1)


def test_a_respan_is_one_step_and_keeps_what_it_answers(suggested):
    """The same code stands on the new stretch alone, still as an answer to the suggestion; undo puts it back."""
    sitting = Sitting("eve")
    card, made, moved = respan_something(suggested, sitting, shorter)
    (coding,) = codings(suggested)
    assert (coding.span, coding.code) == (shorter(card.segment.span), made.code)
    assert (moved.replaces, moved.suggestion_id, moved.verdict) == (made.guid, made.suggestion_id, Verdict.ACCEPT)
    sitting.undo(suggested)
    assert [c.span for c in codings(suggested)] == [card.segment.span]
    sitting.redo(suggested)
    assert [c.span for c in codings(suggested)] == [shorter(card.segment.span)]
    assert verify(suggested).faults == ()


def test_several_codes_are_one_step(suggested):
    """Chosen together, taken back together; a code named twice is added once."""
    card, sitting = open_card(suggested), Sitting("eve")
    codes = [current_codebook(suggested).find(name).guid for name in ("licence", "cleaning", "licence")]
    sitting.add(suggested, card.segment, codes, span=shorter(card.segment.span))
    assert {(c.code, c.span) for c in codings(suggested)} == {(c, shorter(card.segment.span)) for c in codes}
    assert len(codings(suggested)) == 2
    sitting.undo(suggested)
    assert codings(suggested) == ()


def test_a_new_code_is_in_the_codebook_and_on_the_passage_or_neither(suggested):
    """Undoing takes the coding back and leaves the code; a name that is taken leaves everything as it was."""
    card, sitting = open_card(suggested), Sitting("eve")
    before = current_codebook(suggested)
    with pytest.raises(InvalidInputError, match="Licence"):
        sitting.new_code(suggested, card.segment, "Licence")
    assert (current_codebook(suggested), codings(suggested), sitting.done) == (before, (), [])
    (made,) = sitting.new_code(suggested, card.segment, "  Night  work ", definition="Work at night.")
    code = current_codebook(suggested).find("Night work")
    assert (code.guid, code.definition) == (made.code, "Work at night.")
    sitting.undo(suggested)
    assert codings(suggested) == ()
    sitting.redo(suggested)
    assert [c.code for c in codings(suggested)] == [code.guid]


def test_many_are_rejected_at_once_and_taken_back_at_once(suggested, proposals):
    """What was answered meanwhile is left out; one undo takes exactly the rule back."""
    pairs = [(c.segment, o.draft) for c in cards_of(suggested, "eve", proposals=proposals) for o in c.options]
    assert len(pairs) > 3
    other = Sitting("eve")
    other.accept(suggested, *pairs[0])
    sitting = Sitting("eve")
    rejected = sitting.reject_all(suggested, pairs)
    assert {(d.span, d.code) for d in rejected} == {(s.span, d.code) for s, d in pairs[1:]}
    assert sitting.reject_all(suggested, pairs) == ()
    assert len(sitting.done) == 1
    sitting.undo(suggested)
    assert [(c.span, c.code) for c in codings(suggested)] == [(pairs[0][0].span, pairs[0][1].code)]
    assert len(standing(decisions(suggested, coder="eve"))) == 1


def test_undo_leaves_what_was_said_anew_in_another_window(suggested):
    """The same coder at two screens: the later word stays, and a sentence says so."""
    card = open_card(suggested)
    draft = card.options[0].draft
    here, there = Sitting("eve"), Sitting("eve")
    here.accept(suggested, card.segment, draft)
    there.reject(suggested, card.segment, draft)
    here.undo(suggested)
    (word,) = standing(decisions(suggested, coder="eve")).values()
    assert word.verdict is Verdict.REJECT
    assert "in another window" in here.told


ACTS = ("accept", "reject", "replace", "add", "respan", "withdraw", "undo", "redo")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(ACTS), min_size=1, max_size=8), st.data())
def test_a_sitting_goes_on_after_the_page_was_loaded_again(suggested, proposals, acts, data):
    """What is read back from the disk can undo the same steps, and undoing them all gives what stood before."""

    def stands():
        return {(key, d.verdict) for key, d in standing(decisions(suggested, coder="eve")).items()}

    before = stands()
    cards = [card for card in cards_of(suggested, "eve", proposals=proposals) if card.options]
    codes = [current_codebook(suggested).find(name).guid for name in ("cleaning", "licence")]
    sitting = Sitting("eve")
    for act in acts:
        card = data.draw(st.sampled_from(cards))
        draft = data.draw(st.sampled_from(card.options)).draft
        mine = [d for d in standing(decisions(suggested, coder="eve")).values() if d.verdict is not Verdict.REJECT]
        if act in ("undo", "redo"):
            getattr(sitting, act)(suggested)
        elif act == "add":
            sitting.add(suggested, card.segment, codes)
        elif act == "replace":
            sitting.replace(suggested, card.segment, draft, codes[0])
        elif act in ("accept", "reject"):
            getattr(sitting, act)(suggested, card.segment, draft)
        elif mine and act == "withdraw":
            sitting.withdraw(suggested, card.segment, mine[0])
        elif mine:
            sitting.respan(suggested, card.segment, mine[0], shorter(mine[0].span))
    resumed = resume_sitting(suggested, "eve", sitting.guid)
    while resumed.undo(suggested):
        pass
    assert stands() == before
