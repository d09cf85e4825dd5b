"""The curve, and from each of its bars to the quotes behind it: by a click, or by a field and buttons."""

import streamlit as st

from assistant.saturation import Report, curve_figure
from assistant.saturation.chart import SELECTED
from assistant.ui.candidate_cards import unmarked
from assistant.ui.figure import draw_figure
from assistant.ui.markup import element, notice
from assistant.ui.quote_links import open_quotes
from assistant.ui.saturation_links import quotes_of

_CHART, _CHOSEN = "saturation_curve", "saturation_interview"
_AT_ONCE = 60


def draw_curve(of: Report) -> None:
    """The figure; a click on an interview's column chooses it, as the field above it does."""
    st.html("<h2>New codes in study order</h2>" if of.table.level == "code" else "<h2>New themes in study order</h2>")
    _draw_choice(of)
    draw_figure(curve_figure(of), key=_CHART, on_select=_choose, selection_mode=SELECTED)


def _draw_choice(of: Report) -> None:
    """Above the chart, where what a click on a bar brings is seen at once."""
    new = dict(zip(of.table.interviews, of.table.new_codes, strict=True))
    if st.session_state.get(_CHOSEN) not in new:
        st.session_state[_CHOSEN] = None
    st.selectbox(
        "From a bar to its quotes",
        list(new),
        index=None,
        format_func=lambda label: f"{label}: {new.get(label, 0)} new",
        key=_CHOSEN,
        placeholder="Click a bar, or choose an interview here",
    )
    if (chosen := st.session_state[_CHOSEN]) is not None:
        _draw_new(of, of.table.interviews.index(chosen))


def _choose() -> None:
    """What was clicked goes into the field; a click beside all bars leaves it as it is."""
    selection = st.session_state[_CHART].get("selection", {}).get(SELECTED) or []
    if selection and (label := selection[0].get("interview")) is not None:
        st.session_state[_CHOSEN] = label


def _draw_new(of: Report, column: int) -> None:
    """The codes that the interview was the first to show, each a button to its quotes there."""
    table = of.table
    rows, label = table.new_in(column), table.interviews[column]
    if not rows:
        notice(f"{label} brought no new {table.level}.")
        return
    many = f"{len(rows)} new {table.level}{'' if len(rows) == 1 else 's'} in {label}"
    with st.container(key="saturation_new", border=True):
        st.html(element("p", f"{many}. Each leads to its quotes in this interview:", "page-note"))
        with st.container(horizontal=True):
            if len(rows) > 1 and st.button("All of them", key="saturation_new_all", type="primary"):
                open_quotes(quotes_of(table, rows, column))
            for row in rows[:_AT_ONCE]:
                name = unmarked(table.codes[row])
                if st.button(f"{name} ({table.matrix[row, column]})", key=f"saturation_new_{table.guids[row]}"):
                    open_quotes(quotes_of(table, [row], column))
        if len(rows) > _AT_ONCE:
            st.html(element("p", f"The first {_AT_ONCE} of {len(rows)}; the table below has all.", "page-note"))
