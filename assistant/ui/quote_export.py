"""The result or the list as a file: what goes into it, in which format, under which headings."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import streamlit as st

from assistant.exchange.consent_gate import Gate, gate_of
from assistant.exchange.quote_files import ENDINGS, quote_file
from assistant.exchange.quote_lines import AskedFor, quote_line
from assistant.quotes import Quote, as_record
from assistant.quotes.given import HeadedBy, headings_of
from assistant.quotes.sentence import sentence
from assistant.ui.markup import element
from assistant.ui.quote_cards import Drawer
from assistant.ui.quote_desk import QuoteDesk
from assistant.ui.role_here import Act, withheld
from store.consent import Covers
from store.exports import record_export, require_export
from store.study import Study

_NAMES = {"docx": "Word (docx)", "xlsx": "Excel (xlsx)", "csv": "Table (csv)", "md": "Markdown (md)"}
_KINDS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "md": "text/markdown",
}
_HEADED: Mapping[HeadedBy, str] = {
    "nothing": "No headings",
    "theme": "A heading for each theme",
    "code": "A heading for each code",
}
_RESULT, _LIST = "The result", "The list"

Noted = tuple[Quote, str]
"""A quote with the note that somebody wrote to it."""


def draw_export(
    study: Study, desk: QuoteDesk, drawer: Drawer, found: Callable[[], Sequence[Noted]], listed: Sequence[Noted]
) -> None:
    """The button with what can be exported behind it; `found` gives all that fits."""
    with st.popover("Export", key="quote_export"):
        if why := withheld(Act.SHAPE):
            st.html(element("p", why, "page-note"))
            return
        what = st.radio("What", [_RESULT, _LIST], key="quote_export_what", horizontal=True)
        ending = st.selectbox("Format", ENDINGS, format_func=_NAMES.__getitem__, key="quote_export_format")
        documents = ending in ("docx", "md")
        under = st.selectbox(
            "Headings",
            list(_HEADED),
            format_func=_HEADED.__getitem__,
            key="quote_export_headings",
            disabled=not documents,
        )
        of_list, gate = what == _LIST, gate_of(study)
        chosen = partial(_let_out, gate, (lambda: listed) if of_list else found)
        if held := gate.held_back(gate.recorded, Covers.QUOTES):
            st.html(
                element("p", f"Without quotes of {', '.join(held)}: their consent does not cover any.", "page-note")
            )
        drawer = _without_uncovered(gate, drawer)
        name = f"{_stem(desk.listed if of_list else 'quotes')}.{ending}"
        asked = asked_for(study, desk, drawer, of_list=of_list)
        st.download_button(
            f"Download as {ending}",
            partial(_content, study, ending, chosen, asked, drawer, under if documents else "nothing"),
            file_name=name,
            mime=_KINDS[ending],
            key="quote_download",
            on_click=_record,
            args=(study, drawer.hidden.coder, desk, asked, name, chosen),
        )
        note = "The order is the one on the screen; the query that found the quotes stands in the file."
        st.html(element("p", note, "page-note"))


def _let_out(gate: Gate, found: Callable[[], Sequence[Noted]]) -> Sequence[Noted]:
    """The quotes that consent lets out, with notes that repeat nothing else."""
    return [(quote, gate.kept(note)) for quote, note in found() if gate.lets(quote.interview, Covers.QUOTES)]


def _without_uncovered(gate: Gate, drawer: Drawer) -> Drawer:
    """The same with names of codes that repeat no interview which may not be quoted."""
    book = drawer.codebook
    return drawer if book is None or gate.screen is None else replace(drawer, codebook=gate.codebook(book))


def asked_for(study: Study, desk: QuoteDesk, drawer: Drawer, *, of_list: bool) -> AskedFor:
    """What a file says of where its quotes are from."""
    title = f"Quotes: {desk.listed}" if of_list else f"Quotes from {study.title}"
    said = f"The list “{desk.listed}”, in its order." if of_list else sentence(desk.query, drawer.codebook)
    query = {"list": desk.listed} if of_list else desk.query.to_json()
    return AskedFor(title, said, query, drawer.hidden.coder, datetime.now(UTC).date().isoformat())


def _content(
    study: Study,
    ending: str,
    chosen: Callable[[], Sequence[Noted]],
    asked: AskedFor,
    drawer: Drawer,
    under: HeadedBy,
) -> bytes:
    require_export(study)
    codebook = drawer.codebook
    lines = [
        quote_line(as_record(quote), drawer.given(quote), note=note, headings=headings_of(quote, codebook, under))
        for quote, note in chosen()
    ]
    return quote_file(ending, lines, asked).content


def _record(
    study: Study, coder: str, desk: QuoteDesk, asked: AskedFor, name: str, chosen: Callable[[], Sequence[Noted]]
) -> None:
    record_export(study, coder, name, asked.query, len(chosen()))
    desk.tell("list", f"{name} is with your downloads.")


def _stem(name: str) -> str:
    """The name of a list as the name of a file."""
    kept = "".join(letter if letter.isalnum() or letter in " -_" else " " for letter in name)
    return "-".join(kept.split())[:80] or "quotes"
