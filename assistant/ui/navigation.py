"""The frame around every page: navigation, who codes, and the one place where a study that cannot be opened is told."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import streamlit as st

from assistant.llm.endpoint_place import leaves_machine
from assistant.privacy import go_offline
from assistant.privacy.uploads import keep_uploads_inside
from assistant.segment import segment_new
from assistant.settings import load_settings
from assistant.ui.agreement_page import agreement_page
from assistant.ui.announcer import draw_announcer
from assistant.ui.audit_page import audit_page
from assistant.ui.candidates_page import candidates_page
from assistant.ui.codebook_page import codebook_page
from assistant.ui.exchange_page import exchange_page
from assistant.ui.focus import draw_focus
from assistant.ui.import_page import import_page
from assistant.ui.login_here import draw_signed_in, is_served, signed_in
from assistant.ui.markup import element, notice
from assistant.ui.memos_page import memos_page
from assistant.ui.methods_page import methods_page
from assistant.ui.participants_page import participants_page
from assistant.ui.pseudonyms_page import pseudonyms_page
from assistant.ui.quote_links import remember_pages
from assistant.ui.quotes_page import quotes_page
from assistant.ui.recordings_page import recordings_page
from assistant.ui.relations_page import relations_page
from assistant.ui.repairs import draw_damage, draw_repairs, study_damage
from assistant.ui.review_page import review_page
from assistant.ui.role_here import Act, current_role, look_up_role, withheld
from assistant.ui.saturation_page import saturation_page
from assistant.ui.scripts import page_styles
from assistant.ui.seat import draw_name, sit_as_member, sit_down
from assistant.ui.second_coder_page import second_coder_page
from assistant.ui.session import backup_problem, current_study, index_problem, opened_study, told
from assistant.ui.sortable import draw_sorting
from assistant.ui.study_page import study_page
from assistant.ui.summaries_page import summaries_page
from assistant.ui.transcripts_page import transcripts_page
from assistant.ui.unlock import draw_unlock, is_study_locked
from store.segments import unsegmented
from store.study import Study


@dataclass(frozen=True, slots=True)
class Place:
    """A page by its title, address and what draws it; one that is all for an act is for those who may do it."""

    title: str
    address: str
    draw: Callable[[], None]
    act: Act | None = None


PLACES = (
    Place("Study", "study", study_page),
    Place("Add interviews", "add-interviews", import_page, Act.SHAPE),
    Place("Recordings", "recordings", recordings_page, Act.SHAPE),
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
    Place("Methods", "methods", methods_page),
    Place("Participants", "participants", participants_page, Act.LEAD),
    Place("Pseudonyms", "pseudonyms", pseudonyms_page, Act.LEAD),
    Place("Import and export", "exchange", exchange_page, Act.SHAPE),
    Place("Audit", "audit", audit_page),
)


def main() -> None:
    """Draw the page that was asked for."""
    go_offline()
    keep_uploads_inside()
    locked = is_study_locked()
    damage = None if locked else study_damage()
    if is_served():
        look_up_role()
    pages = {
        place.address: st.Page(told(place.draw), title=place.title, url_path=place.address, default=place is PLACES[0])
        for place in PLACES
        if place.act is None or not withheld(place.act)
    }
    remember_pages(pages)
    chosen = st.navigation(list(pages.values()), position="hidden" if locked or damage else "sidebar", expanded=True)
    st.html(f"<style>{page_styles()}</style>")
    if locked:
        draw_unlock()
        return
    if damage is not None:
        draw_damage(damage)
        return
    with st.sidebar:
        draw_sidebar()
        draw_announcer()
        draw_sorting()
        draw_focus()
    draw_opening()
    chosen.run()


@told
def draw_opening() -> None:
    """What opening the study mended, above the page, until it was read."""
    draw_repairs(current_study())


def draw_person() -> Study:
    """Who codes: whoever is signed in, or whose name stands in the field. Returns the study as they may use it."""
    if is_served():
        login = signed_in()
        study = current_study()
        draw_signed_in(login, current_role())
        sit_as_member(study, login)
        return study
    draw_name()
    study = current_study()
    sit_down(study)
    return study


@told
def draw_sidebar() -> None:
    """Who codes, in which study, and whether its text may leave this machine."""
    study = draw_person()
    if unsegmented(study):  # a transcript came from the queue or from a command
        segment_new(opened_study())
    folder = "" if is_served() else element("p", str(study.folder), "study-folder")
    st.html(element("p", study.title, "study-title") + folder)
    if problem := index_problem(study):
        notice(f"{problem} Quotes are found without it, from the vectors in the database.", "problem")
    if problem := backup_problem(study):
        notice(f"Your work is kept, but the last copy of the database could not be made. {problem}", "problem")
    settings = load_settings(study.settings())
    if settings.allow_remote and leaves_machine(settings):
        where = urlsplit(settings.endpoint_url or "").hostname or "an address of its provider"
        notice(
            f"Text may leave this machine: this study allows the endpoint {settings.endpoint} at {where}.", "problem"
        )
