"""Codings whose code was split or taken out: each coder sorts their own."""

from collections.abc import Mapping, Sequence

import streamlit as st

from assistant.codebook import Former
from assistant.review import blindness
from assistant.ui.candidate_cards import unmarked
from assistant.ui.code_names import code_names
from assistant.ui.codebook_moves import CodebookDesk, sort
from assistant.ui.markup import element
from assistant.ui.role_here import Act, act_button
from assistant.ui.session import current_visit
from store.study import Study
from store.transcripts import transcript
from store.values import Codebook, Coding


def draw_former(study: Study, desk: CodebookDesk, codebook: Codebook, waiting: Sequence[Former]) -> None:
    """Each former code with its codings; one's own can be sorted, others are shown."""
    st.html(
        element(
            "p", "These codes left the codebook; their codings wait until whoever made them sorts them.", "page-note"
        )
    )
    for former in waiting:
        _draw_one(study, desk, codebook, former)


def _draw_one(study: Study, desk: CodebookDesk, codebook: Codebook, former: Former) -> None:
    coder = current_visit().sitting.coder
    hidden, names = blindness(study, coder), code_names(codebook)
    became = ", ".join(code.name for code in former.heirs) or "nothing"
    with st.container(key=f"former_{former.code.guid}", border=True):
        st.html(element("h2", former.code.name) + element("p", f"It became: {became}.", "page-note"))
        keys: dict[str, str] = {}
        for coding in former.codings:
            if hidden.hides(coding.interview, coding.coder):
                continue
            quote = coding.span.of(transcript(study, coding.interview).text)
            st.markdown(f"“{unmarked(quote)}” ({unmarked(coding.interview)})")
            if coding.coder == coder:
                keys[coding.decision] = _draw_choice(former, coding, names)
            else:
                st.html(element("p", f"{coding.coder}’s coding; only they can sort it.", "page-note"))
        if keys:
            act_button(
                "Sort mine",
                act=Act.SHAPE,
                key=f"sort_{former.code.guid}",
                type="primary",
                on_click=sort,
                args=(study, desk, keys),
            )


def _draw_choice(former: Former, coding: Coding, names: Mapping[str, str]) -> str:
    key = f"sort_{coding.decision}"
    first = [code.guid for code in former.heirs if code.guid in names]
    order = [*first, *(guid for guid in names if guid not in first)]
    st.multiselect(
        "Put it under",
        order,
        format_func=names.__getitem__,
        key=key,
        placeholder="Not sorted yet",
        label_visibility="collapsed",
    )
    return key
