"""The quotes page: exact slices of the transcripts by all that is known of them, and lists of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import streamlit as st

from assistant.quotes import Place, Quote
from assistant.quotes.sentence import sentence
from assistant.review import blindness
from assistant.ui.markup import element, heading, notice
from assistant.ui.quote_board import draw_board
from assistant.ui.quote_cards import Card, Drawer, place_of, turns_around
from assistant.ui.quote_desk import STEP, QuoteDesk, current_quotes, follow_address
from assistant.ui.quote_export import draw_export
from assistant.ui.quote_filters import draw_filters
from assistant.ui.quote_lists_box import Listed, draw_list, listed_quotes
from assistant.ui.quote_moves import perform
from assistant.ui.quote_result import NOTHING, Result, found_by, result_of
from assistant.ui.quote_saved import draw_removed, draw_saved
from assistant.ui.recording import recording
from assistant.ui.session import current_ledger, current_study, current_visit, told
from store.codebook import current_codebook
from store.errors import StudyError
from store.study import Study


def quotes_page() -> None:
    """Draw the page of the study that is open."""
    study, desk, coder = current_study(), current_quotes(), current_visit().sitting.coder
    follow_address(desk)
    with st.container(horizontal=True, vertical_alignment="center", key="quote_head"):
        heading("Quotes")
        draw_saved(study, desk, coder)
    kind, said = desk.hear("page")
    if said:
        notice(said, kind)
    draw_removed(study, desk, coder)
    hidden = blindness(study, coder)
    if hidden.sentence:
        notice(hidden.sentence)
    draw_filters(study, desk)
    _draw(study, desk)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What is drawn at once: everything that was found, and the list beside it."""

    desk: QuoteDesk
    drawer: Drawer
    listed: tuple[Listed, ...]
    found: Result


@st.fragment
@told
def _draw(study: Study, desk: QuoteDesk) -> None:
    hidden = blindness(study, current_visit().sitting.coder)
    drawer = Drawer.of(study, current_codebook(study), current_ledger(study), hidden)
    listed = listed_quotes(study, desk, drawer)
    shown = _Shown(desk, drawer, listed, _found(desk, drawer, listed))
    playing = _wanted(shown)
    left, right = st.columns([5, 3], gap="medium")
    with left:
        _draw_result(shown, playing)
    with right, st.container(key="quote_beside"):
        _draw_recording(drawer, playing)
        draw_list(study, desk, drawer, listed, shown.found, _playing(playing, desk, "picks"))


def _found(desk: QuoteDesk, drawer: Drawer, listed: Sequence[Listed]) -> Result:
    """What the query finds; where it cannot be understood, nothing, and a sentence that says so."""
    try:
        return result_of(drawer, desk.query, desk.limit, _already(listed))
    except StudyError as error:
        notice(str(error), "problem")
        return NOTHING


def _draw_result(shown: _Shown, playing: Card | None) -> None:
    desk, drawer, found = shown.desk, shown.drawer, shown.found
    with st.container(horizontal=True, vertical_alignment="center", key="quote_asked"):
        _draw_count(found, sentence(desk.query, drawer.codebook))
        draw_export(drawer.study, desk, drawer, lambda: _everything(shown), _noted(shown.listed))
    cards = [_card(shown, quote) for quote in found.shown]
    state: Mapping[str, Any] = {
        "heard": desk.heard.get("cards", 0),
        "list": desk.listed,
        "can_pick": bool(drawer.hidden.coder),
        "cards": cards,
        "more": found.more,
        "step": STEP,
        "playing": _playing(playing, desk, "cards"),
    }
    draw_board("cards", state, lambda acts: perform(drawer.study, desk, drawer.hidden.coder, "cards", acts))


def _draw_count(result: Result, asked: str) -> None:
    found = result.found
    folded = f", {found.folded} more folded into them" if found.folded else ""
    count = f"{found.total} quote{'' if found.total == 1 else 's'}{folded}"
    if not found.quotes:
        count = "No quote fits"
        asked = f"{asked} Take a filter away, or choose another state."
    st.html(f"<h2 data-announce>{escape(count)}</h2>{element('p', asked, 'page-note')}")


def _card(shown: _Shown, quote: Quote) -> Card:
    card, place = shown.drawer.card(quote), place_of(quote)
    turns = shown.desk.around.get(place)
    around = None if turns is None else turns_around(shown.drawer.study, quote, turns)
    return {**card, "around": around, "picked": any(each.place == place for each in shown.listed)}


def _everything(shown: _Shown) -> list[tuple[Quote, str]]:
    """All that fits, for a file: what is not on the screen is looked up only then."""
    query = shown.desk.query.with_limit(None)
    return [(quote, "") for quote in found_by(shown.drawer, query, _already(shown.listed)).quotes]


def _already(listed: Sequence[Listed]) -> list[Place]:
    return [each.quote.place for each in listed if each.quote is not None]


def _noted(listed: Sequence[Listed]) -> list[tuple[Quote, str]]:
    return [(each.quote, each.pick.note) for each in listed if each.quote is not None]


def _wanted(shown: _Shown) -> Card | None:
    """The quote whose recording is to be heard, where it is on the screen."""
    wanted = shown.desk.playing
    quotes = [*shown.found.shown, *(each.quote for each in shown.listed if each.quote is not None)]
    found = next((quote for quote in quotes if wanted is not None and place_of(quote) == wanted.place), None)
    return None if found is None else shown.drawer.card(found)


def _playing(card: Card | None, desk: QuoteDesk, part: str) -> Mapping[str, Any] | None:
    """What a part of the page is to play."""
    if card is None or desk.playing is None or desk.playing.part != part:
        return None
    return {"number": desk.playing.number, "quote": card}


def _draw_recording(drawer: Drawer, card: Card | None) -> None:
    interview = None if card is None else next((i for i in drawer.known.values() if i.id == card["recording"]), None)
    if interview is not None and interview.media is not None:
        with st.container(key=f"recording_{interview.id}"):
            st.audio(recording(drawer.study, interview.media), alt=f"Recording of {interview.label}")
