"""The cards of a coder, as the desk makes them one at a time."""

from assistant.review import Card, Cards, Ledger
from assistant.suggest import Proposals, propose
from store.codebook import current_codebook
from store.segments import segments
from store.study import Study
from store.values import Role


def cards_of(
    study: Study,
    coder: str,
    *,
    interview: str | None = None,
    proposals: Proposals | None = None,
    blind_share: float = 0.0,
) -> list[Card]:
    """One card for each segment of the participants, in study order."""
    ledger = Ledger(study)
    ledger.refresh()
    spoken = segments(study, role=Role.PARTICIPANT)
    read = ledger.read(coder, spoken)
    maker = Cards(current_codebook(study), proposals or propose(study), ledger, coder, blind_share=blind_share)
    return [maker.card(s, read=s in read) for s in spoken if interview in (None, s.interview)]
