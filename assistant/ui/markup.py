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
    """A sentence that must not be overlooked; what is no problem is said by the live region of `announcer.js`."""
    spoken = 'role="alert"' if kind == "problem" else "data-announce"
    st.html(f'<div class="notice {kind}" {spoken}>{escape(text)}</div>')


def result(text: str) -> None:
    """What a search or filter found, in a line below it that screen readers say when it changes."""
    st.html(f'<p class="page-note" data-announce>{escape(text)}</p>')


@dataclass(frozen=True, slots=True)
class Folded:
    """A cell that shows a short text, and the whole one when it is opened."""

    short: str
    whole: str


def table(
    headers: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    numbers: Iterable[int] = (),
    key: str,
    caption: str = "",
) -> None:
    """A table of plain text; the columns in `numbers` are set to the right. Wide ones scroll inside their frame.

    `caption` says to screen readers what the table holds; without one its key does.
    """
    name = escape(caption or key.replace("_", " ").capitalize())
    right = set(numbers)

    def cell(tag: str, column: int, value: object) -> str:
        if isinstance(value, Folded):
            return f"<td><details>{element('summary', value.short)}{element('div', value.whole)}</details></td>"
        scope = ' scope="col"' if tag == "th" else ""
        css_class = ' class="number"' if column in right else ""
        return f"<{tag}{scope}{css_class}>{escape(str(value))}</{tag}>"

    def line(tag: str, values: Sequence[object]) -> str:
        return "<tr>" + "".join(cell(tag, column, value) for column, value in enumerate(values)) + "</tr>"

    head, body = line("th", headers), "".join(line("td", row) for row in rows)
    frame = f'<div class="frame" role="region" aria-label="{name}" tabindex="0"><table class="plain">'
    caption = f'<caption class="unseen">{name}</caption>'
    with st.container(key=key):
        st.html(f"{frame}{caption}<thead>{head}</thead><tbody>{body}</tbody></table></div>")
