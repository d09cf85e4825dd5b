"""What the page of summaries is asked for: a theme, whose codings, in which interviews, and as of when."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

import streamlit as st

from assistant.review import Blindness, Counted, counted
from assistant.summaries import MOST_QUOTES, visible
from assistant.ui.basis_fields import draw_basis, draw_where
from store.study import Study
from store.values import Code, Codebook


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the fields say; `theme` is a GUID, `found` the codings of the basis, `limit` how many quotes are read."""

    theme: str | None
    found: Counted
    limit: int


def draw_fields(study: Study, hidden: Blindness) -> Wanted:
    """Two rows of fields: the theme comes first, but what it can be depends on the others."""
    theme_field, *first = st.columns([2, 1, 1])
    second = st.columns([1, 1, 2])
    basis = draw_basis(study, first[0], first[1], ("summary_coder", "summary_moment"))
    where = draw_where(study, second[0], second[1], "summary")
    limit = second[2].slider("Quotes that the model reads at most", 5, 100, MOST_QUOTES, step=5, key="summary_limit")
    found = counted(study, replace(basis, where=where), hidden)
    offered = _themes(found, {summary.draft.theme for summary in visible(study, hidden)})
    theme = theme_field.selectbox(
        "Theme or code",
        list(offered),
        format_func=lambda guid: offered.get(guid, ""),
        key="summary_theme",
        placeholder="Nothing is coded on this basis",
    )
    return Wanted(theme, found, limit)


def _themes(found: Counted, summed_up: set[str]) -> Mapping[str, str]:
    """GUID → name with how many codings it has, of what is coded or was summed up before; codes below their themes."""
    codebook = found.codebook
    used = Counter(coding.code for coding in found.codings)
    counts = {code.guid: sum(used[each] for each in codebook.family(code.guid)) for code in codebook.codes}
    return {
        code.guid: f"{'– ' * _depth(codebook, code)}{code.name} ({_codings(counts[code.guid])})"
        for code in _in_order(codebook, None)
        if counts[code.guid] or code.guid in summed_up
    }


def _in_order(codebook: Codebook, parent: str | None) -> list[Code]:
    """Every code right before those below it."""
    below = [code for code in codebook.codes if code.parent == parent]
    return [each for code in below for each in (code, *_in_order(codebook, code.guid))]


def _depth(codebook: Codebook, code: Code) -> int:
    above = codebook.theme_of(code)
    return 0 if above is None else 1 + _depth(codebook, above)


def _codings(count: int) -> str:
    return "1 coding" if count == 1 else f"{count} codings"
