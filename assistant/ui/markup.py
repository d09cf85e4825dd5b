"""HTML from plain text: whatever comes from a transcript, codebook or file is escaped here and nowhere trusted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Literal

import streamlit as st


def clock(milliseconds: int | None) -> str:
    """A time in a recording as m:ss or h:mm:ss; nothing where it is unknown."""
    if milliseconds is None:
        return ""
    minutes, seconds = divmod(milliseconds // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def moment(at: datetime | str) -> str:
    """A point in time to the second, in UTC, for tables."""
    return str(at)[:19].replace("T", " ")


def element(tag: str, text: str, css_class: str = "") -> str:
    """One element around plain text."""
    attribute = f' class="{css_class}"' if css_class else ""
    return f"<{tag}{attribute}>{escape(text)}</{tag}>"


def heading(text: str, note: str = "") -> None:
    """The title of a page, with a line below it."""
    st.html(element("h1", text, "page-title") + (element("p", note, "page-note") if note else ""))


def notice(text: str, kind: Literal["problem", "hint", "good"] = "hint") -> None:
    """A sentence that must not be overlooked."""
    role = "alert" if kind == "problem" else "status"
    st.html(f'<div class="notice {kind}" role="{role}">{escape(text)}</div>')


@dataclass(frozen=True, slots=True)
class Folded:
    """A cell that shows a short text, and the whole one when it is opened."""

    short: str
    whole: str


def table(headers: Sequence[str], rows: Iterable[Sequence[object]], *, numbers: Iterable[int] = (), key: str) -> None:
    """A table of plain text; the columns in `numbers` are set to the right. Wide ones scroll inside their frame."""
    right = set(numbers)

    def cell(tag: str, column: int, value: object) -> str:
        if isinstance(value, Folded):
            return f"<td><details>{element('summary', value.short)}{element('div', value.whole)}</details></td>"
        return element(tag, str(value), "number" if column in right else "")

    def line(tag: str, values: Sequence[object]) -> str:
        return "<tr>" + "".join(cell(tag, column, value) for column, value in enumerate(values)) + "</tr>"

    head, body = line("th", headers), "".join(line("td", row) for row in rows)
    inside = f'<table class="plain"><thead>{head}</thead><tbody>{body}</tbody></table>'
    with st.container(key=key):
        st.html(f'<div class="frame">{inside}</div>')
