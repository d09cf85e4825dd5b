"""The frame around every page: navigation, who codes, and the one place where a study that cannot be opened is told."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from assistant.llm.endpoints import leaves_machine
from assistant.privacy import go_offline
from assistant.segment import segment_new
from assistant.settings import load_settings
from assistant.ui.agreement_page import agreement_page
from assistant.ui.announcer import draw_announcer
from assistant.ui.audit_page import audit_page
from assistant.ui.candidates_page import candidates_page
from assistant.ui.codebook_page import codebook_page
from assistant.ui.import_page import import_page
from assistant.ui.markup import element, notice
from assistant.ui.memos_page import memos_page
from assistant.ui.quote_links import remember_pages
from assistant.ui.quotes_page import quotes_page
from assistant.ui.recordings_page import recordings_page
from assistant.ui.relations_page import relations_page
from assistant.ui.review_page import review_page
from assistant.ui.saturation_page import saturation_page
from assistant.ui.scripts import page_styles
from assistant.ui.second_coder_page import second_coder_page
from assistant.ui.session import current_study, login_name, told
from assistant.ui.sortable import draw_sorting
from assistant.ui.study_page import study_page
from assistant.ui.summaries_page import summaries_page
from assistant.ui.transcripts_page import transcripts_page
from store.segments import unsegmented


@dataclass(frozen=True, slots=True)
class Place:
    """A page by its title, address and what draws it."""

    title: str
    address: str
    draw: Callable[[], None]


PLACES = (
    Place("Study", "study", study_page),
    Place("Add interviews", "add-interviews", import_page),
    Place("Recordings", "recordings", recordings_page),
    Place("Transcripts", "transcripts", transcripts_page),
    Place("Codebook", "codebook", codebook_page),
    Place("Review", "review", review_page),
    Place("New codes", "new-codes", candidates_page),
    Place("Second coder", "second-coder", second_coder_page),
    Place("Quotes", "quotes", quotes_page),
    Place("Summaries", "summaries", summaries_page),
    Place("Saturation", "saturation", saturation_page),
    Place("Agreement", "agreement", agreement_page),
    Place("Relations", "relations", relations_page),
    Place("Memos", "memos", memos_page),
    Place("Audit", "audit", audit_page),
)


def main() -> None:
    """Draw the page that was asked for."""
    go_offline()
    pages = [
        st.Page(told(place.draw), title=place.title, url_path=place.address, default=place is PLACES[0])
        for place in PLACES
    ]
    remember_pages({place.address: page for place, page in zip(PLACES, pages, strict=True)})
    chosen = st.navigation(pages, position="sidebar", expanded=True)
    st.html(f"<style>{page_styles()}</style>")
    with st.sidebar:
        draw_sidebar()
        draw_announcer()
        draw_sorting()
    chosen.run()


@told
def draw_sidebar() -> None:
    """Who codes, in which study, and whether its text may leave this machine."""
    # In the address, so that a reload does not go on under another name.
    st.text_input("Coder", value=login_name(), key="coder", max_chars=200, bind="query-params")
    st.html(element("p", "Every decision is kept under this name.", "page-note"))
    study = current_study()
    if unsegmented(study):  # a transcript came from the queue or from a command
        segment_new(study)
    st.html(element("p", study.title, "study-title") + element("p", str(study.folder), "study-folder"))
    settings = load_settings(study.settings())
    if settings.allow_remote and leaves_machine(settings):
        notice(f"Text may leave this machine: this study allows the endpoint {settings.endpoint}.", "problem")
