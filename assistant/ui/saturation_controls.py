"""What the saturation page is asked for: codes or themes, whose codings, in which interviews, and as of when."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from assistant.review import Basis
from assistant.saturation import Level
from assistant.ui.markup import moment
from store.codebook import codebook_versions
from store.coders import coders
from store.interviews import interviews
from store.milestones import milestones
from store.study import Study

_Choice = tuple[str, str | int]
"""A kind of choice, and which of that kind."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the controls say; `by` is the attribute whose groups are set beside each other."""

    level: Level
    basis: Basis
    by: str | None


def draw_controls(study: Study) -> Asked:
    """Two rows of fields."""
    first = st.columns([1, 1, 1])
    themes = first[0].radio("Count", ["Codes", "Themes"], key="saturation_level", horizontal=True) == "Themes"
    whose = _choose(first[1], "Whose codings", _whose(study), "saturation_coder")
    when = _choose(first[2], "As it stood", _moments(study), "saturation_moment")
    second = st.columns([1, 1, 1])
    known = _attributes(study)
    where = _where(second[0], second[1], known)
    by = second[2].selectbox("Compare groups by", list(known), index=None, key="saturation_by", placeholder="No groups")
    basis = Basis(
        coder=str(whose[1]) if whose[0] == "coder" else None,
        adjudicated=whose[0] == "adjudicated",
        where=where,
        through=int(when[1]) if when[0] == "event" else None,
        version=int(when[1]) if when[0] == "version" else None,
    )
    return Asked("theme" if themes else "code", basis, by)


def _choose(column: st.delta_generator.DeltaGenerator, label: str, options: dict[_Choice, str], key: str) -> _Choice:
    chosen: _Choice = column.selectbox(label, list(options), format_func=lambda each: options.get(each, ""), key=key)
    return chosen


def _whose(study: Study) -> dict[_Choice, str]:
    everybody: dict[_Choice, str] = {
        ("all", ""): "All coders",
        ("adjudicated", ""): "All coders, disputes as adjudicated",
    }
    return everybody | {("coder", name): name for name in coders(study)}


def _moments(study: Study) -> dict[_Choice, str]:
    found: dict[_Choice, str] = {("now", ""): "Now"}
    found |= {("event", m.through): f"Milestone “{m.name}”" for m in reversed(milestones(study))}
    older = codebook_versions(study)[:-1]
    return found | {
        ("version", b.version): f"Codebook version {b.version} ({moment(b.created_at)[:10]})" for b in reversed(older)
    }


def _attributes(study: Study) -> dict[str, list[str]]:
    """Each attribute with its values."""
    known = [interview.attributes for interview in interviews(study)]
    keys = sorted({key for each in known for key in each})
    return {key: sorted({each[key] for each in known if each.get(key)}) for key in keys}


def _where(
    left: st.delta_generator.DeltaGenerator, right: st.delta_generator.DeltaGenerator, known: dict[str, list[str]]
) -> tuple[tuple[str, str], ...]:
    key = left.selectbox("Only interviews by", list(known), index=None, key="saturation_key", placeholder="All")
    offered: Sequence[str] = known[key] if key is not None else ()
    values = right.multiselect(
        "whose value is", offered, key="saturation_values", disabled=key is None, placeholder="Any"
    )
    return () if key is None else tuple((key, value) for value in values)
