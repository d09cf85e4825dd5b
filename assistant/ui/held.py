"""The suggestions of the segment on the screen: they stay as they are until it is left, whatever is learnt then."""

from assistant.review import Card
from assistant.ui.learning import Learnt
from assistant.ui.session import Held, Visit, current_ledger
from store.shown import shown_drafts
from store.steps import decided_by_rule
from store.study import Study
from store.values import Codebook, SuggestionDraft


def held_card(study: Study, visit: Visit, card: Card, codebook: Codebook, learnt: Learnt) -> Card:
    """The card as it is to be drawn; its suggestions are chosen when it comes on the screen, or is revealed."""
    visit.segment = card.segment.id
    if card.blind:
        visit.held = None
        return card
    if visit.held is None or visit.held.segment != card.segment.id:
        visit.held = _held(study, card, learnt)
    return card.with_options(visit.held.drafts, codebook)


def _held(study: Study, card: Card, learnt: Learnt) -> Held:
    segment = card.segment
    drafts = _drafts(study, card)
    confirmed, assurance = learnt.confirmed, learnt.assurance
    return Held(
        segment=segment.id,
        drafts=drafts,
        assured=None if assurance is None else assurance.assured.get(segment.id),
        near={} if confirmed is None else {d.code: confirmed.nearest(segment.id, d.code) for d in drafts},
    )


def _drafts(study: Study, card: Card) -> tuple[SuggestionDraft, ...]:
    """What is proposed now, and what this coder has answered here, as it was shown then; the likeliest first.

    What a rule rejected is left out unless it is proposed now: there may be one for every code.
    """
    ruled, events = decided_by_rule(study), current_ledger(study).events
    words = [word for word in card.words if word.suggestion_id is not None and events.get(word.guid) not in ruled]
    answered = shown_drafts(study, [word.suggestion_id for word in words if word.suggestion_id is not None])
    by_code = {option.code.guid: option.draft for option in card.options}
    by_code |= {draft.code: draft for draft in answered.values() if draft.segment_id == card.segment.id}
    return tuple(sorted(by_code.values(), key=lambda draft: -draft.probability))
