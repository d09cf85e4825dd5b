"""The page “Import and export”: projects of other programs come in, and the study goes out as files of many kinds."""

from datetime import UTC, datetime

import streamlit as st

from assistant.review import Blindness, blindness
from assistant.ui.exchange_desk import ENDINGS, PATH, ExchangeDesk, current_exchange, make, take_in
from assistant.ui.exchange_fields import draw_safety, draw_wish
from assistant.ui.exchange_formats import FORMATS
from assistant.ui.exchange_report import draw_came, draw_earlier, sentence_list
from assistant.ui.login_here import is_served
from assistant.ui.markup import element, heading, notice
from assistant.ui.role_here import Act, act_button
from assistant.ui.session import current_study, current_visit
from store.study import Study

_NOTE = (
    "Projects and codebooks of NVivo, ATLAS.ti, MAXQDA, QualCoder and others in the REFI-QDA format, and files made of"
    " this study. Transcripts and recordings come in on the page “Add interviews”."
)
_LARGEST_MB = 200
_LONGEST_NAME = 60


def exchange_page() -> None:
    """Draw the page of the study that is open."""
    study, coder, desk = current_study(), current_visit().sitting.coder, current_exchange()
    heading("Import and export", _NOTE)
    hidden = blindness(study, coder)
    if hidden.sentence:
        notice(hidden.sentence)
    if coder:
        st.html(element("h2", "Import"))
        _draw_taking(study, desk, coder)
        st.html(element("h2", "Export"))
        _draw_making(study, desk, hidden)
    else:
        notice("Write your name into the field “Coder” at the left first; what comes in and goes out is on record.")
    draw_earlier(study, hidden)


def _draw_taking(study: Study, desk: ExchangeDesk, coder: str) -> None:
    key = f"exchange_file_{desk.round}"
    left, right = st.columns(2, gap="medium")
    left.file_uploader(
        "A project (qdpx), a codebook (qdc) or a reproducibility bundle (zip)",
        type=list(ENDINGS),
        max_upload_size=_LARGEST_MB,
        key=key,
    )
    if not is_served():  # files of the server are no member's
        right.text_input(
            "Or where it lies on this machine",
            key=PATH,
            placeholder="/home/ana/project.qdpx",
            help="For projects with recordings that are too large to drop.",
        )
    st.checkbox(
        "Whoever coded an interview counts as having read it",
        value=True,
        key="exchange_readings",
        help="Other programs do not say what was read. Without it, saturation counts every interview with a coding.",
    )
    act_button(
        "Import the file",
        act=Act.LEAD,
        key="exchange_take",
        type="primary",
        on_click=take_in,
        args=(study, desk, coder, key),
    )
    if desk.problem:
        notice(desk.problem, "problem")
    elif desk.came is not None:
        draw_came(desk.came)


def _draw_making(study: Study, desk: ExchangeDesk, hidden: Blindness) -> None:
    left, right = st.columns([3, 4], gap="medium", vertical_alignment="bottom")
    key = left.selectbox(
        "Kind of file", list(FORMATS), format_func=lambda each: FORMATS[each].name, key="exchange_format"
    )
    chosen = FORMATS[key]
    right.html(element("p", chosen.note.replace("`", ""), "page-note"))
    wish = draw_wish(study, chosen)
    safety = draw_safety(study) if "safe" in chosen.asks else None
    wanted = (chosen.name, wish, safety is not None)
    called = str(wish.table) if "table" in chosen.asks else chosen.called
    parts = (_stem(study.title), called, f"{datetime.now(UTC):%Y-%m-%d}")
    name = f"{'-'.join(part for part in parts if part)}.{chosen.ending}"
    with st.container(horizontal=True, key="exchange_files", gap="small", vertical_alignment="center"):
        st.button(
            "Make the file",
            key="exchange_make",
            type="primary",
            on_click=make,
            args=(study, desk, chosen, name, hidden, wish, safety),
        )
        made = desk.made if desk.wanted == wanted else None
        if made is not None and made.content is not None:
            st.download_button(
                f"Download {made.name}",
                made.content,
                file_name=made.name,
                mime="application/octet-stream",
                key="exchange_download",
                on_click="ignore",
            )
    if desk.trouble and desk.wanted == wanted:
        notice(desk.trouble, "problem")
    elif made is not None:
        where = f" It is too large to be downloaded here and lies in {made.place}." if made.place else ""
        notice(f"{made.name} is made, and that is on record.{where}", "good")
        if made.notes:
            st.html(sentence_list(made.notes))


def _stem(title: str) -> str:
    """The study's title as the name of a file."""
    kept = "".join(letter if letter.isalnum() or letter in " -_" else " " for letter in title)
    return "-".join(kept.split())[:_LONGEST_NAME] or "study"
