"""The code that is open on the codebook page: its fields, and what can be done with it."""

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from assistant.codebook.impact import (
    Impact,
    effect_of_change,
    effect_of_merge,
    effect_of_move,
    effect_of_retiring,
    effect_of_split,
)
from assistant.ui import codebook_moves
from assistant.ui.candidate_cards import unmarked
from assistant.ui.code_names import code_names
from assistant.ui.codebook_moves import NO_COLOUR, CodebookDesk, field_key, forget, show_field
from assistant.ui.markup import element
from assistant.ui.memo_box import draw_memos_on_code
from assistant.ui.role_here import Act, act_button
from store.study import Study
from store.transcripts import transcript
from store.values import Code, Codebook, Coding

_MOST_QUOTES = 50
_TEXTS = (("definition", "Definition"), ("include", "Include: when to use it"), ("exclude", "Exclude: when not"))


def draw_code(study: Study, desk: CodebookDesk, codebook: Codebook, code: Code, made: Sequence[Coding]) -> None:
    """One code with everything that belongs to it; `made` are the codings that the person may know of."""
    with st.container(key="open_code", border=True):
        note = " · retired: kept with its codings, no longer offered" if code.retired else ""
        st.html(f"{element('h2', code.name)}{element('p', f'Code of version {codebook.version}{note}', 'page-note')}")
        edit, change, quotes, memos = st.tabs(["Fields", "Move, merge, split, retire", "Examples", "Memos"])
        with edit:
            _draw_fields(study, desk, code, made)
        with change:
            _draw_operations(study, desk, codebook, code, made)
        with quotes:
            _draw_quotes(study, code, made)
        with memos:
            draw_memos_on_code(study, code)


def draw_impact(impact: Impact) -> None:
    """What an edit would do, told before it is done."""
    st.html(f'<div class="impact" role="note">{"".join(element("p", text) for text in impact.sentences)}</div>')


def _draw_fields(study: Study, desk: CodebookDesk, code: Code, made: Sequence[Coding]) -> None:
    guid = code.guid
    if desk.conflict:
        told = [("Name", code.name), *((label, getattr(code, name)) for name, label in _TEXTS)]
        told += [("Examples", " | ".join(code.examples)), ("Colour", code.colour)]
        rows = "".join(f"<dt>{label}</dt>{element('dd', text or '–')}" for label, text in told)
        st.html(f'<div class="notice problem"><b>As it is now</b><dl class="keys">{rows}</dl></div>')
    show_field(desk, code, "name", code.name)
    st.text_input("Name", key=field_key(guid, "name"), max_chars=200, persist_state="session")
    for name, label in _TEXTS:
        show_field(desk, code, name, getattr(code, name))
        st.text_area(label, key=field_key(guid, name), height=90, persist_state="session")
    show_field(desk, code, "examples", "\n".join(example.replace("\n", " ") for example in code.examples))
    st.text_area("Examples, one a line", key=field_key(guid, "examples"), height=90, persist_state="session")
    show_field(desk, code, "colour", (code.colour or NO_COLOUR).lower())
    st.color_picker("Colour", key=field_key(guid, "colour"))
    draw_impact(effect_of_change(study, guid, made))
    with st.container(horizontal=True, key="code_save", gap="small"):
        act_button(
            "Keep",
            act=Act.SHAPE,
            key=f"save_{guid}",
            type="primary",
            on_click=codebook_moves.save,
            args=(study, desk, guid),
        )
        st.button("Show what is kept", key=f"forget_{guid}", on_click=forget, args=(guid, desk))


def _draw_operations(study: Study, desk: CodebookDesk, codebook: Codebook, code: Code, made: Sequence[Coding]) -> None:
    names = {guid: name for guid, name in code_names(codebook).items() if guid != code.guid}
    own = codebook.family(code.guid)
    with st.expander("Move into another theme"):
        top = "At the top, in no theme"
        themes = {"": top, **{guid: name for guid, name in names.items() if guid not in own}}
        into = st.selectbox("Theme", list(themes), format_func=themes.__getitem__, key=f"move_into_{code.guid}")
        draw_impact(effect_of_move(study, code.guid, into or None, made))
        arguments = (study, desk, code.guid, into or None, None)
        act_button("Move", act=Act.SHAPE, key=f"move_{code.guid}", on_click=codebook_moves.move, args=arguments)
    with st.expander("Merge into another code"):
        choices = [guid for guid in names if guid not in own]
        target = st.selectbox("Into", choices, index=None, format_func=names.__getitem__, key=f"merge_into_{code.guid}")
        if target is not None:
            draw_impact(effect_of_merge(study, target, [code.guid], made))
            merging = (study, desk, code.guid, target)
            act_button("Merge", act=Act.SHAPE, key=f"merge_{code.guid}", on_click=codebook_moves.merge, args=merging)
    with st.expander("Split into several codes"):
        key = f"split_parts_{code.guid}"
        st.text_area("The parts, one a line, as “name: definition”", key=key, height=90)
        draw_impact(effect_of_split(study, code.guid, made))
        splitting = (study, desk, code.guid, key)
        act_button("Split", act=Act.SHAPE, key=f"split_{code.guid}", on_click=codebook_moves.split, args=splitting)
    with st.expander("Bring back" if code.retired else "Retire"):
        draw_impact(effect_of_retiring(study, code.guid, made, back=code.retired))
        act_button(
            "Bring back" if code.retired else "Retire",
            act=Act.SHAPE,
            key=f"retire_{code.guid}",
            on_click=codebook_moves.retire,
            args=(study, desk, code.guid),
            kwargs={"retired": not code.retired},
        )


def _draw_quotes(study: Study, code: Code, made: Sequence[Coding]) -> None:
    """Confirmed quotes, each of which can become an example."""
    found = [coding for coding in made if coding.code == code.guid]
    if not found:
        st.html(element("p", "Nothing is coded with it yet.", "page-note"))
        return
    texts = {label: transcript(study, label).text for label in Counter(c.interview for c in found)}
    st.html(
        element(
            "p",
            f"{len(found)} confirmed quotes. One that is used as an example goes into the fields; keep them there.",
            "page-note",
        )
    )
    for number, coding in enumerate(found[:_MOST_QUOTES]):
        quote = coding.span.of(texts[coding.interview])
        with st.container(horizontal=True, key=f"quote_{code.guid}_{number}", vertical_alignment="top"):
            st.markdown(
                f"“{unmarked(quote)}” ({unmarked(coding.interview)}, {unmarked(coding.coder)})", width="stretch"
            )
            st.button("Use", key=f"use_{code.guid}_{number}", on_click=_use, args=(code.guid, quote))


def _use(guid: str, quote: str) -> None:
    key = field_key(guid, "examples")
    lines = [line for line in st.session_state.get(key, "").splitlines() if line.strip()]
    quote = " ".join(quote.split())
    st.session_state[key] = "\n".join(lines if quote in lines else [*lines, quote])
