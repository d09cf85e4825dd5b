"""What the page of summaries is asked for: a theme, whose codings, in which interviews, and as of when."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from assistant.review import Basis, Blindness, Counted, counted
from assistant.summaries import MOST_QUOTES, visible
from store.codebook import codebook_versions
from store.coders import coders
from store.interviews import interviews
from store.milestones import milestones
from store.study import Study
from store.values import Code, Codebook

_Choice = tuple[str, str | int]
"""A kind of choice, and which of that kind."""


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
    whose = _choose(first[0], "Whose codings", _whose(study), "summary_coder")
    when = _choose(first[1], "As it stood", _moments(study), "summary_moment")
    basis = Basis(
        coder=str(whose[1]) if whose[0] == "coder" else None,
        adjudicated=whose[0] == "adjudicated",
        where=_where(study, second[0], second[1]),
        through=int(when[1]) if when[0] == "event" else None,
        version=int(when[1]) if when[0] == "version" else None,
    )
    limit = second[2].slider("Quotes that the model reads at most", 5, 100, MOST_QUOTES, step=5, key="summary_limit")
    found = counted(study, basis, hidden)
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


def _choose(column: DeltaGenerator, label: str, options: Mapping[_Choice, str], key: str) -> _Choice:
    chosen: _Choice = column.selectbox(label, list(options), format_func=lambda each: options.get(each, ""), key=key)
    return chosen


def _whose(study: Study) -> Mapping[_Choice, str]:
    everybody: dict[_Choice, str] = {
        ("all", ""): "All coders",
        ("adjudicated", ""): "All coders, disputes as adjudicated",
    }
    return everybody | {("coder", name): name for name in coders(study)}


def _moments(study: Study) -> Mapping[_Choice, str]:
    found: dict[_Choice, str] = {("now", ""): "Now"}
    found |= {("event", m.through): f"Milestone “{m.name}”" for m in reversed(milestones(study))}
    return found | {("version", b.version): f"Codebook version {b.version}" for b in codebook_versions(study)[-2::-1]}


def _where(study: Study, left: DeltaGenerator, right: DeltaGenerator) -> tuple[tuple[str, str], ...]:
    known = [interview.attributes for interview in interviews(study)]
    keys = sorted({key for each in known for key in each})
    key = left.selectbox("Only interviews by", keys, index=None, key="summary_key", placeholder="All")
    values = sorted({each[key] for each in known if each.get(key)}) if key is not None else []
    chosen = right.multiselect("whose value is", values, key="summary_values", disabled=key is None, placeholder="Any")
    return () if key is None else tuple((key, value) for value in chosen)
