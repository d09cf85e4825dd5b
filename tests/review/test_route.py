"""The blind sample on cards, and the way through a study in each order."""

from dataclasses import replace

import pytest
from review_cards_of import cards_of
from study_builder import word_embeddings

from assistant.review import Read, Sitting, is_blind, next_segment, read_by
from assistant.suggest import Order, propose, suggest
from store.codebook import current_codebook
from store.segments import segments
from store.values import Role, Span


@pytest.fixture
def suggested(machines):
    """A study in which suggestions wait."""
    suggest(machines, word_embeddings(machines)[0], None)
    return machines


def spoken(study):
    return segments(study, role=Role.PARTICIPANT)


def test_the_blind_sample_shows_nothing_until_it_is_read(suggested):
    """Of segments that chance drew, a card hides the suggestions until its coder has read it; others see them not."""
    cards = cards_of(suggested, "eve", blind_share=0.5)
    drawn = {s.id for s in spoken(suggested) if is_blind(s, propose(suggested), 0.5)}
    assert {card.segment.id for card in cards if card.blind} == drawn
    assert 0 < len(drawn) < len(cards)
    assert all(not card.options for card in cards if card.blind)
    assert any(card.options for card in cards if not card.blind)
    everything = cards_of(suggested, "eve")
    hidden = next(c.segment for c in everything if c.segment.id in drawn and c.options)
    Sitting("eve").read(suggested, hidden)

    def card_of(coder):
        return next(c for c in cards_of(suggested, coder, blind_share=0.5) if c.segment.id == hidden.id)

    assert (card_of("eve").blind, card_of("eve").open) == (False, False)
    assert (card_of("ada").blind, card_of("ada").options) == (True, ())


def test_without_a_share_nobody_is_kept_blind(suggested):
    """0 switches the sample off."""
    assert not any(card.blind for card in cards_of(suggested, "eve", blind_share=0.0))


def test_reading_is_noticed_by_coder_and_by_the_whole_segment(suggested):
    """A part of a segment that was read leaves it open; a reading over several segments closes all of them."""
    first, second = spoken(suggested)[:2]
    here = first.transcript_id
    part = Span(first.span.start, first.span.end - 1)
    assert first not in Read([(here, part), (here + 1, first.span)])
    whole = Read([(here, part), (here, Span(first.span.start, second.span.end)), (here, part)])
    assert first in whole
    assert second in whole
    Sitting("eve").read(suggested, first)
    assert first in read_by(suggested, "eve")
    assert first not in read_by(suggested, "ada")


@pytest.mark.parametrize("order", [Order.INFORMATIVE, Order.LIKELY])
def test_the_best_unread_segment_is_next(suggested, order):
    """Whatever was read is passed over; the others come by what they teach, or by how likely a code fits."""
    proposals = propose(suggested)
    worth = proposals.informative if order is Order.INFORMATIVE else proposals.best
    everything, seen = spoken(suggested), []
    for _ in everything:
        read = Read((s.transcript_id, s.span) for s in seen)
        seen.append(next_segment(order, everything, proposals, read, share=0.0))
    assert [worth[s.id] for s in seen] == sorted(worth.values(), reverse=True)
    assert {s.id for s in seen} == {s.id for s in everything}
    assert next_segment(order, everything, proposals, Read((s.transcript_id, s.span) for s in seen), share=0.0) is None


def test_the_blind_sample_can_come_first(suggested):
    """All of the sample comes before everything else, each in study order; as they come is plain study order."""
    proposals, everything = propose(suggested), spoken(suggested)

    def walked(order):
        seen = []
        while at := next_segment(
            order, everything, proposals, Read((s.transcript_id, s.span) for s in seen), share=0.5
        ):
            seen.append(at)
        return seen

    assert walked(Order.CHRONOLOGICAL) == list(everything)
    blind = [is_blind(s, proposals, 0.5) for s in walked(Order.BLIND)]
    assert blind == sorted(blind, reverse=True)
    assert walked(Order.BLIND) == sorted(everything, key=lambda s: not is_blind(s, proposals, 0.5))


@pytest.mark.parametrize("order", [Order.INFORMATIVE, Order.LIKELY])
def test_what_was_not_scored_comes_last(suggested, order):
    """An interview that came after the run is read after everything of which something is known."""
    everything, proposals = spoken(suggested), propose(suggested)
    new = replace(everything[0], id=10_000, transcript_id=10_000, interview="I9")
    chosen = next_segment(order, [new, *everything], proposals, Read([]), share=0.0)
    assert chosen != new
    read = Read((s.transcript_id, s.span) for s in everything)
    assert next_segment(order, [new, *everything], proposals, read, share=0.0) == new


def test_code_by_code(suggested):
    """First all passages for which the first code is suggested, the likeliest first; what is hidden tells nothing."""
    proposals, everything = propose(suggested), spoken(suggested)
    codes = [code.guid for code in current_codebook(suggested).active]

    def walked(share):
        seen = []
        while at := next_segment(
            Order.CODE,
            everything,
            proposals,
            Read((s.transcript_id, s.span) for s in seen),
            share=share,
            codes=codes,
        ):
            seen.append(at)
        return seen

    def first_code(segment):
        drafts = proposals.by_segment.get(segment.id, ())
        return min((codes.index(draft.code) for draft in drafts), default=len(codes))

    order = [first_code(segment) for segment in walked(0.0)]
    assert order == sorted(order)
    assert len(set(order)) > 2
    assert len(walked(0.0)) == len(everything)
    assert walked(1.0) == list(everything)
