"""What came back from participants: the files are taken in, and their comments are shown."""

from collections.abc import Sequence

import streamlit as st

from assistant.exchange.participants import TITLES, Given, given_packs
from assistant.review import Blindness
from assistant.review.memos import find_memos
from assistant.ui.markup import element, moment, notice, table
from assistant.ui.memo_card import memo_card
from assistant.ui.participants_desk import ParticipantsDesk, take_in
from assistant.ui.role_here import Act, act_button
from store.interviews import interviews
from store.study import Study

_MOST = 40
_LARGEST_MB = 50


def draw_taking(study: Study, desk: ParticipantsDesk, coder: str) -> None:
    """The field for files that came back, and the packs that they can belong to."""
    given = given_packs(study)
    if not given:
        st.html(
            element(
                "p", "Nothing was given out yet; files that come back from participants are taken in here.", "page-note"
            )
        )
        return
    if not coder:
        notice("Write your name into the field “Coder” at the left first; comments are kept under who brings them in.")
        return
    key = f"participant_files_{desk.round}"
    left, right = st.columns(2)
    left.file_uploader(
        "Files that came back",
        type=["docx", "html", "htm", "json"],
        accept_multiple_files=True,
        max_upload_size=_LARGEST_MB,
        key=key,
    )
    names = {each.token: f"{each.token} ({each.name})" for each in reversed(given)}
    pack = right.selectbox(
        "Code of the pack",
        ["", *names],
        format_func=lambda token: names.get(token, "As the file says"),
        key="participant_token",
        help="Only for a file whose last line, which says the code, is gone.",
    )
    with right:
        act_button(
            "Keep the comments as memos",
            act=Act.LEAD,
            key="participant_take",
            on_click=take_in,
            args=(study, desk, coder, key, pack or None),
        )
    _draw_given(study, given)


def _draw_given(study: Study, given: Sequence[Given]) -> None:
    labels = {each.guid: each.label for each in interviews(study)}
    rows = [
        (
            moment(each.at),
            ", ".join(labels.get(guid, "an erased interview") for guid in each.interviews),
            len(each.passages),
            each.name,
            each.coder,
            each.token,
        )
        for each in reversed(given)
    ]
    headers = ("Given out", "Interviews", "Passages", "File", "By", "Code")
    with st.expander(f"Packs that were given out ({len(rows)})"):
        table(headers, rows, numbers=(2,), key="packs_given", caption="Packs that were given out")


def draw_comments(study: Study, hidden: Blindness) -> None:
    """The memos that came from participants, newest first."""
    found = [each for each in find_memos(study, hidden) if each.memo.title in TITLES]
    if not found:
        if given_packs(study):
            st.html(element("p", "No comment came back yet.", "page-note"))
        return
    count = f"{len(found)} {'comment or permission' if len(found) == 1 else 'comments and permissions'} came back"
    st.html(element("p", f"{count}; they are among the memos too.", "page-note"))
    for each in found[:_MOST]:
        with st.container(key=f"came_back_{each.memo.guid}", border=True):
            st.html(memo_card(each, "h3"))
    if len(found) > _MOST:
        st.html(element("p", f"The newest {_MOST}; the others are on the page Memos.", "page-note"))
