"""The page Agreement: how far coders give the same codes to the same text, and where they do not."""

from collections.abc import Sequence

import streamlit as st

from assistant.agreement import Agreement, Row
from assistant.agreement.chart import STATISTICS, agreement_figure
from assistant.agreement.elsewhere import elsewhere
from assistant.agreement.record import number, percent, summary
from assistant.review import blindness
from assistant.ui.agreement_behind import draw_behind, forget_shown
from assistant.ui.agreement_fields import draw_fields
from assistant.ui.agreement_held import held_agreement
from assistant.ui.agreement_table import draw_agreement_table, exported
from assistant.ui.figure import draw_figure, export_table
from assistant.ui.markup import element, heading, notice
from assistant.ui.session import current_study, current_visit
from assistant.ui.sortable import sortable_table

_NAMED = 10
_CODE = "agreement_code"
"""The code whose disagreements are shown, in the address: a reload and a colleague with the link see the same."""


def agreement_page() -> None:
    """Draw the page of the study that is open."""
    heading("Agreement", "How far coders give the same codes to the same text, and where they do not.")
    study = current_study()
    hidden = blindness(study, current_visit().sitting.coder)
    if hidden.interviews:
        notice(hidden.sentence)
    asked = draw_fields(study, hidden)
    if asked is None:
        notice("Agreement needs two coders or more, or one and the machine; choose them above.")
        return
    found = held_agreement(study, asked, hidden)
    _draw_summary(found)
    if not len(found.units) or not found.shown.pooled.used:
        return
    chosen = _chosen(found)
    draw_agreement_table(found, None if chosen is None else chosen.line.guid, _choose)
    headers, rows = exported(found)
    export_table("agreement", headers, rows, asked.to_json(), key="agreement_export")
    if chosen is None:
        st.html(element("p", "Press a name in the table to read the disagreements behind its figures.", "page-note"))
    else:
        draw_behind(study, found, chosen)
    _draw_figure(found)
    _draw_pairs(found)
    _draw_elsewhere(found, chosen)


def _chosen(found: Agreement) -> Row | None:
    asked = st.query_params.get(_CODE, "")
    return next((row for row in found.shown.rows if row.used and row.line.guid == asked), None)


def _choose(guid: str) -> None:
    forget_shown()
    st.query_params[_CODE] = guid


def _draw_summary(found: Agreement) -> None:
    first, *others = summary(found)
    left = []
    if found.shown.unused:
        left.append(f"Given by none of them, and not pooled: {_some(found.shown.unused)}.")
    if found.shown.not_looked_for:
        left.append(f"Not in view of all of them where they read: {_some(found.shown.not_looked_for)}.")
    said = [*found.said, *others, *(caution.sentence for caution in found.shown.pooled.cautions), *left]
    lines = "".join(element("li", each) for each in said)
    st.html(f'{element("p", first, "outlook")}<ul class="agreement-said">{lines}</ul>')


def _some(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _draw_figure(found: Agreement) -> None:
    st.html(element("h2", "By code" if found.asked.level == "code" else "By theme"))
    names = [name for name in STATISTICS if name != "alpha_u" or found.sample is None]
    drawn = st.multiselect(
        "Statistics in the figure",
        names,
        default=["kappa", "ac1"],
        format_func=STATISTICS.__getitem__,
        key="agreement_statistics",
    )
    if drawn:
        draw_figure(agreement_figure(found, drawn), key="agreement_figure")


def _draw_pairs(found: Agreement) -> None:
    if not found.of_pairs:
        return
    st.html(element("h2", "Pair by pair"))
    rows = [
        (" and ".join(names), n.n, percent(n.percent), number(n.kappa), number(n.alpha), number(n.ac1))
        for names, n in found.of_pairs
    ]
    headers = ("Pair", "Decisions", "%", "Kappa", "Alpha", "AC1")
    caption = f"Agreement of every two coders, all {found.asked.level}s pooled"
    sortable_table(headers, rows, numbers=range(1, 6), key="agreement_pairs", caption=caption)
    export_table("agreement_pairs", headers, rows, found.asked.to_json(), key="agreement_pairs_export")


def _draw_elsewhere(found: Agreement, chosen: Row | None) -> None:
    others = [(chosen.line.name, each) for each in elsewhere(found, chosen)] if chosen is not None else []
    others += [("All together", each) for each in elsewhere(found)]
    if not others:
        return
    with st.expander("What other tools would print"):
        rows = [(of, each.tool, each.what, number(each.value), each.how) for of, each in others]
        headers = ("Of", "Tool", "Figure", "Value", "How it comes about")
        caption = "What other tools would print for the same codings"
        sortable_table(headers, rows, numbers=(3,), key="agreement_elsewhere", caption=caption)
        export_table("agreement_elsewhere", headers, rows, found.asked.to_json(), key="agreement_elsewhere_export")
