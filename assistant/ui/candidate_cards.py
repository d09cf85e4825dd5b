"""The cards of the page of new codes: fields to edit, passages to tick, and the codes that are near."""

import re
from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from assistant.privacy.instructions import NOTE, reads_like_instruction
from assistant.suggest.candidates import Candidate
from assistant.ui.candidate_moves import (
    Found,
    field_key,
    make_code,
    put_away,
    put_into,
    tick_all,
    tick_key,
)
from assistant.ui.code_names import code_names
from assistant.ui.markup import element, notice
from assistant.ui.passage import marked, speaker_line
from assistant.ui.role_here import Act, act_button
from store.study import Study
from store.values import Codebook, Segment, Span

_FIRST = 6
Places = Mapping[tuple[str, int], Sequence[Span]]
"""By interview label and revision, the sentences that a model pointed at."""

_ADDRESS = re.compile(r"(https?:|www)(?=//|\.)", re.IGNORECASE)
_MARKDOWN = re.compile(r"([\\`*_\[\]#~$<>&]|:(?=[a-z]))")


def unmarked(text: str) -> str:
    """Plain text for where Streamlit reads Markdown: nothing in it is markup or a link, and no picture is fetched."""
    return _ADDRESS.sub("\\1\u2060", _MARKDOWN.sub(r"\\\1", text))


def draw_candidate(
    study: Study, found: Found, coder: str, number: int, candidate: Candidate, codebook: Codebook | None, places: Places
) -> None:
    """One candidate: what it may be called at the left, what people said at the right."""
    with st.container(key=f"candidate_{number}", border=True):
        st.html(_head(number, candidate))
        left, right = st.columns([2, 3], gap="medium")
        with right:
            shown = _draw_passages(candidate, places)
        with left:
            _draw_fields(candidate, codebook)
            st.html(_nearest(candidate))
            _draw_answers(study, found, coder, number, candidate, codebook, shown)


def _head(number: int, candidate: Candidate) -> str:
    where = ", ".join(candidate.interviews)
    count = f"{len(candidate.members)} passages from {where} · alike by {candidate.cohesion:.2f}"
    head = f'<div class="card-head">{element("span", str(number), "digit")}{element("h2", candidate.title)}</div>'
    return f"{head}{element('p', count, 'page-note')}"


def _draw_fields(candidate: Candidate, codebook: Codebook | None) -> None:
    if candidate.name is None:
        st.html(element("p", "Named after its own words; no model was asked.", "page-note"))
    else:
        who = f"The model’s words, not a quote: drafted by {candidate.name.written_by.model}. Edit before you accept."
        marks = "Underlined at the right: the sentences that it pointed at."
        st.html(element("p", who, "model-note") + element("p", marks, "page-note"))
    st.text_input("Name", value=candidate.title, key=field_key(candidate, "name"), max_chars=200)
    definition = "" if candidate.name is None else candidate.name.definition
    st.text_area("Definition", value=definition, key=field_key(candidate, "definition"), height=110)
    themes = {} if codebook is None else code_names(codebook)
    top = [code.guid for code in codebook.active if code.parent is None] if codebook is not None else []
    st.selectbox(
        "Theme",
        top,
        index=None,
        format_func=lambda guid: themes[guid],
        placeholder="None: at the top",
        key=field_key(candidate, "theme"),
    )


def _nearest(candidate: Candidate) -> str:
    if not candidate.nearest:
        return element("p", "There are no codes yet that it could double.", "page-note")
    rows = "".join(
        f"<li>{escape(near.code.name)} · {near.similarity:.2f}"
        f"{element('strong', ' – may be the same') if near.close else ''}</li>"
        for near in candidate.nearest
    )
    return f'<div class="nearest">{element("b", "Nearest codes you have")}<ul>{rows}</ul></div>'


def _draw_passages(candidate: Candidate, places: Places) -> tuple[Segment, ...]:
    """Passages with their boxes, best first; more of them where they are asked for. Returns those on the screen."""
    shown = candidate.members
    if len(shown) > _FIRST:
        rest = len(shown) - _FIRST
        everything = st.toggle(f"Show the other {rest} passages too", key=field_key(candidate, "all"))
        shown = shown if everything else shown[:_FIRST]
    for segment in shown:
        place = f"{segment.interview} · {speaker_line(segment.speaker, segment.start_ms)}"
        st.checkbox(unmarked(place), key=tick_key(candidate, segment))
        if reads_like_instruction(segment.text):
            st.html(element("p", f"⚑ {NOTE}", "page-note"))
        marks = [(span, "") for span in places.get((segment.interview, segment.revision), ())]
        st.html(f'<p class="said">{marked(segment.text, segment.span.start, marks)}</p>')
    act_button(
        "Tick all shown", act=Act.SHAPE, key=field_key(candidate, "tick"), on_click=tick_all, args=(candidate, shown)
    )
    return shown


def _draw_answers(
    study: Study,
    found: Found,
    coder: str,
    number: int,
    candidate: Candidate,
    codebook: Codebook | None,
    shown: tuple[Segment, ...],
) -> None:
    answer = (study, found, coder, candidate)
    with st.empty():
        if found.problem and found.at == candidate.id:
            notice(found.problem, "problem")
    with st.container(horizontal=True, key=f"answer_candidate_{number}", gap="small"):
        accept_key, dismiss_key = field_key(candidate, "accept"), field_key(candidate, "dismiss")
        act_button("Accept", act=Act.SHAPE, key=accept_key, type="primary", on_click=make_code, args=(*answer, shown))
        act_button("Dismiss", act=Act.SHAPE, key=dismiss_key, on_click=put_away, args=answer)
    if codebook is None:
        return
    names: Mapping[str, str] = code_names(codebook)
    near = [each.code.guid for each in candidate.nearest if each.code.guid in names]
    with st.container(horizontal=True, key=f"merge_candidate_{number}", vertical_alignment="bottom"):
        st.selectbox(
            "Or put the ticked passages into",
            [*near, *(guid for guid in names if guid not in near)],
            index=None,
            format_func=names.__getitem__,
            placeholder="Choose a code",
            key=field_key(candidate, "merge"),
        )
        act_button(
            "Merge", act=Act.SHAPE, key=field_key(candidate, "merging"), on_click=put_into, args=(*answer, shown)
        )
