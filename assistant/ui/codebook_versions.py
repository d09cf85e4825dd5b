"""The versions of the codebook: who made them, any two side by side, and one brought back."""

import difflib
import re
from collections.abc import Iterator, Sequence
from html import escape

import streamlit as st

from assistant.codebook import Difference, differences
from assistant.codebook.impact import effect_of_restoring
from assistant.ui.codebook_editor import draw_impact
from assistant.ui.codebook_moves import CodebookDesk, restore
from assistant.ui.markup import element, moment, table
from assistant.ui.role_here import Act, act_button
from store.study import Study
from store.values import Codebook

_WORDS = re.compile(r"\s+|[^\s]+")
_KINDS = {"added": "+ added", "removed": "− removed", "renamed": "renamed", "moved": "moved", "changed": "changed"}


def draw_versions(study: Study, desk: CodebookDesk, versions: Sequence[Codebook]) -> None:
    """The list, two versions beside each other, and the button that restores the earlier one."""
    by_number = {book.version: book for book in versions}
    newest = versions[-1].version
    names = {book.version: f"Version {book.version} · {moment(book.created_at)} · {book.coder}" for book in versions}
    left, right = st.columns(2)
    first = max(1, newest - 1)
    before = left.selectbox(
        "Compare", list(names), index=list(names).index(first), format_func=names.__getitem__, key="version_before"
    )
    after = right.selectbox(
        "with", list(names), index=len(names) - 1, format_func=names.__getitem__, key="version_after"
    )
    found = differences(by_number[before], by_number[after])
    st.html(diff_table(found) if found else element("p", "The two do not differ.", "page-note"))
    if before != newest:
        with st.expander(f"Restore version {before}"):
            draw_impact(effect_of_restoring(study, by_number[before]))
            label = f"Restore version {before} as version {newest + 1}"
            act_button(label, act=Act.SHAPE, key="restore_version", on_click=restore, args=(study, desk, before))
    st.html("<h2>All versions</h2>")
    rows = [(v.version, moment(v.created_at), v.coder, v.reason, len(v.codes)) for v in reversed(versions)]
    table(("Version", "Made (UTC)", "By", "Reason", "Entries"), rows, numbers=(0, 4), key="versions")


def diff_table(found: Sequence[Difference]) -> str:
    """The differences as a table; what went is struck through, what came is underlined."""
    rows = "".join(
        f"<tr>{element('td', _KINDS[each.kind])}{element('td', each.code)}{element('td', each.field)}"
        f"<td>{marked_change(each.before, each.after)}</td></tr>"
        for each in found
    )
    head = "<tr>" + "".join(f'<th scope="col">{name}</th>' for name in ("What", "Code", "Field", "Change")) + "</tr>"
    return f'<div class="frame"><table class="diff"><thead>{head}</thead><tbody>{rows}</tbody></table></div>'


def marked_change(before: str, after: str) -> str:
    """A change word by word, as HTML."""
    return "".join(_pieces(_WORDS.findall(before), _WORDS.findall(after)))


def _pieces(before: list[str], after: list[str]) -> Iterator[str]:
    for what, a, b, c, d in difflib.SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        old, new = "".join(before[a:b]), "".join(after[c:d])
        if what == "equal":
            yield escape(old)
            continue
        if old:
            yield element("del", old)
        if new:
            yield element("ins", new)
