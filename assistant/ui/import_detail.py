"""One file of the import page: how it is taken, to be corrected, and how it would begin."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from assistant.ingest.attributes import CaseTable
from assistant.ingest.cases import Known, match
from assistant.ingest.mapping import Mapping
from assistant.ingest.pieces import count
from assistant.intake import Look
from assistant.intake.choices import ENCODINGS
from assistant.ui.candidate_cards import unmarked
from assistant.ui.import_desk import ImportDesk, Waiting
from assistant.ui.import_moves import correct, name_speaker, relabel, remove, take_as
from assistant.ui.markup import clock, element, notice, table
from store.values import NewTurn, Role

_SHOWN_TURNS = 12
_SHOWN_CHARACTERS = 600
_MOST_SPEAKERS = 30
_MOST_HEAD_LINES = 1_000_000
_NO_COLUMN = "None of them"
_UNITS = {"s": "seconds", "ms": "milliseconds"}
_COLUMNS = {
    "text_column": "Text from the column",
    "speaker_column": "Speaker from the column",
    "start_column": "Start from the column",
    "end_column": "End from the column",
}


def draw_answers(desk: ImportDesk, one: Waiting) -> None:
    """What can be done with the file that is looked at."""
    st.button("Leave it out", key=f"import_remove_{one.number}", on_click=remove, args=(desk, one.number))
    if one.mapping != Mapping():
        st.button("Back to the guess", key=f"import_guess_{one.number}", on_click=one.guess_again)


def draw_detail(one: Waiting, planned: str | None, problem: str | None) -> None:
    """The file that is looked at, as a transcript or recording; `problem` says why it cannot be added."""
    left, right = st.columns([2, 3], gap="medium")
    with left:
        _draw_top(one, planned, is_table=False)
        if not one.is_recording:
            _draw_fields(one, one.mapping if one.last is None else one.last.mapping)
    with right:
        if problem:
            notice(problem, "problem")
        if isinstance(one.look, Look):
            _draw_look(one.look)


def draw_table_detail(one: Waiting, others: Sequence[Known]) -> None:
    """The file that is looked at, as a case table with what its rows match."""
    left, right = st.columns([2, 3], gap="medium")
    with left:
        _draw_top(one, None, is_table=True)
    with right:
        if isinstance(one.table, CaseTable):
            _draw_cases(one.table, others)
        elif one.table is not None:
            notice(one.table, "problem")


def _draw_top(one: Waiting, planned: str | None, *, is_table: bool) -> None:
    if one.may_be_table:
        key = f"import_as_{one.number}"
        st.session_state[key] = "Case table" if is_table else "Transcript"
        st.radio(
            "Take it as", ["Transcript", "Case table"], key=key, horizontal=True, on_change=take_as, args=(one, key)
        )
    if not is_table:
        key = f"import_label_{one.number}"
        st.session_state[key] = one.label
        shown = planned or "The next free one"
        st.text_input("Label", key=key, max_chars=100, placeholder=shown, on_change=relabel, args=(one, key))


def _draw_fields(one: Waiting, taken: Mapping) -> None:
    """A field for each part of the mapping that applies to this kind of file, as it was taken last.

    A table that cannot be read shows its columns all the same, for that is where the mistake may lie.
    """
    known = one.choices
    if len(known.layouts) > 1:
        _select(one, "layout", "Layout", known.layouts, taken.layout)
    if known.sheets:
        _select(one, "sheet", "Sheet", known.sheets, taken.sheet)
    for field, label in _COLUMNS.items():
        value = getattr(taken, field)
        if value is not None or (one.last is None and known.columns):
            none = () if field == "text_column" and value else ("",)
            _select(one, field, label, (*none, *known.columns), value)
    if taken.time_unit is not None:
        _select(one, "time_unit", "Numbers in time columns are", tuple(_UNITS), taken.time_unit)
    if taken.encoding is not None:
        _select(one, "encoding", "Encoding", ENCODINGS, taken.encoding)
    if taken.head_lines is not None:
        key = f"import_head_lines_{one.number}"
        st.session_state[key] = taken.head_lines
        st.number_input(
            "Lines at the start that are no speech",
            min_value=0,
            max_value=_MOST_HEAD_LINES,
            key=key,
            on_change=correct,
            args=(one, "head_lines", key),
        )
    if taken.labels is not None:
        _draw_labels(one, taken.labels)
    _draw_speakers(one, taken)


def _select(one: Waiting, field: str, label: str, options: Sequence[str], value: str | None) -> None:
    key = f"import_{field}_{one.number}"
    st.session_state[key] = value or ""
    names = dict.fromkeys((*options, value or ""))
    st.selectbox(
        label,
        list(names),
        key=key,
        format_func=lambda name: _UNITS.get(name, name) or _NO_COLUMN,
        on_change=correct,
        args=(one, field, key),
    )


def _draw_labels(one: Waiting, labels: Sequence[str]) -> None:
    key = f"import_labels_{one.number}"
    st.session_state[key] = list(labels)
    one.labels_seen = list(dict.fromkeys((*one.labels_seen, *labels)))
    st.multiselect(
        "Labels that are speakers",
        one.labels_seen,
        key=key,
        accept_new_options=True,
        placeholder="Type a label as it stands in the file",
        help="Take a label away where it is no speaker; its words become speech. Type one that was not seen.",
        on_change=correct,
        args=(one, "labels", key),
    )


def _draw_speakers(one: Waiting, taken: Mapping) -> None:
    if not taken.speakers:
        return
    st.html(_part("Speakers"))
    for place, (speaker, kept) in enumerate(list(taken.speakers.items())[:_MOST_SPEAKERS]):
        name_key, role_key = f"import_name_{one.number}_{place}", f"import_role_{one.number}_{place}"
        st.session_state[name_key] = kept.name or speaker
        st.session_state[role_key] = str(kept.role or Role.PARTICIPANT)
        arguments = (one, speaker, name_key, role_key)
        with st.container(horizontal=True, gap="small", key=f"import_speaker_{one.number}_{place}"):
            shown = unmarked(speaker)
            label = f"“{shown}” is kept as"
            st.text_input(label, key=name_key, max_chars=200, on_change=name_speaker, args=arguments)
            roles = [str(role) for role in Role]
            label = f"Role of “{shown}”"
            st.selectbox(label, roles, key=role_key, format_func=str.capitalize, on_change=name_speaker, args=arguments)


def _draw_look(found: Look) -> None:
    if found.kind == "recording":
        st.html(element("p", f"A recording of {clock(found.duration_ms)}; it is copied into the study.", "page-note"))
        return
    layout = f"Layout: {found.mapping.layout}; " if found.mapping.layout else ""
    counted = (
        f"{layout}{count(len(found.turns), 'turn')}, {found.timestamps} with a time, {found.characters:,} characters"
    )
    said = "".join(element("li", sentence) for sentence in found.report)
    st.html(f'{_part("How it is read")}{element("p", counted, "page-note")}<ul class="import-said">{said}</ul>')
    for sentence in found.instructions:
        notice(sentence)
    lines = "".join(_turn(turn) for turn in found.turns[:_SHOWN_TURNS])
    st.html(f"{_part('It begins')}{lines}")
    if len(found.turns) > _SHOWN_TURNS:
        st.html(element("p", f"… and {count(len(found.turns) - _SHOWN_TURNS, 'more turn')}.", "page-note"))
    if found.left_out:
        rows = [(each.why, f"{each.characters:,}", each.sample) for each in found.left_out]
        st.html(_part("What is left out"))
        table(("Why", "Characters", "It begins"), rows, numbers=(1,), key="import_left_out", caption="What is left out")


def _turn(turn: NewTurn) -> str:
    asked = " asked" if turn.role is Role.INTERVIEWER else ""
    who = " · ".join(part for part in (turn.speaker or "Nobody named", str(turn.role), clock(turn.start_ms)) if part)
    text = turn.text if len(turn.text) <= _SHOWN_CHARACTERS else f"{turn.text[:_SHOWN_CHARACTERS]}…"
    return f'<div class="turn{asked}"><div class="speaker">{escape(who)}</div>{element("p", text)}</div>'


def _draw_cases(found: CaseTable, others: Sequence[Known]) -> None:
    matches = match(found.cases, others)
    matched = {case.line: fitting for case, fitting in matches.found}
    rows = []
    for case in found.cases:
        fitting = ", ".join(each.label or each.file for each in matched.get(case.line, ())) or "nothing"
        rows.append((", ".join(case.names), fitting, ", ".join(f"{k}: {v}" for k, v in case.attributes.items())))
    st.html(_part("A row for each interview"))
    counted = f"{len(matched)} of {len(found.cases)} rows match; attributes: {', '.join(found.attributes)}."
    st.html(element("p", counted, "page-note"))
    table(("Row", "Matches", "Attributes"), rows, key="import_cases", caption="Rows of the case table")
    if matches.without:
        names = ", ".join(each.label or each.file for each in matches.without)
        st.html(element("p", f"Without a row: {names}.", "page-note"))


def _part(name: str) -> str:
    return element("h3", name, "import-part")
