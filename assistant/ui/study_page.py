"""The study page: what is in the study, and what to do next."""

from html import escape

import streamlit as st

from assistant.ui.markup import heading, notice, table
from assistant.ui.milestones import draw_milestones
from assistant.ui.overview import InterviewLine, lines, next_steps
from assistant.ui.session import current_study
from assistant.ui.suggestion_quality import draw_study_quality
from store.consent import due
from store.runs import latest_run

HEADERS = ("Interview", "Kind", "Minutes", "Segments", "Read", "Coded", "Attributes")


def study_page() -> None:
    """Draw the page of the study that is open."""
    study = current_study()
    heading(study.title)
    if waiting := due(study):
        many = "1 thing" if len(waiting) == 1 else f"{len(waiting)} things"
        listed = " ".join(each.sentence for each in waiting)
        notice(f"{many} may not be kept any longer; the page Participants erases it. {listed}", "problem")
    found = lines(study)
    if found:
        table(HEADERS, map(_cells, found), numbers=(2, 3, 4, 5), key="interviews")
        st.html(
            '<p class="page-note">Segments are those of participants. Read and coded count what any coder has done.</p>'
        )
    if latest_run(study) is not None:
        st.html("<h2>How good the suggestions are</h2>")
        draw_study_quality()
    draw_milestones(study)
    steps = next_steps(study, found)
    st.html("<h2>What to do next</h2>" + "".join(_step(sentence, command) for sentence, command in steps))


def _cells(line: InterviewLine) -> tuple[object, ...]:
    minutes = "" if line.duration_ms is None else f"{line.duration_ms / 60_000:.1f}"
    attributes = ", ".join(f"{name}: {value}" for name, value in line.attributes.items())
    kind = line.kind if line.transcribed else f"{line.kind}, not transcribed yet"
    return line.label, kind, minutes, line.segments, line.read, line.coded, attributes


def _step(sentence: str, command: str) -> str:
    code = f"<pre><code>{escape(command)}</code></pre>" if command else ""
    return f'<div class="step"><p>{escape(sentence)}</p>{code}</div>'
