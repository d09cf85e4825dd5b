"""The summaries page: what the confirmed quotes of a theme say in a model's words, and the quotes beneath."""

from collections.abc import Sequence

import streamlit as st

from assistant.llm.endpoint_place import uses_endpoint
from assistant.models import models_in
from assistant.review import Blindness, blindness
from assistant.settings import load_settings
from assistant.suggest.writer import opened_writer
from assistant.summaries import RULE, ThemeQuotes, standing, summarise, theme_quotes, visible
from assistant.ui.embeddings import study_embeddings
from assistant.ui.markup import element, heading, notice, result
from assistant.ui.role_here import Act, act_button
from assistant.ui.session import current_study, current_visit
from assistant.ui.summary_cards import draw_summary
from assistant.ui.summary_fields import Wanted, draw_fields
from store.acting import require
from store.errors import StudyError
from store.study import Study
from store.summaries import Summary

_AT_ONCE = 3
_NOTE = (
    "What the confirmed quotes of a theme say, in a language model’s words: a draft to check against the quotes beneath"
    " each sentence, which are exact. Nothing of it is coded or counted."
)
_PATIENCE = "A model of this machine reads and writes. That can take minutes; stay on this page until it is done."


def summaries_page() -> None:
    """Draw the page of the study that is open."""
    heading("Summaries", _NOTE)
    study, coder = current_study(), current_visit().sitting.coder
    hidden = blindness(study, coder)
    if hidden.interviews:
        notice(hidden.sentence)
    wanted = draw_fields(study, hidden)
    if wanted.theme is None:
        notice("Nothing is coded on this basis yet; code some passages first, or choose another basis.")
        return
    quotes = theme_quotes(study, wanted.found, wanted.theme)
    _draw_asking(study, coder, hidden, wanted, quotes)
    _draw_kept(study, hidden, visible(study, hidden, wanted.theme))


def _draw_asking(study: Study, coder: str, hidden: Blindness, wanted: Wanted, quotes: ThemeQuotes) -> None:
    """How much there is to read, and the button that has a model read it."""
    people = len({quote.person for quote in quotes.quotes})
    count = len(quotes.quotes)
    st.html(element("p", f"{_counted(count, 'quote')} of {_people(people)}. {wanted.found.sentence}.", "page-note"))
    why_not = _why_not(study, coder, count)
    with st.container(horizontal=True, vertical_alignment="center", key="summary_asking"):
        pressed = act_button("Write a summary", Act.SHAPE, key="summarise", type="primary", disabled=bool(why_not))
        st.html(element("p", why_not or _PATIENCE, "page-note"))
    if count > wanted.limit:
        st.html(element("p", f"It reads at most {wanted.limit} of {count}. {RULE}", "page-note"))
    if pressed:
        require(study, "summary.written", "have a summary written")
        _write(study, coder, hidden, wanted)


def _why_not(study: Study, coder: str, count: int) -> str:
    """Why no summary can be asked for now; empty where one can."""
    if not coder:
        return "Write your name into the field “Coder” at the left first; a summary is kept under who asked for it."
    if not count:
        return "There is no confirmed quote of it on this basis."
    settings = load_settings(study.settings())
    local = any(model.role == "llm" and not model.damaged for model in models_in(settings))
    installed = local or uses_endpoint(settings)
    return "" if installed else "No language model is installed; get one with `interview models pull`."


def _write(study: Study, coder: str, hidden: Blindness, wanted: Wanted) -> None:
    """Have the summary written now; it is kept before it is drawn."""
    settings = load_settings(study.settings())
    progress = st.progress(0.0)
    try:
        with opened_writer(settings.llm, settings) as writer:
            summarise(
                study,
                str(wanted.theme),
                writer,
                study_embeddings(study),
                coder=coder,
                basis=wanted.found.basis,
                hidden=hidden,
                limit=wanted.limit,
                report=progress.progress,
            )
    except StudyError as error:
        notice(str(error), "problem")
    finally:
        progress.empty()


def _draw_kept(study: Study, hidden: Blindness, kept: Sequence[Summary]) -> None:
    """The summaries of the theme, newest first; more of them where they are asked for."""
    if not kept:
        result("No summary of it has been written yet.")
        return
    result(f"{_counted(len(kept), 'summary', 'summaries')}, newest first")
    most = st.session_state.get("summaries_shown", _AT_ONCE)
    for summary in kept[:most]:
        draw_summary(standing(study, summary, hidden))
    if len(kept) > most:
        st.button(f"Show more ({len(kept) - most} are left)", key="more_summaries", on_click=_more)


def _more() -> None:
    st.session_state["summaries_shown"] = st.session_state.get("summaries_shown", _AT_ONCE) + _AT_ONCE


def _counted(count: int, one: str, many: str = "") -> str:
    return f"1 {one}" if count == 1 else f"{count} {many or f'{one}s'}"


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"
