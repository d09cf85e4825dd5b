"""The saturation page: what the interviews read so far showed, and what further ones may be expected to bring."""

import streamlit as st

from assistant.review import Blindness, blindness
from assistant.saturation import Report
from assistant.saturation.report import query_of
from assistant.saturation.words import answer
from assistant.ui.markup import element, heading, notice
from assistant.ui.saturation_beside import draw_groups, draw_meaning, draw_since
from assistant.ui.saturation_controls import Asked, draw_controls
from assistant.ui.saturation_curve import draw_curve
from assistant.ui.saturation_held import held_groups, held_report, held_since
from assistant.ui.saturation_matrix import draw_matrix
from assistant.ui.saturation_numbers import draw_expected, draw_rule
from assistant.ui.saturation_planning import draw_planning
from assistant.ui.session import current_study, current_visit
from store.study import Study


def saturation_page() -> None:
    """Draw the page of the study that is open."""
    heading("Saturation", "Only confirmed codings count, in interviews that were read.")
    study = current_study()
    asked = draw_controls(study)
    hidden = blindness(study, current_visit().sitting.coder)
    if hidden.interviews:
        notice(hidden.sentence)
    found = held_report(study, asked, hidden)
    _draw_answer(found)
    if found.table.interviews:
        _draw_found(study, asked, found, hidden)
    draw_planning()


def _draw_found(study: Study, asked: Asked, found: Report, hidden: Blindness) -> None:
    query = query_of(found)
    draw_curve(found)
    draw_matrix(found.table, query)
    draw_expected(found, query)
    draw_rule(found, query)
    if asked.by is not None:
        draw_groups(held_groups(study, asked, asked.by, hidden), found, query)
    if asked.basis.through is not None or asked.basis.version is not None:
        draw_since(held_since(study, asked, hidden), query)
    draw_meaning(study, asked, found, hidden)


def _draw_answer(found: Report) -> None:
    """The sentences that answer the question, then what to keep in mind."""
    said = " ".join(answer(found))
    kept = "".join(element("li", sentence) for sentence in found.cautions)
    basis = element("p", f"{found.table.sentence}.", "page-note")
    st.html(f'<div class="answer">{element("p", said)}{basis}</div>')
    if kept:
        st.html(f'<div class="answer-cautions"><h2>What to keep in mind</h2><ul>{kept}</ul></div>')
