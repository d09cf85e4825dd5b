import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from study_builder import word_embeddings

from assistant.review import Sitting, queue
from assistant.suggest import propose, suggest
from store.audit import verify
from store.codebook import current_codebook
from store.decisions import codings, decisions, standing
from store.values import State, Verdict


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
    return next(card for card in queue(study, "eve").cards if len(card.options) > 1)


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
    again = next(c for c in queue(suggested, "eve").cards if c.segment.id == card.segment.id)
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
    (added,) = sitting.add(suggested, card.segment, code, memo="note")
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
    cards = [card for card in queue(suggested, "eve", proposals=proposals).cards if card.options]
    code = current_codebook(suggested).find("cleaning").guid
    sitting = Sitting("eve")
    for step in steps:
        card = data.draw(st.sampled_from(cards))
        option = data.draw(st.sampled_from(card.options))
        if step == "add":
            sitting.add(suggested, card.segment, code)
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
    index = next(i for i, c in enumerate(queue(suggested, "eve").cards) if not c.options)
    card = queue(suggested, "eve").cards[index]
    assert card.open
    sitting.read(suggested, card.segment)
    assert not queue(suggested, "eve").cards[index].open
    assert sitting.undo(suggested) is None


def test_one_coder_does_not_answer_for_another(suggested):
    """Cards show a coder's own answers alone."""
    card = open_card(suggested)
    Sitting("eve").accept(suggested, card.segment, card.options[0].draft)
    theirs = next(c for c in queue(suggested, "ada").cards if c.segment.id == card.segment.id)
    assert theirs.options[0].state is State.SUGGESTED
    assert theirs.codings == ()


def test_the_queue_walks_from_the_first_open_card_and_comes_round(suggested):
    """After the last card the first open one before it is next, and nothing when all are done."""
    sitting = Sitting("eve")
    cards = queue(suggested, "eve").cards
    assert queue(suggested, "eve").first_open() == 0
    for card in cards[1:]:
        sitting.read(suggested, card.segment)
        for option in card.options:
            sitting.reject(suggested, card.segment, option.draft)
    assert queue(suggested, "eve").first_open(after=len(cards) - 1) == 0
    sitting.read(suggested, cards[0].segment)
    for option in cards[0].options:
        sitting.reject(suggested, cards[0].segment, option.draft)
    assert queue(suggested, "eve").first_open() is None
