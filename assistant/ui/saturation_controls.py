"""What the saturation page is asked for: codes or themes, whose codings, in which interviews, and as of when."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from assistant.review import Basis
from assistant.saturation import Level
from assistant.ui.basis_fields import attributes, draw_basis, draw_where
from store.study import Study

_BOUND: Mapping[str, Any] = {"bind": "query-params"}
"""What is counted stands in the address, so that other pages can lead here."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the controls say; `by` is the attribute whose groups are set beside each other."""

    level: Level
    basis: Basis
    by: str | None


def draw_controls(study: Study) -> Asked:
    """Two rows of fields."""
    first = st.columns([1, 1, 1])
    themes = first[0].radio("Count", ["Codes", "Themes"], key="saturation_level", horizontal=True, **_BOUND) == "Themes"
    basis = draw_basis(study, first[1], first[2], ("saturation_coder", "saturation_moment"), **_BOUND)
    second = st.columns([1, 1, 1])
    where = draw_where(study, second[0], second[1], "saturation")
    groups = list(attributes(study))
    by = second[2].selectbox("Compare groups by", groups, index=None, key="saturation_by", placeholder="No groups")
    return Asked("theme" if themes else "code", replace(basis, where=where), by)
