"""What the query of the page finds, for whoever looks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from assistant.quotes import Found, Place, Quote, QuoteQuery, Shelf, find
from assistant.review import is_blind, read_by
from assistant.ui.embeddings import study_embeddings
from assistant.ui.quote_cards import Drawer
from assistant.ui.quote_fields import means_confirmed
from assistant.ui.session import current_proposals, study_settings
from store.study import Study
from store.values import Segment, State

_MOST_COUNTED = 2_000
"""Of more quotes only those on the screen are counted by interviewee: the page is to stay quick."""
_BY_VECTORS = ("typical", "extreme", "different")


@dataclass(frozen=True, slots=True)
class Result:
    """The quotes on the screen, and all those that are counted: everybody's where everything was looked at."""

    found: Found
    shown: tuple[Quote, ...]

    @property
    def more(self) -> int:
        """How many there are that are not on the screen."""
        return self.found.total - len(self.shown)


NOTHING = Result(Found((), 0, 0), ())


def result_of(drawer: Drawer, query: QuoteQuery, limit: int, already: Sequence[Place]) -> Result:
    """The first quotes that fit, in their order.

    Suggestions that are looked up count as shown from then on, so beyond the screen only what was decided is looked at.
    """
    found = found_by(drawer, query.with_limit(limit), already)
    if _asks_for_codings(query) and limit < found.total <= _MOST_COUNTED:
        found = found_by(drawer, query.with_limit(None), already)
    return Result(found, found.quotes[:limit])


def found_by(drawer: Drawer, query: QuoteQuery, already: Sequence[Place]) -> Found:
    """What a query finds."""
    study, decided = drawer.study, _asks_for_codings(query)  # which needs nothing of what the machine proposes
    needs_vectors = bool(query.meaning) or query.order in _BY_VECTORS
    return find(
        study,
        query,
        shelf=current_shelf(study),
        embeddings=study_embeddings(study) if needs_vectors else None,
        proposals=None if decided else current_proposals(study),
        keep_back=None if decided else _still_blind(study, drawer.hidden.coder),
        hidden=drawer.hidden,
        already=already,
    )


def current_shelf(study: Study) -> Shelf:
    """What quotes are made of, the same for every tab."""
    return _shelf(study, str(study.folder), study.guid)


@st.cache_resource(max_entries=2, show_spinner=False)
def _shelf(_study: Study, folder: str, guid: str) -> Shelf:
    del folder, guid  # parts of the key only
    return Shelf(_study)


def _asks_for_codings(query: QuoteQuery) -> bool:
    return query.state is State.CONFIRMED or (query.state is None and means_confirmed(query))


def _still_blind(study: Study, coder: str) -> Callable[[Segment], bool]:
    """Whether a segment of the blind sample was not read yet by the coder who looks."""
    proposals, share = current_proposals(study), study_settings(study).blind_share
    read = read_by(study, coder)
    return lambda segment: segment not in read and is_blind(segment, proposals, share)
